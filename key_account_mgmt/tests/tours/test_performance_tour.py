from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import KeyAccountCase
from ..performance.pay_case import make_pay_world, new_base

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
IN_MAY = "2026-05-21 02:00:00"
IN_JUNE = "2026-06-02 02:00:00"


class TourCase(KeyAccountCase, HttpCase):
    """One account of the manager, and everybody at his own screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.account = cls._new_account(cls._new_customer("Tour Customer"))

    def _tour(self, name, user, day=IN_JUNE):
        with freeze_time(day, tick=True):
            self.start_tour("/odoo", f"key_account_{name}", login=user.login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPerformanceLoop(TourCase):
    """From the department's target to what the manager is paid, each step at the screen of its role."""

    def test_from_the_target_to_the_frozen_settlement(self):
        make_pay_world(self)
        new_base(self, self.manager)
        self.banded_template.write({"user_ids": [Command.set(self.manager.ids)], "line_ids": [
            Command.clear(),
            Command.create({
                "name": "Sales", "max_points": 60, "scoring": "kpi", "curve": "proportional",
                "kpi_id": self.env.ref("key_account_mgmt.kpi_sales_attainment").id,
            }),
            Command.create({"name": "Service", "max_points": 40}),
        ]})
        self._tour("loop_target", self.leader, IN_MAY)
        target = self.env["key.account.target"].search([("level", "=", "team")])
        self.assertEqual((target.state, target.child_ids.mapped("amount")), ("submitted", [10000] * 3))
        self._tour("loop_target_review", self.director, IN_MAY)
        self._tour("loop_target_approve", self.executive, IN_MAY)
        self.assertEqual({*target.child_ids.mapped("state"), target.state}, {"approved"})

        self._new_order(self.account.partner_id, 8800, "2026-05-20")
        self._tour("loop_target_reached", self.manager, IN_MAY)

        with freeze_time(IN_JUNE):
            appraisals = self.env["key.account.appraisal"]
            appraisals._draft(appraisals._find_due(self.company, MAY))
        appraisal = self.env["key.account.appraisal"].search([("user_id", "=", self.manager.id)])
        self.assertEqual((appraisal.state, appraisal.month), ("draft", "2026-05"))
        self._tour("loop_self", self.manager)
        self._tour("loop_score", self.leader)
        self._tour("loop_object", self.manager)
        self._tour("loop_answer", self.director)
        self._tour("loop_approve", self.executive)
        self.assertEqual((appraisal.state, appraisal.score), ("approved", 88))
        self.assertEqual(appraisal.objection_ids.state, "upheld")

        self._tour("loop_settle", self.clerk)
        self._tour("loop_settle_leader", self.leader)
        self._tour("loop_settle_executive", self.executive)
        settlement = self.env["key.account.settlement"].search([("team_id", "=", self.team.id)])
        line = settlement.line_ids
        self.assertEqual(settlement.state, "frozen")
        self.assertEqual((line.performance, line.department_amount, line.total), (2640, -132, 2508))
        self._tour("loop_pay", self.manager)


@tagged("post_install", "-at_install")
class TestReportTour(TourCase):
    """A day's report is written and read, and the clerk completes the department's month."""

    def test_a_day_is_reported_and_read_and_a_month_completed(self):
        self.team.key_account_clerk_id = self.clerk
        self.company.key_account_reports_from = "2026-04-01"
        self._new_order(self.account.partner_id, 300, "2026-05-20")
        reports = self.env["key.account.work.report"]
        with freeze_time(IN_MAY):
            day = reports.with_user(self.manager).create({
                "kind": "day", "date_from": "2026-05-20", "user_id": self.manager.id,
                "team_id": self.team.id, "company_id": self.company.id,
            }).with_env(self.env)
            month = reports._draft_month(self.team, self.company, APRIL)
        self._tour("report_write", self.manager, IN_MAY)
        self._tour("report_read", self.leader, IN_MAY)
        self.assertEqual((day.state, day.ordered_amount), ("read", 300))
        self.assertIn("Ask for the second line too.", day.comment)
        self._tour("report_month", self.clerk, IN_MAY)
        self.assertEqual(month.state, "submitted")
        pdf, kind = self.env["ir.actions.report"].with_user(self.clerk)._render_qweb_html(
            "key_account_mgmt.report_key_account_month_report", month.ids
        )
        self.assertEqual(kind, "html")
        self.assertIn(b"Two frames were signed.", pdf)
