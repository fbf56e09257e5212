from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..grading.test_crons import CronCase
from .test_work_report import REPORT, ReportCase

# Labour Day 2026: from Friday the 1st to Tuesday the 5th of May nobody works.
HOLIDAYS = ("2026-04-30 16:00:00", "2026-05-05 16:00:00")


@tagged("post_install", "-at_install")
class TestWorkReportCrons(CronCase, ReportCase):
    """Owed reports are opened, chased and escalated exactly once; months are drafted on the first day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([("id", "!=", cls.company.id)]).key_account_reports_from = False
        cls.company.key_account_reports_from = "2026-04-27"
        cls.env["resource.calendar.leaves"].create({
            "name": "Labour Day", "calendar_id": cls.company.resource_calendar_id.id,
            "company_id": cls.company.id, "date_from": HOLIDAYS[0], "date_to": HOLIDAYS[1],
        })
        # one person owes: the others left the departments
        cls.team.member_ids = cls.manager
        cls.other_team.member_ids = False
        cls.members = cls.env["crm.team.member"].search([("crm_team_id", "=", cls.team.id)])
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_team_member SET create_date = '2026-01-01'")
        cls.env.invalidate_all()

    def _run_day(self, day, *names):
        with freeze_time(datetime.combine(day, datetime.min.time()) + timedelta(hours=4)):
            for name in names or ("open", "draft", "chase"):
                self._run_cron(f"work_report_{name}")
        self.env.invalidate_all()

    def _get_reports(self, *kinds, user=None):
        return self.env[REPORT].search([
            ("user_id", "=", (user or self.manager).id), ("kind", "in", kinds or ("day",)),
        ], order="date_from, kind")

    def _get_summaries(self, report):
        activities = report.sudo().with_context(active_test=False).activity_ids.sorted("id")
        return [(activity.user_id, activity.summary) for activity in activities]

    def test_a_month_with_holidays_day_by_day(self):
        today = date(2026, 4, 27)
        while today <= date(2026, 6, 1):
            self._run_day(today)
            today += timedelta(days=1)
        days = [str(day) for day in self._get_reports("day").mapped("date_from")]
        self.assertEqual(days[:5], ["2026-04-27", "2026-04-28", "2026-04-29", "2026-04-30", "2026-05-06"])
        self.assertEqual(len([day for day in days if day.startswith("2026-05")]), 18)
        self.assertEqual(
            self._get_reports("week").mapped("period"),
            ["2026-W18", "2026-W19", "2026-W20", "2026-W21", "2026-W22"],
        )
        self.assertEqual(self._get_reports("month").mapped("period"), ["2026-04", "2026-05"])
        self.assertFalse(self._get_reports("quarter", "year"))
        months = self.env[REPORT].search([("scope", "=", "department"), ("team_id", "=", self.team.id)])
        self.assertEqual(sorted(months.mapped("period")), ["2026-04", "2026-05"])
        first = self._get_reports("day")[0]
        told = self._get_summaries(first)
        self.assertEqual([user for user, _text in told], [self.manager, self.leader])
        before = self._get_reports("day")[3]
        self.assertEqual(str(before.deadline), "2026-05-06", "the day after the holidays")

    def test_nobody_is_chased_on_a_holiday_or_before_the_day_in_time(self):
        self._run_day(date(2026, 4, 29))
        report = self._get_reports("day")[-1]
        self.assertEqual(str(report.deadline), "2026-04-30")
        for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 4)):
            self._run_day(day, "chase")
            self.assertFalse(self._get_summaries(report))
        for _turn in range(2):
            self._run_day(date(2026, 5, 6), "chase")
            self.assertEqual(len(self._get_summaries(report)), 1)
        self._run_day(date(2026, 5, 7), "chase")
        self.assertEqual([user for user, _text in self._get_summaries(report)], [self.manager, self.leader])
        for day in range(8, 20):
            self._run_day(date(2026, 5, day), "chase")
        self.assertEqual(len(self._get_summaries(report)), 2, "each is told once")

    def test_what_came_in_or_is_excused_is_not_chased(self):
        self._run_day(date(2026, 4, 28), "open")
        first, second = self._get_reports("day")[:2]
        with freeze_time("2026-04-28 08:00:00"):
            first.with_user(self.manager).write({"work_done": "Calls"})
            first.with_user(self.manager).action_submit()
            second.with_user(self.leader)._excuse("Trade fair")
        self._run_day(date(2026, 5, 12), "chase")
        self.assertEqual((first.told_steps, second.told_steps), (0, 0))

    def test_what_one_wrote_oneself_is_not_opened_again(self):
        with freeze_time("2026-04-28 02:00:00"):
            mine = self._new_report()
        for _turn in range(2):
            self._run_day(date(2026, 4, 28), "open")
        self.assertEqual(self._get_reports("day").filtered(
            lambda report: str(report.date_from) == "2026-04-28"
        ), mine)

    def test_killed_half_way_the_rest_is_opened_the_next_time(self):
        self.team.member_ids = self.manager | self.manager2 | self.assistant
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_team_member SET create_date = '2026-01-01'")
        patched, _seen = self._failing(REPORT, "_open", RuntimeError("killed"), calls=2, lasting=True)
        with patched:
            self._run_day(date(2026, 4, 27), "open")
        domain = [
            ("kind", "=", "day"), ("date_from", "=", "2026-04-27"), ("company_id", "=", self.company.id),
        ]
        self.assertEqual(self.env[REPORT].search_count(domain), 1)
        for _turn in range(2):
            self._run_day(date(2026, 4, 28), "open")
            self.assertEqual(self.env[REPORT].search_count(domain), 3)

    def test_killed_half_way_nobody_is_told_twice(self):
        self._run_day(date(2026, 4, 28), "open")
        patched, _seen = self._failing(REPORT, "_tell", RuntimeError("killed"), calls=2, lasting=True)
        with patched:
            self._run_day(date(2026, 5, 6), "chase")
        reports = self._get_reports("day")
        self.assertEqual(sorted(reports.mapped("told_steps")), [0, 1])
        self._run_day(date(2026, 5, 6), "chase")
        self.assertEqual([len(self._get_summaries(report)) for report in reports[:1]], [1])

    def test_who_joined_later_or_has_no_role_owes_nothing_and_a_week_standstill_is_made_up(self):
        self.team.member_ids = self.manager | self.manager2 | self.salesman
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_team_member SET create_date = '2026-01-01'")
        member = self.env["crm.team.member"].search([("user_id", "=", self.manager2.id)])
        self._set_day(member, "2026-04-29")
        self._run_day(date(2026, 4, 30), "open")
        self.assertEqual(len(self._get_reports("day")), 4)
        self.assertEqual(len(self._get_reports("day", user=self.manager2)), 2)
        self.assertFalse(self._get_reports("day", user=self.salesman))

    def test_without_a_day_from_which_they_are_owed_nothing_is_opened(self):
        self.company.key_account_reports_from = False
        self._run_day(date(2026, 5, 6))
        self.assertFalse(self.env[REPORT].search([("company_id", "=", self.company.id)]))

    def test_only_the_longer_reports_where_the_company_says_so(self):
        self.company.key_account_report_kind = "month"
        self._run_day(date(2026, 4, 30), "open")
        self.assertEqual(self._get_reports("day", "week", "month").mapped("kind"), ["month"])

    def test_the_month_is_drafted_once_for_the_clerk_and_chased(self):
        self.team.key_account_clerk_id = self.clerk
        for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 11)):
            self._run_day(day, "draft")
        months = self.env[REPORT].search([("scope", "=", "department"), ("team_id", "=", self.team.id)])
        self.assertEqual(months.mapped("period"), ["2026-04"])
        self.assertEqual([user for user, _text in self._get_summaries(months)], [self.clerk])
        self._run_day(date(2026, 5, 12), "chase")
        self.assertEqual([user for user, _text in self._get_summaries(months)], [self.clerk, self.clerk])
        self._run_day(date(2026, 5, 14), "chase")
        self.assertEqual(self._get_summaries(months)[-1][0], self.leader)
