from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...models.account.res_users import BYPASS
from .complaint_case import COMPLAINT, MEASURES, ComplaintCase
from .test_complaint_mail import MailInCase

NO_OWNER = "key_account_mgmt.mail_activity_type_complaint_no_owner"
NEWS = "key_account_mgmt.mail_activity_type_complaint_news"


@tagged("post_install", "-at_install")
class TestPromiseIsKept(ComplaintCase):
    """Who is measured by the promise does not change it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._new_account(cls._new_customer("Mill"), manager_id=cls.manager.id)

    def _get_looser(self):
        return (
            {"severity": "low"}, {"partner_id": self.other.partner_id.id}, {"partner_id": False},
            {"account_id": False}, {"company_id": self.env.ref("base.main_company").id},
            {"partner_id": self.other.partner_id.id, "account_id": self.other.id},
        )

    def test_the_owner_neither_eases_it_nor_moves_it_off_his_account(self):
        complaint = self._new_complaint(severity="high")
        before = (complaint.resolution_hours, complaint.account_id, complaint.severity)
        for method in (None, "action_accept", "action_start"):
            if method:
                getattr(complaint, method)()
            for values in self._get_looser():
                with self.subTest(state=complaint.state, values=values), self.assertRaises(UserError):
                    complaint.write(values)
                self.env.invalidate_all()
        self.assertEqual((complaint.resolution_hours, complaint.account_id, complaint.severity), before)

    def test_he_may_ask_more_of_himself_and_name_another_contact_of_the_customer(self):
        complaint = self._new_complaint()
        complaint.severity = "critical"
        self.assertEqual(complaint.resolution_hours, 24)
        complaint.partner_id = self.customer
        self.assertEqual(complaint.account_id, self.account)
        complaint.write({"severity": "critical", "partner_id": self.customer.id})

    def test_clerk_service_leader_and_director_may_while_it_is_open(self):
        for user in (self.clerk, self.leader, self.director):
            with self.subTest(user=user.name):
                complaint = self._new_complaint(severity="high")
                complaint.with_user(user).write({"severity": "low"})
                complaint.with_user(user).partner_id = self.other.partner_id
                self.assertEqual(complaint.sudo().account_id, self.other)

    def test_what_is_settled_is_changed_by_nobody(self):
        complaint = self._resolve(self._new_complaint(severity="high"))
        for closed in (False, True):
            if closed:
                complaint.feedback_method = "phone"
                complaint.action_close()
            for user in (self.manager, self.clerk, self.leader, self.director):
                for values in ({"severity": "critical"}, *self._get_looser()):
                    with self.subTest(user=user.name, values=values), self.assertRaises(UserError):
                        complaint.with_user(user).write(values)
                    self.env.invalidate_all()

    def test_the_hours_are_those_of_the_grade_on_the_day_on_which_it_came(self):
        complaint = self._new_complaint()
        self.account.sudo().grade_id = self.grade_a
        complaint.severity = "critical"
        self.env.invalidate_all()
        self.assertEqual(complaint.resolution_hours, 24, "half of the 48 that grade B promises")

    def test_a_ruling_is_closed_with_cause_and_measures(self):
        complaint = self._new_complaint()
        complaint.action_accept()
        complaint._dispute("Who pays?")
        complaint.with_user(self.director)._arbitrate("We pay.")
        complaint.feedback_method = "phone"
        for missing in ("category_id", *MEASURES):
            complaint.write({"category_id": self.category.id, **MEASURES, missing: False})
            with self.assertRaisesRegex(UserError, "fill in"):
                complaint.action_close()
            with self.assertRaisesRegex(UserError, "fill in"):
                complaint.action_confirm_content()
        complaint.write({"category_id": self.category.id, **MEASURES})
        complaint.action_close()

    def test_a_dispute_may_be_cancelled_and_waits_for_nobody_then(self):
        complaint = self._new_complaint()
        complaint._dispute("Who pays?")
        with self.assertRaisesRegex(UserError, "another role"):
            complaint._cancel("No")
        complaint = complaint.with_user(self.leader)
        self._give_reason(complaint, complaint.action_ask_cancel(), "A duplicate")
        self.assertEqual(complaint.state, "cancelled")
        self.assertFalse(complaint.sudo().activity_ids)


@tagged("post_install", "-at_install")
class TestDefaultOwner(ComplaintCase):
    """A complaint goes to somebody who may handle it, and is never lost for want of one."""

    def test_whoever_may_not_handle_it_is_passed_over(self):
        self.company.key_account_complaint_user_id = self.service
        self.category.user_id = self.manager2
        shop = self._new_customer("Shop")
        for take in ("role", "company", "active"):
            with self.subTest(take=take):
                if take == "role":
                    self.manager2.group_ids = self.env.ref("base.group_user")
                elif take == "company":
                    self.manager2.group_ids += self.env.ref("key_account_mgmt.group_key_account_manager")
                    other = self.env["res.company"].create({"name": "Other"})
                    self.manager2.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
                else:
                    self.manager2.active = False
                complaint = self._new_complaint(
                    self.clerk, partner_id=shop.id, category_id=self.category.id
                )
                self.assertEqual(complaint.user_id, self.service)
        # an administrator lets go of those who still hold something
        self.service.with_context(key_account_archive=BYPASS).group_ids = self.env.ref("base.group_user")
        self.assertFalse(self._new_complaint(self.clerk, partner_id=shop.id).user_id)

    def test_nobody_is_named_in_the_settings_or_by_a_category_who_could_not_handle_it(self):
        for user in (self.nobody, self.salesman, self.inspector):
            with self.subTest(user=user.name):
                with self.assertRaisesRegex(ValidationError, "Customer Service"):
                    self.company.key_account_complaint_user_id = user
                with self.assertRaisesRegex(ValidationError, "Customer Service"):
                    self.category.user_id = user
        stranger = self.env["res.users"].search([("company_ids", "!=", self.company.id)], limit=1)
        with self.assertRaisesRegex(ValidationError, "works in the company"):
            self.company.key_account_complaint_user_id = stranger

    def test_a_category_of_another_company_is_not_chosen(self):
        other = self.env["res.company"].create({"name": "Other"})
        category = self.category.copy({"name": "Theirs", "company_id": other.id})
        self.env.invalidate_all()
        self.assertFalse(category.with_user(self.director).search([("id", "=", category.id)]))
        with self.assertRaises(UserError):
            self._new_complaint(category_id=category.id)


@tagged("post_install", "-at_install")
class TestOwnerIsTold(MailInCase):
    """Who gets a complaint hears of it at once, and of all that comes after."""

    def _get_told(self, complaint, kind):
        activities = complaint.sudo().activity_ids
        return activities.filtered(lambda activity: activity.activity_type_id == self.env.ref(kind)).user_id

    def _get_notices(self, complaint):
        return self.env["mail.message"].search([
            ("model", "=", COMPLAINT), ("res_id", "=", complaint.id),
            ("message_type", "=", "user_notification"),
        ])

    def _is_told_of_assignment(self, complaint, user):
        return user.partner_id in self._get_notices(complaint).notified_partner_ids

    def test_the_owner_of_a_mailed_complaint_is_told_and_follows_it(self):
        complaint = self._mail()
        self.assertEqual(complaint.user_id, self.manager)
        self.assertTrue(self._is_told_of_assignment(complaint, self.manager))
        self.assertIn(self.manager.partner_id, complaint.message_partner_ids)
        self.assertFalse(self._get_told(complaint, NO_OWNER))

    def test_the_owner_who_is_found_later_is_told_then(self):
        complaint = self._mail("Somebody <who@nowhere.example>")
        with self.mock_mail_gateway():
            complaint.with_user(self.clerk).partner_id = self.contact
        self.assertEqual(complaint.user_id, self.manager)
        self.assertTrue(self._is_told_of_assignment(complaint, self.manager))
        self.assertFalse(self._get_told(complaint, NO_OWNER), "it has one now")

    def test_whoever_registers_it_himself_is_not_told(self):
        complaint = self._new_complaint()
        self.assertEqual(complaint.user_id, self.manager)
        self.assertFalse(self._is_told_of_assignment(complaint, self.manager))

    def test_one_who_is_chosen_is_told_once(self):
        with self.mock_mail_gateway():
            complaint = self.env[COMPLAINT].with_user(self.clerk).create({
                "name": "x", "partner_id": self.contact.id, "company_id": self.company.id,
                "user_id": self.manager2.id,
            })
        messages = self._get_notices(complaint)
        self.assertEqual(messages.notified_partner_ids, self.manager2.partner_id)
        self.assertEqual(len(messages), 1)

    def test_of_a_mail_without_an_owner_whoever_sorts_them_is_told(self):
        self.team.key_account_clerk_id = self.clerk
        unknown = self._mail("Somebody <who@nowhere.example>")
        self.assertEqual(self._get_told(unknown, NO_OWNER), self.clerk)
        self.assertIn("Nobody known", unknown.activity_ids.summary)
        self.team.key_account_clerk_id = False
        self._new_customer("Shop", email="shop@shop.example")
        known = self._mail("shop@shop.example")
        self.assertEqual(self._get_told(known, NO_OWNER), self.service)
        self.assertIn("without an owner", known.activity_ids.summary)
        with self.mock_mail_gateway():
            unknown.with_user(self.clerk)._cancel("Spam")
            known.with_user(self.service).action_accept()
        self.assertFalse(unknown.activity_ids | known.activity_ids)

    def test_without_clerks_and_service_a_director_is_told(self):
        roles = self.env["res.groups"].union(*(
            self.env.ref(f"key_account_mgmt.group_key_account_{role}") for role in ("clerk", "service")
        ))
        for user in roles.all_user_ids:
            user.group_ids -= roles
        self.assertEqual(self._get_told(self._mail("who@nowhere.example"), NO_OWNER), self.director)

    def test_the_owner_hears_of_each_state_in_which_the_customer_writes_again(self):
        complaint = self._mail()
        mine = complaint.with_user(self.manager)
        steps = (
            lambda: None, mine.action_accept, mine.action_start, lambda: mine._wait("Which?"),
            lambda: mine.write({"category_id": self.category.id, **MEASURES}) and mine.action_resolve(),
            lambda: mine.write({"feedback_method": "phone"}) and mine.action_close(),
        )
        for step in steps:
            step()
            with self.subTest(state=complaint.state):
                for _turn in range(2):
                    self._reply_to(complaint, body="Hello?")
                self.assertEqual(self._get_told(complaint, NEWS), self.manager)
                self.assertEqual(len(complaint.sudo().activity_ids), 1, "one is enough")
                complaint.sudo().activity_ids.unlink()

    def test_of_one_without_an_owner_somebody_hears_as_well(self):
        self._new_customer("Shop", email="shop@shop.example")
        complaint = self._mail("shop@shop.example")
        self._reply_to(complaint, sender="shop@shop.example", body="Hello?")
        self.assertEqual(self._get_told(complaint, NEWS), self.service)

    def test_a_setting_loses_no_mail(self):
        self.company.key_account_complaint_user_id = self.manager2
        self.manager2.with_context(key_account_archive=BYPASS).group_ids = self.env.ref("base.group_user")
        self._new_customer("Shop", email="shop@shop.example")
        complaint = self._mail("shop@shop.example")
        self.assertEqual(len(complaint), 1)
        self.assertFalse(complaint.user_id)
        self.assertTrue(self._get_told(complaint, NO_OWNER))
