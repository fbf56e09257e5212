from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestBadScheme(KeyAccountCase):
    """A scheme that contradicts itself is refused in words, when it is saved."""

    def _assert_refused(self, record, vals, message):
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            record.write(vals)
            self.env.flush_all()

    def test_a_threshold_that_does_not_descend_is_refused_one_by_one(self):
        self._assert_refused(self.grade_b, {"threshold": 5}, r"B at 5.*start below")
        self._assert_refused(self.grade_b, {"threshold": 6}, "start below")
        self._assert_refused(self.grade_a, {"threshold": 1}, "start below")
        self._assert_refused(self.grade_c, {"threshold": -1}, "0 or more")
        self._assert_refused(self.grade_a, {"sequence": 99}, "start below")
        self.grade_a.threshold = 6
        self.grade_b.threshold = 5.5
        self.assertEqual(self.scheme.grade_ids.mapped("threshold"), [6, 5.5, 0])

    def test_thresholds_swapped_in_one_write_are_refused(self):
        self._assert_refused(self.scheme, {"grade_ids": [
            Command.update(self.grade_a.id, {"threshold": 1}),
            Command.update(self.grade_b.id, {"threshold": 5}),
        ]}, "Grade A starts at 1.* B at 5")
        self.assertEqual(self.scheme.grade_ids.mapped("threshold"), [5, 1, 0])

    def test_thresholds_that_pass_each_other_on_the_way_are_saved_in_one_write(self):
        self.scheme.write({"grade_ids": [
            Command.update(self.grade_a.id, {"threshold": 0.8}),
            Command.update(self.grade_b.id, {"threshold": 0.5}),
        ]})
        self.assertEqual(self.scheme.grade_ids.mapped("threshold"), [0.8, 0.5, 0])

    def test_thresholds_swapped_in_the_form_are_refused_on_saving(self):
        with self.assertRaisesRegex(ValidationError, "start below"), self.env.cr.savepoint():
            with Form(self.scheme) as form:
                with form.grade_ids.edit(0) as grade:
                    grade.threshold = 1
                with form.grade_ids.edit(1) as grade:
                    grade.threshold = 5

    def test_two_grades_with_one_threshold_are_refused_in_a_new_scheme(self):
        grades = [
            Command.create({"code": code, "name": code, "sequence": index, "threshold": threshold})
            for index, (code, threshold) in enumerate((("A", 5), ("B", 5)))
        ]
        with self.assertRaisesRegex(ValidationError, "start below"), self.env.cr.savepoint():
            self.env["key.account.grading.scheme"].create(
                {"name": "Even", "method": "amount", "grade_ids": grades}
            )

    @mute_logger("odoo.sql_db")
    def test_letters_are_unique_and_letters(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.grade_b.code = "A"
            self.env.flush_all()
        unused = self.env["key.account.grade"].create({
            "scheme_id": self.env.ref("key_account_mgmt.scheme_business_size").id,
            "code": "Z", "name": "Last", "sequence": 99,
        })
        for code in ("a", "1", "甲", "é", "-", " ", "", False):
            with self.subTest(code=code):
                self._assert_refused(unused, {"code": code}, "A to Z")

    def test_the_letter_of_a_grade_that_customers_hold_stays(self):
        self._new_account(grade_id=self.grade_b.id)
        self._assert_refused(self.grade_b, {"code": "X"}, "Make a new grade")

    def test_a_window_has_a_length(self):
        for months in (0, -1, -12):
            with self.subTest(months=months):
                self._assert_refused(
                    self.scheme, {"window_type": "rolling", "window_months": months}, "no length"
                )
        self._assert_refused(self.scheme, {"window_type": "rolling", "window_months": 99999}, ".")

    def test_weights_make_a_hundred(self):
        scheme = self.env.ref("key_account_mgmt.scheme_scoring")
        value = self.env.ref("key_account_mgmt.scheme_scoring_value")
        influence = self.env.ref("key_account_mgmt.scheme_scoring_influence")
        self._assert_refused(value, {"weight": 20}, "add up to 90 %; they have to make 100 %")
        self._assert_refused(value, {"weight": 40}, "add up to 110 %")
        self._assert_refused(
            scheme, {"dimension_ids": [Command.update(value.id, {"weight": 29.99})]}, "99.99 %"
        )
        self._assert_refused(scheme, {"dimension_ids": [Command.delete(value.id)]}, "add up to 70 %")
        with mute_logger("odoo.sql_db"):
            for weight, rest in ((0, 45), (-5, 50)):
                with self.subTest(weight=weight), self.assertRaisesRegex(IntegrityError, "weight_range"):
                    with self.env.cr.savepoint():
                        scheme.write({"dimension_ids": [
                            Command.update(value.id, {"weight": weight}),
                            Command.update(influence.id, {"weight": rest}),
                        ]})
                        self.env.flush_all()
        scheme.write({"dimension_ids": [
            Command.update(value.id, {"weight": 20}), Command.update(influence.id, {"weight": 25}),
        ]})
        self.assertEqual(scheme.total_weight, 100)

    def test_a_dimension_is_not_deleted_out_of_the_hundred(self):
        value = self.env.ref("key_account_mgmt.scheme_scoring_value")
        with self.assertRaisesRegex(UserError, "100 %"), self.env.cr.savepoint():
            value.unlink()

    def test_a_score_without_dimensions_is_refused(self):
        self._assert_refused(self.scheme, {"method": "score"}, "add up to 0 %")

    @mute_logger("odoo.sql_db")
    def test_bands_do_not_overlap_and_give_at_most_a_hundred(self):
        value = self.env.ref("key_account_mgmt.scheme_scoring_value")
        for vals, message in (
            ({"lower": value.band_ids[0].lower, "points": 50}, "lower_unique"),
            ({"lower": 77, "points": 101}, "points_range"),
            ({"lower": 77, "points": -1}, "points_range"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(IntegrityError, message):
                with self.env.cr.savepoint():
                    value.write({"band_ids": [Command.create(vals)]})
                    self.env.flush_all()
        self._assert_refused(value, {"band_ids": [Command.clear()]}, "from which value on")

    @mute_logger("odoo.sql_db")
    def test_past_sales_are_not_negative_and_zero_is_legal(self):
        vals = {
            "partner_id": self._new_customer().id, "company_id": self.company.id, "date": "2020-01-01",
        }
        history = self.env["key.account.sales.history"]
        with self.assertRaisesRegex(IntegrityError, "amount_not_negative"), self.env.cr.savepoint():
            history.create({**vals, "amount": -1})
        rows = history.create([{**vals, "amount": 0}, {**vals, "amount": 0}])
        self.assertEqual(len(rows), 2, "equal rows are kept")


class GradedCase(KeyAccountCase):
    """Three accounts of 100, 30 and 0.5 among sales of 1000, graded A, B, and B to be lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_key_account_today()
        cls.customers = {
            name: cls._new_customer(name) for name in ("Big", "Middle", "Small", "Fresh", "Rest")
        }
        for name, amount in (("Big", 100), ("Middle", 30), ("Small", 0.5), ("Fresh", 60), ("Rest", 809.5)):
            cls._new_order(cls.customers[name], amount, cls.today)
        cls.accounts = {
            name: cls._new_account(cls.customers[name], grade_id=grade.id)
            for name, grade in (("Big", cls.grade_a), ("Middle", cls.grade_b), ("Small", cls.grade_b))
        }

    @classmethod
    def _compute(cls, **values):
        run = cls._new_run(**values)
        run.action_compute()
        return run

    def _get_grades(self):
        self.env.invalidate_all()
        return {name: account.grade_id.code for name, account in self.accounts.items()}


@tagged("post_install", "-at_install")
class TestBadLedger(GradedCase):
    """What cannot be counted is refused with a way out; nothing is graded by it."""

    def test_an_empty_ledger_grades_nobody(self):
        for method, scheme in (
            ("share", self.scheme), ("amount", self.env.ref("key_account_mgmt.scheme_consumption")),
            ("score", self.env.ref("key_account_mgmt.scheme_scoring")),
        ):
            run = self._new_run(scheme_id=scheme.id, date_to="1999-12-31")
            with self.subTest(method=method):
                with self.assertRaisesRegex(UserError, "no sales of Rainbow Bearings"):
                    run.action_compute()
                self.assertEqual((run.state, len(run.sudo().assessment_ids)), ("draft", 0))

    def test_a_failed_computation_keeps_the_rows_of_the_one_before(self):
        run = self._compute()
        before = run.sudo().assessment_ids
        self.env["sale.order"].search([]).with_context(disable_cancel_warning=True)._action_cancel()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            run.action_compute()
        self.env.invalidate_all()
        self.assertEqual(run.sudo().assessment_ids, before)

    def test_a_ledger_with_a_negative_total_divides_by_nothing(self):
        self.env["sale.order"].search([("partner_id", "!=", self.customers["Big"].id)]).state = "cancel"
        self._new_order(self.customers["Rest"], -500, self.today)
        run = self._new_run()
        with self.assertRaisesRegex(UserError, "nothing to grade by"):
            run.action_compute()
        amount = self._compute(scheme_id=self.env.ref("key_account_mgmt.scheme_consumption").id)
        self.assertEqual(amount.total_amount, -400)

    def test_an_order_without_a_rate_is_named(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        order = self._new_order(
            self.customers["Middle"], 10, self.today, pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, euro)
        run = self._new_run()
        self.env.flush_all()
        for rate in (0, None, -1):
            self.env.cr.execute(
                "UPDATE sale_order SET currency_rate = %s WHERE id = %s", [rate, order.id]
            )
            self.env.invalidate_all()
            with self.subTest(rate=rate), self.assertRaisesRegex(UserError, order.name):
                run.action_compute()

    def test_an_archived_customer_is_graded_like_any_other(self):
        self.customers["Fresh"].active = False
        self.accounts["Middle"].partner_id.active = False
        self.accounts["Big"].active = False
        run = self._compute()
        self.assertEqual(self._row(run, self.customers["Fresh"]).change, "new")
        self.assertEqual(self._row(run, self.customers["Middle"]).change, "same")
        self.assertEqual(self._row(run, self.customers["Big"]).account_id, self.accounts["Big"])
        self._apply_run(run)
        self.assertEqual(self._get_grades(), {"Big": "A", "Middle": "B", "Small": False})
        candidate = self.env["key.account"].search([("partner_id", "=", self.customers["Fresh"].id)])
        self.assertEqual(candidate.state, "candidate")

    def test_a_scheme_without_grades_computes_nothing(self):
        scheme = self.env["key.account.grading.scheme"].create({"name": "Bare", "method": "amount"})
        with self.assertRaisesRegex(UserError, "no grades yet"):
            self._compute(scheme_id=scheme.id)


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


@tagged("post_install", "-at_install")
class TestBadException(GradedCase):
    """Another grade than the figures say: with a reason, an end, and an approver who is someone else."""

    def _except(self, row, user=None, **values):
        row.with_user(user or self.director).write({
            "final_grade_id": self.grade_b.id,
            "override_reason": "Strategic",
            "override_until": fields.Date.add(self.today, years=1),
            **values,
        })

    def test_reason_and_end_are_asked_for(self):
        row = self._row(self._compute(), self.customers["Small"])
        for missing in ({"override_reason": False}, {"override_until": False}, {"override_reason": ""}):
            with self.subTest(missing=missing), self.assertRaisesRegex(ValidationError, "give a reason"):
                self._except(row, **missing)
        foreign = self.env.ref("key_account_mgmt.scheme_consumption_grade_a")
        with self.assertRaisesRegex(ValidationError, "own scheme"):
            self._except(row, final_grade_id=foreign.id)

    def test_the_end_lies_after_the_run_and_after_today(self):
        row = self._row(self._compute(), self.customers["Small"])
        for days in (0, -1, -400):
            with self.subTest(days=days), self.assertRaisesRegex(ValidationError, "end after"):
                self._except(row, override_until=fields.Date.add(self.today, days=days))
        last_year = fields.Date.subtract(self.today, months=6)
        self._new_order(self.customers["Rest"], 5, last_year)
        row = self._row(self._compute(date_to=last_year), self.customers["Big"])
        with self.assertRaises(ValidationError):
            self._except(row, override_until=fields.Date.subtract(self.today, months=1))

    def test_the_author_does_not_approve_his_own_exception(self):
        run = self._compute()
        row = self._row(run, self.customers["Small"])
        self._except(row)
        run.action_submit()
        run.with_user(self.director).action_approve()
        self.assertFalse(row.override_approver_id)
        run.with_user(self.executive).action_approve()
        self.assertEqual(row.override_approver_id, self.executive)

    def test_the_owner_does_not_approve_the_exception_for_his_account(self):
        self.accounts["Small"].manager_id = self.executive
        run = self._compute()
        row = self._row(run, self.customers["Small"])
        self._except(row)
        run.action_submit()
        run.with_user(self.director).action_approve()
        with self.assertRaisesRegex(UserError, "has no approver"), self.env.cr.savepoint():
            run.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        self.assertEqual(run.state, "reviewed")
        run.with_user(self.executive2).action_approve()
        self.assertEqual(run.state, "approved")

    def test_an_exception_that_is_changed_needs_a_new_approver(self):
        run = self._compute()
        row = self._row(run, self.customers["Small"])
        second = self._new_user("director2", "key_account_mgmt.group_key_account_director")
        self._except(row)
        run.action_submit()
        run.with_user(second).action_approve()
        self.assertEqual(row.override_approver_id, second)
        with self.assertRaisesRegex(UserError, "past the point"):
            self._except(row, final_grade_id=self.grade_a.id)
        run.with_user(self.executive)._decline("returned", "Why?")
        self._except(row, final_grade_id=self.grade_a.id)
        self.assertFalse(row.override_approver_id)

    def test_only_the_director_makes_exceptions(self):
        row = self._row(self._compute(), self.customers["Small"])
        for login in ("leader", "other_leader", "manager", "clerk", "executive", "assistant"):
            user = self.users[login]
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._except(row, user=user)
        self.assertEqual(row.override_reason, False)


@tagged("post_install", "-at_install")
class TestBadPoints(GradedCase):
    """Points are given by those whose they are, where nothing measures, while the run is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scored = cls._compute(scheme_id=cls.env.ref("key_account_mgmt.scheme_scoring").id)
        cls.lines = cls._row(cls.scored, cls.customers["Big"]).line_ids
        cls.given = cls.lines.filtered(lambda line: line.metric == "assessor")[0]

    def test_points_out_of_range_are_refused(self):
        for points in (-0.01, 100.01, 101, -1):
            with self.subTest(points=points), self.assertRaises(UserError), self.env.cr.savepoint():
                self.given.with_user(self.leader).points = points
        for points in (0, 100, 55.5):
            self.given.with_user(self.leader).points = points
            self.assertEqual(self.given.points, points)

    def test_measured_points_are_not_given(self):
        measured = self.lines.filtered(lambda line: line.metric != "assessor")[0]
        for user in (self.leader, self.director):
            with self.subTest(user=user.name), self.assertRaisesRegex(AccessError, "measured, not given"):
                measured.with_user(user).points = 50

    def test_points_are_given_by_the_leader_or_the_director(self):
        for user in (self.other_leader, self.manager, self.assistant, self.clerk, self.executive):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.given.with_user(user).points = 50
        for user in (self.leader, self.director):
            self.given.with_user(user).points = 50

    def test_points_are_closed_once_the_run_is_submitted(self):
        self.scored.action_submit()
        for user in (self.leader, self.director):
            with self.subTest(user=user.name), self.assertRaisesRegex(UserError, "past the point"):
                self.given.with_user(user).points = 50

    def test_the_summary_follows_the_points(self):
        """The table of grades that approvers read counts the rows as they are."""
        for line in self.lines.filtered(lambda line: line.metric == "assessor"):
            line.with_user(self.leader).points = 100
        self.env.invalidate_all()
        counted = {line.grade_id: line.customer_count for line in self.scored.grade_line_ids}
        rows = self.scored.sudo().assessment_ids.grouped("final_grade_id")
        self.assertEqual(counted, {grade: len(rows.get(grade, ())) for grade in counted})


@tagged("post_install", "-at_install")
class TestReview(GradedCase):
    """A verdict on every account; only an approved and applied one ends anything."""

    def test_a_review_without_verdicts_is_not_submitted(self):
        run = self._compute(kind="review")
        row = self._row(run, self.customers["Small"])
        self.assertFalse(row.review_decision, "one that loses its grade is left to people")
        with self.assertRaisesRegex(UserError, "needs a verdict"):
            run.action_submit()
        row.with_user(self.leader).review_decision = "keep"
        run.action_submit()
        self.assertEqual(run.state, "submitted")

    def test_terminate_ends_the_account_by_approval_and_application_alone(self):
        run = self._compute(kind="review")
        account = self.accounts["Small"]
        self._row(run, self.customers["Small"]).with_user(self.leader).review_decision = "terminate"
        self.assertEqual(account.state, "active")
        self._approve_run(run)
        self.assertEqual(account.state, "active")
        run.with_user(self.director).action_apply()
        self.env.invalidate_all()
        self.assertEqual(account.state, "ended")
        self.assertFalse(account.grade_id)
        self.assertEqual(account.code, account.number)
        self.assertFalse(account.grade_history_ids[0].grade_id)

    def test_a_grading_run_ends_no_account(self):
        """Without the review's verdict column nobody would see what he approves."""
        run = self._compute(kind="grading")
        row = self._row(run, self.customers["Small"])
        try:
            row.with_user(self.leader).review_decision = "terminate"
        except UserError:
            return
        self._apply_run(run)
        self.assertEqual(self.accounts["Small"].state, "active")

    def test_a_verdict_of_another_scheme_clears_the_grade_as_well(self):
        scheme = self.env.ref("key_account_mgmt.scheme_scoring")
        run = self._compute(kind="review", scheme_id=scheme.id)
        run.sudo().assessment_ids.review_decision = "keep"
        self._row(run, self.customers["Small"]).review_decision = "terminate"
        self._apply_run(run)
        account = self.accounts["Small"]
        self.assertEqual(account.state, "ended")
        self.assertEqual((account.grade_id.code, account.code), (False, account.number))

    def test_out_clears_the_grade_and_leaves_the_state(self):
        run = self._apply_run(self._compute())
        account = self.accounts["Small"]
        self.assertEqual(self._row(run, self.customers["Small"]).change, "out")
        self.assertEqual((account.state, account.grade_id.code), ("active", False))
        self.assertEqual(account.code, account.number)
        self.assertFalse(account.get_grade_on(self.today))

    def test_new_makes_a_candidate_that_gets_its_grade_at_admission(self):
        self.customers["Fresh"].user_id = self.manager
        self._apply_run(self._compute())
        account = self.customers["Fresh"].sudo().key_account_ids
        self.assertEqual((account.state, account.grade_id.code, account.number), ("candidate", False, False))
        self.assertEqual((account.team_id, account.manager_id), (self.team, self.manager))
        account = account.with_user(self.manager)
        with self.assertRaises(UserError):
            account.write({"state": "active"})
        account.write({
            "nominating_department": "market", "nominating_ground": "strong",
            "survey_date": self.today, "survey_user_id": self.manager.id, "survey_findings": "Big.",
            "application_reason": "Buys.",
        })
        account.action_start_survey()
        account.action_apply()
        account.with_user(self.leader).action_approve()
        self.assertFalse(account.grade_id)
        account.with_user(self.executive).action_approve()
        self.assertEqual((account.state, account.grade_id), ("active", self.grade_a))
        self.assertEqual(account.code, f"A-{account.number}")

    def test_termination_is_proposed_for_accounts_of_one_scheme(self):
        other = self._new_account(
            self._new_customer("Else"), scheme_id=self.env.ref("key_account_mgmt.scheme_consumption").id
        )
        both = (self.accounts["Small"] | other).with_user(self.leader)
        with self.assertRaisesRegex(UserError, "same scheme"):
            both.action_propose_termination()
        action = self.accounts["Small"].with_user(self.leader).action_propose_termination()
        run = self.env["key.account.grading.run"].browse(action["res_id"])
        self.assertEqual(run.sudo().assessment_ids.mapped("review_decision"), ["terminate"])
        self._apply_run(run.with_user(self.leader))
        self.assertEqual(self._get_grades()["Big"], "A")
        self.assertEqual(self.accounts["Small"].state, "ended")
        self.assertEqual(self.accounts["Big"].state, "active")
