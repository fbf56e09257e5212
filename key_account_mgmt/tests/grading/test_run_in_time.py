from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .graded import GradedCase


@tagged("post_install", "-at_install")
class TestTwice(GradedCase):
    """Nothing is decided twice or applied twice, and grades do not go back in time."""

    def test_two_runs_of_a_scheme_are_not_decided_at_once(self):
        first, second = self._compute(), self._compute()
        first.action_submit()
        with self.assertRaisesRegex(UserError, f"{first.name}.*being decided on"):
            second.action_submit()
        self.assertEqual(second.state, "computed")
        first.with_user(self.director)._decline("returned", "Later.")
        second.action_submit()
        self.assertEqual(second.state, "submitted")

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_what_slips_past_the_check(self):
        first, second = self._compute(), self._compute()
        first.action_submit()
        self.env.flush_all()
        for state in ("submitted", "reviewed", "approved"):
            with self.assertRaisesRegex(IntegrityError, "decided_once"), self.env.cr.savepoint():
                self.env.cr.execute(
                    "UPDATE key_account_grading_run SET state = %s WHERE id = %s", [state, second.id]
                )

    def test_a_run_of_another_scheme_or_of_some_accounts_may_go_along(self):
        self._compute().action_submit()
        part = self._compute(account_ids=[Command.set(self.accounts["Big"].ids)])
        part.action_submit()
        other = self._compute(scheme_id=self.env.ref("key_account_mgmt.scheme_scoring").id)
        other.action_submit()
        self.assertEqual((part | other).mapped("state"), ["submitted", "submitted"])

    def test_a_run_is_applied_once(self):
        run = self._apply_run(self._compute())
        histories = self.env["key.account.grade.history"].search_count([("run_id", "=", run.id)])
        self.assertEqual(histories, 3)
        for user in (self.director, self.executive):
            with self.subTest(user=user.name), self.assertRaisesRegex(UserError, "nothing is applied twice"):
                run.with_user(user).action_apply()
        self.assertEqual(
            self.env["key.account.grade.history"].search_count([("run_id", "=", run.id)]), histories
        )
        self.assertEqual(len(self.customers["Fresh"].sudo().key_account_ids), 1)

    def test_a_run_that_is_not_approved_is_not_applied(self):
        run = self._new_run()
        for act in (lambda: None, run.action_compute, run.action_submit,
                    run.with_user(self.director).action_approve):
            act()
            with self.subTest(state=run.state), self.assertRaisesRegex(UserError, "not approved yet"):
                run.with_user(self.director).action_apply()

    def test_an_older_run_is_not_applied_after_a_newer_one(self):
        older = self._compute(date_to=fields.Date.subtract(self.today, days=0))
        newer = self._compute(date_to=fields.Date.add(self.today, days=1))
        self._apply_run(newer)
        self._approve_run(older)
        with self.assertRaisesRegex(UserError, f"{newer.name}.*go back in time"):
            older.with_user(self.director).action_apply()
        self.assertEqual(older.state, "approved")
        older.with_user(self.director).action_cancel()

    def test_a_run_computed_earlier_is_not_applied_after_one_of_the_same_day(self):
        """The same last day, but the ledger has grown: the older figures come too late."""
        older = self._compute()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_grading_run SET computed_on = computed_on - interval '1 hour'"
            " WHERE id = %s", [older.id],
        )
        self._new_order(self.customers["Small"], 200, self.today)
        self._apply_run(self._compute())
        self.assertEqual(self._get_grades()["Small"], "A")
        self._approve_run(older)
        with self.assertRaises(UserError):
            older.with_user(self.director).action_apply()
        self.assertEqual(self._get_grades()["Small"], "A")

    def test_a_run_that_is_being_applied_is_not_cancelled(self):
        run = self._approve_run(self._compute())
        run.sudo().is_apply_requested = True
        run.sudo()._apply_batch(1)
        self.assertEqual(run.state, "approved")
        with self.assertRaises(UserError):
            run.with_user(self.director).action_cancel()


