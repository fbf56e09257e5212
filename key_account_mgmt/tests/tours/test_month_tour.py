from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..service.test_monthly_submission import MonthCase

THE_26TH = "2026-05-26 04:00:00"


@tagged("post_install", "-at_install")
class TestMonthTour(MonthCase, HttpCase):
    """The board on the 26th of May 2026, and the spot check of the month before, in the browser."""

    def _tour(self, name, user):
        with freeze_time(THE_26TH, tick=True):
            self.start_tour("/odoo", name, login=user.login)
        self.env.invalidate_all()

    def test_the_board_on_the_26th(self):
        theirs = self._new_account(
            self._new_customer("Mill"), team_id=self.other_team.id, manager_id=self.other_manager.id,
            admission_date="2025-01-01",
        )
        with freeze_time("2026-05-10 04:00:00"):
            in_time = self._new_submission(theirs)
        self._hand_in("2026-05-25 04:00:00", in_time, self.other_manager)
        with freeze_time(THE_26TH):
            self.submission._follow_deadline()
            self._new_submission(self.account)
        self._tour("key_account_month_board", self.director)
        self._tour("key_account_month_hand_in", self.manager)
        self.assertEqual((self.submission.state, self.submission.is_late), ("submitted", True))
        self.assertEqual(self.submission.minutes_missing_reason, "Moved to June.")
        self._tour("key_account_month_accept", self.clerk)
        self.assertEqual((self.submission.state, self.submission.is_late), ("accepted", True))
        self.assertFalse(in_time.is_late)

    def test_a_spot_check(self):
        for day in ("2026-04-06", "2026-04-13", "2026-04-20", "2026-05-18"):
            self._new_held_visit(self.account, day)
        self._tour("key_account_spot_check", self.inspector)
        check = self.env["key.account.spot.check"].search([("company_id", "=", self.company.id)])
        self.assertEqual((check.population_count, check.line_count, check.untrue_count), (3, 2, 1))
        line = check.line_ids.filtered("verdict")
        self.assertEqual((line.verdict, line.user_id), ("fabricated", self.manager))
        self.assertEqual(line.activity_ids.user_id, self.leader | self.director)
