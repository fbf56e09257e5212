from odoo.fields import Command
from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestDocuments(KeyAccountCase):
    """What leads, orders and invoices keep of the account, and when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.customer = cls._new_customer()
        cls.branch = cls.env["res.partner"].create({"name": "Branch", "parent_id": cls.customer.id})

    def _new_invoice(self, partner, amount=100):
        return self.env["account.move"].create({
            "move_type": "out_invoice",
            "company_id": self.company.id,
            "partner_id": partner.id,
            "invoice_date": "2026-02-01",
            "invoice_line_ids": [Command.create({
                "product_id": self.product.id, "price_unit": amount, "tax_ids": False,
            })],
        })

    def test_existing_documents_are_assigned_when_an_account_is_made(self):
        order = self._new_order(self.branch, 100)
        lead = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.branch.id})
        invoice = self._new_invoice(self.customer)
        bill = self.env["account.move"].create({"move_type": "in_invoice", "partner_id": self.customer.id})
        elsewhere = self._new_order(
            self.customer, 5, company=self.env["res.company"].create({"name": "Elsewhere"}), confirm=False
        )
        account = self._new_account(self.customer)
        for document in (order, lead, invoice):
            self.assertEqual(document.key_account_id, account, document._name)
        for document in (bill, elsewhere):
            self.assertFalse(document.key_account_id, document.display_name)

    def test_a_paid_invoice_opens_for_the_accounts_manager_who_reads_no_payments(self):
        self._new_account(self.customer)
        invoice = self._new_invoice(self.customer)
        invoice.invoice_user_id = self.manager
        invoice.action_post()
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.env.invalidate_all()
        as_manager = invoice.with_user(self.manager)
        self.assertFalse(payment.with_user(self.manager).has_access("read"))
        shown = as_manager.get_views([(self.env.ref("account.view_move_form").id, "form")])
        names = shown["models"]["account.move"]["fields"]
        values = as_manager.web_read({name: {} for name in names})[0]
        self.assertEqual((values["payment_count"], values["transaction_count"]), (1, 0))

    def test_new_documents_are_assigned_when_the_customer_is_set(self):
        account = self._new_account(self.customer)
        order = self._new_order(self.branch, 100, confirm=False)
        self.assertEqual(order.key_account_id, account)
        order.partner_id = self._new_customer("Other")
        self.assertFalse(order.key_account_id)

    def test_who_has_no_role_makes_documents_of_a_key_account(self):
        account = self._new_account(self.customer)
        invoicer = self._new_user("invoicer", "account.group_account_invoice")
        order = self.env["sale.order"].with_user(self.salesman).create({
            "partner_id": self.branch.id, "company_id": self.company.id, "user_id": self.salesman.id,
        })
        lead = self.env["crm.lead"].with_user(self.salesman).create({
            "name": "Lead", "partner_id": self.branch.id, "company_id": self.company.id,
            "user_id": self.salesman.id,
        })
        invoice = self.env["account.move"].with_user(invoicer).create({
            "move_type": "out_invoice", "partner_id": self.branch.id, "company_id": self.company.id,
        })
        for document in (order, lead, invoice):
            with self.subTest(model=document._name):
                self.assertEqual(document.sudo().key_account_id, account)

    def test_an_order_keeps_owner_and_grade_of_its_confirmation(self):
        account = self._new_account(self.customer, grade_id=self.grade_b.id)
        order = self._new_order(self.customer, 100, confirm=False)
        self.assertFalse(order.key_account_manager_id)
        order.action_confirm()
        account._set_grade(self.scheme, self.grade_a, "better")
        account.manager_id = self.manager2
        self.assertEqual(order.key_account_manager_id, self.manager)
        self.assertEqual(order.key_account_grade_id, self.grade_b)
        self.assertFalse(order.copy().key_account_grade_id)

    def test_an_invoice_keeps_owner_and_grade_of_its_posting(self):
        account = self._new_account(self.customer, grade_id=self.grade_b.id)
        invoice = self._new_invoice(self.customer)
        invoice.action_post()
        account._set_grade(self.scheme, self.grade_a, "better")
        self.assertEqual(invoice.key_account_manager_id, self.manager)
        self.assertEqual(invoice.key_account_grade_id, self.grade_b)

    def test_an_open_lead_follows_and_a_closed_one_keeps(self):
        account = self._new_account(self.customer, grade_id=self.grade_b.id)
        leads = self.env["crm.lead"].create([
            {"name": name, "partner_id": self.customer.id, "type": "opportunity"}
            for name in ("open", "won", "lost")
        ])
        leads[1].action_set_won()
        leads[2].action_set_lost()
        self.assertEqual(leads.key_account_grade_id, self.grade_b)
        account.manager_id = self.manager2
        account._set_grade(self.scheme, self.grade_a, "better")
        self.env["crm.lead"]._refresh_key_account_snapshots(account)
        self.assertEqual(leads[0].key_account_manager_id, self.manager2)
        self.assertEqual(leads[0].key_account_grade_id, self.grade_a)
        for lead in leads[1:]:
            self.assertEqual(lead.key_account_manager_id, self.manager, lead.name)
            self.assertEqual(lead.key_account_grade_id, self.grade_b, lead.name)

    def test_the_reports_know_the_account(self):
        account = self._new_account(self.customer, grade_id=self.grade_b.id)
        self._new_order(self.customer, 123)
        self._new_invoice(self.customer, 45).action_post()
        self.env.flush_all()
        for model, measure, expected in (
            ("sale.report", "price_subtotal", 123), ("account.invoice.report", "price_subtotal", 45),
        ):
            rows = self.env[model]._read_group(
                [("key_account_id", "=", account.id)],
                ["key_account_grade_id", "key_account_manager_id"], [f"{measure}:sum"],
            )
            self.assertEqual(rows, [(self.grade_b, self.manager, expected)], model)

    def test_the_partner_knows_account_grade_and_manager_in_the_company(self):
        account = self._new_account(self.customer, grade_id=self.grade_b.id)
        partners = self.env["res.partner"].with_user(self.manager).with_company(self.company)
        for partner in (self.customer, self.branch):
            seen = partner.with_user(self.manager).with_company(self.company)
            self.assertEqual(seen.key_account_id, account)
            self.assertEqual(seen.key_account_grade_id, self.grade_b)
            self.assertEqual(seen.key_account_manager_id, self.manager)
        both = self.customer | self.branch
        ids = [("id", "in", both.ids)]
        for domain in (
            [("key_account_id", "=", account.id)],
            [("key_account_grade_id", "=", self.grade_b.id)],
            [("key_account_manager_id", "=", self.manager.id)],
            [("key_account_id", "!=", False)],
        ):
            self.assertEqual(partners.search(domain + ids).sorted("id"), both.sorted("id"), domain)
        self.assertFalse(partners.search([*ids, ("key_account_id", "=", False)]))
        hidden = self.customer.with_user(self.manager2).with_company(self.company)
        self.assertFalse(hidden.key_account_id, "who may not see the account learns nothing of it")

    def test_secrecy_is_stored_on_the_customer_and_its_contacts(self):
        account = self._new_account(self.customer, confidentiality="secret")
        both = self.customer | self.branch
        self.assertEqual(both.mapped("key_account_is_secret"), [True, True])
        later = self.env["res.partner"].create({"name": "Later", "parent_id": self.customer.id})
        self.assertTrue(later.key_account_is_secret)
        account.with_user(self.director).confidentiality = "internal"
        self.assertEqual((both | later).mapped("key_account_is_secret"), [False] * 3)

    def test_a_contact_that_changes_its_company_takes_its_documents_along(self):
        loner = self._new_customer("Loner", is_company=False)
        order = self._new_order(loner, 100)
        account = self._new_account(self.customer)
        self.assertFalse(order.key_account_id)
        loner.parent_id = self.customer
        self.assertEqual(order.key_account_id, account)

    def _make_documents(self, partner, company):
        order = self._new_order(partner, 100, company=company, confirm=False)
        lead = self.env["crm.lead"].create({
            "name": "Lead", "partner_id": partner.id, "company_id": company.id, "team_id": False,
        })
        return order, lead

    def test_documents_follow_an_account_that_gets_another_customer(self):
        account = self._new_account(self.customer, grade_id=self.grade_b.id)
        other = self._new_customer("Other")
        order, lead = self._make_documents(self.branch, self.company)
        order.action_confirm()
        theirs = self._make_documents(other, self.company)
        self.env.flush_all()
        account.with_user(self.director).partner_id = other
        for document in (order, lead):
            self.assertFalse(document.key_account_id, document._name)
        self.assertEqual(order.key_account_manager_id, self.manager, "what was confirmed stays as it was")
        self.assertFalse(lead.key_account_manager_id or lead.key_account_grade_id)
        for document in theirs:
            self.assertEqual(document.key_account_id, account, document._name)
        self.assertEqual(theirs[1].key_account_manager_id, self.manager)
        self.assertEqual(theirs[1].key_account_grade_id, self.grade_b)

    def test_documents_follow_an_account_that_gets_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        account = self._new_candidate(self.customer).sudo()
        here = self._make_documents(self.branch, self.company)
        there = self._make_documents(self.branch, elsewhere)
        anywhere = self.env["crm.lead"].create({
            "name": "Lead", "partner_id": self.branch.id, "company_id": False, "team_id": False,
        })
        self.env.flush_all()
        account.write({"company_id": elsewhere.id, "team_id": False, "manager_id": False})
        for document in here:
            self.assertFalse(document.key_account_id, document._name)
        for document in (*there, anywhere):
            self.assertEqual(document.key_account_id, account, document._name)

    def test_what_is_left_behind_goes_to_the_other_companys_account(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        account = self._new_account(self.customer)
        theirs = self.env["key.account"].create({
            "partner_id": self.customer.id, "company_id": elsewhere.id, "team_id": False,
        })
        lead = self.env["crm.lead"].create({
            "name": "Lead", "partner_id": self.branch.id, "company_id": False, "team_id": False,
        })
        self.assertEqual(lead.key_account_id, account)
        account.with_user(self.director).partner_id = self._new_customer("Other")
        self.assertEqual(lead.key_account_id, theirs)
