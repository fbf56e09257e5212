from odoo.tests import tagged

from .complaint_case import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintElsewhere(ComplaintCase):
    """What the other layers take from complaints: grading and the hand-over."""

    def _new_period(self, date_from, date_to):
        run = self._new_run(date_to=date_to)
        run.sudo().date_from = date_from
        return run

    def _measure(self, run):
        run = run.sudo()
        values = run._get_metric_values(
            {"complaint_rate"}, [self.customer.id], run._get_sales(), run._get_holders()
        )
        return values["complaint_rate"][self.customer.id]

    def _register(self, moment, **values):
        return self._new_complaint(self.director, received_on=moment, **values)

    def test_the_complaint_rate_is_complaints_per_confirmed_order_of_the_period(self):
        run = self._new_period("2026-01-01", "2026-03-31")
        self.assertIsNone(self._measure(run), "without orders there is no data")
        for day in ("2026-01-05", "2026-02-05", "2026-03-31", "2026-03-31", "2026-04-01"):
            self._new_order(self.customer, 100, day)
        self.assertEqual(self._measure(run), 0)
        for day in ("2025-12-31", "2026-01-02", "2026-03-31", "2026-04-01"):
            self._register(f"{day} 12:00:00")
        self._register("2026-02-02 12:00:00", partner_id=self._new_customer("Other").id)
        self.assertEqual(self._measure(run), 50, "two of a contact's, four orders")
        self._register("2026-02-02 12:00:00")._cancel("A duplicate")
        self.assertEqual(self._measure(run), 50, "what was cancelled is none")

    def test_a_day_begins_with_the_companys(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        run = self._new_period("2026-01-01", "2026-01-31")
        self._new_order(self.customer, 100, "2026-01-05")
        self._register("2025-12-31 16:30:00")
        self._register("2026-01-31 16:30:00")
        self.assertEqual(self._measure(run), 100)

    def test_complaints_under_way_leave_with_nobody(self):
        states = {}
        for state, method in (("new", None), ("accepted", "action_accept")):
            states[state] = self._new_complaint()
            if method:
                getattr(states[state], method)()
        states["closed"] = self._resolve(self._new_complaint())
        states["closed"].feedback_method = "phone"
        states["closed"].action_close()
        handover = self.env["key.account.handover"].with_user(self.leader).create({
            "user_id": self.manager.id, "company_id": self.company.id, "receiver_id": self.manager2.id,
        })
        lines = handover.sudo().line_ids.filtered(lambda line: line.kind == "complaint")
        self.assertEqual(set(lines.mapped("res_id")), {states["new"].id, states["accepted"].id})
        self.assertEqual(lines.account_id, self.account)
        self.assertIn("complaint", self.env["key.account.handover"]._find_held_kinds(self.manager))
        handover.action_offer()
        handover.with_user(self.manager2).action_accept()
        handover.with_user(self.director).action_approve()
        self.env.invalidate_all()
        self.assertEqual(handover.state, "done")
        self.assertEqual((states["new"] | states["accepted"]).sudo().user_id, self.manager2)
        self.assertEqual(states["closed"].sudo().user_id, self.manager, "what is over stays as it was")
