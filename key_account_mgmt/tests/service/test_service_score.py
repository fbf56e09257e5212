from datetime import date, timedelta
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools.misc import file_path

from ...calculations.service_score import (
    MONTH,
    count_promised,
    get_kept_rate,
    get_segments,
    get_service_score,
)
from ...models.service.key_account_service_score import PROMISED_KINDS
from .common import VisitCase
from .complaint_case import MEASURES


@tagged("post_install", "-at_install")
class TestServiceFormulas(BaseCase):
    """What was promised, what was kept."""

    def _count(self, changes, date_from, date_to, periods=((date(2020, 1, 1), None),)):
        return count_promised(get_segments(changes, periods, date_from, date_to))

    def test_a_period_is_cut_where_the_promise_changed(self):
        changes = [(date(2026, 1, 1), 30), (date(2026, 4, 1), 14), (date(2026, 7, 1), 0)]
        ever = [(date(2020, 1, 1), None)]
        self.assertEqual(
            [segment[1:] for segment in get_segments(changes, ever, date(2026, 3, 1), date(2026, 12, 31))],
            [
                (date(2026, 3, 1), date(2026, 3, 31), 30), (date(2026, 4, 1), date(2026, 6, 30), 14),
                (date(2026, 7, 1), date(2026, 12, 31), 0),
            ],
        )
        self.assertEqual(get_segments(changes, ever, date(2025, 1, 1), date(2025, 12, 31)), [])
        self.assertEqual(get_segments([], ever, date(2026, 1, 1), date(2026, 1, 2)), [])
        self.assertEqual(get_segments(changes, [], date(2026, 1, 1), date(2026, 1, 2)), [])

    def test_grading_anew_with_the_same_promise_begins_no_new_count(self):
        changes = [(date(2026, month, 1), 14) for month in range(1, 13)]
        self.assertEqual(self._count(changes, date(2026, 1, 1), date(2026, 12, 31)), 26)
        twice = [(date(2026, 1, 1), 30), (date(2026, 1, 1), 14)]
        self.assertEqual(self._count(twice, date(2026, 1, 1), date(2026, 12, 31)), 26, "the last of a day")

    def test_promises_count_whole_intervals_from_the_day_on_which_they_began(self):
        year = (date(2026, 1, 1), date(2026, 12, 31))
        for interval, count in ((14, 26), (30, 12), (0, 0), (3 * MONTH, 3), (365, 0)):
            self.assertEqual(self._count([(year[0], interval)], *year), count, interval)
        # day 30 of the year is January 31
        self.assertEqual(self._count([(year[0], 30)], date(2026, 1, 31), date(2026, 1, 31)), 1)
        self.assertEqual(self._count([(year[0], 30)], date(2026, 1, 1), date(2026, 1, 30)), 0)

    def test_the_months_of_a_year_add_up_to_the_year_for_every_interval(self):
        days = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
        for interval in (*range(1, 400), *(months * MONTH for months in range(1, 25))):
            changes = [(date(2025, 11, 17), interval)]
            months = [
                self._count(changes, first, after - timedelta(days=1)) for first, after in pairwise(days)
            ]
            self.assertEqual(
                sum(months), self._count(changes, date(2026, 1, 1), date(2026, 12, 31)), interval
            )

    def test_nothing_is_promised_while_the_account_is_suspended(self):
        periods = [(date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 10, 1), None)]
        changes = [(date(2026, 1, 1), 30)]
        self.assertEqual(self._count(changes, date(2026, 1, 1), date(2026, 12, 31), periods), 5)
        self.assertEqual(self._count(changes, date(2026, 4, 1), date(2026, 9, 30), periods), 0)

    def test_rates_and_score_are_rounded_half_up_and_never_invented(self):
        self.assertEqual(get_kept_rate(3, 1), Decimal("33.33"))
        self.assertEqual(get_kept_rate(8, 1), Decimal("12.50"))
        self.assertEqual(get_kept_rate(3, 9), Decimal("100.00"))
        self.assertIsNone(get_kept_rate(0, 9))
        self.assertEqual(get_kept_rate(5, 0), Decimal("0.00"))
        self.assertEqual(get_service_score([Decimal("33.33"), None, Decimal("100")]), Decimal("66.67"))
        self.assertIsNone(get_service_score([None, None]))


