from odoo.exceptions import AccessError
from odoo.tests import tagged

from .appraisal_case import ABILITY, ATTITUDE, MAY, AppraisalCase


@tagged("post_install", "-at_install")
class TestAppraisal(AppraisalCase):
    """From the draft to the published month: who does what, and nobody for himself."""

    # === THE TEMPLATES OF THE REGULATIONS === #

    def test_the_templates_have_the_points_of_the_regulations(self):
        def by_section(template):
            sections = {}
            for line in template.line_ids:
                sections[line.section] = sections.get(line.section, 0) + line.max_points
            return list(sections.values())

        self.assertEqual(by_section(self.template), [60, 20, 20])
        self.assertEqual(by_section(self.template_clerk), [20, 30, 40, 10])
        self.assertEqual(by_section(self.template_manager), [20, 30, 20, 30])
        self.assertEqual(
            self.template.line_ids.mapped("name"), ["Target Attainment", *ABILITY, *ATTITUDE]
        )
        self.assertEqual(self.template.line_ids.mapped("max_points"), [60, *[5] * 8])
        self.assertTrue(all(template.active for template in self.template | self.template_clerk))

    def test_bounds_belong_to_the_better_level(self):
        """P4 and X6, of the 20-point and the 30-point items; marketing has those of the other one (X5)."""
        base, service, _information, marketing = self.template_manager.line_ids
        for points, level in (("7.99", "Poor"), ("8", "Fair"), ("14.99", "Fair"), ("15", "Good"),
                              ("17.99", "Good"), ("18", "Excellent"), ("20", "Excellent"), ("0", "Poor")):
            self.assertEqual(base._get_level(float(points)).name, level, points)
        for line in (service, marketing):
            for points, level in (("11.99", "Poor"), ("12", "Fair"), ("22.99", "Fair"), ("23", "Good"),
                                  ("26.99", "Good"), ("27", "Excellent"), ("30", "Excellent")):
                self.assertEqual(line._get_level(float(points)).name, level, points)

    # === FIGURES === #

    def test_the_attainment_gives_its_part_of_sixty_points(self):
        line = self._open().line_ids[0]
        self.assertEqual((line.points, line.is_measured, line.kpi_value), (52.8, True, 88))
        self.assertEqual(line.explanation, "88.00 %: 88 of a target of 100")

    def test_more_than_the_target_gives_no_more_than_the_maximum(self):
        self._reach(self.manager, 250)
        self.assertEqual(self._open().line_ids[0].points, 60)

    def test_without_a_target_there_is_no_data_and_the_superior_gives_the_points(self):
        self._reach(self.manager, 50, None)
        appraisal = self._open()
        line = appraisal.line_ids[0]
        self.assertFalse(line.is_measured)
        self.assertIn("No data", line.explanation)
        self._self_assess(appraisal)
        self._score(appraisal, 0.5)
        self.assertEqual((line.points, appraisal.score), (30, 50))

    def test_points_of_a_figure_are_given_by_nobody(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        line = self._line(appraisal, "Target Attainment").with_user(self.leader)
        with self._refused("follow from its figure"):
            line.points = 60
        line.comment = "Two big orders"

    def test_figures_are_measured_anew_until_it_is_scored(self):
        appraisal = self._open()
        self._reach(self.manager, 90)
        appraisal.with_user(self.leader).action_refresh()
        self.assertEqual(appraisal.line_ids[0].points, 54)
        self._reach(self.manager, 95)
        self._self_assess(appraisal)
        self.assertEqual(appraisal.line_ids[0].points, 57)
        self._score(appraisal)
        self._reach(self.manager, 10)
        with self._refused("stay as they were"):
            appraisal.with_user(self.leader).action_refresh()
        self.assertEqual(appraisal.line_ids[0].points, 57)

    def test_figures_beside_an_item_are_shown_and_give_no_points(self):
        appraisal = self._open(template=self.template_manager)
        service = self._line(appraisal, "Service and Maintenance")
        self.assertEqual(service.points, 0)
        for name in ("Visit Completion: No data", "Satisfaction Score: No data"):
            self.assertIn(name, service.explanation)
        marketing = self._line(appraisal, "Key Account Marketing")
        self.assertIn("Sales Attainment: 88.00 %: 88 of a target of 100", marketing.explanation)

    # === THE WAY === #

    def test_a_month_from_draft_to_publication(self):
        appraisal = self._open()
        self.assertEqual((appraisal.month, str(appraisal.date_to)), ("2026-05", "2026-05-31"))
        self._self_assess(appraisal)
        self.assertEqual((appraisal.state, appraisal.self_score), ("self_assessed", 40))
        self._score(appraisal)
        self.assertEqual((appraisal.state, appraisal.scored_by_id), ("scored", self.leader))
        self.assertEqual(appraisal.score, 84.8)
        self.assertEqual(str(appraisal.objection_deadline), "2026-06-09")
        appraisal.with_user(self.director).action_approve()
        self.assertEqual(appraisal.state, "scored", "the executive is missing")
        appraisal.with_user(self.executive).action_approve()
        self.assertEqual(appraisal.state, "approved")
        appraisal.with_user(self.leader).action_publish()
        self.assertEqual((appraisal.state, str(appraisal.published_on)), ("published", "2026-06-02"))
        self.assertEqual(
            appraisal._get_round("approved").mapped("role"), ["leader", "director", "executive"]
        )

    def test_a_score_is_not_rounded_to_whole_points(self):
        """X2: 89.5 stays 89.5."""
        self._reach(self.manager, "95.83333333")
        appraisal = self._bring_to(self._open(), "self_assessed")
        self._score(appraisal)
        # 60 x 0.9583333333 = 57.50
        self.assertEqual(appraisal.line_ids[0].points, 57.5)
        self.assertEqual(appraisal.score, 89.5)

    def test_no_points_are_said_in_words(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        theirs = appraisal.with_user(self.leader)
        with self._refused("Discipline"):
            theirs.action_approve()
        for line in theirs.line_ids.filtered(lambda line: not line.is_measured):
            line.comment = "Absent all month"
        theirs.action_approve()
        self.assertEqual((appraisal.state, appraisal.score), ("scored", 52.8))

    def test_sent_back_it_is_scored_and_approved_anew(self):
        appraisal = self._bring_to(self._open(), "scored")
        appraisal.with_user(self.director)._decline("returned", "Too kind")
        self.env.invalidate_all()
        self.assertEqual(appraisal.state, "self_assessed")
        self.assertEqual(appraisal.activity_ids.user_id, self.leader)
        self._score(appraisal, 0.6)
        self.assertEqual(appraisal.score, 76.8)
        self._approve(appraisal)
        self.assertEqual(appraisal.state, "approved")

    def test_the_leader_sends_a_self_assessment_back_to_the_person(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        appraisal.with_user(self.leader)._decline("returned", "Say more")
        self.env.invalidate_all()
        self.assertEqual(appraisal.state, "draft")
        self.assertIn(self.manager, appraisal.activity_ids.user_id)
        self._bring_to(appraisal, "scored")

    def test_a_cancelled_month_says_why_and_may_be_opened_anew(self):
        appraisal = self._open()
        with self._refused("with the reason"):
            appraisal.with_user(self.director).state = "cancelled"
        with self._refused():
            appraisal.with_user(self.leader)._cancel("Wrong template")
        self.env.invalidate_all()
        appraisal.with_user(self.director)._cancel("Wrong template")
        self.assertEqual((appraisal.state, appraisal.cancel_reason), ("cancelled", "Wrong template"))
        self._open()

    # === NOBODY FOR HIMSELF === #

    def test_the_leaders_own_month_is_scored_by_the_director(self):
        appraisal = self._open(self.leader, by=self.director)
        self._self_assess(appraisal)
        line = self._line(appraisal, "Discipline")
        with self._refused("Nobody scores himself"):
            line.with_user(self.leader).points = 5
        with self._refused("your own matter"):
            self._score_nothing(appraisal.with_user(self.leader))
        self._score(appraisal, by=self.director)
        self.assertEqual((appraisal.state, appraisal.scored_by_id), ("scored", self.director))
        appraisal.with_user(self.executive).action_approve()
        with self._refused():
            appraisal.with_user(self.director).action_approve()
        appraisal.with_user(self.executive2).action_approve()
        self.assertEqual(appraisal.state, "approved")
        with self._refused("Nobody publishes his own"):
            appraisal.with_user(self.leader).action_publish()

    def _score_nothing(self, appraisal):
        for line in appraisal.sudo().line_ids:
            line.comment = "x"
        appraisal.action_approve()

    def test_an_administrator_neither_scores_nor_approves_his_own_month(self):
        boss = self._new_user("boss", "base.group_system,key_account_mgmt.group_key_account_director,"
                              "key_account_mgmt.group_key_account_executive")
        self.team.user_id = boss
        self.team.member_ids += boss
        with self._refused("Nobody opens his own"):
            self._open(boss, by=boss)
        appraisal = self._open(boss, by=self.director)
        self._self_assess(appraisal)
        with self._refused("Nobody scores himself"):
            self._line(appraisal, "Discipline").with_user(boss).points = 5
        with self._refused("your own matter"):
            self._score_nothing(appraisal.with_user(boss))
        with self._refused("Nobody cancels his own"):
            appraisal.with_user(boss)._cancel("I do not like it")

    def test_nobody_assesses_another_one(self):
        appraisal = self._open()
        for user in (self.leader, self.director, self.executive):
            with self._refused():
                appraisal.with_user(user).action_self_assess()
            with self._refused():
                self._line(appraisal, "Discipline").with_user(user).self_points = 1
            with self._refused():
                appraisal.with_user(user).self_summary = "He was lazy"
            self.env.invalidate_all()

    # === WRONG STATE, BY RPC === #

    def test_points_in_the_wrong_state_are_refused(self):
        appraisal = self._open()
        line = self._line(appraisal, "Discipline")
        with self._refused("after the self-assessment"):
            line.with_user(self.leader).points = 5
        self._self_assess(appraisal)
        with self._refused("as long as the appraisal is a draft"):
            line.with_user(self.manager).self_points = 1
        self._score(appraisal)
        for state in ("scored", "approved", "published"):
            self._bring_to(appraisal, state)
            for user in (self.leader, self.director, self.executive):
                with self.subTest(state=state, user=user.name), self._refused():
                    line.with_user(user).points = 1
                self.env.invalidate_all()
        self.assertEqual(appraisal.score, 84.8)

    def test_states_are_not_written(self):
        appraisal = self._open()
        for state in ("self_assessed", "scored", "approved", "published", "cancelled"):
            for user in (self.manager, self.leader, self.director):
                with self.subTest(state=state, user=user.name), self._refused():
                    appraisal.with_user(user).state = state
                self.env.invalidate_all()
        self._bring_to(appraisal, "approved")
        with self._refused("by the system itself"):
            self._bring_to(appraisal, "published").with_user(self.director).state = "scored"

    def test_past_months_are_taken_over_by_the_system_alone(self):
        values = {
            "user_id": self.manager2.id, "team_id": self.team.id, "company_id": self.company.id,
            "template_id": self.template.id, "date_from": "2025-12-01", "score": 91.5, "state": "published",
        }
        for user in (self.leader, self.director):
            with self._refused():
                self.appraisals.with_user(user).create(values)
            with self._refused():
                self.appraisals.with_user(user).create({**values, "score": 0} | {"state": "approved"})
            values.pop("score", None)
            with self._refused("starts as"):
                self.appraisals.with_user(user).create(values)
            values["score"] = 91.5
        taken = self.appraisals.create(values)
        self.assertEqual((taken.score, taken.state, str(taken.date_to)), (91.5, "published", "2025-12-31"))
        self.assertFalse(taken.line_ids)
        self.env.invalidate_all()
        self.assertFalse(taken.with_user(self.manager2).can_object, "long over")

    def test_what_the_system_fills_in_is_written_by_nobody(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        for user in (self.manager, self.leader, self.director):
            for vals in (
                {"score": 100}, {"presence_rate": 1}, {"user_id": self.manager2.id},
                {"date_from": "2026-04-01"},
                {"template_id": self.template_clerk.id}, {"team_id": self.other_team.id},
                {"objection_deadline": "2030-01-01"}, {"last_months": 0}, {"is_flagged": False},
                {"scored_by_id": user.id}, {"reopened_after_id": False},
                {"line_ids": [(0, 0, {"name": "x"})]},
            ):
                with self.subTest(user=user.name, vals=vals), self._refused():
                    appraisal.with_user(user).write(vals)
                self.env.invalidate_all()
            for vals in (
                {"max_points": 50}, {"is_measured": False}, {"kpi_value": 100}, {"scoring": "superior"},
            ):
                with self.subTest(user=user.name, vals=vals), self._refused(error=AccessError):
                    appraisal.line_ids[:1].with_user(user).write(vals)
                self.env.invalidate_all()
            with self._refused():
                appraisal.with_user(user).unlink()

    # === WHO SEES IT === #

    def test_the_person_and_his_superiors_see_it_and_nobody_else(self):
        appraisal = self._bring_to(self._open(), "published")
        seen = {
            login for login, user in self.users.items()
            if login not in ("portal", "public") and self._sees(appraisal, user)
        }
        # the department's clerk drafts the settlement by it
        self.assertEqual(seen, {"manager", "leader", "clerk", "director", "executive", "executive2"})

    def _sees(self, record, user):
        self.env.invalidate_all()
        model = record.with_user(user)
        try:
            found = bool(model.search([("id", "=", record.id)]))
        except AccessError:
            found = False
        self.assertEqual(found, model.has_access("read"))
        return found

    def test_items_and_objections_are_seen_with_the_appraisal(self):
        appraisal = self._bring_to(self._open(), "scored")
        objection = self._object(appraisal)
        for record in (appraisal.line_ids[:1], objection):
            seen = {
                login for login, user in self.users.items()
                if login not in ("portal", "public") and self._sees(record, user)
            }
            self.assertEqual(seen, {"manager", "leader", "director", "executive", "executive2"}, record)

    def test_a_deputy_scores_in_the_leaders_place(self):
        self.team.write({
            "key_account_deputy_id": self.other_leader.id, "key_account_deputy_from": "2026-06-01",
            "key_account_deputy_to": "2026-06-30",
        })
        appraisal = self._bring_to(self._open(), "self_assessed")
        self._score(appraisal, by=self.other_leader)
        self.assertEqual(appraisal.scored_by_id, self.other_leader)

    def test_an_archived_leader_leaves_the_scoring_to_the_director(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        self.team.user_id = False
        self._score(appraisal, by=self.director)
        self.assertEqual(appraisal.scored_by_id, self.director)
        self.assertEqual(appraisal.date_from, MAY)
