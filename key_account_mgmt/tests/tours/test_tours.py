from odoo.tests import HttpCase, tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestTours(KeyAccountCase, HttpCase):
    """The main flows, clicked through in a browser by the people whose they are."""

    def _tour(self, name, user):
        self.start_tour("/odoo", name, login=user.login)
        self.env.invalidate_all()

    def test_admission(self):
        self.env["res.partner"].create({"name": "Tour Customer", "is_company": True})
        self._tour("key_account_admission_apply", self.manager)
        account = self.env["key.account"].search([("partner_id.name", "=", "Tour Customer")])
        self.assertEqual(account.state, "applied")
        self._tour("key_account_admission_approve", self.leader)
        self.assertEqual(account.state, "applied")
        self._tour("key_account_admission_approve", self.executive)
        self.assertEqual(account.state, "active")
        self.assertTrue(account.number)

    def test_run_with_approval(self):
        self.company.key_account_scheme_id = self.scheme
        self._new_order(self._new_customer("Tour Customer"), 900)
        self._tour("key_account_run_submit", self.clerk)
        run = self.env["key.account.grading.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(run.state, "submitted")
        self._tour("key_account_run_review", self.director)
        self._tour("key_account_run_apply", self.executive)
        self.assertEqual(run.state, "applied")
        account = self.env["key.account"].search([("partner_id.name", "=", "Tour Customer")])
        self.assertEqual((account.state, account.requested_grade_id), ("candidate", self.grade_a))

    def test_what_if(self):
        self.company.key_account_scheme_id = self.scheme
        self._new_order(self._new_customer("Tour Customer"), 900)
        self._new_order(self._new_customer("Small"), 100)
        self._tour("key_account_what_if", self.director)
        self.assertFalse(self.env["key.account.grading.run"].search([("company_id", "=", self.company.id)]))