@tagged("post_install", "-at_install")
@freeze_time("2026-12-31 04:00:00")
class TestServiceScore(VisitCase):
    """Per account: promised beside delivered, in any period, with the records behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grade_b.survey_interval_months = 6
        cls.account = cls._new_graded()
        cls.env.cr.execute("UPDATE key_account_grade_history SET date_from = '2025-06-01'")
        cls.env.cr.execute("UPDATE key_account_active_period SET date_from = '2025-06-01'")
        cls.env.invalidate_all()

    def _hold(self, days_ago, kind="outbound", state="done"):
        visit = self._new_visit(
            self.account, visit_type=kind, is_urgent=kind == "outbound",
            start=fields.Datetime.now() - timedelta(days=days_ago),
        )
        visit.flush_recordset()
        # dated back: held then, entered now
        self.env.cr.execute("UPDATE key_account_visit SET state = %s WHERE id = %s", [state, visit.id])
        self.env.invalidate_all()
        return visit

    def _complain(self, response_in_time, resolution_in_time, received="2026-11-02 01:00:00"):
        """Let a complaint go its way: told of the result by phone, and of nothing else before.

        Grade B promises an answer within 4 working hours and a solution within 48, so within six days.
        """
        received = fields.Datetime.to_datetime(received)
        hours = 1 if response_in_time else 24
        with freeze_time(received):
            complaint = self.env["key.account.complaint"].with_user(self.manager).create({
                "name": "Late", "partner_id": self.account.partner_id.id, "company_id": self.company.id,
                "category_id": self.env.ref("key_account_mgmt.complaint_category_quality").id, **MEASURES,
            })
        with freeze_time(received + timedelta(hours=hours)):
            complaint.action_accept()
            complaint.action_start()
            if not resolution_in_time:
                complaint._answer("We are on it")
        with freeze_time(received + timedelta(hours=hours, days=0 if resolution_in_time else 20)):
            complaint.action_resolve()
            complaint.feedback_method = "phone"
            complaint.action_close()
        self.assertEqual(
            (complaint.is_response_in_time, complaint.is_resolution_in_time),
            (response_in_time, resolution_in_time),
        )
        self.env.invalidate_all()
        return complaint

    def _figures(self, user=None, date_from=date(2026, 1, 1), date_to=date(2026, 12, 31)):
        self.env.invalidate_all()
        account = self.account.with_user(user or self.manager)
        figures = account._get_service_figures(date_from, date_to)[account]
        return {figure.kind: (figure.promised, figure.delivered) for figure in figures}

    def test_visits_are_counted_against_the_grades_interval(self):
        for days_ago in range(10, 120, 10):
            self._hold(days_ago)
        self._hold(5, kind="call")
        self._hold(6, state="missed")
        # every 30 days since June 1 of the year before
        self.assertEqual(self._figures()["visit"], (12, 11))
        self.assertEqual(self._figures(date_from=date(2026, 12, 1))["visit"], (1, 3))

    def test_the_policy_is_that_of_the_time(self):
        self._insert_history(self.grade_a, "2026-07-02")
        # days 240, …, 390 of the grade before; then every 14 days
        self.assertEqual(self._figures()["visit"][0], 6 + 13)

    def _insert_history(self, grade, day, scheme=None, is_aside=False):
        self.env.cr.execute("""
            INSERT INTO key_account_grade_history (account_id, scheme_id, grade_id, date_from, is_aside,
                                                   visit_interval_days, survey_interval_months)
                 VALUES (%s, %s, %s, %s, %s, %s, %s)
        """, [
            self.account.id, (scheme or self.scheme).id, grade.id, day, is_aside, grade.visit_interval_days,
            grade.survey_interval_months,
        ])
        self.env.invalidate_all()

    def test_another_policy_counts_from_the_day_on_which_it_is_set(self):
        before = self._figures(date_to=date(2026, 12, 30))["visit"]
        history = self.account.sudo().grade_history_ids
        self.grade_b.visit_interval_days = 1
        self.assertEqual(self._figures(date_to=date(2026, 12, 30))["visit"], before, "the past stays")
        self.assertEqual(len(self.account.sudo().grade_history_ids), len(history) + 1)
        self.assertEqual(self._figures(date_from=date(2027, 1, 1), date_to=date(2027, 1, 10))["visit"][0], 10)
        self.grade_b.write({"visit_interval_days": 1, "benefits": "More"})
        self.assertEqual(len(self.account.sudo().grade_history_ids), len(history) + 1, "nothing new")

    def test_an_exception_to_the_grading_outlives_another_policy(self):
        self.account.sudo()._set_grade(self.scheme, self.grade_a, "Strategic", valid_until="2027-06-30")
        self.grade_a.visit_interval_days = 10
        self.env.invalidate_all()
        self.assertEqual(self.account.grade_valid_until, date(2027, 6, 30))

    def test_what_other_schemes_said_counts_not_and_what_the_account_followed_then_does(self):
        other = self.env.ref("key_account_mgmt.scheme_relationship")
        grade = other.grade_ids[:1]
        grade.visit_interval_days = 1
        expected = self._figures()["visit"]
        self.account.sudo()._set_grade(other, grade, "Beside")
        self.assertEqual(self._figures()["visit"], expected)
        self.account.sudo().scheme_id = other
        self.assertEqual(self._figures()["visit"], expected, "until today by the other scheme")
        self.assertEqual(self._figures(date_from=date(2027, 1, 1), date_to=date(2027, 1, 10))["visit"][0], 10)

    def test_what_was_promised_before_a_suspension_stays_promised(self):
        year = self._figures()["visit"]
        account = self.account.with_user(self.director)
        account.action_suspend()
        self.env.invalidate_all()
        self.assertEqual(self._figures(date_to=date(2026, 12, 30))["visit"][0], year[0])
        self.assertEqual(self._figures(date_from=date(2027, 1, 1), date_to=date(2027, 6, 30))["visit"][0], 0)
        self.assertEqual(account.sudo().active_period_ids.date_to, date(2026, 12, 30))
        with freeze_time("2027-03-01 04:00:00"):
            account.action_resume()
            for date_from, date_to, count in (
                (date(2027, 1, 1), date(2027, 2, 28), 0), (date(2027, 3, 1), date(2027, 6, 30), 4),
            ):
                self.assertEqual(self._figures(date_from=date_from, date_to=date_to)["visit"][0], count)

    def test_nobody_writes_when_an_account_was_active(self):
        period = self.account.active_period_ids
        self.assertEqual(len(period), 1)
        for user in (self.manager, self.director):
            for call in (
                lambda records: records.write({"date_from": "2020-01-01"}),
                lambda records: records.unlink(),
                lambda records: records.create({
                    "account_id": self.account.id, "date_from": "2020-01-01",
                }),
            ):
                with self.assertRaises(UserError):
                    call(period.with_user(user))

    def test_phone_calls_are_counted_against_their_own_interval(self):
        self._hold(5, kind="call")
        self.assertEqual(self._figures()["call"], (0, 1), "none promised")
        self.assertEqual(self._figures()["visit"][1], 0)
        self.env.cr.execute("UPDATE key_account_grade_history SET call_interval_days = 7")
        self.assertEqual(self._figures()["call"], (52, 1))

    def test_urgent_visits_are_counted_apart_and_those_not_ratified_keep_no_promise(self):
        urgent, plain = self._hold(5), self._hold(6, kind="reception")
        figures = self.account._get_service_figures(date(2026, 1, 1), date(2026, 12, 31))[self.account]
        self.assertEqual((figures[0].delivered, figures[0].urgent), (2, 1))
        self.env.cr.execute(
            "UPDATE key_account_visit SET ratification = 'refused' WHERE id = %s", [urgent.id]
        )
        self.assertEqual(self._figures()["visit"][1], 1)
        self.assertEqual(self.account.last_visit_date, plain.date)
        self.assertEqual((self.account.visit_count, self.account.urgent_visit_count), (2, 1))

    def test_complaints_count_once_their_deadline_is_over(self):
        self._complain(True, False)
        self._complain(True, True)
        self.env["key.account.complaint"].create({
            "name": "Just now", "partner_id": self.account.partner_id.id, "company_id": self.company.id,
        })
        figures = self._figures()
        self.assertEqual(figures["response"], (2, 2))
        self.assertEqual(figures["resolution"], (2, 1))

    def test_the_score_is_the_mean_of_what_was_promised(self):
        for days_ago in range(10, 70, 10):
            self._hold(days_ago)
        self._complain(True, False)
        self.env.invalidate_all()
        account = self.account.with_user(self.manager)
        # visits 6 of 12, surveys 0 of 2, answers 1 of 1, solutions 0 of 1
        self.assertTrue(account.has_service_score)
        self.assertEqual(account.service_score, 37.5)

    def test_nothing_promised_is_no_score_and_not_a_bad_one(self):
        self.env.cr.execute("UPDATE key_account_active_period SET date_from = '2026-12-30'")
        self.env.invalidate_all()
        account = self.account.with_user(self.manager)
        self.assertFalse(account.has_service_score)

    def test_the_evidence_holds_as_many_records_as_the_figure(self):
        for days_ago in (10, 20):
            self._hold(days_ago)
        self._complain(True, False)
        action = self.account.with_user(self.manager).action_open_service_record()
        lines = self.env["key.account.service.record.line"].with_user(self.manager).search(action["domain"])
        self.assertEqual(set(lines.mapped("kind")), {"visit", "survey", "response", "resolution"})
        for line in lines.filtered("delivered"):
            evidence = line.action_open_evidence()
            count = self.env[evidence["res_model"]].with_user(self.manager).search_count(evidence["domain"])
            expected = line.delivered if line.kind in PROMISED_KINDS else line.promised
            self.assertEqual(count, expected, line.kind)
        visits = lines.filtered(lambda line: line.kind == "visit")
        self.assertIn("2 delivered of 12 promised", visits.explanation)

    def test_averages_leave_out_what_was_not_promised_and_count_each_account_once(self):
        self._complain(True, False)
        self._hold(5, kind="call")
        other = self._new_graded("Other")
        self.env.cr.execute(
            "UPDATE key_account_grade_history SET date_from = '2025-06-01', survey_interval_months = 0"
            " WHERE account_id = %s", [other.id],
        )
        self.env.cr.execute("UPDATE key_account_active_period SET date_from = '2025-06-01'")
        self.env.invalidate_all()
        action = (self.account | other).with_user(self.manager).action_open_service_record()
        lines = self.env["key.account.service.record.line"].with_user(self.manager)
        by_kind = dict(lines._read_group(action["domain"], ["kind"], ["rate:avg"]))
        self.assertEqual((by_kind["response"], by_kind["resolution"]), (100, 0))
        self.assertIsNone(by_kind["call"] or None, "none was promised")
        scores = dict(lines._read_group(action["domain"], ["account_id"], ["score:avg"]))
        [(mean,)] = lines._read_group(action["domain"], [], ["score:avg"])
        self.assertEqual(scores, {self.account: 25, other: 0})
        self.assertEqual(float(mean), 12.5, "one with four kinds and one with one kind weigh the same")

    def test_a_customer_with_whom_it_ended_is_measured_in_the_time_before(self):
        self.account.with_user(self.director).action_suspend()
        record = self.env["key.account.service.record"].with_user(self.manager).create({})
        lines = self.env["key.account.service.record.line"].search(record.action_show()["domain"])
        self.assertIn(self.account, lines.account_id)

    def test_nobody_measures_what_he_does_not_see_nor_reads_anothers_record(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.other_manager).action_open_service_record()
        action = self.account.with_user(self.manager).action_open_service_record()
        lines = self.env["key.account.service.record.line"]
        self.env.invalidate_all()
        self.assertTrue(lines.with_user(self.manager).search(action["domain"]))
        for user in (self.other_manager, self.leader, self.director, self.clerk, self.executive):
            self.assertFalse(lines.with_user(user).search(action["domain"]), user.name)

    def test_many_accounts_take_no_more_queries_than_one(self):
        def count(accounts):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            accounts._get_service_figures(date(2026, 1, 1), date(2026, 12, 31))
            return self.env.cr.sql_log_count - before

        many = self.account.union(*(self._new_graded(f"Customer {number}") for number in range(10)))
        count(many)
        self.assertLessEqual(count(many), count(self.account))

    def test_an_update_fills_what_was_not_kept_before(self):
        suspended = self._new_graded("Suspended")
        suspended.with_user(self.director).action_suspend()
        candidate = self._new_candidate()
        other = self.env.ref("key_account_mgmt.scheme_relationship")
        self.account.sudo()._set_grade(other, other.grade_ids[:1], "Beside")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM key_account_active_period")
        self.env.cr.execute(
            "UPDATE key_account_grade_history SET visit_interval_days = NULL, is_aside = NULL,"
            " survey_interval_months = NULL"
        )
        self.env.cr.execute(
            "UPDATE key_account SET admission_date = '2025-06-01' WHERE id IN %s",
            [(self.account.id, suspended.id)],
        )
        script = file_path("key_account_mgmt/migrations/19.0.1.3.0/post-visits.py")
        spec = spec_from_file_location("post_visits", script)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        for _time in range(2):
            module.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(self._figures()["visit"][0], 12)
        period = self.account.active_period_ids
        self.assertEqual((period.date_from, period.date_to), (date(2025, 6, 1), False))
        self.assertTrue(suspended.active_period_ids.date_to)
        self.assertFalse(candidate.active_period_ids)
        rows = self.account.sudo().grade_history_ids.sorted("id")
        self.assertEqual(rows.mapped("is_aside"), [False, True])