@tagged("post_install", "-at_install")
class TestBetweenComputingAndApplying(GradedCase):
    """The world moves on while a run is decided on; applying loses nothing and blocks nobody."""

    def _apply_after(self, change):
        run = self._approve_run(self._compute())
        change()
        self.env.flush_all()
        self.env.invalidate_all()
        run.with_user(self.director).action_apply()
        self.env.invalidate_all()
        self.assertEqual(run.state, "applied")
        self.assertFalse(run.sudo().assessment_ids.filtered(lambda row: not row.is_applied))
        return run

    def test_a_suspended_account_gets_its_grade(self):
        self._apply_after(self.accounts["Small"].with_user(self.leader).action_suspend)
        self.assertEqual(self._get_grades(), {"Big": "A", "Middle": "B", "Small": False})
        self.assertEqual(self.accounts["Small"].state, "suspended")

    def test_an_ended_account_stays_as_it_is(self):
        self._apply_after(lambda: self.accounts["Small"].sudo().write({"state": "ended"}))
        self.assertEqual(self.accounts["Small"].state, "ended")
        self.assertEqual(self._get_grades()["Small"], "B")

    def test_an_archived_account_gets_its_grade(self):
        self._apply_after(self.accounts["Small"].action_archive)
        self.assertEqual(self._get_grades()["Small"], False)

    def test_a_customer_that_was_proposed_meanwhile_is_not_proposed_again(self):
        self._apply_after(lambda: self._new_candidate(self.customers["Fresh"]))
        account = self.customers["Fresh"].sudo().key_account_ids
        self.assertEqual(len(account), 1)
        self.assertEqual(account.requested_grade_id, self.grade_a)

    def test_a_customer_that_was_merged_meanwhile_is_proposed_once(self):
        double = self._new_customer("Fresh too")

        def merge():
            self.env["base.partner.merge.automatic.wizard"]._merge(
                [double.id, self.customers["Fresh"].id], self.customers["Fresh"], extra_checks=False
            )

        self._new_order(double, 70, self.today)
        self._apply_after(merge)
        self.assertEqual(len(self.customers["Fresh"].sudo().key_account_ids), 1)

    def test_an_account_that_was_carried_over_by_a_merge_gets_its_grade(self):
        survivor = self._new_customer("Survivor")
        self._apply_after(lambda: self.env["base.partner.merge.automatic.wizard"]._merge(
            [survivor.id, self.customers["Small"].id], survivor, extra_checks=False
        ))
        self.assertEqual(self.accounts["Small"].partner_id, survivor)
        self.assertEqual(self._get_grades()["Small"], False)

    def test_a_customer_that_was_given_a_parent_does_not_block_the_run(self):
        parent = self._new_customer("Holding")
        self.customers["Fresh"].write({"is_company": False})
        self._apply_after(lambda: self.customers["Fresh"].write({"parent_id": parent.id}))
        self.assertEqual(self._get_grades(), {"Big": "A", "Middle": "B", "Small": False})
        self.assertFalse(self.customers["Fresh"].sudo().key_account_ids)

    def test_a_salesperson_of_another_company_does_not_block_the_run(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user("stranger", "sales_team.group_sale_salesman", company=elsewhere)
        self._apply_after(lambda: self.customers["Fresh"].write({"user_id": stranger.id}))
        account = self.customers["Fresh"].sudo().key_account_ids
        self.assertEqual(account.state, "candidate")
        self.assertFalse(account.manager_id)

    def test_a_customer_of_another_company_alone_does_not_block_the_run(self):
        """A scheme over all companies also counts customers that only another company may use."""
        elsewhere = self.env["res.company"].create({
            "name": "Elsewhere", "currency_id": self.company.currency_id.id,
        })
        self.env.user.company_ids += elsewhere
        theirs = self._new_customer("Theirs", company_id=elsewhere.id)
        self._new_order(theirs, 500, self.today, company=elsewhere)
        self.scheme.all_companies = True
        self._apply_after(lambda: None)
        self.assertEqual(self._get_grades()["Big"], "A")

    def test_the_result_of_a_scheme_is_what_it_was_when_computed(self):
        """What two people approved as a grade is not applied as something else."""
        self._apply_after(lambda: self.scheme.write({"target": "management_level"}))
        self.assertEqual(self._get_grades(), {"Big": "A", "Middle": "B", "Small": False})

    def test_thresholds_changed_afterwards_change_neither_run_nor_history(self):
        run = self._apply_after(lambda: self.grade_a.write({"threshold": 50}))
        self.assertEqual(self._get_grades()["Big"], "A")
        self.assertEqual(run.grade_line_ids.mapped("threshold"), [5, 1, 0])
        self.assertIn("A starts at 5 %", self._row(run, self.customers["Big"]).explanation)
        self.assertEqual(self.accounts["Big"].grade_history_ids.mapped("grade_id"), self.grade_a)


@tagged("post_install", "-at_install")
class TestThePastStays(GradedCase):
    """What has a history is not deleted, and is not told otherwise later."""

    def test_a_grade_or_a_scheme_with_a_history_is_not_deleted(self):
        run = self._apply_run(self._compute())
        with self.assertRaisesRegex(UserError, "stays in the history"), self.env.cr.savepoint():
            self.grade_b.with_user(self.director).unlink()
        with self.assertRaisesRegex(UserError, "so it stays"), self.env.cr.savepoint():
            self.scheme.with_user(self.director).unlink()
        with self.assertRaisesRegex(UserError, "stays on record"), self.env.cr.savepoint():
            run.with_user(self.director).unlink()
        with self.assertRaisesRegex(UserError, "kept for good"), self.env.cr.savepoint():
            self.accounts["Big"].grade_history_ids.sudo().unlink()
        self.scheme.active = False
        self.assertEqual(self._row(run, self.customers["Big"]).final_grade_id, self.grade_a)

    @mute_logger("odoo.sql_db")
    def test_a_grade_that_a_run_has_found_is_not_deleted(self):
        self._compute()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.grade_c.with_user(self.director).unlink()
            self.env.flush_all()

    def test_a_dimension_that_is_gone_keeps_its_name_in_the_rows(self):
        scheme = self.env.ref("key_account_mgmt.scheme_scoring")
        run = self._compute(scheme_id=scheme.id)
        lines = self._row(run, self.customers["Big"]).line_ids
        names = lines.mapped("name")
        self.assertTrue(all(names))
        first = lines[0].dimension_id
        scheme.write({"dimension_ids": [
            Command.delete(first.id),
            Command.create({"name": "Else", "metric": "assessor", "weight": first.weight}),
        ]})
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("name"), names)

    def test_computing_anew_keeps_what_people_have_entered(self):
        run = self._compute(kind="review")
        row = self._row(run, self.customers["Small"])
        row.with_user(self.leader).write({"comment": "Closed a plant.", "review_decision": "keep"})
        row.with_user(self.director).write({
            "final_grade_id": self.grade_b.id, "override_reason": "Strategic",
            "override_until": fields.Date.add(self.today, years=1),
        })
        run.action_compute()
        row = self._row(run, self.customers["Small"])
        self.assertEqual(row.comment, "Closed a plant.")
        self.assertEqual(row.review_decision, "keep")
        self.assertEqual(row.override_reason, "Strategic")

    def test_a_grade_that_was_lost_does_not_come_back_with_a_pause(self):
        """Only an admission gives the grade that was applied for, not every way to “active”."""
        account = self._new_applied(requested_grade_id=self.grade_a.id, partner=self._new_customer("Once"))
        account.with_user(self.leader).action_approve()
        account.with_user(self.executive).action_approve()
        self.assertEqual(account.grade_id, self.grade_a)
        self._apply_run(self._compute())
        self.assertFalse(account.grade_id)
        account.with_user(self.leader).action_suspend()
        account.with_user(self.leader).action_resume()
        self.env.invalidate_all()
        self.assertFalse(account.grade_id, "no run has given it back")

    def test_nobody_grades_his_own_active_account_by_a_pause(self):
        account = self._new_account()
        account.with_user(self.manager).requested_grade_id = self.grade_a
        account.with_user(self.leader).action_suspend()
        account.with_user(self.leader).action_resume()
        self.assertFalse(account.grade_id)

    def test_a_grade_of_another_scheme_is_not_applied_for(self):
        foreign = self.env.ref("key_account_mgmt.scheme_consumption_grade_a")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            account = self._new_applied(
                requested_grade_id=foreign.id, partner=self._new_customer("Cross")
            )
            account.with_user(self.leader).action_approve()
            account.with_user(self.executive).action_approve()
