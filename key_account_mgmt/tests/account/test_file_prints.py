from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestFilePrints(KeyAccountCase):
    """F2: the summary of all accounts, the customer file and the people file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls._new_account(cls._new_customer("Works", phone="0571-1")) | cls._new_account(
            cls._new_customer("Mill"), manager_id=cls.manager.id
        )
        for account in cls.accounts:
            cls._fill_file(account)
            account.write({"unit_nature": "private", "main_products": "Excavators"})

    def _print(self, name, login="manager", accounts=None):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            f"key_account_mgmt.report_key_account_{name}", (accounts or self.accounts).ids
        )
        return html.decode() if isinstance(html, bytes) else str(html)

    def test_the_summary_lists_every_account_on_one_table(self):
        html = self._print("summary")
        for account in self.accounts:
            self.assertIn(account.code, html)
        for text in ("Works", "Mill", "0571-1", "Private Enterprise"):
            self.assertIn(text, html)
        self.assertEqual(html.count("ka_list ka_small"), 1)

    def test_the_customer_file_shows_all_its_parts(self):
        html = self._print("file")
        for text in ("Excavators", "AA", "Rival", "Line 2", "Frame", "35.0", "65.0"):
            self.assertIn(text, html)

    def test_the_people_file_is_masked_for_those_who_may_not_see(self):
        self.assertIn("Chess", self._print("people"))
        html = self._print("people", login="clerk")
        self.assertIn("Ms Li", html)
        self.assertIn("Hidden", html)
        self.assertNotIn("Chess", html)
        html = self._print("file", login="clerk")
        self.assertIn("Rival", html)
        for text in (">AA<", "35.0", "65.0"):
            self.assertNotIn(text, html)

    def test_printing_a_confidential_file_is_logged(self):
        account = self.accounts[0]
        account.with_user(self.director).confidentiality = "confidential"
        log = self.env["key.account.access.log"].sudo()
        before = log.search_count([("kind", "=", "print")])
        self._print("people", login="leader")
        self.assertGreater(log.search_count([("kind", "=", "print")]), before)
