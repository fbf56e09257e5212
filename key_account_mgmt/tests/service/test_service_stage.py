from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import KeyAccountCase

STAGES = ["contact", "need", "contract", "execution", "feedback", "follow_up"]


@tagged("post_install", "-at_install")
class TestServiceStage(KeyAccountCase):
    """Where the service to a customer stands in its life cycle (C6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account()

    def test_there_are_the_six_stages_of_the_regulation_in_their_order(self):
        field = self.env["key.account"]._fields["service_stage"]
        self.assertEqual(field.get_values(self.env), STAGES)
        self.assertFalse(self.account.service_stage, "nobody has judged it yet")

    def test_those_who_serve_the_customer_say_where_it_stands(self):
        for stage in (*STAGES, "contact"):
            with Form(self.account.with_user(self.manager)) as form:
                form.service_stage = stage
        self.assertEqual(self.account.service_stage, "contact", "after the follow-up comes the next need")
        self.env.invalidate_all()
        for user in (self.other_manager, self.clerk, self.inspector, self.nobody):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.account.with_user(user).service_stage = "contract"

    def test_each_change_is_in_the_history(self):
        # what was done without a history until here is over
        self.env.cr.flush()
        account = self.account.with_user(self.manager).with_context(tracking_disable=False)
        account.service_stage = "contract"
        self.env.cr.flush()
        self.assertIn("Contract", account.message_ids.sudo().tracking_value_ids.mapped("new_value_char"))

    def test_accounts_are_found_and_counted_by_it(self):
        self.account.service_stage = "execution"
        accounts = self.env["key.account"].with_user(self.manager)
        self.assertIn(self.account, accounts.search([("service_stage", "=", "execution")]))
        groups = dict(accounts._read_group([("id", "=", self.account.id)], ["service_stage"], ["__count"]))
        self.assertEqual(groups, {"execution": 1})
