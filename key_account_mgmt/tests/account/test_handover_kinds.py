from odoo.tests import tagged

from .test_handover import HandoverCase

DECISION = "key_account_mgmt.mail_activity_type_approval"


@tagged("post_install", "-at_install")
class TestHandoverKinds(HandoverCase):
    """Each kind of thing that somebody holds, and how it moves (O4)."""

    # === DECISIONS === #

    def test_a_decision_planned_by_hand_where_nothing_is_decided_moves_like_any_activity(self):
        held = self._new_held("Alpha")
        reminders = self.env["mail.activity"]
        for record in (held["lead"], held["order"], held["account"]):
            reminders += record.activity_schedule(DECISION, user_id=self.manager.id)
        self._execute(self._new_handover())
        self.assertEqual(reminders.exists(), reminders, "on an active account nothing waits, yet it stays")
        self.assertEqual(reminders.user_id, self.manager2)
        self.assertFalse(self._get_held(self.manager))

    def test_a_decision_planned_by_hand_on_what_is_no_key_accounts_keeps_nobody(self):
        lead = self.env["crm.lead"].create({"name": "Plain", "user_id": self.salesman.id})
        lead.activity_schedule(DECISION, user_id=self.salesman.id)
        self.assertFalse(self._get_held(self.salesman))

    def test_a_decision_that_waits_keeps_its_deadline_when_another_one_is_asked(self):
        account = self._new_applied()
        asked = account.activity_ids
        asked.date_deadline = "2027-01-01"
        self.assertEqual(asked.user_id, self.leader)
        second = self._new_user("second", "key_account_mgmt.group_key_account_director")
        self._execute(
            self._new_handover(user_id=self.leader.id, receiver_id=self.other_leader.id), approver=second
        )
        self.assertEqual(account.activity_ids, asked)
        self.assertEqual((asked.user_id, str(asked.date_deadline)), (self.other_leader, "2027-01-01"))
