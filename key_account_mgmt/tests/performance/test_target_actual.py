from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase

TODAY = "2026-11-25 02:00:00"
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
QUARTER = (date(2026, 10, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTargetActual(KeyAccountCase):
    """What was reached is what the orders, payments and visits say, and can be opened (P6, X4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account(cls._new_customer("One"))
        cls.customer = cls.account.partner_id
        cls.other_account = cls._new_account(
            cls._new_customer("Other"), team_id=cls.other_team.id, manager_id=cls.other_manager.id
        )
        cls.targets = cls.env["key.account.target"]

    def _actuals(self, subjects, kind="sales", period=NOVEMBER):
        return self.targets._get_actuals(subjects, kind, *period)

    def _all_levels(self, kind="sales", period=NOVEMBER):
        """Return what the account, its manager, its department and the company reached."""
        return [
            self._actuals(subject, kind, period)[subject]
            for subject in (self.account, self.manager, self.team, self.company)
        ]

    def _pay(self, invoice, day, amount=None):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day, **({"amount": amount} if amount else {})})
        register._create_payments()

    def _invoice(self, amount, day, move_type="out_invoice", **values):
        if not self.company.chart_template:
            self.env["account.chart.template"].try_loading(
                "generic_coa", self.company, install_demo=False
            )
        move = self.env["account.move"].create({
            "move_type": move_type, "partner_id": self.customer.id, "invoice_date": day,
            "company_id": self.company.id,
            "invoice_line_ids": [Command.create({
                "product_id": self.product.id, "price_unit": amount, "tax_ids": False,
            })],
            **values,
        })
        move.action_post()
        return move

    # === SALES === #

    def test_confirmed_orders_of_the_period_count_on_each_level(self):
        self._new_order(self.customer, 100.5, "2026-11-01")
        self._new_order(self.customer, 200, "2026-11-30")
        self._new_order(self.customer, 4000, "2026-10-31")
        self._new_order(self.customer, 8000, "2026-12-01")
        self._new_order(self.customer, 16000, "2026-11-10", confirm=False)
        self.assertEqual(self._all_levels(), [Decimal("300.50")] * 4)
        self.assertEqual(self._actuals(self.other_team | self.team), {
            self.team: Decimal("300.50"), self.other_team: Decimal(0),
        })

    def test_an_order_counts_for_those_who_had_the_account_when_it_was_confirmed(self):
        self._new_order(self.customer, 100, "2026-11-10")
        self.account.with_user(self.director).write({
            "manager_id": self.other_manager.id, "team_id": self.other_team.id,
        })
        self._new_order(self.customer, 50, "2026-11-11")
        self.assertEqual(self._actuals(self.manager | self.other_manager), {
            self.manager: 100, self.other_manager: 50,
        })
        self.assertEqual(self._actuals(self.team | self.other_team), {self.team: 100, self.other_team: 50})
        self.assertEqual(self._actuals(self.account)[self.account], 150)

    def test_an_order_of_an_account_counts_for_its_manager_whoever_entered_it(self):
        self._new_order(
            self.customer, 100, "2026-11-10", user_id=self.other_manager.id, team_id=self.other_team.id
        )
        self.assertEqual(self._all_levels(), [100] * 4)
        self.assertEqual(self._actuals(self.other_manager)[self.other_manager], 0)
        self.assertEqual(self._actuals(self.other_team)[self.other_team], 0)

    def test_an_order_of_an_ordinary_customer_counts_for_its_salesperson(self):
        self._new_order(
            self._new_customer("Ordinary"), 70, "2026-11-10", user_id=self.manager.id, team_id=self.team.id
        )
        self.assertEqual(self._all_levels(), [0, 70, 70, 70])

    def test_orders_in_a_foreign_currency_count_at_their_own_rate(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create([
            {"currency_id": dollar.id, "company_id": self.company.id, "name": "2026-11-01", "rate": 0.125},
            {"currency_id": dollar.id, "company_id": self.company.id, "name": "2026-11-15", "rate": 0.25},
        ])
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": dollar.id})
        for day in ("2026-11-05", "2026-11-20"):
            with freeze_time(f"{day} 02:00:00"):
                self._new_order(self.customer, 100, day, pricelist_id=pricelist.id)
        self._new_order(self.customer, 10, "2026-11-20")
        self.assertEqual(self._all_levels(), [Decimal(800 + 400 + 10)] * 4)

    def test_an_order_without_a_rate_is_named_and_not_counted(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": dollar.id})
        order = self._new_order(self.customer, 100, "2026-11-05", pricelist_id=pricelist.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET currency_rate = 0 WHERE id = %s", [order.id])
        self.env.invalidate_all()
        target = self._new_target(approve=True)
        self.assertEqual((target.actual_amount, target.missing_rate_count), (0, 1))
        self.assertIn("no exchange rate", target.explanation)

    def test_a_person_in_two_departments_counts_for_each_what_he_did_there(self):
        elsewhere = self._new_account(self._new_customer("Else"), team_id=self.other_team.id)
        self._new_order(self.customer, 100, "2026-11-10")
        self._new_order(elsewhere.partner_id, 40, "2026-11-10")
        here = self._new_target(level="person", user_id=self.manager.id, approve=True)
        there = self._new_target(
            self.other_leader, level="person", user_id=self.manager.id, team_id=self.other_team.id,
            amount=500, approve=True,
        )
        self.assertEqual((here.actual_amount, there.actual_amount), (100, 40))
        self.assertEqual(
            self.targets._get_results(self.manager, "sales", *NOVEMBER)[self.manager], (1500, None, 140)
        )

    # === COLLECTION === #

    def test_payments_count_in_the_month_in_which_they_come_and_refunds_take_away(self):
        invoice = self._invoice(1000, "2026-10-15")
        self._pay(invoice, "2026-10-20", 400)
        self._pay(invoice, "2026-11-20", 600)
        self.assertEqual(self._all_levels("collection"), [600] * 4)
        self.assertEqual(self._all_levels("collection", QUARTER), [1000] * 4)
        refund = self._invoice(150, "2026-11-22", "out_refund")
        self._pay(refund, "2026-11-22")
        self.assertEqual(self._all_levels("collection"), [450] * 4)

    # === NEW CUSTOMERS === #

    def test_a_customer_is_new_in_the_period_of_his_first_ever_confirmed_order(self):
        self._new_order(self.customer, 1, "2026-11-10")
        self._new_order(self.customer, 1, "2026-11-20")
        old = self._new_customer("Old")
        self._new_order(old, 1, "2024-01-01", user_id=self.manager.id, team_id=self.team.id)
        self._new_order(old, 1, "2026-11-10", user_id=self.manager.id, team_id=self.team.id)
        known = self._new_customer("Known From History")
        self.env["key.account.sales.history"].create({
            "partner_id": known.id, "company_id": self.company.id, "date": "2020-01-01", "amount": 5,
        })
        self._new_order(known, 1, "2026-11-10", user_id=self.manager.id, team_id=self.team.id)
        contact = self.env["res.partner"].create({"name": "Ms Li", "parent_id": self.customer.id})
        self._new_order(contact, 1, "2026-11-02")
        self.assertEqual(self._all_levels("new_customers"), [1] * 4)
        self.assertEqual(
            self._all_levels("new_customers", (date(2026, 12, 1), date(2026, 12, 31))), [0] * 4
        )

    def test_a_new_customer_counts_for_whom_his_first_order_counts(self):
        customer = self._new_customer("Shared")
        self._new_order(customer, 1, "2026-11-02", user_id=self.manager.id, team_id=self.team.id)
        self._new_order(customer, 1, "2026-11-03", user_id=self.manager2.id, team_id=self.team.id)
        self.assertEqual(self._actuals(self.manager | self.manager2, "new_customers"), {
            self.manager: 1, self.manager2: 0,
        })

    def test_a_first_order_that_is_cancelled_makes_nobody_new(self):
        order = self._new_order(self.customer, 1, "2026-11-10")
        order._action_cancel()
        self.assertEqual(self._all_levels("new_customers"), [0] * 4)

    # === VISITS === #

    def test_visits_count_where_the_customer_was_seen(self):
        for kind, state in (
            ("outbound", "verified"), ("reception", "done"), ("online", "reported"), ("call", "verified"),
            ("outbound", "cancelled"),
        ):
            visit = self._new_held_visit(self.account, "2026-11-10", visit_type=kind)
            self.env.cr.execute("UPDATE key_account_visit SET state = %s WHERE id = %s", [state, visit.id])
            visit.invalidate_recordset()
        self._new_held_visit(self.account, "2026-10-10", visit_type="outbound")
        self.assertEqual(self._all_levels("visits"), [3] * 4)

    # === THE TARGET SHOWS IT === #

    def test_the_three_results_and_nothing_between_target_and_challenge(self):
        target = self._new_target(
            amount=100, challenge_amount=120, period_date="2026-10-01", approve=True
        )
        for amount, expected in ((99.99, "missed"), (0.01, "met"), (19.99, "met"), (0.01, "challenge")):
            self._new_order(self.customer, amount, "2026-10-10")
            self.env.invalidate_all()
            self.assertEqual(target.result, expected)
            self.assertEqual(
                self.targets._get_department_result(self.team, date(2026, 10, 1), date(2026, 10, 31)),
                expected,
            )

    def test_a_period_that_runs_is_not_missed_yet(self):
        target = self._new_target(amount=100, approve=True)
        self.assertFalse(target.result)
        self._new_order(self.customer, 100, "2026-11-10")
        self.env.invalidate_all()
        self.assertEqual(target.result, "met")

    def test_without_an_approved_target_there_is_no_result(self):
        self._new_target(amount=100)
        self.assertIs(self.targets._get_department_result(self.team, *NOVEMBER), False)
        self.assertEqual(
            self.targets._get_results(self.team, "sales", *NOVEMBER)[self.team], (None, None, 0)
        )

    def test_the_result_of_a_longer_period_comes_from_the_targets_that_fill_it(self):
        self._new_target(amount=5000, period_type="quarter", approve=True)
        for month, amount in (("2026-10-01", 100), ("2026-11-01", 200)):
            self._new_target(amount=amount, challenge_amount=300, period_date=month, approve=True)
        results = self.targets._get_results(self.team, "sales", *QUARTER)
        self.assertEqual(results[self.team][:2], (5000, None))
        self._new_target(amount=300, challenge_amount=400, period_date="2026-12-01", approve=True)
        results = self.targets._get_results(self.team, "sales", *QUARTER)
        self.assertEqual(results[self.team][:2], (600, 1000))

    def test_the_explanation_says_how_it_stands(self):
        target = self._new_target(amount=1000, challenge_amount=1200, approve=True)
        self._new_order(self.customer, 950, "2026-11-10")
        self.env.invalidate_all()
        self.assertEqual(target.attainment, 95)
        self.assertIn("950 in 1 confirmed orders", target.explanation)
        self.assertIn("is 95 % of 1,000", target.explanation)
        self.assertIn("50 are missing", target.explanation)

    def test_a_target_of_nothing_has_no_attainment(self):
        target = self._new_target(amount=0, approve=True)
        self.assertEqual((target.attainment, target.result), (0, False))
        self.assertIs(self.targets._get_department_result(self.team, *NOVEMBER), False)
        self.assertIn("nothing is to be reached", target.explanation)

    def _sum_evidence(self, target, user):
        action = target.with_user(user).action_open_evidence()
        records = self.env[action["res_model"]].with_user(user).search(action["domain"])
        is_money = target.kind in ("sales", "collection")
        return round(sum(records.mapped("amount")), 2) if is_money else len(records)

    def test_the_evidence_adds_up_to_the_figure(self):
        for amount in (0.1, 0.2, 1234.56):
            self._new_order(self.customer, amount, "2026-11-10")
        self._new_order(self.other_account.partner_id, 77, "2026-11-10")
        self._pay(self._invoice(1000, "2026-11-02"), "2026-11-03", 333.33)
        self._new_held_visit(self.account, "2026-11-04", visit_type="outbound")
        self._new_held_visit(self.account, "2026-11-05", visit_type="call")
        for kind in ("sales", "collection", "new_customers", "visits"):
            for values in (
                {"level": "company"}, {"level": "team"}, {"level": "person", "user_id": self.manager.id},
                {"level": "account", "account_id": self.account.id},
            ):
                with self.subTest(kind=kind, level=values["level"]):
                    target = self._new_target(self.director, kind=kind, amount=10, approve=True, **values)
                    self.assertTrue(target.actual_amount)
                    self.assertEqual(self._sum_evidence(target, self.director), target.actual_amount)

    def test_the_forecast_adds_open_opportunities_by_their_probability(self):
        def new_lead(**values):
            return self.env["crm.lead"].create({
                "name": "Line 2", "type": "opportunity", "partner_id": self.customer.id,
                "company_id": self.company.id, "user_id": self.manager.id, "team_id": self.team.id,
                "expected_revenue": 1000, "probability": 40, "date_deadline": "2026-11-30", **values,
            })

        new_lead()
        new_lead(date_deadline="2026-12-01")
        new_lead(date_deadline=False)
        lost = new_lead()
        lost.action_set_lost()
        self._new_order(self.customer, 100, "2026-11-10")
        for values in (
            {"level": "company"}, {"level": "team"}, {"level": "person", "user_id": self.manager.id},
            {"level": "account", "account_id": self.account.id},
        ):
            target = self._new_target(self.director, approve=True, **values)
            with self.subTest(level=values["level"]):
                self.assertEqual(target.forecast_amount, 500)
                self.assertIn("With 400 still expected", target.explanation)
                domain = target.action_open_pipeline()["domain"]
                self.assertEqual(len(self.env["crm.lead"].search(domain)), 1)

    def test_the_forecast_of_visits_adds_those_that_are_planned(self):
        visit = self.env["key.account.visit"].with_user(self.manager).create({
            "account_id": self.account.id, "visit_type": "online", "start": "2026-11-28 02:00:00",
        })
        visit.action_plan()
        target = self._new_target(kind="visits", amount=2, approve=True)
        self.assertEqual((target.actual_amount, target.forecast_amount), (0, 1))

    def _all_forecasts(self, kind):
        """Return what is expected on each level."""
        return [
            self._new_target(self.director, kind=kind, amount=10, approve=True, **values).forecast_amount
            for values in (
                {"level": "company"}, {"level": "team"}, {"level": "person", "user_id": self.manager.id},
                {"level": "account", "account_id": self.account.id},
            )
        ]

    def test_the_forecast_of_collection_adds_what_is_open_and_falls_due(self):
        self._invoice(1000, "2026-10-10", invoice_date_due="2026-11-28")
        self._invoice(4000, "2026-11-10", invoice_date_due="2026-12-01")
        part = self._invoice(200, "2026-11-02", invoice_date_due="2026-11-02")
        self._pay(part, "2026-11-05", 50)
        self.assertEqual(self._all_forecasts("collection"), [50 + 150 + 1000] * 4)

    def test_the_forecast_of_new_customers_adds_those_who_never_ordered_by_their_best_opportunity(self):
        def new_lead(partner, probability):
            self.env["crm.lead"].create({
                "name": "Line 2", "type": "opportunity", "partner_id": partner.id,
                "company_id": self.company.id, "user_id": self.manager.id, "team_id": self.team.id,
                "probability": probability, "date_deadline": "2026-11-30",
            })

        prospect = self._new_customer("Prospect")
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": prospect.id})
        new_lead(prospect, 40)
        new_lead(contact, 80)
        new_lead(self.customer, 90)
        known = self._new_customer("Known")
        self._new_order(known, 5, "2020-01-01")
        new_lead(known, 100)
        self.assertEqual(self._all_forecasts("new_customers"), [2, 2, 2, 1])

    # === AFTER THE CLOSE === #

    @contextmanager
    def _closed(self, target):
        """Go to December, after the nightly job."""
        with freeze_time("2026-12-01 02:00:00"):
            self._run_cron()
            self.assertEqual(str(target.closed_on), "2026-12-01")
            yield
            self.env.invalidate_all()

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("key_account_mgmt.ir_cron_key_account_target_close").method_direct_trigger()
        self.env.invalidate_all()

    def test_an_order_cancelled_after_the_close_moves_the_figure_and_both_are_shown(self):
        order = self._new_order(self.customer, 1000, "2026-11-10")
        target = self._new_target(amount=1000, approve=True)
        with self._closed(target):
            self.assertEqual((target.closed_amount, target.moved_amount), (1000, 0))
            order._action_cancel()
            self.env.invalidate_all()
            self.assertEqual((target.actual_amount, target.closed_amount), (0, 1000))
            self.assertEqual((target.moved_amount, target.result), (-1000, "missed"))
            self.assertIn("-1,000.00", target.explanation)
            self._run_cron()
            self.assertEqual(target.closed_amount, 1000, "it is kept once")

    def test_a_refund_after_the_close_shows_in_its_own_month(self):
        invoice = self._invoice(1000, "2026-11-10")
        self._pay(invoice, "2026-11-15")
        target = self._new_target(kind="collection", amount=1000, approve=True)
        with self._closed(target):
            refund = self._invoice(300, "2026-12-01", "out_refund")
            self._pay(refund, "2026-12-01")
            self.env.invalidate_all()
            self.assertEqual((target.actual_amount, target.moved_amount), (1000, 0))
            december = (date(2026, 12, 1), date(2026, 12, 31))
            self.assertEqual(self._actuals(self.team, "collection", december)[self.team], -300)

    def test_drafts_and_running_periods_are_not_closed(self):
        running = self._new_target(approve=True)
        draft = self._new_target(period_date="2026-10-01")
        self._run_cron()
        self.assertFalse((running | draft).filtered("closed_on"))

    # === SPEED === #

    def test_the_number_of_queries_does_not_grow_with_the_number_of_targets(self):
        def count(targets):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            targets.web_read({name: {} for name in (
                "actual_amount", "attainment", "forecast_amount", "result", "gap_amount", "explanation",
            )})
            return self.env.cr.sql_log_count - before

        users = [self._new_user(f"m{number}", "key_account_mgmt.group_key_account_manager")
                 for number in range(20)]
        made = self.targets
        for kind in ("sales", "collection", "new_customers", "visits"):
            for user in users:
                made |= self._new_target(self.director, kind=kind, level="person", user_id=user.id)
        few = made.filtered(lambda target: target.user_id in (users[0] | users[1]))
        count(few)
        self.assertEqual(len(made), 10 * len(few))
        self.assertLessEqual(count(made), count(few))
