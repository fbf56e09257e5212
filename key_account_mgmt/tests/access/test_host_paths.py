import json

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase

MARK = "Vellichor"
NOTE = "Thank you"
SECRET_TEXT = b"Vellichor wants a rebate"
OUTSIDERS = ("nobody", "salesman", "service", "clerk", "inspector", "leader", "manager2", "portal")


class HostCase(KeyAccountCase):
    """A secret customer with an order, an invoice, a lead, a message and an attachment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.bookkeeper = cls._new_user("bookkeeper", "account.group_account_invoice")
        cls.storekeeper = cls._new_user("storekeeper", "key_account_mgmt.group_key_account_document")
        cls.customer = cls._new_customer(
            f"{MARK} Ltd", email="office@vellichor.example", image_1920=cls._get_picture(),
        )
        cls.account = cls._new_account(cls.customer, confidentiality="secret")
        cls.order = cls._new_order(cls.customer, 500, user_id=cls.manager.id)
        cls.lead = cls.env["crm.lead"].create({
            "name": f"{MARK} again", "partner_id": cls.customer.id, "user_id": cls.manager.id,
        })
        cls.env.flush_all()

    @classmethod
    def _get_picture(cls):
        """Return the smallest picture there is, as PNG."""
        return (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
            "gg=="
        )


@tagged("post_install", "-at_install")
class TestPeopleInside(HostCase):
    """Those who have to work with a secret customer are not hindered."""

    def test_the_manager_orders_invoices_and_writes(self):
        order = self.env["sale.order"].with_user(self.manager).create({
            "partner_id": self.customer.id,
            "order_line": [Command.create({"product_id": self.product.id, "price_unit": 7})],
        })
        order.action_confirm()
        self.assertEqual(order.sudo().key_account_id, self.account)
        self.assertEqual(order.partner_id.email, "office@vellichor.example")
        order.message_post(body=NOTE)
        invoice = order._create_invoices()
        self.assertEqual(invoice.partner_id, self.customer)

    def test_accounting_posts_prints_sends_and_settles_the_invoice(self):
        self.order._create_invoices()
        self.env.invalidate_all()
        moves = self.env["account.move"].with_user(self.bookkeeper)
        invoice = moves.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.sudo().key_account_manager_id, self.manager)
        html, _kind = self.env["ir.actions.report"].with_user(self.bookkeeper)._render_qweb_html(
            "account.account_invoices", invoice.ids
        )
        self.assertIn(MARK.encode(), html)
        wizard = self.env["account.move.send.wizard"].with_user(self.bookkeeper).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})
        self.assertIn(self.customer, wizard.mail_partner_ids)
        wizard.sending_methods = ["email"]
        wizard.action_send_and_print(allow_fallback_pdf=True)
        self.assertTrue(invoice.is_move_sent)
        self.env["account.payment.register"].with_user(self.bookkeeper).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))

    def test_whoever_handles_documents_reads_the_contact_and_nothing_of_the_file(self):
        for user in (self.bookkeeper, self.storekeeper):
            self.env.invalidate_all()
            partner = self.customer.with_user(user)
            self.assertEqual(partner.name, f"{MARK} Ltd")
            names = [name for name in partner._fields if name.startswith("key_account")]
            self.assertEqual([name for name in names if name in partner.fields_get()], [])
            for name in names:
                with self.subTest(field=name), self.assertRaises(UserError):
                    partner.read([name])
            with self.assertRaises(UserError):
                self.account.with_user(user).read(["code"])
            self.assertFalse(self.env["crm.lead"].with_user(user).has_access("read"))

    def test_people_without_a_role_make_their_documents_as_before(self):
        customer = self._new_customer("Plain")
        self.env.invalidate_all()
        mine = self.env["sale.order"].with_user(self.salesman).create({
            "partner_id": customer.id,
            "order_line": [Command.create({"product_id": self.product.id, "price_unit": 7})],
        })
        mine.action_confirm()
        self.env["crm.lead"].with_user(self.salesman).create({"name": "Lead", "partner_id": customer.id})
        bill = self.env["account.move"].with_user(self.bookkeeper).create({
            "move_type": "out_invoice", "partner_id": customer.id,
            "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1, "tax_ids": False})],
        })
        bill.action_post()
        self.assertEqual(mine.partner_id.name, "Plain")
        self.assertTrue(mine._create_invoices())


@tagged("post_install", "-at_install")
class TestPathsByHttp(HostCase, HttpCase):
    """What a browser can ask the server for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.message = cls.account.message_post(
            body=SECRET_TEXT.decode(), attachments=[("offer.txt", SECRET_TEXT)],
        )
        cls.attachment = cls.message.attachment_ids
        cls.order_attachment = cls.env["ir.attachment"].create({
            "name": "drawing.txt", "raw": SECRET_TEXT, "res_model": "sale.order", "res_id": cls.order.id,
        })
        cls.invoice = cls.order._create_invoices()
        cls.invoice.action_post()
        cls.env.flush_all()

    def _rpc(self, model, method, *args, **kwargs):
        answer = self.url_open("/web/dataset/call_kw", data=json.dumps({
            "jsonrpc": "2.0", "method": "call",
            "params": {"model": model, "method": method, "args": args, "kwargs": kwargs},
        }), headers={"Content-Type": "application/json"})
        return answer.text

    def _get_requests(self):
        """Return what to ask the server, as callables."""
        account, order, customer = self.account.id, self.order.id, self.customer.id
        pages = [
            f"/web/image/res.partner/{customer}/avatar_128", f"/web/image/res.partner/{customer}/image_1920",
            f"/web/content/{self.attachment.id}", f"/web/content/{self.attachment.id}/offer.txt?download=1",
            f"/web/content/{self.order_attachment.id}", f"/web/image/{self.attachment.id}",
            f"/web/content/res.partner/{customer}/name",
            f"/web/content?model=key.account&id={account}&field=code",
            f"/mail/view?model=key.account&res_id={account}", f"/my/orders/{order}",
            f"/json/1/res.partner/{customer}", f"/json/1/key.account/{account}",
            # in tests a PDF comes as the page that it is made of
            *(
                f"/report/{kind}/{report}/{id_}" for kind in ("html", "pdf") for report, id_ in (
                    ("key_account_mgmt.report_key_account_application", account),
                    ("sale.report_saleorder", order),
                    ("sale.report_saleorder_pro_forma", order),
                    ("account.account_invoices", self.invoice.id),
                    ("account.report_invoice", self.invoice.id),
                )
            ),
        ]
        calls = [
            ("key.account", "web_read", [account], {"display_name": {}}),
            ("key.account", "web_search_read", [], {"partner_id": {"fields": {"display_name": {}}}}),
            ("res.partner", "web_search_read", [("name", "ilike", "velli")], {"display_name": {}}),
            ("res.partner", "web_read", [customer], {"display_name": {}, "email": {}}),
            ("sale.order", "web_read", [order], {"partner_id": {"fields": {"display_name": {}}}}),
            ("crm.lead", "web_read", [self.lead.id], {"name": {}, "partner_name": {}}),
            ("mail.message", "read", [self.message.id], ["body"]),
            ("ir.attachment", "read", [self.attachment.id], ["datas"]),
        ]
        threads = [
            *(
                ("/mail/thread/messages", {"thread_model": name, "thread_id": id_, "fetch_params": {}})
                for name, id_ in (("key.account", account), ("sale.order", order))
            ),
            ("/mail/data", {"fetch_params": [
                ["mail.thread", {
                    "thread_model": "res.partner", "thread_id": customer, "request_list": ["followers"],
                }],
            ]}),
        ]
        return pages, calls, threads

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.http_routing.models.ir_http")
    def test_no_address_gives_anything_of_a_secret_customer(self):
        pages, calls, threads = self._get_requests()
        for login in (*OUTSIDERS, None):
            user = self.users.get(login)
            self.authenticate(user and user.login, user and (user.login + "x" * (8 - len(user.login))))
            picture = self.customer.image_128 and self.env["ir.attachment"].search([
                ("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id),
                ("res_field", "=", "image_128"),
            ]).raw
            for page in pages:
                answer = self.url_open(page, allow_redirects=False)
                self.tried += 1
                with self.subTest(role=login, page=page):
                    self.assertNotEqual(answer.status_code, 500)
                    self.assertNotIn(MARK.encode(), answer.content)
                    self.assertFalse(picture and picture == answer.content)
            for call in calls:
                self.tried += 1
                with self.subTest(role=login, call=call):
                    self._assert_told_nothing(self._rpc(*call))
            for route, params in threads:
                self.tried += 1
                answer = self.url_open(route, data=json.dumps({
                    "jsonrpc": "2.0", "method": "call", "params": params,
                }), headers={"Content-Type": "application/json"})
                with self.subTest(role=login, route=route, params=params):
                    self._assert_told_nothing(answer.text)
        self.assertGreaterEqual(self.tried, 200)

    def _assert_told_nothing(self, text):
        self.assertNotIn(MARK, text)
        if '"error"' in text:
            # refused in words, not by falling over
            self.assertRegex(text, "AccessError|SessionExpired|NotFound|UserError|MissingError|Forbidden")

    def test_those_inside_get_it(self):
        self.authenticate(self.bookkeeper.login, self.bookkeeper.login)
        self.assertIn(MARK, self.url_open(f"/report/pdf/account.account_invoices/{self.invoice.id}").text)
        self.authenticate(self.manager.login, self.manager.login)
        self.assertIn(SECRET_TEXT, self.url_open(f"/web/content/{self.attachment.id}").content)
        self.assertIn(MARK, self._rpc("key.account", "web_read", [self.account.id], {"display_name": {}}))
        self.assertIn(MARK, self._rpc("res.partner", "web_read", [self.customer.id], {"display_name": {}}))

    def test_reading_the_chatter_and_downloading_leave_a_line_in_the_log(self):
        self.authenticate(self.manager.login, self.manager.login)
        lines = self.env["key.account.access.log"].search([])

        def read_chatter(record):
            self.url_open("/mail/thread/messages", data=json.dumps({
                "jsonrpc": "2.0", "method": "call", "params": {
                    "thread_model": record._name, "thread_id": record.id, "fetch_params": {},
                },
            }), headers={"Content-Type": "application/json"}).raise_for_status()

        def download(attachment, token=""):
            page = f"/web/content/{attachment.id}?access_token={token}"
            self.assertEqual(self.url_open(page).content, SECRET_TEXT)

        def download_by_token(attachment):
            download(attachment, attachment._get_raw_access_token())

        for read, record, logged in (
            (read_chatter, self.account, True), (download, self.attachment, True),
            (download_by_token, self.attachment, True),
            (read_chatter, self.order, False), (download, self.order_attachment, False),
        ):
            read(record)
            new = self.env["key.account.access.log"].search([]) - lines
            with self.subTest(read=read.__name__, record=record):
                self.assertEqual(new.mapped("kind"), ["open"] if logged else [])
                self.assertEqual(new.user_id, self.manager if logged else self.env["res.users"])
                self.assertEqual(new.mapped("res_id"), self.account.ids if logged else [])
            self.env.cr.execute("DELETE FROM key_account_access_log")
            self.env.invalidate_all()

    def test_the_customer_reads_his_order_in_the_portal_and_by_its_link(self):
        self.portal.partner_id.parent_id = self.customer
        self.order.message_subscribe(self.portal.partner_id.ids)
        self.env.flush_all()
        self.authenticate(self.portal.login, self.portal.login)
        self.assertIn(self.order.name, self.url_open("/my/orders").text)
        page = self.url_open(f"/my/orders/{self.order.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(MARK, page.text)
        self.authenticate(None, None)
        page = self.url_open(self.order.get_portal_url())
        self.assertEqual(page.status_code, 200)
        self.assertIn(MARK, page.text)
