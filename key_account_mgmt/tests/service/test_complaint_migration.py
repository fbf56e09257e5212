import runpy
from pathlib import Path

from freezegun import freeze_time

from odoo.tests import tagged

from .complaint_case import MEASURES
from .test_complaint_clock import ClockCase


@tagged("post_install", "-at_install")
class TestComplaintMigration(ClockCase):
    """What an update mends of the complaints of an older installation."""

    def _migrate(self):
        self.env.flush_all()
        path = Path(__file__).parents[2] / "migrations" / "19.0.1.3.0" / "post-complaints.py"
        runpy.run_path(str(path))["migrate"](self.env.cr, "19.0.1.2.0")
        self.env.flush_all()
        self.env.invalidate_all()

    def _settle(self):
        """Return a complaint that was solved while it waited, and told of, as before the update."""
        complaint = self._at("2027-05-04 09:00:00", category_id=self.category.id)
        complaint.write(MEASURES)
        with freeze_time(self._local("2027-05-04 11:00:00")):
            complaint.action_accept()
            complaint.action_start()
            complaint._wait("Which?")
        with freeze_time(self._local("2027-05-25 11:00:00")):
            complaint.action_resolve()
            complaint.feedback_method = "phone"
        complaint.sudo().write({
            "paused_seconds": 0, "paused_on": self._local("2027-05-04 11:00:00"), "responded_on": False,
        })
        self.assertFalse(complaint.is_resolution_in_time or complaint.is_response_in_time)
        return complaint

    def test_waiting_and_the_result_are_counted_once(self):
        complaint = self._settle()
        for _turn in range(2):
            self._migrate()
            self.assertEqual(complaint.paused_seconds, 15 * 8 * 3600)
            self.assertTrue(complaint.is_resolution_in_time)
            self.assertEqual(complaint.responded_on, self._local("2027-05-25 11:00:00"))

    def test_the_links_that_stood_in_the_thread_are_worth_nothing_any_more(self):
        complaint = self._new_complaint()
        token = complaint._rating_get_access_token()
        self._migrate()
        self.assertNotEqual(complaint._rating_get_access_token(), token)

    def test_who_was_told_of_a_deadline_is_not_told_again(self):
        complaint = self._at("2027-05-04 09:00:00")
        complaint.sudo().activity_schedule(
            "key_account_mgmt.mail_activity_type_complaint", user_id=self.manager.id
        )
        self._migrate()
        self.assertEqual(complaint.sudo().told_user_ids, self.manager)
