from freezegun import freeze_time

from odoo.tests import tagged

from .appraisal_case import AppraisalCase


@tagged("post_install", "-at_install")
class TestAppraisalObjection(AppraisalCase):
    """O8: whoever is appraised objects in time, and the level above the one who scored answers."""

    def _answer(self, objection, uphold, by=None):
        theirs = objection.with_user(by or self.director)
        theirs.answer = "We have looked into it"
        theirs.action_uphold() if uphold else theirs.action_reject()
        self.env.invalidate_all()

    def test_an_upheld_objection_corrects_the_score_and_the_approvals_begin_anew(self):
        appraisal = self._bring_to(self._open(), "scored")
        appraisal.with_user(self.director).action_approve()
        objection = self._object(appraisal)
        self.assertEqual(appraisal.state, "scored")
        self.assertEqual(appraisal.activity_ids.user_id, self.director)
        self._line(appraisal, "Discipline").with_user(self.director).points = 5
        self._answer(objection, True)
        self.assertEqual((objection.state, objection.answered_by_id), ("upheld", self.director))
        self.assertEqual((objection.score_before, objection.score_after), (84.8, 85.8))
        with self._refused():
            appraisal.with_user(self.executive).action_approve()
        self._approve(appraisal)
        self.assertEqual((appraisal.state, appraisal.score), ("approved", 85.8))

    def test_a_rejected_objection_leaves_the_score(self):
        appraisal = self._bring_to(self._open(), "scored")
        objection = self._object(appraisal)
        self._answer(objection, False)
        self.assertEqual((objection.state, appraisal.score), ("rejected", 84.8))
        with self._refused("the answer is final"):
            self._object(appraisal)
        self._approve(appraisal)

    def test_an_objection_takes_a_published_month_back(self):
        appraisal = self._bring_to(self._open(), "published")
        ranking = self.env["key.account.appraisal.ranking"]
        self.assertTrue(ranking.search([("user_id", "=", self.manager.id)]))
        objection = self._object(appraisal)
        self.assertEqual(appraisal.state, "scored")
        self.assertFalse(ranking.search([("user_id", "=", self.manager.id)]))
        self._answer(objection, False)
        self._approve(appraisal)
        appraisal.with_user(self.leader).action_publish()
        self.assertEqual(appraisal.state, "published")

    def test_nothing_is_approved_while_an_objection_is_open(self):
        appraisal = self._bring_to(self._open(), "scored")
        self._object(appraisal)
        with self._refused("has to be answered first"):
            appraisal.with_user(self.director).action_approve()
        with self._refused("has to be answered first"):
            appraisal.with_user(self.director)._decline("returned", "Again")

    def test_the_deadline_is_the_last_day_inclusive_where_the_company_is(self):
        appraisal = self._bring_to(self._open(), "scored")
        self.assertEqual(str(appraisal.objection_deadline), "2026-06-09")
        with freeze_time("2026-06-09 16:00:01"), self._refused("possible until 2026-06-09"):
            self._object(appraisal)
        with freeze_time("2026-06-09 15:59:00"):
            self._object(appraisal)

    def test_the_days_are_a_setting(self):
        self.company.key_account_objection_days = 0
        appraisal = self._bring_to(self._open(), "scored")
        self.assertEqual(str(appraisal.objection_deadline), "2026-06-02")
        self._object(appraisal)

    def test_only_the_person_objects_and_only_to_a_score(self):
        appraisal = self._open()
        with self._refused("scored or published"):
            self._object(appraisal)
        self._bring_to(appraisal, "scored")
        for user in (self.leader, self.director, self.executive):
            with self._refused("Only the person himself"):
                appraisal.with_user(user)._object("He deserves more")
            self.env.invalidate_all()
        self._bring_to(appraisal, "approved")
        with self._refused("scored or published"):
            self._object(appraisal)

    def test_one_objection_at_a_time(self):
        appraisal = self._bring_to(self._open(), "scored")
        self._object(appraisal)
        with self._refused("waits for its answer"):
            self._object(appraisal)

    def test_the_level_above_answers_and_nobody_else(self):
        appraisal = self._bring_to(self._open(), "scored")
        objection = self._object(appraisal)
        for user in (self.leader, self.manager, self.executive):
            with self.subTest(user=user.name), self._refused():
                self._answer(objection, False, by=user)
            self.env.invalidate_all()
            with self.subTest(user=user.name), self._refused():
                self._line(appraisal, "Discipline").with_user(user).points = 5
            self.env.invalidate_all()
        self._answer(objection, False)

    def test_what_the_director_scored_an_executive_answers(self):
        appraisal = self._open(self.leader, by=self.director)
        self._self_assess(appraisal)
        self._score(appraisal, by=self.director)
        objection = self._object(appraisal)
        with self._refused("level above"):
            self._answer(objection, False, by=self.director)
        self.env.invalidate_all()
        self._line(appraisal, "Discipline").with_user(self.executive).points = 5
        self._answer(objection, True, by=self.executive)
        self.assertEqual(objection.answered_by_id, self.executive)
        appraisal.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        appraisal.with_user(self.executive2).action_approve()
        self.assertEqual(appraisal.state, "approved")

    def test_an_answer_agrees_with_the_points(self):
        appraisal = self._bring_to(self._open(), "scored")
        objection = self._object(appraisal).with_user(self.director)
        with self._refused("Write the answer first"):
            objection.action_reject()
        objection.answer = "Right"
        with self._refused("correct the points"):
            objection.action_uphold()
        self._line(appraisal, "Discipline").with_user(self.director).points = 5
        with self._refused("uphold the objection, or set them back"):
            objection.action_reject()
        objection.action_uphold()

    def test_the_person_takes_it_back(self):
        appraisal = self._bring_to(self._open(), "scored")
        objection = self._object(appraisal)
        with self._refused("Only the person himself"):
            objection.with_user(self.director).action_withdraw()
        objection.with_user(self.manager).action_withdraw()
        self.assertEqual(objection.state, "withdrawn")
        self.assertFalse(appraisal.has_open_objection)
        self._approve(appraisal)

    def test_a_new_scoring_may_be_objected_to_again(self):
        appraisal = self._bring_to(self._open(), "scored")
        self._answer(self._object(appraisal), False)
        with freeze_time("2026-06-03 04:00:00"):
            appraisal.with_user(self.director)._decline("returned", "Look again")
            self.env.invalidate_all()
            self._score(appraisal, 0.4)
            self._object(appraisal)
        self.assertTrue(appraisal.has_open_objection)
