from odoo.fields import Command
from odoo.tests import tagged

from .test_handover import HandoverCase

DECISION = "key_account_mgmt.mail_activity_type_approval"


@tagged("post_install", "-at_install")
class TestHandoverKinds(HandoverCase):
    """Each kind of thing that somebody holds, and how it moves (O4)."""

    # === THE CUSTOMER FILE === #

    def test_what_is_still_to_be_done_in_the_file_goes_along_and_the_rest_stays(self):
        account = self._new_account()
        projects = self.env["key.account.project"].create([
            {"account_id": account.id, "name": state, "state": state, "user_id": self.manager.id,
             "milestone_ids": [
                 Command.create({"name": "Next", "deadline": "2027-01-10", "user_id": self.manager.id}),
                 Command.create({"name": "Past", "deadline": "2026-01-10", "user_id": self.manager.id,
                                 "done_date": "2026-01-09"}),
             ]}
            for state in ("planned", "running", "completed", "cancelled")
        ])
        insights = self.env["key.account.insight"].create([
            {"account_id": account.id, "name": name, "deadline": "2027-02-01", "user_id": self.manager.id}
            for name in ("open", "in_progress", "done")
        ])
        insights[1].action_start()
        insights[2].action_done()
        account.sudo().file_updated_on = "2026-01-01 08:00:00"
        self._execute(self._new_handover())
        self.assertEqual(projects[:2].user_id, self.manager2)
        self.assertEqual(projects[2:].user_id, self.manager)
        for milestone in projects.milestone_ids:
            is_open = milestone.name == "Next" and milestone.project_id in projects[:2]
            self.assertEqual(milestone.user_id, self.manager2 if is_open else self.manager)
        self.assertEqual([insight.user_id for insight in insights],
                         [self.manager2, self.manager2, self.manager])
        follow_up = insights[1].activity_ids
        self.assertEqual((follow_up.user_id, str(follow_up.date_deadline)), (self.manager2, "2027-02-01"))
        self.assertEqual(str(account.file_updated_on), "2026-01-01 08:00:00", "nothing new is known")
        self.assertFalse(self._get_held(self.manager))

    def test_every_field_that_names_somebody_is_held_or_tells_of_the_past(self):
        past = {
            "key.account.developer_id", "key.account.survey_user_id",
            "key.account.ownership.history.manager_id", "key.account.ownership.history.user_id",
            "key.account.approval.user_id", "key.account.access.log.user_id",
            "key.account.assessment.override_user_id", "key.account.assessment.override_approver_id",
            "key.account.visit.check_in_user_id", "key.account.visit.ratified_by_id",
            "key.account.spot.check.line.user_id",
            "key.account.satisfaction.line.user_id", "key.account.satisfaction.interviewer_id",
            "key.account.complaint.feedback_user_id", "key.account.meeting.resolution.settled_by_id",
            # whose month it is, or who took part in it; who is asked next is found by role
            "key.account.appraisal.user_id", "key.account.appraisal.scored_by_id",
            "key.account.appraisal.objection.user_id", "key.account.appraisal.objection.answered_by_id",
            "key.account.reward.record.user_id", "key.account.reward.record.applicant_id",
            "key.account.kpi.value.user_id",
            # goes with the account while it is owed
            "key.account.monthly.submission.user_id",
            "key.account.spot.check.line.checker_id", "key.account.spot.check.drawn_by_id",
            # whose it was to reach: who takes over gets his own
            "key.account.target.user_id", "key.account.target.change.user_id",
            # whom pay is for, and who drafted it: anybody with the role goes on with a draft
            "key.account.pay.base.user_id", "key.account.settlement.user_id",
            "key.account.settlement.line.user_id", "key.account.settlement.document.user_id",
            "key.account.settlement.award.user_id",
            # what somebody reported, spent, or was told by a customer
            "key.account.work.report.user_id", "key.account.expense.user_id",
            "key.account.collection.entry.user_id",
        }
        # what is proposed and offered is answered, or made anew
        asked = {
            "key.account.ownership.exception", "key.account.handover", "key.account.handover.line",
            "key.account.handover.acceptance",
        }
        held = set()
        for kind in self.env["key.account.handover"]._get_holding_kinds():
            for condition in kind.domain(self.manager, self.company).iter_conditions():
                held.add(f"{kind.model}.{condition.field_expr}")
        named = {
            f"{name}.{field.name}"
            for name, model in self.env.registry.items()
            if name.startswith("key.account") and model._auto and not model._abstract and not model._transient
            and name not in asked
            for field in model._fields.values()
            if field.type == "many2one" and field.comodel_name == "res.users" and field.store
            and field.name not in ("create_uid", "write_uid")
        }
        self.assertIn("key.account.project.milestone.user_id", named)
        self.assertEqual(named - held - past, set(), "give the hand-over a kind for it")

    def test_a_meeting_tells_its_time_where_the_company_is(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        account = self._new_account()
        self.env["calendar.event"].create({
            "name": "Talks", "start": "2027-01-10 01:30:00", "stop": "2027-01-10 02:30:00",
            "user_id": self.manager.id, "partner_ids": [Command.set(self.manager.partner_id.ids)],
            "res_model_id": self.env["ir.model"]._get_id("key.account"), "res_id": account.id,
        })
        lines = self._new_handover().sudo().line_ids
        self.assertEqual(lines.filtered(lambda line: line.kind == "meeting").detail, "2027-01-10 09:30")

    # === DECISIONS === #

    def test_a_decision_planned_by_hand_where_nothing_is_decided_moves_like_any_activity(self):
        held = self._new_held("Alpha")
        reminders = self.env["mail.activity"]
        for record in (held["lead"], held["order"], held["account"]):
            reminders += record.activity_schedule(DECISION, user_id=self.manager.id)
        self._execute(self._new_handover())
        self.assertEqual(reminders.exists(), reminders, "on an active account nothing waits, yet it stays")
        self.assertEqual(reminders.user_id, self.manager2)
        self.assertFalse(self._get_held(self.manager))

    def test_a_decision_planned_by_hand_on_what_is_no_key_accounts_keeps_nobody(self):
        lead = self.env["crm.lead"].create({"name": "Plain", "user_id": self.salesman.id})
        lead.activity_schedule(DECISION, user_id=self.salesman.id)
        self.assertFalse(self._get_held(self.salesman))

    def test_a_decision_that_waits_keeps_its_deadline_when_another_one_is_asked(self):
        account = self._new_applied()
        asked = account.activity_ids
        asked.date_deadline = "2027-01-01"
        self.assertEqual(asked.user_id, self.leader)
        second = self._new_user("second", "key_account_mgmt.group_key_account_director")
        self._execute(
            self._new_handover(user_id=self.leader.id, receiver_id=self.other_leader.id), approver=second
        )
        self.assertEqual(account.activity_ids, asked)
        self.assertEqual((asked.user_id, str(asked.date_deadline)), (self.other_leader, "2027-01-01"))
