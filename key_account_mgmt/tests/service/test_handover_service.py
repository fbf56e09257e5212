from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from ..account.test_handover import HandoverCase
from ..common import role_group


@tagged("post_install", "-at_install")
class TestHandoverOfCustomerService(HandoverCase):
    """Customer service gives and receives complaints like everybody else (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._new_user("colleague", role_group("service"))

    def _new_complaint(self, partner=None, **values):
        return self.env["key.account.complaint"].create({
            "name": "Leaks", "company_id": self.company.id, "user_id": self.service.id,
            "partner_id": (partner or self._new_customer("No Key Account")).id, **values,
        })

    def test_complaints_go_from_one_to_another_who_reads_and_accepts(self):
        plain = self._new_complaint()
        guarded = self._new_complaint(
            self._new_account(self._new_customer("Guarded"), confidentiality="confidential").partner_id
        )
        self.company.key_account_complaint_user_id = self.service
        handover = self._new_handover(user_id=self.service.id, receiver_id=self.colleague.id)
        self.env.invalidate_all()
        self.assertFalse(handover.with_user(self.colleague).has_access("read"), "not yet asked")
        handover.action_offer()
        self.env.invalidate_all()
        for user in (self.service, self.colleague):
            mine = handover.with_user(user)
            self.assertTrue(mine.has_access("read"), user.name)
            self.assertFalse(mine.has_access("write"), user.name)
            self.assertTrue(mine.line_ids.filtered(lambda line: line.res_id == plain.id), user.name)
        self.assertIn("Complaints", handover.with_user(self.colleague).offer_summary)
        with self.assertRaises(UserError):
            handover.with_user(self.service).action_accept()
        self._execute(handover, approver=self.executive)
        self.assertEqual((plain | guarded).user_id, self.colleague)
        self.assertEqual(self.company.key_account_complaint_user_id, self.colleague)
        self.assertTrue(guarded.with_user(self.colleague).has_access("read"))
        self.assertFalse(self._get_held(self.service))

    def test_a_secret_customers_complaint_goes_only_to_those_who_see_the_customer(self):
        account = self._new_account(self._new_customer("Veiled"), confidentiality="secret")
        self._new_complaint(account.partner_id, user_id=self.manager.id)
        # the account stays with somebody else
        account.with_user(self.director).manager_id = self.manager2
        account.member_ids = [(0, 0, {"user_id": self.manager.id})]
        handover = self._new_handover(receiver_id=self.colleague.id)
        with self.assertRaisesRegex(UserError, "may not see one of these"):
            handover.action_offer()

    def test_the_receiver_may_decline(self):
        self._new_complaint()
        handover = self._new_handover(user_id=self.service.id, receiver_id=self.colleague.id)
        handover.action_offer()
        handover.with_user(self.colleague)._decline_offer("Too much to do")
        self.assertEqual(handover.sudo().state, "draft")

    def test_complaints_of_customers_who_are_no_key_account_keep_their_owner_from_being_archived(self):
        complaint = self._new_complaint()
        with self.assertRaises(RedirectWarning):
            self.service.action_archive()
        complaint.user_id = self.colleague
        self.company.key_account_complaint_user_id = self.service
        with self.assertRaises(RedirectWarning):
            self.service.action_archive()
        self.company.key_account_complaint_user_id = self.colleague
        self.service.action_archive()

    def test_the_role_is_not_taken_from_who_needs_it_for_complaints(self):
        self._new_complaint()
        with self.assertRaises(RedirectWarning):
            self.service.group_ids -= self.env.ref(role_group("service"))
