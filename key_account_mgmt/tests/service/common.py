from contextlib import contextmanager
from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common import KeyAccountCase

SHANGHAI = pytz.timezone("Asia/Shanghai")


class VisitCase(KeyAccountCase):
    """A company in Shanghai that works from Monday to Friday, and what is needed to visit its accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["resource.calendar"].create({
            "name": "Shanghai", "tz": "Asia/Shanghai", "company_id": cls.company.id,
            "attendance_ids": [
                Command.create({
                    "name": "Work", "dayofweek": str(day), "day_period": period,
                    "hour_from": begin, "hour_to": end,
                })
                for day in range(5)
                for period, begin, end in (("morning", 8, 12), ("afternoon", 13, 17))
            ],
        })
        cls.company.resource_calendar_id = calendar
        cls.grade_a.visit_interval_days = 14
        cls.grade_b.visit_interval_days = 30
        cls.grade_c.visit_interval_days = 60

    @classmethod
    def _local(cls, text):
        """Return a moment in Shanghai as it is stored."""
        local = SHANGHAI.localize(datetime.fromisoformat(text))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @classmethod
    def _new_graded(cls, name="Customer", grade=None, **values):
        return cls._new_account(cls._new_customer(name), grade_id=(grade or cls.grade_b).id, **values)

    @classmethod
    def _new_visit(cls, account, user=None, **values):
        """Enter a call of today, which needs no plan; any other kind by the values."""
        user = user or account.manager_id
        values.setdefault("visit_type", "call")
        if "start" not in values:
            values["start"] = fields.Datetime.now() - timedelta(hours=2)
        return cls.env["key.account.visit"].with_user(user).create({"account_id": account.id, **values})

    @classmethod
    def _new_plan(cls, user=None, generate=True, **values):
        plan = cls.env["key.account.visit.plan"].with_user(user or cls.manager).create({
            "company_id": cls.company.id, "team_id": cls.team.id, "period": "quarter",
            "period_date": "2027-01-10", **values,
        })
        if generate:
            plan.action_generate()
        return plan

    @classmethod
    def _approve_plan(cls, plan):
        if plan.state == "draft":
            plan.action_submit()
        plan.with_user(cls.leader).action_approve()
        plan.with_user(cls.executive).action_approve()
        cls.env.invalidate_all()
        return plan

    @classmethod
    def _report(cls, visit, **values):
        visit.write({"report": "They are content.", "outcome": "met", **values})
        visit.action_report()
        return visit

    @classmethod
    def _reason(cls, records, act, reason="The customer asked for it"):
        """Do what is done for a reason, through its window."""
        window = cls.env["key.account.reason"].with_user(records.env.user).create({
            "model": records._name, "res_ids": ",".join(map(str, records.ids)), "act": act,
            "reason": reason,
        })
        window.action_confirm()
        cls.env.invalidate_all()

    @contextmanager
    def _refused(self, text, error=UserError):
        """Expect a refusal that says something, and undo what was done until then."""
        with self.assertRaises(error) as caught:
            yield
        self.assertIn(text, str(caught.exception))
        self.env.invalidate_all()
