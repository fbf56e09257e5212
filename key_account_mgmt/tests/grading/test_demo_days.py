from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

# A fiftieth of the orders: only whether it is made, and what the service layer shows of it.
ORDER_SHARE = 0.02


@tagged("post_install", "-at_install")
class TestDemoDays(TransactionCase):
    """The demonstration is made on any day: the one after a deadline, the first of a month, a leap day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.env.company, install_demo=False)

    @contextmanager
    def _on(self, day):
        """Load the demonstration on a day, and take it back."""
        moment = datetime.fromisoformat(f"{day} 04:00:00")
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            with freeze_time(moment), patch.object(self.env.cr, "_now", moment):
                self.env["key.account"]._load_demo_data(order_share=ORDER_SHARE)
                yield moment
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            self.env.registry.clear_all_caches()

    def test_on_the_day_after_a_deadline(self):
        with self._on("2026-05-26") as moment:
            self._assert_believable(moment)
            yesterday = self.env["key.account.monthly.submission"].search([("deadline", "=", "2026-05-25")])
            self.assertTrue(yesterday)
            self.assertFalse(yesterday.filtered(lambda month: month.is_late and month.state == "accepted"))

    def test_on_the_first_of_a_month(self):
        with self._on("2026-06-01") as moment:
            self._assert_believable(moment)

    def test_on_a_leap_day(self):
        with self._on("2028-02-29") as moment:
            self._assert_believable(moment)

    def _assert_believable(self, moment):
        zone = pytz.timezone("Asia/Shanghai")
        months = self.env["key.account.monthly.submission"].search([])
        self.assertEqual(
            set(months.mapped("state")), {"open", "submitted", "returned", "accepted", "waived"}
        )
        # one that was sent back before the deadline and not mended is late as well
        for month in months.filtered(lambda one: one.is_late and one.state in ("submitted", "accepted")):
            self.assertGreater(month.submitted_on.date(), month.deadline, month.display_name)
        for meeting in self.env["key.account.meeting"].search([]):
            self.assertLess(pytz.utc.localize(meeting.start).astimezone(zone).weekday(), 5, meeting.name)
            if meeting.state in ("held", "closed"):
                self.assertLess(meeting.start, moment)
        held = self.env["key.account.visit"].search([("state", "in", ("done", "reported", "verified"))])
        self.assertTrue(held)
        self.assertLess(max(held.mapped("start")), moment)
