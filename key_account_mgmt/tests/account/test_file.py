from datetime import timedelta

import openpyxl
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from ...models.account.key_account_completeness import ITEMS
from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestFile(KeyAccountCase):
    """F2-F4, F8: the customer file, how complete it is and how old."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer("Works", street="1 Harbour Road")
        cls.account = cls._new_account(cls.customer)

    def _fill(self, account):
        account.with_user(self.manager).write({
            "zip": "310000", "phone": "0571", "email": "x@example.com", "vat": "91330100",
            "industry_id": self.env["res.partner.industry"].create({"name": "Hydraulics"}).id,
            "unit_nature": "private", "unit_scale": "large", "main_products": "Pumps", "reputation": "good",
            "total_assets": 1, "shareholders": "Family", "customer_source": "Head office",
            "customer_kind": "direct", "star_tag": "star", "payment_mode": "progress",
            "funding_nature": "own", "funding_status": "in_place", "credit_grade": "a",
            "credit_performance": "Good", "credit_payment": "Good", "credit_price_level": "Middle",
            "credit_project_ability": "Strong", "purchase_volume": 1, "growth_plans": "A plant",
            "stakeholder_ids": [Command.create({"name": "Ms Li", "decision_power": 50})],
            "competitor_ids": [Command.create({"name": "Rival"})],
            "project_ids": [Command.create({"name": "Line 2"})],
            "agreement_ids": [Command.create({"name": "Frame", "date_from": "2026-01-01"})],
        })

    # === THE CUSTOMER'S OWN RECORD === #

    def test_address_and_the_like_are_the_customers_own(self):
        self.assertEqual(self.account.street, "1 Harbour Road")
        self.account.with_user(self.manager).phone = "0571-1"
        self.assertEqual(self.customer.phone, "0571-1")
        self.customer.phone = "0571-2"
        self.assertEqual(self.account.phone, "0571-2")

    @mute_logger("odoo.sql_db")
    def test_percentages_and_numbers_that_cannot_be_are_refused(self):
        for vals in ({"advance_degree": 101}, {"advance_degree": -1}, {"employee_count": -1}):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.account.write(vals)
                self.env.flush_all()

    def test_the_file_stays_open_while_the_application_is_decided_on(self):
        account = self._new_applied()
        account.with_user(self.manager).write({"reputation": "good", "credit_grade": "a"})
        self.assertEqual(account.reputation, "good")

    def test_the_clerk_reads_and_does_not_write(self):
        self.env.invalidate_all()
        account = self.account.with_user(self.clerk)
        self.assertEqual(account.read(["street"])[0]["street"], "1 Harbour Road")
        with self.assertRaises(AccessError):
            account.write({"reputation": "good"})

    # === COMPLETENESS === #

    def test_the_weights_add_up_to_a_hundred_and_name_fields(self):
        self.assertEqual(sum(item.weight for item in ITEMS), 100)
        for item in ITEMS:
            self.assertIn(item.name, self.env["key.account"]._fields)

    def test_completeness_goes_from_what_the_customer_record_holds_to_a_hundred(self):
        self.assertEqual(self.account.completeness, 4)
        self.assertIn("Phone (3 %)", self.account.missing_items)
        self.assertIn("Credit Assessment: Credit Grade (5 %)", self.account.missing_items)
        self.assertNotIn("Street", self.account.missing_items)
        self._fill(self.account)
        self.assertEqual(self.account.completeness, 100)
        self.assertFalse(self.account.missing_items)

    def test_each_item_counts_by_its_weight(self):
        self._fill(self.account)
        for item in ITEMS:
            if item.name == "decision_power_total":
                continue
            with self.subTest(item=item.name), self.env.cr.savepoint() as savepoint:
                value = self.account[item.name]
                lost = item.weight + (6 if item.name == "stakeholder_ids" else 0)
                if item.name.endswith("_ids"):
                    value.sudo().unlink()
                else:
                    self.account.write({item.name: False})
                self.assertEqual(self.account.completeness, 100 - lost)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_archived_parts_do_not_count(self):
        self._fill(self.account)
        self.account.stakeholder_ids.action_archive()
        self.assertEqual(self.account.completeness, 86)
        self.account.competitor_ids.action_archive()
        self.assertEqual(self.account.completeness, 81)

    def test_the_customers_record_counts_wherever_it_is_changed(self):
        self.customer.write({"phone": "0571", "vat": "91330100"})
        self.assertEqual(self.account.completeness, 11)
        self.assertEqual(self.env["key.account"].search([("completeness", ">=", 11)]), self.account)

    def test_completeness_tells_no_content(self):
        account = self._new_account(self._new_customer("Veil"), confidentiality="confidential")
        account.with_user(self.manager).write({"credit_grade": "aaa"})
        self.env.invalidate_all()
        row = account.with_user(self.clerk).read(["completeness", "missing_items", "credit_grade"])[0]
        self.assertEqual(row["completeness"], 5)
        self.assertFalse(row["credit_grade"])
        self.assertNotIn("Credit Grade", row["missing_items"])

    # === UPKEEP === #

    def _set_old(self):
        self.account.sudo().write({"file_updated_on": "2026-01-01 00:00:00"})

    def test_every_change_of_the_file_counts_as_an_update(self):
        person = self.env["key.account.stakeholder"].create({"account_id": self.account.id, "name": "Ms Li"})
        contact = self.env["res.partner"].create({"name": "Ms Li", "parent_id": self.customer.id})
        project = self.env["key.account.project"].create({
            "account_id": self.account.id, "name": "Line 2",
            "milestone_ids": [Command.create({"name": "x", "deadline": "2026-01-01"})],
        })
        for what, method in (
            ("field", lambda: self.account.write({"reputation": "good"})),
            ("sensitive field", lambda: self.account.write({"credit_grade": "a"})),
            ("customer", lambda: self.customer.write({"phone": "1"})),
            ("contact", lambda: contact.write({"phone": "1"})),
            ("person", lambda: person.write({"note": "x"})),
            ("private life", lambda: person.write({"hobbies": "Chess"})),
            ("project", project.action_start),
            ("milestone", lambda: project.milestone_ids.write({"done_date": "2026-01-01"})),
            ("new competitor", lambda: self.env["key.account.competitor"].create(
                {"account_id": self.account.id, "name": "Rival"})),
            ("a person less", person.unlink),
        ):
            self._set_old()
            method()
            with self.subTest(what=what):
                self.assertGreater(str(self.account.file_updated_on), "2026-01-02")
        note = "x"
        for what, method in (
            ("order", lambda: self._new_order(self.customer, 1)),
            ("activity", lambda: self.account.activity_schedule("mail.mail_activity_data_todo")),
            ("note", lambda: self.account.message_post(body=note)),
        ):
            self._set_old()
            method()
            with self.subTest(what=what):
                self.assertEqual(self.account.file_updated_on.month, 1)
        with self.assertRaises(AccessError):
            self.account.with_user(self.director).write({"file_updated_on": fields.Datetime.now()})

    def test_a_file_grows_old_after_so_many_days(self):
        now = self.account.file_updated_on
        accounts = self.env["key.account"]
        with freeze_time(now + timedelta(days=180)):
            self.env.invalidate_all()
            self.assertFalse(self.account.is_file_stale)
        with freeze_time(now + timedelta(days=180, minutes=1)):
            self.env.invalidate_all()
            self.assertTrue(self.account.is_file_stale)
            self.assertEqual(accounts.search([("is_file_stale", "=", True)]), self.account)
            self.assertFalse(accounts.search([("is_file_stale", "=", False)]))
            self.company.key_account_stale_days = 0
            self.env.invalidate_all()
            self.assertFalse(self.account.is_file_stale)
            self.assertFalse(accounts.search([("is_file_stale", "=", True)]))
        self.company.key_account_stale_days = 180
        self.account.sudo().state = "ended"
        with freeze_time(now + timedelta(days=999)):
            self.env.invalidate_all()
            self.assertFalse(self.account.is_file_stale)

    def test_the_template_brings_the_file_along(self):
        template = self.env["key.account"].get_import_templates()[0]["template"]
        with file_open(template.lstrip("/"), "rb") as stream:
            header, row, *_rest = openpyxl.load_workbook(stream).active.values
        values = {name: cell for name, cell in zip(header, row) if "/" not in name and cell}
        known = ("partner_id", "state", "number", "scheme_id", "grade_id", "team_id", "manager_id")
        file_values = {name: str(cell) for name, cell in values.items() if name not in known}
        self.assertGreaterEqual(len(file_values), 15)
        self._new_customer("Imported")
        result = self.env["key.account"].with_user(self.director).load(
            ["partner_id", "state", "team_id", "manager_id", *file_values],
            [["Imported", "active", "East", self.manager.name, *file_values.values()]],
        )
        self.assertFalse(result["messages"])
        account = self.env["key.account"].browse(result["ids"])
        self.assertEqual(account.partner_id.street, values["street"])
        self.assertEqual((account.unit_nature, account.credit_limit), ("private", 500000))

    def test_a_wrong_value_in_the_list_of_customers_is_named(self):
        self._new_customer("Imported")
        result = self.env["key.account"].with_user(self.director).load(
            ["partner_id", "state", "team_id", "manager_id", "unit_nature"],
            [["Imported", "active", "East", self.manager.name, "pirates"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("pirates", result["messages"][0]["message"])


@tagged("post_install", "-at_install")
class TestDealings(KeyAccountCase):
    """F10: orders, invoices and payments in order of time, and what is still open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.customer = cls._new_customer("Works")
        cls.account = cls._new_account(cls.customer)
        cls.today = cls.company._get_key_account_today()

    def _invoice(self, amount, due, move_type="out_invoice", currency=None):
        invoice = self.env["account.move"].create({
            "move_type": move_type, "partner_id": self.customer.id, "invoice_date": self.today,
            "invoice_date_due": due, "invoice_payment_term_id": False,
            "currency_id": (currency or self.company.currency_id).id,
            "invoice_line_ids": [Command.create({
                "product_id": self.product.id, "price_unit": amount, "tax_ids": False,
            })],
        })
        invoice.action_post()
        return invoice

    def test_what_is_open_and_overdue_is_summed_in_company_currency(self):
        late = self._invoice(1000, fields.Date.subtract(self.today, days=1))
        self._invoice(500, self.today)
        self._invoice(200, self.today, move_type="out_refund")
        self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": self.customer.id, "invoice_date": self.today,
            "invoice_line_ids": [Command.create({"product_id": self.product.id, "price_unit": 7})],
        })
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create({
            "currency_id": euro.id, "company_id": self.company.id, "name": "2020-01-01",
            "rate": 0.1,
        })
        self._invoice(10, self.today, currency=euro)
        self.env.invalidate_all()
        self.assertEqual(self.account.receivable_amount, 1000 + 500 - 200 + 100)
        self.assertEqual(self.account.overdue_amount, 1000)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=late.ids
        ).create({"amount": 400, "payment_date": self.today})._create_payments()
        self.env.invalidate_all()
        self.assertEqual(self.account.overdue_amount, 600)
        action = self.account.with_user(self.manager).action_open_receivables()
        entries = self.env["key.account.ledger.entry"].with_user(self.manager).search(
            [*action["domain"], ("residual", "!=", 0)]
        )
        self.assertEqual(sum(entries.mapped("residual")), self.account.receivable_amount)
        self.assertEqual(set(entries.mapped("kind")), {"invoiced"})

    def test_dealings_come_in_order_of_time(self):
        self._new_order(self.customer, 300, "2026-01-05")
        self._invoice(300, self.today)
        action = self.account.with_user(self.clerk).action_open_dealings()
        entries = self.env["key.account.ledger.entry"].with_user(self.clerk).search(action["domain"])
        self.assertEqual(entries.mapped("kind"), ["invoiced", "ordered"])
        self.assertFalse(entries[1].residual)

    def test_who_does_not_see_the_account_does_not_see_its_receivables(self):
        self._invoice(300, self.today)
        self.env.invalidate_all()
        account = self.account.with_user(self.other_manager)
        for method in (account.action_open_dealings, account.action_open_receivables,
                       account.action_open_people, account.action_open_insights):
            with self.assertRaises(AccessError):
                method()
        self.assertFalse(self.env["key.account.ledger.entry"].with_user(self.other_manager).search(
            [("residual", "!=", 0)]
        ))
