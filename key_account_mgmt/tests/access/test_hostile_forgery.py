from contextlib import closing

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .hostile import INSIDERS, HostileCase


@tagged("post_install", "-at_install")
class TestForgery(HostileCase):
    """What is not entered by hand cannot be entered by a forged call either."""

    def test_system_fields_of_accounts_are_not_written(self):
        account = self.accounts["internal"]
        for vals in (
            {"number": "77777"},
            {"code": "A-77777"},
            {"grade_id": self.grade_a.id},
            {"grade_id": False},
            {"admission_date": "2020-01-01"},
            {"allowed_user_ids": [Command.link(self.manager2.id)]},
            {"grade_history_ids": [Command.clear()]},
            {"grade_history_ids": [Command.create({"date_from": "2020-01-01"})]},
            {"approval_ids": [Command.create({
                "model": "key.account", "decision": "approved", "user_id": self.executive.id,
            })]},
            {"approval_ids": [Command.link(account.sudo().approval_ids[:1].id)], "number": "1"},
            {"state": "ended"},
            {"state": "candidate"},
            {"state": "applied"},
            {"state": "rejected"},
        ):
            for login in INSIDERS:
                self._try(login, "key.account", "write", account.ids, vals)
                self._try(login, "key.account", "web_save", account.ids, vals, {})
        self._assert_all_refused(250)

    def test_a_candidate_is_not_born_with_what_admission_gives(self):
        base = {"company_id": self.company.id, "team_id": self.team.id}
        for vals in (
            {"state": "active"}, {"state": "applied"}, {"state": "ended"}, {"state": "suspended"},
            {"number": "77777"}, {"state": "active", "number": "77777"},
            {"grade_id": self.grade_a.id}, {"admission_date": "2020-01-01"},
            {"allowed_user_ids": [Command.link(self.manager2.id)]},
        ):
            for login in ("manager", "leader"):
                partner = self._new_customer()
                self._try(login, "key.account", "create", {
                    **base, "partner_id": partner.id, "manager_id": self.users[login].id, **vals,
                })
        self._assert_all_refused(1)

    def test_defaults_in_the_context_set_no_field_that_the_system_sets(self):
        """``default_x`` in the context reaches every field of a new record; guarded ones too."""
        base = {
            "company_id": self.company.id, "team_id": self.team.id, "scheme_id": self.scheme.id,
        }
        for name, value in (
            ("number", "77777"), ("grade_id", self.grade_a.id), ("admission_date", "2020-01-01"),
            ("state", "active"), ("code", "A-77777"),
        ):
            for login in ("manager", "leader"):
                self.tried += 1
                with self.subTest(role=login, name=name):
                    self.assertFalse(self._create_with_default(
                        login, "key.account", name, value,
                        {**base, "partner_id": self._new_customer().id, "manager_id": self.users[login].id},
                    ))
        for name, value in (
            ("state", "approved"), ("computed_on", "2026-01-01 00:00:00"), ("total_amount", 1.0),
            ("is_apply_requested", True), ("is_partial", True), ("applied_on", "2026-01-01 00:00:00"),
        ):
            for login in ("clerk", "leader", "director"):
                self.tried += 1
                with self.subTest(role=login, name=name):
                    self.assertFalse(self._create_with_default(
                        login, "key.account.grading.run", name, value,
                        {"company_id": self.company.id, "scheme_id": self.scheme.id},
                    ))
        self.assertGreaterEqual(self.tried, 28)

    def _create_with_default(self, login, model, name, value, vals):
        """Return whether the default in the context came through on the new record."""
        self.env.invalidate_all()
        records = self.env[model].with_user(self.users[login])
        with closing(self.env.cr.savepoint()):
            try:
                record = records.with_context(**{f"default_{name}": value}).create(vals)
                self.env.flush_all()
            except UserError:
                return False
            self.env.invalidate_all()
            field, record = records._fields[name], record.sudo()
            return field.convert_to_cache(value, record) == field.convert_to_cache(record[name], record)

    def test_a_default_does_not_let_anyone_into_a_new_account(self):
        account = self.env["key.account"].with_user(self.manager).with_context(
            default_allowed_user_ids=[Command.link(self.manager2.id)]
        )
        try:
            account = account.create({
                "partner_id": self._new_customer().id, "company_id": self.company.id,
                "team_id": self.team.id, "manager_id": self.manager.id,
            })
        except UserError:
            return
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(account.sudo().allowed_user_ids, self.manager)

    def test_runs_take_no_forged_figures_or_states(self):
        for run in (self.computed_run, self.applied_run):
            for vals in (
                {"state": "submitted"}, {"state": "reviewed"}, {"state": "approved"}, {"state": "applied"},
                {"is_apply_requested": True}, {"computed_on": False}, {"total_amount": 1},
                {"date_from": "2000-01-01"}, {"method": "manual"}, {"is_partial": True},
                {"include_history": False}, {"customer_count": 0},
                {"assessment_ids": [Command.delete(run.sudo().assessment_ids[0].id)]},
                {"assessment_ids": [Command.create({"partner_id": self.accounts["internal"].partner_id.id})]},
                {"grade_line_ids": [Command.clear()]},
                {"approval_ids": [Command.create({
                    "model": run._name, "decision": "approved", "user_id": self.executive.id,
                })]},
            ):
                for login in INSIDERS:
                    if vals != {"state": run.state}:
                        self._try(login, run._name, "write", run.ids, vals)
        self._assert_all_refused(300)

    def test_assessments_take_no_forged_figures(self):
        row = self._row(self.computed_run, self.accounts["internal"].partner_id)
        line = self._row(self.scored_run, self.accounts["internal"].partner_id).line_ids[:1]
        for record, several in (
            (row, (
                {"sales_amount": 1_000_000}, {"sales_share": 99}, {"score": 100}, {"change": "up"},
                {"proposed_grade_id": self.grade_a.id}, {"current_grade_id": False},
                {"account_id": self.accounts["secret"].id}, {"partner_id": self.company.partner_id.id},
                {"run_id": self.applied_run.id}, {"is_applied": True}, {"explanation": "x"},
                {"override_approver_id": self.executive.id}, {"override_user_id": self.executive.id},
                {"team_id": self.other_team.id}, {"company_id": self.env.ref("base.main_company").id},
                {"line_ids": [Command.create({"points": 100})]},
            )),
            (line, (
                {"weight": 1000}, {"value": 1e9}, {"metric": "assessor"}, {"has_points": True},
                {"assessment_id": row.id}, {"account_id": self.accounts["secret"].id},
                {"dimension_id": False}, {"is_skipped_without_data": True},
            )),
        ):
            for vals in several:
                for login in INSIDERS:
                    self._try(login, record._name, "write", record.ids, vals)
        for record in (row, line):
            for login in INSIDERS:
                self._try(login, record._name, "unlink", record.ids)
                self._try(login, record._name, "copy", record.ids)
                self._try(login, record._name, "create", {})
        self._assert_all_refused(300)

    def test_figures_are_not_smuggled_in_beside_an_exception(self):
        """The exception is written by the system for the director, but nothing else with it."""
        row = self._row(self.computed_run, self.accounts["internal"].partner_id)
        exception = {
            "final_grade_id": self.grade_b.id, "override_reason": "Strategic",
            "override_until": fields.Date.add(self.today, years=1),
        }
        self._assert_allowed("director", row._name, "write", row.ids, exception)
        for vals in (
            {"sales_amount": 1_000_000}, {"proposed_grade_id": self.grade_b.id}, {"is_applied": True},
            {"account_id": self.accounts["secret"].id}, {"run_id": self.applied_run.id},
            {"partner_id": self.company.partner_id.id}, {"change": "up"}, {"explanation": "x"},
        ):
            self._try("director", row._name, "write", row.ids, exception | vals)
        self._assert_all_refused(1)

    def test_figures_are_not_smuggled_in_beside_points(self):
        row = self._row(self.scored_run, self.accounts["internal"].partner_id)
        line = row.line_ids.filtered(lambda line: line.metric == "assessor")[:1]
        other = self._row(self.scored_run, self.accounts["secret"].partner_id)
        for login in ("leader", "director"):
            self._assert_allowed(login, line._name, "write", line.ids, {"points": 80})
            for vals in (
                {"weight": 1000}, {"value": 1e9}, {"assessment_id": other.id},
                {"account_id": self.accounts["secret"].id}, {"metric": "sales"},
            ):
                self._try(login, line._name, "write", line.ids, {"points": 80, **vals})
        self._assert_all_refused(1)

    def test_a_judged_grade_smuggles_nothing_in_either(self):
        manual = self.env.ref("key_account_mgmt.scheme_relationship")
        run = self._new_run(scheme_id=manual.id)
        run.action_compute()
        row = self._row(run, self.accounts["internal"].partner_id)
        final = {"final_grade_id": manual.grade_ids[0].id}
        self._assert_allowed("leader", row._name, "write", row.ids, final)
        for vals in (
            {"account_id": self.accounts["secret"].id}, {"is_applied": True}, {"sales_amount": 5},
            {"run_id": self.applied_run.id}, {"team_id": self.other_team.id},
        ):
            self._try("leader", row._name, "write", row.ids, final | vals)
        self._assert_all_refused(1)

    def test_history_and_decisions_are_nobodys_to_make_or_change(self):
        account = self.accounts["internal"]
        for record, vals in (
            (account.grade_history_ids[:1], {"date_from": "2000-01-01"}),
            (account.grade_history_ids[:1], {"is_expiry_told": True}),
            (account.sudo().approval_ids[:1], {"user_id": self.executive.id}),
            (self.applied_run.sudo().approval_ids[:1], {"decision": "rejected"}),
            (self.applied_run.sudo().grade_line_ids[:1], {"threshold": 99}),
        ):
            for login in INSIDERS:
                self._try(login, record._name, "write", record.ids, vals)
                self._try(login, record._name, "unlink", record.ids)
                self._try(login, record._name, "copy", record.ids)
        for login in INSIDERS:
            self._try(login, "key.account.grade.history", "create", {
                "account_id": account.id, "grade_id": self.grade_a.id, "date_from": "2026-01-01",
            })
            self._try(login, "key.account.approval", "create", {
                "model": "key.account", "res_id": account.id, "decision": "approved",
                "user_id": self.users[login].id,
            })
            self._try(login, "key.account.grading.run.grade", "create", {
                "run_id": self.computed_run.id, "grade_id": self.grade_a.id, "code": "A",
            })
            self._try(login, "key.account.ledger.entry", "create", {"amount": 1})
        self._assert_all_refused(200)

    def test_a_decided_run_keeps_its_name(self):
        for login in ("clerk", "leader", "director"):
            self._try(
                login, "key.account.grading.run", "write", self.applied_run.ids, {"name": "GR1999-001"}
            )
        self._assert_all_refused(1)

    def test_private_methods_are_not_called(self):
        account, run = self.accounts["internal"], self.computed_run
        row = self._row(run, account.partner_id)
        for record, methods in (
            (account, ("_set_grade", "_admit", "_write_grade_history", "_record_decision", "_approve",
                       "_decline", "_submit", "_cron_refresh_access", "_cron_tell_expired_grades",
                       "_get_snapshot_values", "_sync_salesperson", "sudo", "with_user", "with_env")),
            (run, ("_apply_batch", "_compute_assessments", "_cron_apply_runs", "_cron_propose_runs",
                   "_approve_exceptions", "_insert_assessments", "_bulk_insert", "_get_sales",
                   "_forget_results", "_create_termination_review")),
            (row, ("_apply", "_refresh_score", "_create_candidate", "_write_explanation")),
            (self.env["key.account.ledger.entry"], ("_sum_by_customer", "_get_source")),
        ):
            for method in methods:
                self.assertTrue(hasattr(record, method), method)
                for login in ("manager", "clerk", "director", "executive"):
                    self._try(login, record._name, method, record.ids)
        self._assert_all_refused(100)

    def test_thresholds_are_checked_whatever_the_context_says(self):
        self._try(
            "director", "key.account.grade", "write", self.grade_a.ids, {"threshold": 0.5},
            context={"key_account_scheme_lines": True},
        )
        dimension = self.env.ref("key_account_mgmt.scheme_scoring_value")
        self._try(
            "director", dimension._name, "write", dimension.ids, {"weight": 99},
            context={"key_account_scheme_lines": True},
        )
        self._assert_all_refused(1)

    def test_grading_is_configured_by_the_director_alone(self):
        dimension = self.env.ref("key_account_mgmt.scheme_scoring_value")
        for record, vals in (
            (self.scheme, {"name": "x"}), (self.grade_a, {"threshold": 6}), (dimension, {"name": "x"}),
            (dimension.band_ids[:1], {"points": 1}),
        ):
            for login in set(INSIDERS) - {"director"}:
                self._try(login, record._name, "write", record.ids, vals)
                self._try(login, record._name, "unlink", record.ids)
                self._try(login, record._name, "copy", record.ids)
            self._assert_allowed("director", record._name, "write", record.ids, vals)
        self._assert_all_refused(1)

    def test_an_application_is_not_changed_between_its_two_approvals(self):
        """The executive decides on what the leader has approved, not on something else."""
        account = self._new_applied(requested_grade_id=self.grade_b.id)
        account.with_user(self.leader).action_approve()
        for vals in (
            {"requested_grade_id": self.grade_a.id}, {"application_reason": "Else."},
            {"scheme_id": self.env.ref("key_account_mgmt.scheme_consumption").id},
            {"survey_findings": "Else."},
        ):
            self._try("manager", "key.account", "write", account.ids, vals)
        self._assert_all_refused(1)

    def test_the_management_level_is_decided_on_and_not_typed_in(self):
        """G8: the committee approves the company list."""
        for login in ("manager", "executive2", "leader"):
            self._try(
                login, "key.account", "write", self.accounts["internal"].ids,
                {"management_level": "company"},
            )
        self._assert_all_refused(1)
