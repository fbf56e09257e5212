from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestMethods(KeyAccountCase):
    """What a run finds by each method, basis and period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = date(2026, 10, 31)
        cls.big = cls._new_customer("Big")
        cls.branch = cls.env["res.partner"].create({"name": "Branch of Big", "parent_id": cls.big.id})
        cls.middle = cls._new_customer("Middle")
        cls.small = cls._new_customer("Small")

    def _compute(self, scheme=None, **values):
        run = self._new_run(scheme_id=(scheme or self.scheme).id, **{"date_to": self.day, **values})
        run.action_compute()
        return run

    def _get_result(self, run):
        self.env.invalidate_all()
        return {
            row.partner_id.name: (row.sales_amount, row.final_grade_id.code or "", row.change)
            for row in run.sudo().assessment_ids
        }

    def _new_scheme(self, thresholds=((100, "A"), (10, "B")), **values):
        return self.env["key.account.grading.scheme"].create({
            "name": "Test", "method": "amount", "window_type": "lifetime",
            "grade_ids": [
                Command.create({"code": code, "name": code, "threshold": bound, "sequence": index})
                for index, (bound, code) in enumerate(thresholds)
            ],
            **values,
        })

    def test_g1_share_of_the_company_with_branches_and_bounds(self):
        self._new_order(self.big, 40, "2026-01-10")
        self._new_order(self.branch, 10, "2026-02-10")
        self._new_order(self.middle, 10, "2026-03-10")
        self._new_order(self.small, 9.99, "2026-03-10")
        rest = self._new_customer("Rest")
        self._new_order(rest, 930.01, "2026-05-01")
        run = self._compute()
        self.assertEqual(run.total_amount, 1000)
        self.assertEqual(self._get_result(run), {
            "Big": (50, "A", "new"), "Middle": (10, "B", "new"), "Rest": (930.01, "A", "new"),
        })
        row = self._row(run, self.big)
        self.assertEqual(row.order_count, 2)
        self.assertEqual(row.sales_share, 5)
        self.assertEqual(
            row.with_context(lang="en_US").explanation,
            "50.00 in 2 orders, 2025-11-01 to 2026-10-31, is 5.00 % of 1,000.00; A starts at 5 %.",
        )

    def test_g1_ordinary_is_for_those_with_growth_potential(self):
        self._new_order(self.big, 995, "2026-01-10")
        self._new_order(self.small, 5, "2026-01-10")
        account = self._new_candidate(partner=self.small, has_growth_potential=True)
        self.assertEqual(self._get_result(self._compute())["Small"], (5, "C", "new"))
        account.has_growth_potential = False
        self.assertNotIn("Small", self._get_result(self._compute()))

    def test_g2_consumption_bounds_are_inclusive_over_all_time_and_companies(self):
        scheme = self.env.ref("key_account_mgmt.scheme_consumption")
        store = self.env["res.company"].create({"name": "Store", "currency_id": self.company.currency_id.id})
        self._new_order(self.big, 1000000, "2001-05-05")
        self._new_order(self.big, 500000, "2026-10-31", company=store)
        self._new_order(self.middle, 1499999.99, "2020-01-01")
        self._new_order(self.small, 149999.99, "2020-01-01")
        result = self._get_result(self._compute(scheme))
        self.assertEqual(result, {"Big": (1500000, "A", "new"), "Middle": (1499999.99, "B", "new")})
        for code, amount in (("C", 800000), ("D", 500000), ("E", 150000)):
            customer = self._new_customer(code)
            self._new_order(customer, amount, "2026-01-01")
            self.assertEqual(self._get_result(self._compute(scheme))[code], (amount, code, "new"))

    def test_one_company_alone_where_the_scheme_says_so(self):
        store = self.env["res.company"].create({"name": "Store", "currency_id": self.company.currency_id.id})
        self._new_order(self.big, 60)
        self._new_order(self.big, 50, company=store)
        day = self.company._get_key_account_today()
        alone, summed = self._new_scheme(), self._new_scheme(all_companies=True)
        self.assertEqual(self._get_result(self._compute(alone, date_to=day))["Big"], (60, "B", "new"))
        self.assertEqual(self._get_result(self._compute(summed, date_to=day))["Big"], (110, "A", "new"))

    def test_companies_with_another_currency_count_at_the_rate_of_the_day(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        store = self.env["res.company"].create({"name": "Store", "currency_id": usd.id})
        self.env["res.currency.rate"].create([
            {"currency_id": usd.id, "company_id": self.company.id, "name": day, "rate": rate}
            for day, rate in (("2026-01-01", 0.2), ("2026-06-01", 0.1))
        ] + [
            {"currency_id": self.company.currency_id.id, "company_id": store.id, "name": day, "rate": rate}
            for day, rate in (("2026-01-01", 5), ("2026-06-01", 10))
        ])
        self._new_order(self.big, 10, "2026-02-02", company=store)
        self._new_order(self.big, 10, "2026-07-02", company=store)
        run = self._compute(self._new_scheme(all_companies=True))
        self.assertEqual(self._get_result(run)["Big"], (150, "A", "new"))
        action = self._row(run, self.big).action_open_evidence()
        entries = self.env[action["res_model"]].with_context(
            **action["context"], allowed_company_ids=(self.company | store).ids
        ).search(action["domain"])
        self.assertEqual(entries.mapped("amount"), [10, 10], "each in its company's own currency")
        self.assertEqual(sum(entries.mapped("counted_amount")), 150)
        self.assertEqual(entries.counted_currency_id, self.company.currency_id)

    def test_each_order_counts_at_its_own_rate_and_is_rounded_once(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create([
            {"currency_id": usd.id, "company_id": self.company.id, "name": day, "rate": rate}
            for day, rate in (("2026-01-01", 0.3), ("2026-06-01", 0.15))
        ])
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": usd.id})
        for day in ("2026-02-02", "2026-07-02"):
            order = self._new_order(self.big, 10, confirm=False, pricelist_id=pricelist.id)
            order.date_order = f"{day} 12:00:00"
            self.env["sale.order"].flush_model()
            order.action_confirm()
            order.date_order = f"{day} 12:00:00"
        rates = self.env["sale.order"].search([("partner_id", "=", self.big.id)]).mapped("currency_rate")
        self.assertEqual(sorted(round(rate, 2) for rate in rates), [0.15, 0.3])
        result = self._get_result(self._compute(self._new_scheme()))
        self.assertEqual(result["Big"], (100, "A", "new"), "33.333… + 66.666…, rounded once")

    def test_the_period_ends_with_the_run_and_days_are_the_companys(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        rolling = self._new_scheme(window_type="rolling", window_months=3)
        orders = {
            "2026-07-31 15:59:59": 1,    # 23:59:59 of 31 July in Shanghai: before
            "2026-07-31 16:00:00": 10,   # midnight of 1 August: in
            "2026-10-31 15:59:59": 100,  # the last second: in
            "2026-10-31 16:00:00": 1000,  # 1 November: after
        }
        for moment, amount in orders.items():
            self._new_order(self.big, amount).date_order = moment
        run = self._compute(rolling)
        self.assertEqual(run.date_from, date(2026, 8, 1))
        self.assertEqual(self._get_result(run)["Big"], (110, "A", "new"))
        row = self._row(run, self.big)
        entries = self.env["key.account.ledger.entry"].search(row._get_evidence_domain())
        self.assertEqual(sum(entries.mapped("amount")), 110)

    def test_a_year_and_all_the_time(self):
        self._new_order(self.big, 30, "2025-10-31")
        self._new_order(self.big, 20, "2025-11-01")
        year = self._compute(self._new_scheme(window_type="year"))
        self.assertEqual((year.date_from, self._get_result(year)["Big"][0]), (date(2025, 11, 1), 20))
        lifetime = self._compute(self._new_scheme())
        self.assertEqual((lifetime.date_from, self._get_result(lifetime)["Big"][0]), (False, 50))

    def test_with_tax_where_the_scheme_says_so(self):
        tax = self.env["account.tax"].with_company(self.company).create({
            "name": "13 %", "amount": 13, "company_id": self.company.id,
            "country_id": self.company.country_id.id or self.env.ref("base.cn").id,
            "tax_group_id": self.env["account.tax.group"].create({
                "name": "VAT", "company_id": self.company.id,
                "country_id": self.company.country_id.id or self.env.ref("base.cn").id,
            }).id,
        })
        order = self._new_order(self.big, 100, confirm=False)
        order.order_line.tax_ids = tax
        order.action_confirm()
        day = self.company._get_key_account_today()
        for tax_included, expected in ((False, 100), (True, 113)):
            run = self._compute(self._new_scheme(tax_included=tax_included), date_to=day)
            self.assertEqual(self._get_result(run)["Big"][0], expected)
            action = self._row(run, self.big).action_open_evidence()
            entries = self.env[action["res_model"]].with_context(**action["context"]).search(action["domain"])
            self.assertEqual(sum(entries.mapped("counted_amount")), expected)

    def test_imported_history_counts_where_the_scheme_says_so(self):
        self._new_order(self.big, 60, "2026-01-01")
        self.env["key.account.sales.history"].create([
            {"partner_id": self.branch.id, "company_id": self.company.id, "date": "2026-01-02", "amount": 50},
            {"partner_id": self.branch.id, "company_id": self.company.id, "date": "2026-01-02", "amount": 0},
        ])
        with_history = self._compute(self._new_scheme())
        self.assertEqual(self._get_result(with_history)["Big"], (110, "A", "new"))
        row = self._row(with_history, self.big)
        self.assertEqual((row.history_amount, row.order_count), (50, 3))
        self.assertIn("of which 50.00 imported", row.with_context(lang="en_US").explanation)
        without = self._compute(self._new_scheme(include_history=False))
        self.assertEqual(self._get_result(without)["Big"], (60, "B", "new"))

    def test_g3_by_judgement_people_choose_and_the_clauses_are_there(self):
        scheme = self.env.ref("key_account_mgmt.scheme_relationship")
        account = self._new_account(self.big, scheme_id=scheme.id)
        run = self._compute(scheme)
        row = self._row(run, self.big)
        self.assertFalse(row.final_grade_id)
        self.assertIn("Judged", row.with_context(lang="en_US").explanation)
        grade = self.env.ref("key_account_mgmt.scheme_relationship_grade_a")
        row.with_user(self.leader).final_grade_id = grade
        self.assertEqual(row.change, "new")
        self._apply_run(run)
        self.assertEqual(account.grade_id, grade)

    def test_g5_scores_metrics_and_assessors_points(self):
        scheme = self._new_scheme(
            thresholds=((80, "A"), (50, "B")), method="score", window_type="year",
            dimension_ids=[
                Command.create({"name": "Value", "metric": "sales", "weight": 50, "band_ids": [
                    Command.create({"lower": 100, "points": 100}),
                    Command.create({"lower": 10, "points": 60}),
                ]}),
                Command.create({"name": "Influence", "metric": "assessor", "weight": 50}),
            ],
        )
        self._new_account(self.big, scheme_id=scheme.id)
        self._new_order(self.big, 100, "2026-05-05")
        run = self._compute(scheme)
        row = self._row(run, self.big)
        self.assertEqual((row.score, row.final_grade_id.code), (50, "B"))
        line = row.line_ids.filtered(lambda line: line.metric == "assessor")
        self.assertFalse(line.has_points)
        line.with_user(self.leader).points = 70
        self.assertEqual((row.score, row.final_grade_id.code), (85, "A"))
        explanation = row.with_context(lang="en_US").explanation
        self.assertEqual(
            explanation,
            "Score 85.00: Value 50 % × 100 points (measured: 100.00); Influence 50 % × 70 points; "
            "A starts at 80.",
        )
        run.action_compute()
        self.assertEqual(self._row(run, self.big).score, 85, "points given are kept")

    def test_metrics_measure_the_ledger(self):
        self._new_order(self.big, 50, "2024-11-01")
        self._new_order(self.big, 40, "2025-06-01")
        self._new_order(self.big, 100, "2026-01-01")
        self._new_order(self.big, 80, "2026-01-31")
        self._new_account(self.big, purchase_volume=720)
        run = self._compute(self._new_scheme(window_type="year"))
        sales = run.sudo()._get_sales()
        holders = run.sudo()._get_holders()
        values = run.sudo()._get_metric_values(
            {"sales", "growth", "order_count", "order_interval", "years", "wallet_share", "satisfaction"},
            [self.big.id], sales, holders,
        )
        value = {metric: found[self.big.id] for metric, found in values.items() if self.big.id in found}
        self.assertEqual(value["sales"], 180)
        self.assertEqual(value["growth"], 100, "180 after 90")
        self.assertEqual(value["order_count"], 2)
        self.assertEqual(value["order_interval"], 30)
        self.assertAlmostEqual(float(value["years"]), 2.0, 1)
        self.assertEqual(value["wallet_share"], 25)
        self.assertNotIn("satisfaction", value, "no data until a survey is answered")

    def test_g8_sets_the_management_level_and_no_grade(self):
        scheme = self.env.ref("key_account_mgmt.scheme_management_level")
        account = self._new_account(self.big, grade_id=self.grade_b.id)
        branch_account = self._new_account(self.middle)
        self._new_order(self.big, 200000000, "2026-05-05")
        self._new_order(self.middle, 100000000, "2026-05-05")
        self._apply_run(self._compute(scheme))
        self.assertEqual((account.management_level, branch_account.management_level), ("company", "branch"))
        self.assertEqual(account.grade_id, self.grade_b)
        self.assertEqual(account.scheme_id, self.scheme)


@tagged("post_install", "-at_install")
class TestBasis(KeyAccountCase):
    """Ordered, invoiced, collected: each in company currency, credit notes subtracted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.customer = cls._new_customer()
        cls.tax = cls.env["account.tax"].search([
            ("company_id", "=", cls.company.id), ("type_tax_use", "=", "sale"), ("amount", ">", 0),
        ], limit=1)
        cls.tax.amount = 25

    def _new_move(self, amount, day, move_type="out_invoice", currency=None):
        move = self.env["account.move"].with_company(self.company).create({
            "move_type": move_type,
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "invoice_date": day,
            "date": day,
            "currency_id": (currency or self.company.currency_id).id,
            "invoice_line_ids": [Command.create({
                "product_id": self.product.id, "price_unit": amount, "tax_ids": [Command.set(self.tax.ids)],
            })],
        })
        move.action_post()
        return move

    def _pay(self, move, amount, day):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount, "payment_date": day, "currency_id": move.currency_id.id})
        wizard._create_payments()

    def _get_amount(self, basis, date_from="2026-01-01", date_to="2026-12-31"):
        entries = self.env["key.account.ledger.entry"]
        sums = entries._sum_by_customer(
            basis, self.company, self.company.currency_id,
            date.fromisoformat(date_from), date.fromisoformat(date_to),
        )
        total = sums.get(self.customer.id)
        shown = entries.search([
            ("partner_id", "=", self.customer.id), ("kind", "=", basis),
            ("date", ">=", date_from), ("date", "<=", date_to),
        ])
        amount = round(float(total.amount), 2) if total else 0
        self.assertAlmostEqual(sum(shown.mapped("amount")), amount, 2, "the evidence adds up")
        return amount

    def test_invoiced_counts_posted_untaxed_less_credit_notes(self):
        self._new_move(1000, "2026-02-01")
        self._new_move(100, "2026-03-01", "out_refund")
        self._new_move(50, "2025-12-31")
        draft = self._new_move(7777, "2026-04-01")
        draft.button_draft()
        self.assertEqual(self._get_amount("invoiced"), 900)

    def test_collected_counts_payments_untaxed_in_proportion_by_their_date(self):
        invoice = self._new_move(1000, "2026-02-01")
        self.assertEqual(invoice.amount_total, 1250)
        self._pay(invoice, 625, "2026-03-01")
        self._pay(invoice, 250, "2027-01-15")
        self.assertEqual(self._get_amount("collected"), 500)
        self.assertEqual(self._get_amount("collected", date_to="2027-12-31"), 700)

    def test_a_credit_note_that_settles_an_invoice_collects_nothing(self):
        invoice = self._new_move(1000, "2026-02-01")
        refund = self._new_move(1000, "2026-03-01", "out_refund")
        (invoice | refund).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(invoice.payment_state, "paid" if invoice.payment_state == "paid" else "reversed")
        self.assertEqual(self._get_amount("collected"), 0)

    def test_money_paid_back_is_subtracted(self):
        self._pay(self._new_move(1000, "2026-02-01"), 1250, "2026-02-10")
        self._pay(self._new_move(200, "2026-03-01", "out_refund"), 250, "2026-03-10")
        self.assertEqual(self._get_amount("collected"), 800)

    def test_exchange_differences_collect_nothing(self):
        # the chart of accounts has brought its own company currency along
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create([
            {"currency_id": euro.id, "company_id": self.company.id, "name": day, "rate": rate}
            for day, rate in (("2026-01-01", 0.2), ("2026-03-01", 0.25))
        ])
        invoice = self._new_move(100, "2026-02-01", currency=euro)
        self.assertEqual(self._get_amount("invoiced"), 500)
        self._pay(invoice, 125, "2026-03-10")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._get_amount("collected"), 400, "125 EUR at 0.25 are 500 with tax")

    def test_a_run_by_each_basis(self):
        self._new_order(self.customer, 300)
        invoice = self._new_move(200, self.company._get_key_account_today().isoformat())
        self._pay(invoice, 125, self.company._get_key_account_today())
        for basis, expected, word in (
            ("ordered", 300, "orders"), ("invoiced", 200, "invoices"), ("collected", 100, "payments"),
        ):
            scheme = self.env["key.account.grading.scheme"].create({
                "name": basis, "method": "amount", "basis": basis, "window_type": "year",
                "grade_ids": [Command.create({"code": "A", "name": "A", "threshold": 1})],
            })
            run = self._new_run(scheme_id=scheme.id)
            run.action_compute()
            row = self._row(run, self.customer)
            self.assertEqual(row.sales_amount, expected, basis)
            self.assertIn(f"in 1 {word}", row.with_context(lang="en_US").explanation)
            self.assertFalse(row.has_ledger_moved)
