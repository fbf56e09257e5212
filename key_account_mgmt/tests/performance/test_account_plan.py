import importlib.util
from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_work_report import ReportCase

PLAN = "key.account.plan"
MIGRATION = Path(__file__).parents[2] / "migrations" / "19.0.1.4.0" / "post-plans.py"


class PlanCase(ReportCase):

    @classmethod
    def _invoice(cls, order, day):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoice, day, amount=None):
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day, **({"amount": amount} if amount else {})})
        wizard._create_payments()

    @classmethod
    def _new_plan(cls, user=None, account=None, **values):
        return cls.env[PLAN].with_user(user or cls.manager).create({
            "account_id": (account or cls.account).id, "summary": "We have kept our share.",
            "plan": "Meet the new buyer.", **values,
        })

    @classmethod
    def _new_approved(cls, **values):
        plan = cls._new_plan(line_ids=[Command.create({
            "name": "Send samples", "user_id": cls.manager.id, "deadline": "2026-07-15", **values,
        })])
        plan.action_submit()
        plan.with_user(cls.leader).action_approve()
        return plan


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 04:00:00")
class TestAccountPlan(PlanCase):
    """F2, annex 4: a record for each quarter, with figures, the next plan and its actions."""

    # === FIGURES === #

    def test_the_figures_are_those_of_the_quarter_from_its_first_day_to_its_last(self):
        partner = self.account.partner_id
        orders = [
            self._new_order(partner, amount, day)
            for amount, day in (
                (100, "2026-03-31"), (300, "2026-04-01"), (50, "2026-06-30"), (9, "2026-07-01"),
            )
        ]
        paid = self._invoice(orders[0], "2026-03-20")
        still_open = self._invoice(orders[1], "2026-05-02")
        self._pay(paid, "2026-04-10")
        self._new_held_visit(self.account, "2026-05-04")
        self._new_held_visit(self.account, "2026-03-04")
        self.env["key.account.complaint"].with_user(self.manager).create({
            "name": "It leaks", "partner_id": partner.id, "company_id": self.company.id,
            "received_on": "2026-03-31 16:30:00",
        })
        self._answer(self._ask(self.account), [3] * 8)
        plan = self._as("manager", self._new_plan())
        self.assertEqual((plan.period, str(plan.date_from), str(plan.date_to)),
                         ("2026-Q2", "2026-04-01", "2026-06-30"))
        self.assertEqual((plan.order_count, plan.ordered_amount), (2, 350))
        self.assertEqual(plan.invoiced_amount, still_open.amount_untaxed)
        self.assertEqual(plan.open_amount, still_open.amount_residual)
        self.assertEqual(plan.collected_amount, paid.amount_untaxed)
        self.assertEqual((plan.visit_count, plan.complaint_count), (1, 1))
        self.assertEqual((plan.satisfaction_score, plan.satisfaction_count), (100, 1))
        before = self._as("manager", self._new_plan(date_from="2026-02-15"))
        self.assertEqual((before.ordered_amount, before.open_amount, before.satisfaction_count), (100, 0, 0))
        year = self._as("manager", self._new_plan(kind="year"))
        self.assertEqual((year.period, year.ordered_amount), ("2026", 459))

    def test_the_same_queries_for_one_plan_as_for_ten(self):
        plans = self._new_plan()
        for number in range(9):
            plans |= self._new_plan(account=self._new_graded(f"C{number}"))

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_env(self.env)._compute_figures()
            return self.env.cr.sql_log_count - before

        count(plans)
        self.assertLessEqual(count(plans), count(plans[:1]) + 3)

    # === APPROVAL AND ACTIONS === #

    def test_the_leader_approves_and_the_actions_become_activities(self):
        plan = self._new_plan(line_ids=[Command.create({
            "name": "Send samples", "user_id": self.manager.id, "deadline": "2026-07-15",
        })])
        line = plan.line_ids
        self.assertFalse(line.sudo().activity_ids, "nothing is in force yet")
        plan.action_submit()
        with self.assertRaises(UserError):
            self._as("manager", plan).action_approve()
        self._as("leader", plan).action_approve()
        activity = line.sudo().activity_ids
        self.assertEqual((activity.user_id, str(activity.date_deadline), activity.summary),
                         (self.manager, "2026-07-15", "Send samples"))
        activity.with_user(self.manager).action_feedback(feedback="They like them")
        self.assertEqual((line.state, line.result), ("done", "They like them"))

    def test_an_action_that_is_done_or_dropped_takes_its_activity_along(self):
        plan = self._new_approved()
        line = plan.line_ids
        self._as("manager", line).action_done()
        self.assertFalse(line.sudo().activity_ids)
        self._as("manager", line).action_reopen()
        self.assertEqual(len(line.sudo().activity_ids), 1)
        self._as("manager", line).action_drop()
        self.assertFalse(line.sudo().activity_ids)

    def test_nothing_is_changed_in_an_approved_plan_until_it_is_revised(self):
        plan = self._new_approved()
        for record, values in (
            (plan, {"plan": "Less"}), (plan, {"date_from": "2026-01-01"}),
            (plan.line_ids, {"deadline": "2027-01-01"}),
            (plan, {"line_ids": [Command.create({"name": "x", "deadline": "2026-07-01"})]}),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "no draft any more"), \
                    self.env.cr.savepoint():
                self._as("manager", record).write(values)
        with self.assertRaisesRegex(UserError, "no draft any more"):
            self._as("manager", plan).unlink()
        self._as("manager", plan).action_revise()
        self._as("manager", plan).plan = "More"
        self._as("manager", plan.line_ids).deadline = "2026-08-01"
        self.assertEqual(str(plan.line_ids.sudo().activity_ids.date_deadline), "2026-08-01")

    def test_the_manager_does_not_approve_what_somebody_else_submitted_for_his_account(self):
        account = self._new_graded("Leaders own", manager_id=self.leader.id)
        plan = self._new_plan(self.director, account)
        plan.action_submit()
        with self.assertRaisesRegex(UserError, "your own matter"):
            self._as("leader", plan).action_approve()

    def test_an_action_is_given_only_to_who_may_see_the_account(self):
        with self.assertRaisesRegex(UserError, "may not see this account"):
            self._new_plan(line_ids=[Command.create({
                "name": "x", "user_id": self.other_manager.id, "deadline": "2026-07-15",
            })])

    def test_actions_go_along_when_the_account_is_handed_over(self):
        plan = self._new_approved()
        kinds = {kind.key: kind for kind in self.env["key.account.handover"]._get_holding_kinds()}
        held = self.env["key.account.plan.line"].search(kinds["plan_line"].domain(self.manager, self.company))
        self.assertEqual(held, plan.line_ids)
        plan.line_ids.with_user(self.manager).action_done()
        self.assertFalse(self.env["key.account.plan.line"].search(
            kinds["plan_line"].domain(self.manager, self.company)
        ))

    # === BAD INPUT AND ROLES === #

    def test_an_account_has_one_plan_a_quarter(self):
        self._new_plan()
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "account_period_unique"):
            self._new_plan(date_from="2026-06-30")

    def test_an_empty_plan_is_not_submitted(self):
        with self.assertRaisesRegex(UserError, "Write the summary"):
            self._new_plan(summary=False, plan=" ").action_submit()

    def test_it_is_an_update_of_the_file_and_written_by_those_who_work_for_the_account(self):
        self.account.sudo().file_updated_on = "2026-01-01 00:00:00"
        plan = self._new_plan()
        self.assertEqual(str(self.account.file_updated_on.date()), "2026-05-20")
        for login in ("clerk", "inspector", "executive", "manager2"):
            with self.subTest(role=login), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._as(login, plan).plan = "Mine"
        for login in ("clerk", "inspector", "executive", "leader", "director"):
            self.assertTrue(self._as(login, plan).plan)

    # === THE PRINT === #

    def test_the_print_shows_what_the_quarter_brought_and_nothing_of_another(self):
        self._fill_file(self.account)
        self.account.project_ids.write({"date_from": "2026-02-01", "date_to": "2026-04-02"})
        self.env["key.account.insight"].with_user(self.manager).create([
            {"account_id": self.account.id, "name": "A tender is coming", "date": "2026-06-30"},
            {"account_id": self.account.id, "name": "An old rumour", "date": "2026-03-31"},
        ])
        plan = self._as("manager", self._new_approved())
        parts = plan._get_operating_parts()
        self.assertEqual(
            set(parts["insights"].mapped("name")), {"A tender is coming", "A new plant is planned"}
        )
        self.assertEqual(parts["projects"].mapped("name"), ["Line 2"])
        html, _format = self.env["ir.actions.report"].with_user(self.manager)._render_qweb_html(
            "key_account_mgmt.report_key_account_operations", plan.ids
        )
        html = html.decode() if isinstance(html, bytes) else str(html)
        for text in ("Annex 4", "2026-Q2", "2026-Q1", "We have kept our share.", "Meet the new buyer.",
                     "Send samples", "A tender is coming"):
            self.assertIn(text, html)
        self.assertNotIn("An old rumour", html)

    def test_the_button_of_the_file_opens_the_plans_and_prints(self):
        plan = self._new_plan()
        action = self._as("manager", self.account).action_open_operations()
        self.assertEqual(self.env[PLAN].with_user(self.manager).search(action["domain"]), plan)
        report = plan.action_print_operations()
        self.assertEqual(report["report_name"], "key_account_mgmt.report_key_account_operations")

    # === WHAT WAS WRITTEN BEFORE === #

    def test_the_texts_of_the_accounts_become_plans_once(self):
        spec = importlib.util.spec_from_file_location("post_plans", MIGRATION)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        empty = self._new_graded("Empty")
        self.env.flush_all()
        migration.migrate(self.env.cr, "19.0.1.2.0")
        self.assertFalse(self.env[PLAN].search([("account_id", "=", self.account.id)]), "no old columns")
        self.env.cr.execute("""
            ALTER TABLE key_account ADD COLUMN operating_summary text, ADD COLUMN operating_plan text,
                                    ADD COLUMN operating_date date
        """)
        self.env.cr.execute(
            "UPDATE key_account SET operating_summary = %s, operating_plan = %s, operating_date = %s"
            " WHERE id = %s",
            ("Orders are level", "Finish the trial", "2026-02-10", self.account.id),
        )
        for _turn in range(2):
            migration.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        plan = self.env[PLAN].search([("account_id", "in", (self.account | empty).ids)])
        self.assertEqual(len(plan), 1)
        self.assertEqual((plan.account_id, plan.period, plan.summary, plan.plan, plan.state),
                         (self.account, "2026-Q1", "Orders are level", "Finish the trial", "draft"))
        plan.with_user(self.manager).action_submit()
