from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import BaseCase, freeze_time, tagged

from ...calculations.service_score import (
    MONTH,
    count_promised,
    get_kept_rate,
    get_segments,
    get_service_score,
)
from .common import VisitCase
from .complaint_case import MEASURES


@tagged("post_install", "-at_install")
class TestServiceFormulas(BaseCase):
    """What was promised, what was kept."""

    def test_a_period_is_cut_where_the_grade_changed(self):
        changes = [(date(2026, 1, 1), "B"), (date(2026, 4, 1), "A"), (date(2026, 7, 1), None)]
        self.assertEqual(
            get_segments(changes, date(2026, 3, 1), date(2026, 12, 31)),
            [(31, "B"), (91, "A"), (184, None)],
        )
        self.assertEqual(get_segments(changes, date(2025, 1, 1), date(2025, 12, 31)), [])
        self.assertEqual(get_segments(changes, date(2026, 3, 31), date(2026, 3, 31)), [(1, "B")])
        self.assertEqual(get_segments([], date(2026, 1, 1), date(2026, 1, 2)), [])

    def test_promises_add_up_over_grades_and_count_whole_times(self):
        self.assertEqual(count_promised([(365, 14)]), 26)
        self.assertEqual(count_promised([(365, 30)]), 12)
        self.assertEqual(count_promised([(365, 0)]), 0)
        self.assertEqual(count_promised([(15, 30), (7, 14)]), 1)
        self.assertEqual(count_promised([(365, 3 * MONTH)]), 3)
        self.assertEqual(count_promised([(366, 3 * MONTH)]), 4)

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
        self.assertEqual(self._figures()["visit"], (12, 11))
        self.assertEqual(self._figures(date_from=date(2026, 12, 1))["visit"], (1, 3))

    def test_the_policy_is_that_of_the_time(self):
        self.env.cr.execute("""
            INSERT INTO key_account_grade_history (account_id, scheme_id, grade_id, date_from)
                 VALUES (%s, %s, %s, '2026-07-02')
        """, [self.account.id, self.scheme.id, self.grade_a.id])
        self.env.invalidate_all()
        # 182 days every 30, 183 days every 14
        self.assertEqual(self._figures()["visit"][0], 19)

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
        # visits 6 of 12, surveys 0 of 1, answers 1 of 1, solutions 0 of 1
        self.assertTrue(account.has_service_score)
        self.assertEqual(account.service_score, 37.5)

    def test_nothing_promised_is_no_score_and_not_a_bad_one(self):
        self.account.sudo().state = "suspended"
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
            expected = line.delivered if line.kind in ("visit", "survey") else line.promised
            self.assertEqual(count, expected, line.kind)
        visits = lines.filtered(lambda line: line.kind == "visit")
        self.assertIn("2 delivered of 12 promised", visits.explanation)

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
