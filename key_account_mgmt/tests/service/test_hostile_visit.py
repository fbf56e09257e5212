from contextlib import suppress

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..access.test_hostile import BLIND, INSIDERS, OUTSIDERS
from ..access.test_hostile_file import FileCase

VISIT, PLAN = "key.account.visit", "key.account.visit.plan"
READERS = ("clerk", "inspector", "executive", "executive2")
ACTIONS = (
    "action_plan", "action_prepare", "action_hold", "action_undo_hold", "action_report", "action_approve",
    "action_ratify", "action_ask_cancel", "action_ask_miss", "action_ask_refuse_ratification",
    "action_ask_check_in", "action_check_in", "action_erase_position",
)


@tagged("post_install", "-at_install")
class TestHostileVisits(FileCase):
    """Nobody plans, reports, verifies or ratifies what is not his to, whatever he sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visits = {level: cls._get_visit(level) for level in BLIND}

    @classmethod
    def _get_visit(cls, level):
        return cls.env[VISIT].search([("account_id", "=", cls.accounts[level].id)], limit=1)

    def _new_visit(self, level="internal", **values):
        return self.env[VISIT].with_user(self.manager).create({
            "account_id": self.accounts[level].id, "visit_type": "call",
            "start": fields.Datetime.subtract(fields.Datetime.now(), hours=2), **values,
        })

    def _new_submitted(self):
        plan = self.env[PLAN].with_user(self.manager).create({
            "company_id": self.company.id, "team_id": self.team.id, "period": "quarter",
            "period_date": fields.Date.add(self.today, months=6),
        })
        plan.action_generate()
        plan.action_submit()
        return plan

    def test_no_action_runs_for_those_who_may_not_see_or_only_read(self):
        for level, blind in BLIND.items():
            visit = self.visits[level]
            for login in {*OUTSIDERS, *blind, *READERS} - {"executive2"}:
                # who reads the account may be told its name
                named = login not in READERS or login in blind
                for method in ACTIONS:
                    self._try(login, VISIT, method, visit.ids, named=named and "Veiled")
        self._assert_all_refused(250)

    def test_nobody_makes_visits_to_accounts_that_he_does_not_see(self):
        for level, blind in BLIND.items():
            for login in blind:
                values = {
                    "account_id": self.accounts[level].id, "visit_type": "call",
                    "user_id": self.users[login].id,
                }
                self._try(login, VISIT, "create", values, named="Veiled")
                context = {f"default_{name}": value for name, value in values.items()}
                self._try(login, VISIT, "create", {}, context=context, named="Veiled")
                self._try(login, VISIT, "web_save", [], values, {}, named="Veiled")
        self._assert_all_refused(40)

    def test_nobody_writes_what_the_system_sets(self):
        visit = self._new_visit()
        for login in ("manager", "leader", "director"):
            for name, value in (
                ("planned_start", "2026-01-01 00:00:00"), ("event_id", False), ("date", "2026-01-01"),
                ("team_id", self.other_team.id), ("company_id", self.company.id),
                ("reported_on", "2026-01-01 00:00:00"), ("closing_reason", "x"),
                ("ratification", "ratified"), ("ratified_by_id", self.leader.id),
                ("ratification_deadline", "2030-01-01"), ("is_escalated", True), ("is_reminded", True),
                ("is_touched", True), ("is_generated", True), ("is_changed", True),
                ("ratified_on", "2026-01-01 00:00:00"), ("check_in_on", "2026-01-01 00:00:00"),
                ("check_in_user_id", self.leader.id), ("is_position_given", True),
                ("position_erased_on", "2026-01-01 00:00:00"), ("photo_ids", [(5,)]),
            ):
                self._try(login, VISIT, "write", visit.ids, {name: value})
                self._try(login, VISIT, "create", {
                    "account_id": visit.account_id.id, "visit_type": "call", name: value or 1,
                })
            for name, value in (("generation_note", "x"), ("closing_reason", "x"), ("date_to", "2030-01-01")):
                self._try(login, PLAN, "write", self.visit_plan.ids, {name: value})
        self._assert_all_refused(80)

    def test_defaults_set_nothing_that_the_system_sets(self):
        for name, value in (
            ("ratification", "ratified"), ("planned_start", "2026-01-01 00:00:00"), ("state", "verified"),
            ("ratified_by_id", self.leader.id),
        ):
            with self.env.cr.savepoint(), suppress(UserError):
                self._set_default("manager", VISIT, name, value)
                visit = self._new_visit(is_urgent=True, visit_type="outbound")
                self.assertNotEqual(visit._fields[name].convert_to_write(visit[name], visit), value)

    def test_no_state_is_reached_by_writing_it(self):
        plan = self._new_submitted()
        outbound = self._new_visit(visit_type="outbound")
        call = self._new_visit()
        for login in ("manager", "leader", "director"):
            for state in ("planned", "done"):
                self._try(login, VISIT, "write", outbound.ids, {"state": state})
            for state in ("prepared", "reported", "verified", "cancelled", "missed"):
                self._try(login, VISIT, "write", call.ids, {"state": state})
            for state in ("reviewed", "approved", "cancelled"):
                self._try(login, PLAN, "write", plan.ids, {"state": state})
            for state in ("planned", "prepared", "done", "reported", "verified"):
                self._try(login, VISIT, "create", {
                    "account_id": call.account_id.id, "visit_type": "call", "state": state,
                    "user_id": self.manager.id,
                }) if (login, state) != ("director", "verified") else None
        self._assert_all_refused(40)

    def test_nobody_verifies_or_ratifies_what_he_took_part_in_or_entered(self):
        for login in ("manager", "assistant", "leader"):
            user = self.users[login]
            if login == "assistant":
                self.env["key.account.member"].create({
                    "account_id": self.accounts["internal"].id, "user_id": user.id,
                })
            visit = self._new_visit(
                visit_type="outbound", is_urgent=True, visitor_ids=[Command.set(user.ids)],
            )
            visit.action_hold()
            self._try(login, VISIT, "action_ratify", visit.ids)
            self._try(login, "key.account.reason", "action_confirm", self.env["key.account.reason"].with_user(
                user).create({
                    "model": VISIT, "res_ids": str(visit.id), "act": "refuse_ratification", "reason": "x",
                }).ids)
            visit.write({"report": "x", "outcome": "met"})
            visit.action_report()
            self._try(login, VISIT, "action_approve", visit.ids)
            self._try(login, VISIT, "write", visit.ids, {"state": "verified"})
        self._assert_all_refused(12)

    def test_nobody_decides_on_a_plan_whose_turn_it_is_not(self):
        plan = self._new_submitted()
        # the plan visits a secret account, which the leader does not see: the director stands in for him
        for login in {*OUTSIDERS, *INSIDERS} - {"director"}:
            self._try(login, PLAN, "action_approve", plan.ids)
            self._try(login, PLAN, "_decline", plan.ids, "returned", "x")
        plan.with_user(self.director).action_approve()
        for login in {*OUTSIDERS, *INSIDERS} - {"executive", "executive2"}:
            self._try(login, PLAN, "action_approve", plan.ids)
        self._assert_all_refused(40)

    def test_plans_of_other_departments_are_neither_read_nor_drafted(self):
        plan = self.visit_plan
        for login in ("other_leader", "other_manager"):
            self._try_to_find(login, PLAN, [("id", "=", plan.id)])
            for method, args in (
                ("read", [["name"]]), ("write", [{"target": "x"}]), ("action_generate", []),
                ("action_submit", []), ("action_open_visits", []), ("action_open_coverage", []),
                ("unlink", []),
            ):
                self._try(login, PLAN, method, plan.ids, *args)
            self._try(login, PLAN, "create", {"company_id": self.company.id, "team_id": self.team.id})
        for login in ("assistant", *READERS):
            self._try(login, PLAN, "create", {"company_id": self.company.id, "team_id": self.team.id})
            self._try(login, PLAN, "write", plan.ids, {"target": "x"})
            self._try(login, PLAN, "action_generate", plan.ids)
        self._assert_all_refused(40)

    def test_a_plan_that_one_sees_tells_nothing_of_visits_that_one_does_not(self):
        """A year's plan drafted by the director holds the secret account; its leader sees none of it."""
        plan = self.env[PLAN].with_user(self.director).create({
            "company_id": self.company.id, "team_id": self.team.id, "period": "year",
            "period_date": fields.Date.add(self.today, years=1),
        })
        plan.action_generate()
        hidden = plan.sudo().visit_ids.filtered(lambda visit: visit.account_id == self.accounts["secret"])
        self.assertTrue(hidden)
        self.env.flush_all()
        for login in ("leader", "clerk", "inspector"):
            answer = self._call(login, PLAN, "web_read", plan.ids, {
                "visit_count": {}, "short_count": {}, "held_count": {}, "generation_note": {},
                "visit_ids": {"fields": {"display_name": {}, "purpose": {}}},
                "coverage_ids": {"fields": {"display_name": {}}},
            })[0]
            self.assertNotIn("Veiled secret", str(answer))
            self.assertFalse({line["id"] for line in answer["visit_ids"]} & set(hidden.ids))
            self.assertEqual(answer["visit_count"], len(answer["visit_ids"]))

    def test_no_guessed_plan_contact_or_colleague_is_put_into_a_visit(self):
        secret = self.accounts["secret"].partner_id
        contact = self.env["res.partner"].create({"name": "Veiled contact", "parent_id": secret.id})
        account = self._new_account(self._new_customer("Own"), manager_id=self.manager2.id)
        theirs = self.env[PLAN].with_user(self.other_leader).create({
            "company_id": self.company.id, "team_id": self.other_team.id,
        })
        visit = self.env[VISIT].with_user(self.manager2).create({
            "account_id": account.id, "visit_type": "outbound",
        })
        for vals in (
            {"contact_ids": [Command.link(contact.id)]}, {"plan_id": theirs.id},
            {"account_id": self.accounts["internal"].id}, {"user_id": self.other_manager.id},
        ):
            self._try("manager2", VISIT, "write", visit.ids, vals, named="Veiled")
            self._try("manager2", VISIT, "create", {
                "account_id": account.id, "visit_type": "outbound", **vals,
            }, named="Veiled")
        self._assert_all_refused(8)

    def test_opening_a_visit_of_a_guarded_account_leaves_a_line(self):
        visit = self.visits["confidential"]
        for names in (["report"], ["closing_reason"]):
            self.env.cr.execute("DELETE FROM key_account_access_log")
            self.env.invalidate_all()
            visit.with_user(self.leader).read(names)
            lines = self.env["key.account.access.log"].search([("user_id", "=", self.leader.id)])
            self.assertEqual(lines.mapped("res_id"), visit.account_id.ids)
