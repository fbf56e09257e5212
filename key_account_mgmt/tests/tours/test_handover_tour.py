from odoo.tests import HttpCase, tagged

from ..account.test_handover import HandoverCase
from ..common import role_group


@tagged("post_install", "-at_install")
class TestHandoverTour(HandoverCase, HttpCase):
    """A manager leaves: ten accounts go to two colleagues in the browser, and nothing is lost."""

    def test_a_manager_leaves_and_nothing_is_lost(self):
        self.manager.name = "Key Manager"
        third = self._new_user("third", role_group("manager"))
        third.name = "Third Manager"
        self.team.member_ids |= third
        admin = self._new_user(
            "admin2", f"base.group_system,sales_team.group_sale_manager,{role_group('director')}"
        )
        stages = self.env["crm.stage"].search([("is_won", "=", False)]) | self.stage
        held = [self._new_held(f"Customer {number:02}") for number in range(10)]
        for number, one in enumerate(held):
            one["lead"].stage_id = stages[number % len(stages)]
        held[-1]["lead"].stage_id = self.stage
        for one in held[:2]:
            self._fill_file(one["account"])
        kept = self._get_kept(held)
        address = f"/odoo/action-base.action_res_users/{self.manager.id}"
        self.start_tour(address, "key_account_handover_refused", login=admin.login)
        self.assertTrue(self.manager.active)
        self.start_tour("/odoo", "key_account_handover_offer", login=self.manager.login)
        handover = self.env["key.account.handover"].search([("user_id", "=", self.manager.id)])
        for receiver in (self.manager2, third):
            self.start_tour("/odoo", "key_account_handover_accept", login=receiver.login)
        self.start_tour("/odoo", "key_account_handover_approve", login=self.leader.login)
        self.env.invalidate_all()
        self.assertEqual(handover.state, "done")
        self.assertEqual(self._get_kept(held), kept, "stages, dates and deadlines stay")
        for one in held:
            receiver = one["account"].manager_id
            self.assertIn(receiver, self.manager2 | third)
            for name in ("lead", "quotation", "order", "meeting", "activity"):
                self.assertEqual(one[name].user_id, receiver, name)
            projects = one["account"].project_ids
            self.assertLessEqual(projects.user_id | projects.milestone_ids.user_id, receiver)
        self.assertEqual(sum(one["account"].manager_id == third for one in held), 1)
        self.assertFalse(self._get_held(self.manager))
        self.manager.with_user(admin).action_archive()
        self.assertFalse(self.manager.active)

    def _get_kept(self, held):
        return [
            (
                one["lead"].stage_id, one["lead"].date_deadline, one["lead"].date_open,
                one["quotation"].state, one["order"].date_order, one["meeting"].start,
                one["activity"].date_deadline,
            )
            for one in held
        ]
