from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ...calculations.rhythm import GRACE_DAYS
from ...calculations.schedule import count_promised
from .common import VisitCase

TODAY = "2026-11-25 02:00:00"

NOTE = "To be discussed"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestGenerate(VisitCase):
    """A plan is drafted from what the grades promise: the same each time, and even (V1, V5, G13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = [
            cls._new_graded(f"Customer {number}", grade=(cls.grade_a, cls.grade_b, cls.grade_c)[number % 3])
            for number in range(9)
        ]

    def _get_lines(self, plan):
        self.env.invalidate_all()
        return sorted(
            (visit.account_id.id, visit.start, visit.stop, visit.user_id.id, visit.contact_ids.ids)
            for visit in plan.sudo().visit_ids
        )

    def test_each_account_gets_what_its_grade_promises(self):
        plan = self._new_plan()
        for account in self.accounts:
            visits = plan.visit_ids.filtered(lambda visit, account=account: visit.account_id == account)
            promised = count_promised(
                plan.date_from, plan.date_to, account.grade_id.visit_interval_days
            )
            self.assertEqual(len(visits), promised, account.grade_id.code)
        self.assertEqual(plan.visit_count, len(plan.visit_ids))
        self.assertEqual(plan.short_count, 0)
        self.assertIn("accounts 9", plan.generation_note)

    def test_each_line_has_the_seven_items(self):
        account = self.accounts[0]
        account.partner_id.write({"street": "Road 1", "city": "Hangzhou"})
        contact = self.env["res.partner"].create({"name": "Ms Li", "parent_id": account.partner_id.id})
        self.env["key.account.stakeholder"].create({
            "account_id": account.id, "partner_id": contact.id, "decision_power": 60,
        })
        visit = self._new_plan().visit_ids.filtered(lambda visit: visit.account_id == account)[0]
        self.assertTrue(visit.start and visit.stop > visit.start)
        self.assertIn("Road 1", visit.place)
        self.assertEqual((visit.user_id, visit.visitor_ids), (self.manager, self.manager))
        self.assertEqual(visit.contact_ids, contact)
        self.assertIn("grade A", visit.purpose)
        self.assertIn(self.grade_a.benefits, visit.content)
        self.assertTrue(visit.expected_effect)
        self.assertEqual((visit.team_id, visit.company_id), (self.team, self.company))
        self.assertEqual((visit.state, visit.visit_type, visit.is_urgent), ("draft", "outbound", False))

    def test_the_grades_own_texts_are_proposed_where_there_are_any(self):
        self.grade_b.write({"visit_purpose": "Growth plan", "visit_effect": "Plan agreed"})
        visit = self._new_plan().visit_ids.filtered(
            lambda visit: visit.account_id.grade_id == self.grade_b
        )[0]
        self.assertEqual((visit.purpose, visit.expected_effect), ("Growth plan", "Plan agreed"))

    def test_the_same_accounts_give_the_same_plan(self):
        plan = self._new_plan()
        lines = self._get_lines(plan)
        plan.action_generate()
        self.assertEqual(self._get_lines(plan), lines)
        self.assertGreater(len(lines), 30)

    def test_the_days_of_a_month_differ_by_at_most_one_visit_and_are_working_days(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Spring Festival", "company_id": self.company.id, "calendar_id": False,
            "date_from": self._local("2027-02-05 00:00:00"), "date_to": self._local("2027-02-12 23:59:59"),
        })
        for number in range(9, 40):
            self._new_graded(f"Customer {number}", grade=self.grade_a)
        plan = self._new_plan()
        holidays = {date(2027, 2, day) for day in range(5, 13)}
        loads = Counter(plan.visit_ids.mapped("date"))
        self.assertFalse(holidays & loads.keys())
        self.assertFalse([day for day in loads if day.weekday() > 4])
        for month in (1, 2, 3):
            days = [
                day for index in range(90) if (day := plan.date_from + timedelta(days=index)).month == month
                and day.weekday() < 5 and day not in holidays
            ]
            on_days = [loads[day] for day in days]
            self.assertLessEqual(max(on_days) - min(on_days), 1, month)

    def test_the_holidays_of_another_company_are_not_this_ones(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.company.resource_calendar_id.company_id = False
        leave = self.env["resource.calendar.leaves"].create({
            "name": "Foundation day", "calendar_id": False,
            "date_from": self._local("2027-02-01 00:00:00"), "date_to": self._local("2027-02-28 23:59:59"),
        })
        with self._refused("no working day"):
            self._new_plan(period="month", period_date="2027-02-01")
        leave.company_id = other
        plan = self._new_plan(period="month", period_date="2027-02-01")
        self.assertTrue(plan.visit_ids)

    def test_every_account_keeps_its_rhythm_and_is_not_overdue_while_it_does(self):
        for number in range(9, 29):
            self._new_graded(f"Customer {number}")
        visits = self._new_plan().visit_ids
        for account, own in visits.grouped("account_id").items():
            days = sorted(own.mapped("date"))
            for before, after in pairwise(days):
                limit = account.grade_id.visit_interval_days + GRACE_DAYS
                self.assertLessEqual((after - before).days, limit, account.display_name)
        months = Counter(visits.filtered(
            lambda visit: visit.account_id.grade_id == self.grade_b
        ).mapped(lambda visit: visit.date.month))
        self.assertLessEqual(max(months.values()), 1.25 * min(months.values()), "no month is heaped")

    def test_who_comes_along_on_another_visit_is_not_sent_out_at_that_time(self):
        day = date(2027, 1, 4)
        while day <= date(2027, 1, 29):
            if day.weekday() < 5:
                self._new_visit(
                    self.accounts[0], user=self.director, user_id=self.leader.id, visit_type="call",
                    visitor_ids=[Command.set((self.leader | self.manager).ids)],
                    start=self._local(f"{day} 08:00:00"), stop=self._local(f"{day} 12:00:00"),
                ).action_plan()
            day += timedelta(days=1)
        visits = self._new_plan(period="month").visit_ids.filtered(lambda visit: visit.date.day > 3)
        self.assertTrue(visits)
        self.assertEqual({visit.start.hour + 8 for visit in visits} & {8, 9, 10, 11}, set())

    def test_the_form_of_visits_is_that_of_the_grade(self):
        self.grade_c.visit_type = "online"
        kinds = {
            (visit.account_id.grade_id.code, visit.visit_type) for visit in self._new_plan().visit_ids
        }
        self.assertEqual(kinds, {("A", "outbound"), ("B", "outbound"), ("C", "online")})
        visits = self.env["key.account.visit"].with_user(self.manager)
        c_account = self.accounts[2]
        self.assertEqual(visits.create({"account_id": c_account.id}).visit_type, "online")
        self.assertEqual(
            visits.create({"account_id": c_account.id, "visit_type": "call"}).visit_type, "call"
        )

    def test_visits_lie_in_the_working_hours_of_the_company_and_not_on_each_other(self):
        for number in range(9, 60):
            self._new_graded(f"Customer {number}", grade=self.grade_a)
        visits = self._new_plan().visit_ids.sorted("start")
        for visit in visits:
            hour = visit.start.hour + 8
            self.assertTrue(8 <= hour < 12 or 13 <= hour < 17, visit.start)
        for before, after in pairwise(visits):
            self.assertLessEqual(before.stop, after.start)

    def test_what_somebody_changed_or_entered_stays_when_it_is_generated_anew(self):
        plan = self._new_plan()
        touched, noted, *_rest = plan.visit_ids.sorted("id")
        touched.purpose = "Something special"
        noted.message_post(body=NOTE)
        own = self._new_visit(
            self.accounts[1], visit_type="outbound", plan_id=plan.id,
            start=self._local("2027-02-03 10:00:00"),
        )
        count = len(plan.visit_ids)
        plan.action_generate()
        self.assertTrue((touched | noted | own).exists())
        self.assertEqual(touched.purpose, "Something special")
        self.assertEqual(len(plan.visit_ids), count - 1, "the one by hand stands for a due one")

    def test_a_draft_that_was_prepared_or_got_an_attachment_is_touched(self):
        plan = self._new_plan()
        prepared, ticked, attached, *_rest = plan.visit_ids.sorted("id")
        prepared.preparation = "Samples"
        ticked.is_need_prepared = True
        self.env["ir.attachment"].with_user(self.manager).create({
            "name": "offer.txt", "raw": b"x", "res_model": attached._name, "res_id": attached.id,
        })
        count = len(plan.visit_ids)
        plan.action_generate()
        self.assertTrue(all((prepared | ticked | attached).mapped(lambda visit: bool(visit.exists()))))
        self.assertEqual(len(plan.visit_ids), count)

    def test_a_years_plan_of_five_thousand_accounts(self):
        self.accounts[0].flush_recordset()
        self.env.cr.execute("""
            WITH customer AS (
                INSERT INTO res_partner (name, complete_name, type, is_company, active, autopost_bills)
                SELECT 'Bulk ' || number, 'Bulk ' || number, 'contact', TRUE, TRUE, 'ask'
                  FROM generate_series(1, 5000) number
                RETURNING id
            ),
            placed AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM customer),
            account AS (
                INSERT INTO key_account (partner_id, company_id, team_id, manager_id, active, state,
                                         confidentiality, management_level, number, code, scheme_id, grade_id,
                                         admission_date)
                SELECT id, %s, %s, (%s)[number %% 2 + 1], TRUE, 'active', 'internal', 'none',
                       (900000 + number)::text, (900000 + number)::text, %s, %s, '2026-01-01'
                  FROM placed
                RETURNING id, manager_id
            )
            INSERT INTO key_account_allowed_user_rel (account_id, user_id) SELECT id, manager_id FROM account
        """, [
            self.company.id, self.other_team.id, [self.manager.id, self.manager2.id], self.scheme.id,
            self.grade_c.id,
        ])
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
        )
        self.env.invalidate_all()
        plan = self._new_plan(user=self.director, team_id=self.other_team.id, period="year")
        # 60 days apart: due on the first day, and six times after it
        self.env.cr.execute(
            "SELECT count(*), min(count), max(count) FROM (SELECT count(*) AS count FROM key_account_visit"
            " WHERE plan_id = %s GROUP BY account_id) visit", [plan.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (5000, 7, 7))
        self.env.cr.execute("""
            SELECT max(most - least) FROM (
                SELECT max(count) AS most, min(count) AS least FROM (
                    SELECT user_id, date, count(*) AS count FROM key_account_visit WHERE plan_id = %s
                     GROUP BY user_id, date
                ) day GROUP BY user_id, date_trunc('month', date)
            ) month
        """, [plan.id])
        self.assertLessEqual(self.env.cr.fetchone()[0], 1)
        self.env.cr.execute("""
            SELECT max(date - before) FROM (
                SELECT date, lag(date) OVER (PARTITION BY account_id ORDER BY date) AS before
                  FROM key_account_visit WHERE plan_id = %s
            ) visit
        """, [plan.id])
        self.assertLessEqual(self.env.cr.fetchone()[0], 60 + GRACE_DAYS)
        self.assertEqual(plan.short_count, 0)
        self.assertIn("visits on a day", plan.generation_note)

    def test_the_last_visit_before_the_period_counts(self):
        account = self.accounts[1]
        self._new_visit(
            account, visit_type="reception", start=self._local("2026-12-20 10:00:00")
        ).action_plan()
        dates = self._new_plan().visit_ids.filtered(
            lambda visit: visit.account_id == account
        ).mapped("date")
        self.assertEqual(len(dates), 3)
        self.assertEqual(min(dates).month, 1, "due on January 19")

    def test_a_phone_call_keeps_no_promised_visit(self):
        account = self.accounts[1]
        self._new_visit(account, start=self._local("2027-01-20 10:00:00")).action_plan()
        plan = self._new_plan()
        self.assertEqual(
            len(plan.visit_ids.filtered(lambda visit: visit.account_id == account)), 3
        )

    def test_without_an_active_manager_the_leader_goes(self):
        self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.manager.id])
        self.env.invalidate_all()
        plan = self._new_plan(user=self.director)
        self.assertEqual(plan.visit_ids.user_id, self.leader)

    def test_a_plan_for_no_account_says_why(self):
        with self._refused("No visit is promised"):
            self._new_plan(user=self.director, team_id=self.other_team.id)
        (self.grade_a | self.grade_b | self.grade_c).visit_interval_days = 0
        with self._refused("No visit is promised"):
            self._new_plan()

    def test_accounts_without_a_grade_are_counted_in_the_note(self):
        self._new_account(self._new_customer("Ungraded"))
        self.assertIn("visits: 1", self._new_plan().generation_note)

    def test_a_period_that_is_over_or_has_no_working_day_is_refused(self):
        with self._refused("is over"):
            self._new_plan(period_date="2026-01-01")
        self.company.resource_calendar_id.attendance_ids.unlink()
        with self._refused("no working day"):
            self._new_plan()

    def test_a_period_that_has_begun_is_filled_from_tomorrow_on(self):
        plan = self._new_plan(period="month", period_date="2026-11-01")
        self.assertGreaterEqual(min(plan.visit_ids.mapped("date")), date(2026, 11, 26))

    def test_a_company_without_a_working_calendar_works_from_monday_to_friday(self):
        self.company.resource_calendar_id = False
        plan = self._new_plan()
        self.assertTrue(plan.visit_ids)
        self.assertFalse([day for day in plan.visit_ids.mapped("date") if day.weekday() > 4])

    def test_somebody_with_too_many_accounts_is_told_of(self):
        for number in range(150):
            self._new_graded(f"More {number}", grade=self.grade_a)
        plan = self._new_plan(period="month")
        self.assertIn("visits on a day", plan.generation_note)
        self.assertIn(self.manager.name, plan.generation_note)

    def test_what_one_does_not_see_is_neither_drafted_nor_counted_nor_dropped(self):
        secret = self._new_graded("Veiled", confidentiality="secret", manager_id=self.manager2.id)
        plan = self._new_plan(user=self.director)
        self.assertIn(secret, plan.visit_ids.account_id)
        hidden = plan.visit_ids.filtered(lambda visit: visit.account_id == secret)
        mine = plan.with_user(self.leader)
        self.env.invalidate_all()
        self.assertEqual(mine.visit_count, len(plan.visit_ids) - len(hidden))
        self.assertEqual(plan.visit_count, len(plan.visit_ids))
        mine.action_generate()
        self.assertTrue(hidden.exists())
        self.assertIn("accounts 9", mine.generation_note)

    def test_periods_are_whole_years_quarters_and_months(self):
        for period, begin, end, name in (
            ("year", "2027-01-01", "2027-12-31", "East 2027"),
            ("quarter", "2027-04-01", "2027-06-30", "East 2027 Q2"),
            ("month", "2027-05-01", "2027-05-31", "East 2027-05"),
        ):
            plan = self._new_plan(generate=False, period=period, period_date="2027-05-17")
            self.assertEqual(
                (plan.date_from, plan.date_to),
                (fields.Date.to_date(begin), fields.Date.to_date(end)),
            )
            self.assertEqual(plan.name, name)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPlanApproval(VisitCase):
    """Two people decide on a plan, and on each change of it (V2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One")
        cls.second = cls._new_graded("Two", grade=cls.grade_a)
        cls.plan = cls._new_plan()

    def test_the_leader_and_then_an_executive_approve(self):
        self.plan.action_submit()
        self.assertEqual(self.plan.sudo().activity_ids.user_id, self.leader)
        for user in (self.executive, self.manager, self.director, self.other_leader):
            with self.assertRaises(UserError):
                self.plan.with_user(user).action_approve()
        self.plan.with_user(self.leader).action_approve()
        self.assertEqual(self.plan.state, "reviewed")
        self.assertEqual(set(self.plan.visit_ids.mapped("state")), {"draft"})
        self.plan.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "approved")
        self.assertEqual(set(self.plan.visit_ids.mapped("state")), {"planned"})
        for visit in self.plan.visit_ids:
            self.assertEqual(visit.planned_start, visit.start)
            self.assertEqual((visit.event_id.start, visit.event_id.stop), (visit.start, visit.stop))

    def test_the_leader_does_not_approve_his_own_plan(self):
        plan = self._new_plan(user=self.leader, period_date="2027-05-01")
        plan.action_submit()
        with self.assertRaises(UserError):
            plan.action_approve()
        plan.with_user(self.director).action_approve()
        self.assertEqual(plan.state, "reviewed")

    def test_it_is_sent_back_with_a_comment_at_each_step(self):
        for approvers in ((self.leader,), (self.leader, self.executive)):
            self.plan.action_submit()
            for user in approvers[:-1]:
                self.plan.with_user(user).action_approve()
            with self.assertRaises(UserError):
                self.plan.with_user(approvers[-1])._decline("returned", " ")
            self.plan.with_user(approvers[-1])._decline("returned", "Visit Two more often")
            self.assertEqual(self.plan.state, "draft")

    def test_where_the_leader_does_not_see_each_visit_the_director_stands_in(self):
        self._new_graded("Veiled", confidentiality="secret", manager_id=self.manager2.id)
        plan = self._new_plan(user=self.manager2, period_date="2027-05-01")
        plan.action_submit()
        self.assertEqual(plan.sudo().activity_ids.user_id, self.director)
        with self.assertRaises(UserError):
            plan.with_user(self.leader).action_approve()
        plan.with_user(self.director).action_approve()
        plan.with_user(self.executive).action_approve()
        self.assertEqual(plan.state, "approved")

    def test_a_plan_without_visits_or_with_lines_that_lack_an_item_is_not_submitted(self):
        with self._refused("no visit"):
            self._new_plan(generate=False, period_date="2027-08-01").action_submit()
        self.plan.visit_ids[0].expected_effect = False
        with self._refused("effect: 1"):
            self.plan.action_submit()

    def test_no_two_plans_of_a_department_cover_the_same_day(self):
        self._approve_plan(self.plan)
        for period, day in (("month", "2027-03-31"), ("year", "2027-12-31"), ("quarter", "2027-01-01")):
            twin = self._new_plan(period=period, period_date=day, generate=False)
            self.assertIn(self.plan.name, twin.overlap_warning)
            self._new_visit(
                self.account, visit_type="outbound", plan_id=twin.id,
                start=self._local(f"{twin.date_from} 10:00:00"),
            )
            with self._refused("overlaps", ValidationError):
                twin.action_submit()
        after = self._new_plan(period="month", period_date="2027-04-01")
        self.assertFalse(after.overlap_warning)
        after.action_submit()
        other = self._new_graded("Third", team_id=self.other_team.id, manager_id=self.other_manager.id)
        theirs = self._new_plan(user=self.other_manager, team_id=self.other_team.id)
        self.assertIn(other, theirs.visit_ids.account_id)
        theirs.action_submit()

    def test_while_it_is_decided_on_nothing_in_it_changes(self):
        visit = self.plan.visit_ids[0]
        self.plan.action_submit()
        for vals in (
            {"start": "2027-01-20 02:00:00"}, {"user_id": self.manager2.id}, {"purpose": "x"},
            {"plan_id": False}, {"visit_type": "call"}, {"contact_ids": [Command.clear()]},
        ):
            with self.assertRaises(UserError, msg=str(vals)):
                visit.write(vals)
        with self.assertRaises(UserError):
            visit.unlink()
        for vals in ({"team_id": self.other_team.id}, {"period": "year"}, {"target": "x"}):
            with self.assertRaises(UserError):
                self.plan.write(vals)
        with self.assertRaises(UserError):
            self.plan.action_generate()

    def test_after_the_approval_a_small_move_is_daily_work_and_all_else_a_change_of_plan(self):
        visit = self._approve_plan(self.plan).visit_ids.sorted("start")[3].with_user(self.manager)
        start = visit.start
        visit.write({"start": start + timedelta(days=14), "stop": visit.stop + timedelta(days=14)})
        self.assertEqual(visit.event_id.start, start + timedelta(days=14))
        visit.write({"place": "The new plant"})
        for days in (-14.1, 14.1, 60):
            moved = start + timedelta(days=days)
            with self._refused("approved for another time"):
                visit.write({"start": moved, "stop": moved + timedelta(hours=1)})
        with self._refused("change of"):
            visit.user_id = self.manager2
        for vals in ({"plan_id": False}, {"visit_type": "call"}, {"is_urgent": True}):
            with self.assertRaises(UserError):
                visit.write(vals)
        with self.assertRaises(UserError):
            visit.unlink()
        with self._refused("only after “Revise”"):
            self._new_visit(
                self.account, visit_type="outbound", plan_id=self.plan.id,
                start=self._local("2027-02-02 10:00:00"),
            )

    def test_a_visit_does_not_leave_the_period_of_its_plan(self):
        self._approve_plan(self.plan)
        last = self.plan.visit_ids.sorted("start")[-1]
        moved = self._local("2027-04-01 10:00:00")
        self.assertLess(moved - last.start, timedelta(days=14))
        with self._refused("outside of the plan's period", ValidationError):
            last.with_user(self.manager).write({"start": moved, "stop": moved + timedelta(hours=1)})

    def test_the_leader_revises_and_it_is_approved_anew(self):
        self._approve_plan(self.plan)
        planned = self.plan.visit_ids
        with self.assertRaises(UserError):
            self.plan.with_user(self.manager).action_revise()
        self.plan.with_user(self.leader).action_revise()
        self.assertEqual(set(planned.mapped("state")), {"planned"}, "what is planned stays in force")
        added = self._new_visit(
            self.account, visit_type="outbound", plan_id=self.plan.id,
            start=self._local("2027-02-02 10:00:00"),
        )
        moved = planned.sorted("start")[0]
        new_start = moved.start + timedelta(days=30)
        moved.with_user(self.manager).write({"start": new_start, "stop": new_start + timedelta(hours=1)})
        with self.assertRaises(UserError):
            added.action_plan()
        self.plan.with_user(self.manager).action_submit()
        self._approve_plan(self.plan)
        self.assertEqual(added.state, "planned")
        self.assertTrue(added.event_id)
        self.assertEqual(moved.planned_start, new_start)
        self.assertEqual(len(self.plan.visit_ids), len(planned) + 1)

    def test_a_planned_visit_does_not_slip_out_of_a_plan_under_revision(self):
        self._approve_plan(self.plan)
        self.plan.with_user(self.leader).action_revise()
        with self.assertRaises(UserError):
            self.plan.visit_ids[0].with_user(self.manager).plan_id = False

    def test_a_cancelled_plan_cancels_its_visits_and_their_meetings(self):
        self._approve_plan(self.plan)
        events = self.plan.visit_ids.event_id
        self.assertTrue(events)
        with self.assertRaises(UserError):
            self.plan.with_user(self.leader).write({"state": "cancelled"})
        self.plan.with_user(self.leader).action_revise()
        with self.assertRaises(UserError):
            self.plan.write({"state": "cancelled"})
        self._reason(self.plan.with_user(self.leader), "cancel", "The department is closed")
        self.assertEqual(self.plan.state, "cancelled")
        self.assertEqual(set(self.plan.visit_ids.mapped("state")), {"cancelled"})
        self.assertEqual(set(self.plan.visit_ids.mapped("closing_reason")), {"The department is closed"})
        self.assertFalse(events.exists())

    def test_a_plan_with_visits_or_a_history_is_not_deleted(self):
        with self.assertRaises(UserError):
            self.plan.with_user(self.leader).unlink()
        with self.assertRaises(AccessError):
            self._new_plan(generate=False, period_date="2027-08-01").with_user(self.manager).unlink()
        self._new_plan(generate=False, period_date="2027-08-01").with_user(self.leader).unlink()

    def test_the_period_stands_still_once_there_are_visits(self):
        with self._refused("delete the drafts"):
            self.plan.period_date = "2027-08-01"

    def test_an_account_that_changes_its_department_leaves_the_drafts_of_the_old_one(self):
        self._approve_plan(self.plan)
        draft_plan = self._new_plan(period_date="2027-05-01")
        planned = self.plan.sudo().visit_ids.filtered(lambda visit: visit.account_id == self.account)
        self.account.with_user(self.director).write({
            "team_id": self.other_team.id, "manager_id": self.other_manager.id,
        })
        self.env.invalidate_all()
        self.assertNotIn(self.account, draft_plan.visit_ids.account_id)
        self.assertEqual(planned.user_id, self.other_manager)
        self.assertEqual(planned.visitor_ids, self.other_manager)
        self.assertEqual(planned.event_id.user_id, self.other_manager)
        self.assertEqual(planned.plan_id, self.plan, "what was approved was approved there")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCoverage(VisitCase):
    """Which accounts get less than they were promised, right at any time."""

    def _get_row(self, plan, account):
        self.env.invalidate_all()
        return self.env["key.account.visit.coverage"].search([
            ("plan_id", "=", plan.id), ("account_id", "=", account.id),
        ])

    def test_it_counts_what_the_formula_counts(self):
        plan = self._new_plan(generate=False, period="year")
        for number, (grade, last) in enumerate((
            (self.grade_a, None), (self.grade_a, "2026-12-30"), (self.grade_b, "2026-06-01"),
            (self.grade_c, "2026-11-20"), (self.grade_b, "2026-12-31"),
        )):
            account = self._new_graded(f"Customer {number}", grade=grade)
            if last:
                self._new_visit(
                    account, visit_type="online", start=self._local(f"{last} 10:00:00")
                ).action_plan()
            row = self._get_row(plan, account)
            self.assertEqual(row.promised_count, count_promised(
                plan.date_from, plan.date_to, grade.visit_interval_days, last and date.fromisoformat(last),
            ), last)
            self.assertEqual(row.last_date, fields.Date.to_date(last) or False)

    def test_accounts_with_fewer_or_no_visits_are_listed_and_counted(self):
        short, none, full = (self._new_graded(name) for name in ("Short", "None", "Full"))
        plan = self._new_plan()
        plan.visit_ids.filtered(lambda visit: visit.account_id == none).unlink()
        plan.visit_ids.filtered(lambda visit: visit.account_id == short)[:1].unlink()
        self.assertEqual(plan.short_count, 2)
        self.assertEqual(set(plan.coverage_ids.account_id), {short, none})
        row = self._get_row(plan, none)
        self.assertEqual((row.promised_count, row.planned_count, row.missing_count), (3, 0, 3))
        self.assertEqual(self._get_row(plan, full).missing_count, 0)

    def test_cancelled_visits_are_missing_and_those_of_the_years_plan_count_for_the_month(self):
        account = self._new_graded("One")
        plan = self._approve_plan(self._new_plan())
        month = self._new_plan(generate=False, period="month", period_date="2027-03-01")
        self.assertEqual(self._get_row(month, account).planned_count, 1)
        visit = plan.visit_ids.filtered(lambda visit: visit.date.month == 3)
        self._reason(visit.with_user(self.manager), "cancel")
        self.assertEqual(self._get_row(plan, account).missing_count, 1)
        self.assertEqual(plan.short_count, 1)

    def test_nothing_is_promised_before_the_admission(self):
        account = self._new_graded("One", admission_date="2027-03-01")
        plan = self._new_plan(generate=False)
        self.assertEqual(self._get_row(plan, account).promised_count, 2)

    def test_one_sees_the_rows_of_ones_own_accounts(self):
        self._new_graded("Veiled", confidentiality="secret", manager_id=self.manager2.id)
        plan = self._new_plan(user=self.manager2, generate=False)
        for user, count in ((self.manager2, 1), (self.director, 1), (self.leader, 0), (self.manager, 0)):
            self.env.invalidate_all()
            self.assertEqual(plan.with_user(user).short_count, count, user.name)
