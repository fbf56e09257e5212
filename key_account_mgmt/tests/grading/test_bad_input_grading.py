from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase
from .graded import GradedCase


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
