from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .appraisal_case import MAY, AppraisalCase

RANKING = "key.account.appraisal.ranking"


@tagged("post_install", "-at_install")
class TestAppraisalRanking(AppraisalCase):
    """P8, P13 and X16: places by department and month; last again and again is a flag for people."""

    def _month(self, number):
        return MAY + relativedelta(months=number)

    def _publish(self, number, **scores):
        """Let the people of the department have these scores in a month."""
        return {
            login: self._publish_directly(self.users[login], self._month(number), score)
            for login, score in scores.items()
        }

    def _get_places(self, user, month=MAY):
        self.env.invalidate_all()
        rows = self.env[RANKING].with_user(user).search([("date_from", "=", month)])
        return {row.user_id: (row.place, row.score, row.ranked_count) for row in rows}

    # === PLACES === #

    def test_equal_scores_share_the_place_and_the_next_is_left_out(self):
        self._publish(0, manager=90.5, manager2=90.5, assistant=60)
        self.assertEqual(self._get_places(self.leader), {
            self.manager: (1, 90.5, 3), self.manager2: (1, 90.5, 3), self.assistant: (3, 60, 3),
        })

    def test_only_published_months_of_ranked_templates_have_places(self):
        self._publish(0, manager=90, manager2=80)
        self._open(self.assistant)
        clerk_template = self.env["key.account.appraisal.template"].create({
            "name": "Apart", "is_ranked": False,
            "line_ids": [Command.create({"name": "All", "max_points": 100})],
        })
        self._publish_directly(self.clerk, MAY, 10, template=clerk_template)
        self.assertEqual(set(self._get_places(self.leader)), {self.manager, self.manager2})

    # === WHO SEES THEM === #

    def test_the_department_sees_its_places_and_nobody_elses(self):
        self._publish(0, manager=90, manager2=80)
        self._publish_directly(self.other_manager, MAY, 70, team=self.other_team)
        east, south = {self.manager, self.manager2}, {self.other_manager}
        for login, expected in {
            "manager": east, "manager2": east, "assistant": east, "clerk": east, "leader": east,
            "other_manager": south, "other_leader": south, "director": east | south,
            "executive": east | south, "inspector": set(),
        }.items():
            with self.subTest(login=login):
                self.assertEqual(set(self._get_places(self.users[login])), expected)
        for login in ("service", "salesman", "nobody", "portal"):
            with self.subTest(login=login), self.assertRaises(AccessError):
                self._get_places(self.users[login])

    def test_where_scores_are_not_published_superiors_alone_see_them(self):
        self._publish(0, manager=90, manager2=80)
        self.company.key_account_publish_scores = False
        for login in ("manager", "manager2", "assistant", "clerk"):
            self.assertFalse(self._get_places(self.users[login]), login)
        for login in ("leader", "director", "executive"):
            self.assertEqual(len(self._get_places(self.users[login])), 2, login)

    def test_nothing_but_person_month_score_and_place_is_in_it(self):
        names = set(self.env[RANKING]._fields) - {"id", "display_name"}
        self.assertEqual(names, {
            "user_id", "team_id", "company_id", "date_from", "period", "score", "place", "ranked_count",
            "is_open",
        })

    def test_nobody_writes_places(self):
        self._publish(0, manager=90, manager2=80)
        row = self.env[RANKING].search([("user_id", "=", self.manager2.id)])
        for login in ("manager2", "leader", "director"):
            with self.assertRaises(AccessError):
                row.with_user(self.users[login]).write({"place": 1})

    # === LAST AGAIN AND AGAIN === #

    def _get_flags(self, rows):
        return {login: (row.last_months, row.is_flagged) for login, row in rows.items()}

    def test_three_months_last_is_flagged_and_the_director_asked_and_nothing_else_happens(self):
        for number in (0, 1):
            self._publish(number, manager=90, manager2=80, assistant=70)
        rows = self._publish(2, manager=90, manager2=80, assistant=70)
        self.assertEqual(self._get_flags(rows), {
            "manager": (0, False), "manager2": (0, False), "assistant": (3, True),
        })
        asked = rows["assistant"].activity_ids
        self.assertEqual(asked.user_id, self.director)
        self.assertIn("Last for 3 months", asked.summary)
        self.assertTrue(self.assistant.active)
        self.assertFalse(self.env["key.account.reward.record"].search([("user_id", "=", self.assistant.id)]))
        rows["manager"]._update_places()
        self.assertEqual(len(rows["assistant"].activity_ids), 1, "asked once")

    def test_ties_at_the_last_place_are_all_flagged(self):
        for number in (0, 1):
            self._publish(number, manager=90, manager2=70, assistant=70)
        rows = self._publish(2, manager=90, manager2=70, assistant=70)
        self.assertEqual(self._get_flags(rows), {
            "manager": (0, False), "manager2": (3, True), "assistant": (3, True),
        })

    def test_one_who_is_ranked_alone_is_not_last(self):
        for number in range(3):
            rows = self._publish(number, manager=40)
        self.assertEqual(self._get_flags(rows), {"manager": (0, False)})

    def test_where_all_have_the_same_score_nobody_is_behind(self):
        for number in range(3):
            rows = self._publish(number, manager=70, manager2=70)
        self.assertEqual(self._get_flags(rows), {"manager": (0, False), "manager2": (0, False)})

    def test_months_have_to_follow_each_other(self):
        for number in (0, 1, 3):
            rows = self._publish(number, manager=90, manager2=80)
        self.assertEqual(rows["manager2"].last_months, 1)
        self._publish(2, manager=80, manager2=90)
        self.assertEqual(rows["manager2"].last_months, 1)

    def test_a_month_in_between_makes_a_streak_of_those_around_it(self):
        for number in (0, 2):
            rows = self._publish(number, manager=90, manager2=80)
        self._publish(1, manager=90, manager2=80)
        self.env.invalidate_all()
        self.assertEqual((rows["manager2"].last_months, rows["manager2"].is_flagged), (3, True))

    def test_a_month_counts_once_everybody_is_published(self):
        for number in (0, 1):
            self._publish(number, manager=90, manager2=80)
        missing = self._open(self.assistant, date_from=self._month(2), template=self.plain_template)
        rows = self._publish(2, manager=90, manager2=80)
        self.assertEqual(rows["manager2"].last_months, 0, "the assistant's is still open")
        missing.with_user(self.director)._cancel("Left")
        self.assertEqual((rows["manager2"].last_months, rows["manager2"].is_flagged), (3, True))

    def test_an_objection_takes_the_flag_back(self):
        for number in (0, 1):
            self._publish(number, manager=90, manager2=80)
        rows = self._publish(2, manager=90, manager2=80)
        row = rows["manager2"]
        row.write({"objection_deadline": "2027-01-01", "scored_on": "2026-06-01 00:00:00"})
        self._object(row)
        self.assertEqual((row.last_months, row.is_flagged), (0, False))
        self.assertEqual(row.activity_ids.mapped("summary"), ["Answer the objection to the appraisal"])

    def test_the_number_of_months_is_a_setting(self):
        self.company.key_account_last_place_months = 0
        for number in range(4):
            rows = self._publish(number, manager=90, manager2=80)
        self.assertEqual(self._get_flags(rows)["manager2"], (4, False))
        self.company.key_account_last_place_months = 2
        rows = self._publish(4, manager=90, manager2=80)
        self.assertEqual(self._get_flags(rows)["manager2"], (5, True))
