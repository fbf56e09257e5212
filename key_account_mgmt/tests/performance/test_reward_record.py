from odoo.exceptions import AccessError
from odoo.tests import tagged

from .appraisal_case import AppraisalCase


@tagged("post_install", "-at_install")
class TestRewardRecord(AppraisalCase):
    """R6: a superior applies for his own people; director and executive decide; nothing follows by itself."""

    def _apply(self, user=None, by=None, **values):
        return self.env["key.account.reward.record"].with_user(by or self.leader).create({
            "user_id": (user or self.manager).id, "team_id": self.team.id, "company_id": self.company.id,
            "facts": "Won back a lost customer", **values,
        })

    def _decide(self, record):
        record.action_submit()
        record.with_user(self.director).action_approve()
        record.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        return record

    def test_applied_for_and_approved_the_person_sees_it(self):
        record = self._apply(amount=500)
        own = record.with_user(self.manager)
        for _step in range(2):
            self.env.invalidate_all()
            self.assertFalse(own.search([("user_id", "=", self.manager.id)]))
            with self._refused(error=AccessError):
                own.read(["facts"])
            if record.state == "draft":
                record.action_submit()
        record.with_user(self.director).action_approve()
        self.assertEqual(record.state, "reviewed")
        record.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        self.assertEqual(own.search([("user_id", "=", self.manager.id)]).facts, "Won back a lost customer")

    def test_each_kind_occurs_and_money_goes_with_praise_and_penalty_alone(self):
        for kind, is_allowed in (
            ("praise", True), ("penalty", True), ("criticism", False), ("dismissal", False),
        ):
            with self.subTest(kind=kind):
                self._apply(kind=kind)
                if is_allowed:
                    self._apply(kind=kind, amount=100)
                else:
                    with self._refused("Money goes with"):
                        self._apply(kind=kind, amount=100)

    def test_a_superior_applies_for_his_own_people_alone(self):
        with self._refused("does not belong to"):
            self._apply(self.other_manager)
        with self._refused(error=AccessError):
            self._apply(by=self.other_leader)
        for login in ("manager", "manager2", "clerk", "inspector", "executive", "service"):
            with self.subTest(login=login), self._refused(error=AccessError):
                self._apply(by=self.users[login])

    def test_nobody_applies_or_decides_for_himself_or_twice(self):
        with self._refused():
            self._apply(self.leader)
        self.team.member_ids += self.director
        with self._refused("Nobody applies for himself"):
            self._apply(self.director, by=self.director)
        record = self._apply()
        record.action_submit()
        with self._refused():
            record.action_approve()
        record.with_user(self.director).action_approve()
        with self._refused():
            record.with_user(self.director).action_approve()

    def test_the_director_who_applies_does_not_decide(self):
        record = self._apply(by=self.director)
        record.action_submit()
        with self._refused("your own matter"):
            record.action_approve()
        record.with_user(self.executive).action_approve()
        record.with_user(self.executive2).action_approve()
        self.assertEqual(record.state, "approved")

    def test_what_is_under_decision_stays_as_it_is(self):
        record = self._apply()
        record.action_submit()
        for vals in (
            {"facts": "More"}, {"amount": 9999}, {"kind": "dismissal"}, {"user_id": self.manager2.id},
        ):
            with self._refused("stays as it is"):
                record.write(vals)
        with self._refused("is kept"):
            record.unlink()
        record.with_user(self.director)._decline("returned", "Say when")
        record.write({"facts": "On Monday"})
        record.action_submit()
        record.with_user(self.director)._decline("rejected", "Not enough")
        self.assertEqual(record.state, "rejected")

    def test_states_are_not_written(self):
        record = self._apply()
        for state in ("submitted", "reviewed", "approved", "rejected"):
            for user in (self.leader, self.director):
                with self.subTest(state=state, user=user.name), self._refused():
                    record.with_user(user).state = state
        with self._refused(error=AccessError):
            record.applicant_id = self.director

    def test_a_fabricated_report_opens_one(self):
        account = self._new_account()
        self._new_held_visit(account, "2026-05-04")
        line = self._draw_spot_check("2026-05-04").line_ids
        line.write({"method": "phone", "verdict": "inaccurate", "comment": "Another day"})
        with self._refused("Only of a fabricated report"):
            line.with_user(self.leader).action_open_reward_record()
        line.write({"verdict": "fabricated", "comment": "Nobody came"})
        self.env.invalidate_all()
        action = line.with_user(self.leader).action_open_reward_record()
        record = self.env["key.account.reward.record"].browse(action["res_id"])
        self.assertEqual((record.user_id, record.kind, record.state), (self.manager, "criticism", "draft"))
        self.assertIn("Nobody came", record.facts)
        self.assertEqual(record.spot_check_line_id, line)
        again = line.with_user(self.leader).action_open_reward_record()
        self.assertEqual(again["res_id"], record.id)
        with self._refused(error=AccessError):
            line.with_user(self.inspector).action_open_reward_record()
        self._decide(record.with_user(self.leader))
