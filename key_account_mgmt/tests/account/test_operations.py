from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 04:00:00")
class TestOperations(KeyAccountCase):
    """F2, annex 4: what a quarter brought by the books, and what the manager writes about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.account = cls._new_account(cls._new_customer("Works"))
        for amount, day in ((100, "2026-03-31"), (300, "2026-04-01"), (50, "2026-06-30"), (9, "2026-07-01")):
            cls._new_order(cls.account.partner_id, amount, day)
        orders = cls.env["sale.order"].search([("partner_id", "=", cls.account.partner_id.id)])
        cls.paid, cls.open = cls._invoice(orders[-1:], "2026-03-20"), cls._invoice(orders[2], "2026-05-02")
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=cls.paid.ids
        ).create({"payment_date": "2026-04-10"})._create_payments()
        cls.env.flush_all()

    @classmethod
    def _invoice(cls, order, day):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _as(self, login="manager"):
        self.env.invalidate_all()
        return self.account.with_user(self.users[login])

    def test_the_figures_are_those_of_the_quarter_from_its_first_day_to_its_last(self):
        account = self._as()
        self.assertEqual(account.operating_quarter, "2026, quarter 2")
        self.assertEqual(account.quarter_order_count, 2)
        self.assertEqual(account.quarter_ordered_amount, 350)
        self.assertEqual(account.quarter_invoiced_amount, self.open.amount_untaxed)
        self.assertEqual(account.quarter_open_amount, self.open.amount_residual)
        self.assertEqual(account.quarter_collected_amount, self.paid.amount_untaxed)
        account.operating_date = "2026-01-15"
        self.assertEqual(account.operating_quarter, "2026, quarter 1")
        self.assertEqual(account.quarter_ordered_amount, 100)
        self.assertEqual(account.quarter_open_amount, 0)

    def test_what_is_written_stays_with_the_quarter_in_which_it_was_written(self):
        self.assertFalse(self._as().operating_date)
        self._as().operating_summary = "We have kept our share."
        self.env.flush_all()
        with freeze_time("2026-08-01"):
            account = self._as()
            self.assertEqual(account.operating_quarter, "2026, quarter 2")
            account.write({"operating_date": "2026-08-01", "operating_plan": "Meet the new buyer."})
            self.assertEqual(self._as().operating_quarter, "2026, quarter 3")

    def test_what_was_written_before_is_kept_in_the_history(self):
        account = self._as().with_context(tracking_disable=False)
        account.operating_summary = "We have kept our share."
        self.env.flush_all()
        self.env.cr.flush()
        account.operating_summary = "We have lost a line."
        self.env.flush_all()
        self.env.cr.flush()
        values = self.account.message_ids.sudo().tracking_value_ids
        self.assertIn("We have kept our share.", values.mapped("old_value_text"))

    def test_it_is_an_update_of_the_file_and_written_by_those_who_work_for_the_account(self):
        self.account.sudo().file_updated_on = "2026-01-01 00:00:00"
        self._as().operating_plan = "Meet the new buyer."
        self.assertEqual(str(self.account.file_updated_on.date()), "2026-05-20")
        for login in ("clerk", "inspector", "executive", "manager2"):
            with self.subTest(role=login), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._as(login).operating_plan = "Mine"

    def test_the_print_shows_what_the_quarter_brought_and_nothing_of_another(self):
        self._fill_file(self.account)
        self.account.project_ids.write({"date_from": "2026-02-01", "date_to": "2026-04-02"})
        insights = self.env["key.account.insight"].with_user(self.manager)
        insights.create([
            {"account_id": self.account.id, "name": "A tender is coming", "date": "2026-06-30"},
            {"account_id": self.account.id, "name": "An old rumour", "date": "2026-03-31"},
        ])
        self.account.stakeholder_ids.last_met_date = "2026-05-19"
        account = self._as()
        parts = account._get_operating_parts()
        self.assertEqual([row["ordered"] for row in parts["quarters"]], [350, 100])
        self.assertEqual(
            set(parts["insights"].mapped("name")), {"A tender is coming", "A new plant is planned"}
        )
        self.assertEqual(parts["projects"].mapped("name"), ["Line 2"])
        self.assertEqual(parts["people"].mapped("name"), ["Ms Li"])
        account.operating_date = "2026-09-01"
        parts = self._as()._get_operating_parts()
        self.assertFalse(parts["insights"] or parts["projects"] or parts["people"])

    def test_the_screen_opens_and_prints(self):
        action = self._as().action_open_operations()
        self.assertEqual((action["res_model"], action["res_id"]), ("key.account", self.account.id))
        self.assertEqual(self._as().get_view(action["views"][0][0], "form")["model"], "key.account")
        report = self._as().action_print_operations()
        self.assertEqual(report["report_name"], "key_account_mgmt.report_key_account_operations")
