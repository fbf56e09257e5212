from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from ..common import KeyAccountCase

MAY = date(2026, 5, 1)
IN_JUNE = "2026-06-02 04:00:00"
ABILITY = ("Knowledge and Skills", "Sales Technique", "Business Process", "Co-ordination and Co-operation")
ATTITUDE = ("Discipline", "Initiative", "Sense of Responsibility", "Service Attitude")


class Result(NamedTuple):
    """What the targets say of one subject."""

    target: Decimal | None
    challenge: Decimal | None
    actual: Decimal


class AppraisalCase(KeyAccountCase):
    """The department East, whose members are appraised by P1 and whose clerk by P2, in June 2026.

    What was reached of the targets is given by ``reached``: {person: (actual, target)}.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.template = cls.env.ref("key_account_mgmt.template_sales")
        cls.template_clerk = cls.env.ref("key_account_mgmt.template_clerk")
        cls.template_manager = cls.env.ref("key_account_mgmt.template_account_manager")
        cls.template.team_ids = cls.team
        cls.template_clerk.team_ids = cls.team
        cls.team.key_account_clerk_id = cls.clerk
        cls.appraisals = cls.env["key.account.appraisal"]
        cls.plain_template = cls.env["key.account.appraisal.template"].create({
            "name": "Plain", "line_ids": [Command.create({"name": "All", "max_points": 100})],
        })
        cls.reached = {}
        freezer = freeze_time(IN_JUNE)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        patcher = patch.object(
            cls.env.registry["key.account.kpi"], "_get_target_results",
            lambda _kpi, subjects, *_period: cls._get_results(subjects),
        )
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.reached.clear()

    @contextmanager
    def _refused(self, text="", error=UserError):
        """Expect a refusal that says something, and undo what was done until then."""
        with self.assertRaises(error) as caught:
            yield
        self.assertIn(text, str(caught.exception))
        self.env.invalidate_all()

    @classmethod
    def _get_results(cls, subjects):
        found = {subject: cls.reached.get(subject.id, (0, None)) for subject in subjects}
        return {
            subject: Result(None if target is None else Decimal(target), None, Decimal(actual))
            for subject, (actual, target) in found.items()
        }

    @classmethod
    def _reach(cls, user, actual, target=100):
        cls.reached[user.id] = (actual, target)

    @classmethod
    def _open(cls, user=None, by=None, template=None, **values):
        """Open somebody's month, as the leader does; 88 % of the target were reached."""
        user = user or cls.manager
        cls.reached.setdefault(user.id, (88, 100))
        appraisal = cls.env["key.account.appraisal"].with_user(by or cls.leader).create({
            "user_id": user.id, "team_id": cls.team.id, "company_id": cls.company.id,
            "template_id": (template or cls.template).id, "date_from": MAY, **values,
        })
        cls.env.invalidate_all()
        return appraisal.with_env(cls.env)

    @classmethod
    def _line(cls, appraisal, name):
        return appraisal.line_ids.filtered(lambda line: line.name == name)

    @classmethod
    def _self_assess(cls, appraisal):
        mine = appraisal.with_user(appraisal.user_id)
        mine.self_summary = "A good month"
        for line in mine.line_ids:
            if not line.is_measured:
                line.write({"self_points": line.max_points, "self_comment": "Done"})
        mine.action_self_assess()
        cls.env.invalidate_all()

    @classmethod
    def _score(cls, appraisal, share=0.8, by=None):
        """Give each item that no KPI scores the same share of its points, and sign."""
        theirs = appraisal.with_user(by or cls.leader)
        for line in theirs.line_ids.filtered(lambda line: not line.is_measured):
            line.points = line.max_points * share
        theirs.discussion = "We talked about the second half of the month"
        theirs.action_approve()
        cls.env.invalidate_all()

    @classmethod
    def _bring_to(cls, appraisal, state):
        """Bring a draft to a later state, as the people do."""
        states = ["draft", "self_assessed", "scored", "approved", "published"]
        steps = (
            lambda: cls._self_assess(appraisal),
            lambda: cls._score(appraisal),
            lambda: cls._approve(appraisal),
            lambda: appraisal.with_user(cls.leader).action_publish(),
        )
        for step in steps[states.index(appraisal.state):states.index(state)]:
            step()
        cls.env.invalidate_all()
        return appraisal

    @classmethod
    def _approve(cls, appraisal):
        appraisal.with_user(cls.director).action_approve()
        cls.env.invalidate_all()
        appraisal.with_user(cls.executive).action_approve()
        cls.env.invalidate_all()

    @classmethod
    def _object(cls, appraisal, reason="My visits were not counted"):
        appraisal.with_user(appraisal.user_id)._object(reason)
        cls.env.invalidate_all()
        return appraisal.objection_ids[:1]

    @classmethod
    def _publish_directly(cls, user, month, score, template=None, team=None):
        """Take over a published month with a score, as superuser."""
        appraisal = cls.env["key.account.appraisal"].create({
            "user_id": user.id, "team_id": (team or cls.team).id, "company_id": cls.company.id,
            "template_id": (template or cls.plain_template).id, "date_from": month, "score": score,
            "state": "published",
        })
        appraisal._update_places()
        return appraisal
