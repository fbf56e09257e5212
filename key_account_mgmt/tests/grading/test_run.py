from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestRun(KeyAccountCase):
    """From computing to applying, and what stays of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_key_account_today()
        names = ("Riser", "Steady", "Faller", "Leaver", "Newcomer")
        cls.customers = {name: cls._new_customer(name) for name in names}
        for name, amount in zip(names, (100, 100, 20, 0.5, 80)):
            cls._new_order(cls.customers[name], amount, cls.today)
        cls._new_order(cls._new_customer("Rest"), 699.5, cls.today)
        cls.accounts = {
            name: cls._new_account(cls.customers[name], grade_id=grade.id)
            for name, grade in (
                ("Riser", cls.grade_b), ("Steady", cls.grade_a), ("Faller", cls.grade_a),
                ("Leaver", cls.grade_b),
            )
        }

    def _compute(self, **values):
        run = self._new_run(**values)
        run.action_compute()
        return run

    def _get_changes(self, run):
        self.env.invalidate_all()
        return {row.partner_id.name: row.change for row in run.sudo().assessment_ids}

    def test_new_up_same_down_out(self):
        run = self._compute()
        self.assertEqual(self._get_changes(run), {
            "Riser": "up", "Steady": "same", "Faller": "down", "Leaver": "out", "Newcomer": "new",
            "Rest": "new",
        })
        self.assertEqual(run.grade_line_ids.mapped("customer_count"), [4, 1, 0])
        self.assertEqual(run.grade_line_ids.mapped("previous_count"), [2, 2, 0])
        self.assertEqual(sum(run.grade_line_ids.mapped("sales_amount")), 999.5)

    def test_applying_sets_grade_code_history_and_makes_candidates(self):
        run = self._apply_run(self._compute())
        self.assertEqual(run.state, "applied")
        grades = {name: account.grade_id.code for name, account in self.accounts.items()}
        self.assertEqual(grades, {"Riser": "A", "Steady": "A", "Faller": "B", "Leaver": False})
        self.assertTrue(self.accounts["Faller"].code.startswith("B-"))
        self.assertEqual(self.accounts["Leaver"].code, self.accounts["Leaver"].number)
        self.assertEqual({account.state for account in self.accounts.values()}, {"active"})
        for name, account in self.accounts.items():
            self.assertEqual(account.grade_history_ids.mapped("run_id"), run, name)
            self.assertEqual(len(account.grade_history_ids), 2, name)
        candidate = self.customers["Newcomer"].key_account_ids
        self.assertEqual((candidate.state, candidate.requested_grade_id), ("candidate", self.grade_a))
        self.assertFalse(candidate.grade_id)
        self.assertIn("8.00 %", candidate.desk_survey)

    def test_director_then_executive_decide(self):
        run = self._compute()
        for user in (self.director, self.executive):
            with self.assertRaises(UserError):
                run.with_user(user).action_approve()
        run.action_submit()
        self.assertEqual(run.state, "submitted")
        self.assertEqual(run.activity_ids.user_id, self.director)
        for user in (self.leader, self.executive, self.clerk, self.manager, self.assistant):
            with self.subTest(user=user.name), self.assertRaises(UserError):
                run.with_user(user).action_approve()
        run.with_user(self.director).action_approve()
        self.assertEqual(run.state, "reviewed")
        with self.assertRaises(UserError):
            run.with_user(self.director).action_approve()
        self.assertEqual(run.activity_ids.user_id, self.executive)
        run.with_user(self.executive).action_approve()
        self.assertEqual(run.state, "approved")
        for user in (self.clerk, self.leader):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                run.with_user(user).action_apply()
        run.with_user(self.executive).action_apply()
        self.assertEqual(run.state, "applied")

    def test_a_state_is_never_written_past_a_decision(self):
        run = self._compute()
        for user in (self.clerk, self.director):
            for state in ("submitted", "reviewed", "approved", "applied"):
                with self.subTest(user=user.name, state=state), self.assertRaises(UserError):
                    run.with_user(user).write({"state": state})

    def test_sent_back_and_submitted_again(self):
        run = self._compute()
        run.action_submit()
        run.with_user(self.director).action_approve()
        run.with_user(self.executive)._decline("returned", "Look at Faller again.")
        self.assertEqual(run.state, "computed")
        run.action_compute()
        run.action_submit()
        self.assertEqual(run.state, "submitted")
        self.assertIn("Director", run.waiting_for, "both approvals are due again")

    def test_leaders_comment_the_rows_of_their_departments(self):
        run = self._compute()
        run.action_submit()
        row = self._row(run, self.customers["Faller"])
        row.with_user(self.leader).comment = "A plant was closed."
        for user in (self.other_leader, self.manager, self.clerk, self.executive):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                row.with_user(user).write({"comment": "x"})
        with self.assertRaises(AccessError):
            row.with_user(self.leader).write({"final_grade_id": self.grade_a.id})
        seen = self.env["key.account.assessment"].with_user(self.other_leader).search(
            [("run_id", "=", run.id)]
        )
        self.assertFalse(seen)

    def test_an_exception_has_reason_approver_and_end_and_holds_until_then(self):
        run = self._compute()
        row = self._row(run, self.customers["Faller"]).with_user(self.director)
        until = fields.Date.add(self.today, months=8)
        row.write({
            "final_grade_id": self.grade_a.id, "override_reason": "Strategic", "override_until": until,
        })
        self.assertEqual((row.change, row.override_user_id), ("same", self.director))
        self._apply_run(run)
        self.assertEqual(row.sudo().override_approver_id, self.executive, "not its own author")
        account = self.accounts["Faller"]
        self.assertEqual((account.grade_id, account.grade_valid_until), (self.grade_a, until))
        within = self._compute(date_to=fields.Date.add(self.today, months=6))
        self.assertEqual(self._row(within, self.customers["Faller"]).final_grade_id, self.grade_a)
        self.assertIn("Strategic", self._row(within, self.customers["Faller"]).explanation)
        after = self._compute(date_to=fields.Date.add(until, days=1))
        self.assertEqual(self._row(after, self.customers["Faller"]).change, "down")

    def test_what_was_computed_is_not_rewritten_by_the_scheme(self):
        run = self._apply_run(self._compute())
        before = run.sudo().assessment_ids.mapped("explanation")
        self.grade_a.threshold = 50
        self.assertEqual(run.grade_line_ids.mapped("threshold"), [5, 1, 0])
        self.assertEqual(run.sudo().assessment_ids.mapped("explanation"), before)
        self.assertEqual(self.accounts["Riser"].get_grade_on(self.today), self.grade_a)

    def test_the_grade_on_a_date(self):
        account = self.accounts["Riser"]
        self.env.cr.execute(
            "UPDATE key_account_grade_history SET date_from = '2026-01-01' WHERE account_id = %s",
            (account.id,),
        )
        self._apply_run(self._compute())
        for day, grade in (
            ("2025-12-31", self.grade_a.browse()), ("2026-01-01", self.grade_b), (self.today, self.grade_a),
        ):
            self.assertEqual(account.get_grade_on(fields.Date.to_date(day)), grade, day)

    def test_evidence_adds_up_and_both_figures_show_when_the_ledger_moves(self):
        run = self._compute()
        for row in run.sudo().assessment_ids:
            action = row.action_open_evidence()
            entries = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(round(sum(entries.mapped("amount")), 2), row.sales_amount)
            self.assertEqual(len(entries), row.order_count)
            self.assertFalse(row.has_ledger_moved)
        self._new_order(self.customers["Riser"], 11, self.today)
        self.env.invalidate_all()
        row = self._row(run, self.customers["Riser"])
        self.assertTrue(row.has_ledger_moved)
        self.assertEqual((row.sales_amount, row.current_sales_amount), (100, 111))

    def test_the_evidence_opens_the_documents(self):
        run = self._compute()
        row = self._row(run, self.customers["Riser"])
        entry = self.env["key.account.ledger.entry"].search(row._get_evidence_domain())
        action = entry.action_open_document()
        order = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((order._name, order.partner_id), ("sale.order", self.customers["Riser"]))
        self.env.invalidate_all()
        told = entry.with_user(self.clerk).action_open_document()
        self.assertEqual(told["tag"], "display_notification", "the clerk reads figures, and no orders")
        self.assertIn(order.name, told["params"]["message"])

    def test_a_review_gives_verdicts_and_only_an_approved_one_ends_an_account(self):
        run = self._compute(kind="review")
        rows = {row.partner_id.name: row for row in run.sudo().assessment_ids}
        self.assertEqual(rows["Faller"].review_decision, "intensify")
        self.assertEqual(rows["Steady"].review_decision, "keep")
        self.assertFalse(rows["Leaver"].review_decision, "people judge the one that falls out")
        with self.assertRaisesRegex(UserError, "needs a verdict"):
            run.action_submit()
        rows["Leaver"].with_user(self.leader).review_decision = "terminate"
        self._apply_run(run)
        self.assertEqual(self.accounts["Leaver"].state, "ended")
        self.assertEqual(self.accounts["Steady"].state, "active")
        self.assertEqual(self.accounts["Faller"].activity_ids.user_id, self.manager)

    def test_termination_is_proposed_for_one_account(self):
        action = self.accounts["Steady"].with_user(self.leader).action_propose_termination()
        run = self.env["key.account.grading.run"].browse(action["res_id"])
        self.assertEqual(run.sudo().assessment_ids.partner_id, self.customers["Steady"])
        self._apply_run(run.with_user(self.leader))
        self.assertEqual(self.accounts["Steady"].state, "ended")
        self.assertFalse(self.accounts["Steady"].grade_id)

    def test_another_scheme_leaves_its_result_beside_the_effective_grade(self):
        """X9: one result per scheme, one effective grade."""
        scheme = self.env.ref("key_account_mgmt.scheme_consumption").copy({"name": "Mine"})
        scheme.grade_ids = [
            Command.update(grade.id, {"threshold": bound})
            for grade, bound in zip(scheme.grade_ids.sorted("sequence"), (50, 40, 30, 20, 10))
        ]
        account = self.accounts["Riser"]
        self._apply_run(self._compute(scheme_id=scheme.id))
        self.assertEqual(account.grade_id, self.grade_b, "the account follows its own scheme")
        history = self.env["key.account.grade.history"]._get_grades_on(account, scheme, self.today)
        self.assertEqual(history[account.id].grade_id.code, "A")

    def test_changing_the_question_forgets_the_answer(self):
        run = self._compute()
        run.date_to = fields.Date.subtract(self.today, days=400)
        self.assertEqual(run.state, "draft")
        self.assertFalse(run.sudo().assessment_ids)
        run = self._compute()
        run.action_reset()
        self.assertFalse(run.sudo().assessment_ids)

    def test_a_pricelist_is_offered_and_never_applied_silently(self):
        pricelist = self.env["product.pricelist"].create({"name": "A prices"})
        self.grade_a.pricelist_id = pricelist
        self._apply_run(self._compute())
        account = self.accounts["Riser"]
        self.assertNotEqual(self.customers["Riser"].property_product_pricelist, pricelist)
        self.assertTrue(account.is_pricelist_offered)
        with self.assertRaises(AccessError):
            account.with_user(self.leader).action_apply_pricelist()
        account.with_user(self.director).action_apply_pricelist()
        self.assertEqual(
            self.customers["Riser"].with_company(self.company).property_product_pricelist, pricelist
        )

    def test_open_leads_follow_the_applied_run(self):
        lead = self.env["crm.lead"].create({"name": "x", "partner_id": self.customers["Riser"].id})
        self.assertEqual(lead.key_account_grade_id, self.grade_b)
        self._apply_run(self._compute())
        self.assertEqual(lead.key_account_grade_id, self.grade_a)


@tagged("post_install", "-at_install")
class TestSimulation(KeyAccountCase):
    """What if A started at 3 %: who would move, and the revenue of each grade."""

    def test_movers_and_revenue_and_nothing_is_saved(self):
        today = self.company._get_key_account_today()
        for name, amount in (("Four", 40), ("Two", 20), ("Rest", 940)):
            self._new_order(self._new_customer(name), amount, today)
        counts = {
            model: self.env[model].search_count([])
            for model in ("key.account.grading.run", "key.account.assessment", "key.account")
        }
        simulation = self.env["key.account.grading.simulation"].with_user(self.director).create({
            "scheme_id": self.scheme.id, "company_id": self.company.id, "date_to": today,
        })
        simulation.grade_line_ids[0].new_threshold = 3
        simulation.action_simulate()
        self.assertEqual(simulation.grade_line_ids.mapped("customer_count"), [1, 2, 0])
        self.assertEqual(simulation.grade_line_ids.mapped("new_customer_count"), [2, 1, 0])
        self.assertEqual(simulation.grade_line_ids.mapped("sales_amount"), [940, 60, 0])
        self.assertEqual(simulation.grade_line_ids.mapped("new_sales_amount"), [980, 20, 0])
        self.assertEqual(simulation.mover_ids.partner_id.mapped("name"), ["Four"])
        self.assertEqual(simulation.mover_ids.change, "up")
        self.assertEqual(self.grade_a.threshold, 5)
        for model, count in counts.items():
            self.assertEqual(self.env[model].search_count([]), count, model)

    def test_bounds_have_to_descend(self):
        simulation = self.env["key.account.grading.simulation"].with_user(self.director).create({
            "scheme_id": self.scheme.id, "company_id": self.company.id,
        })
        simulation.grade_line_ids[0].new_threshold = 1
        with self.assertRaisesRegex(UserError, "below the one before"):
            simulation.action_simulate()
