from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..access.roles import FALLBACKS
from ..account.batches import work_through
from .key_account_appraisal import ACTIVITY

# Who is next in line above the one who scored.
NEXT_LEVEL = {"leader": "director", "director": "executive", "executive": "executive"}


class KeyAccountAppraisal(models.Model):
    """Who does what when: self-assessment, scoring, approvals, objection, publication."""

    _inherit = "key.account.appraisal"

    # === ACTION METHODS === #

    def action_self_assess(self):
        """Hand in the self-assessment; the superior scores now."""
        self.check_access("write")
        for appraisal in self:
            if not appraisal.can_self_assess:
                raise UserError(self.env._("Only the person himself assesses himself, in the draft."))
            # sudo: the figures are the system's
            appraisal.sudo()._refresh_figures()
            appraisal._submit("self_assessed")
        return True

    def action_refresh(self):
        """Measure the figures anew, as long as nothing is scored."""
        self.check_access("write")
        for appraisal in self:
            if appraisal.state not in ("draft", "self_assessed"):
                raise UserError(self.env._(
                    "%(appraisal)s is scored: its figures stay as they were then.",
                    appraisal=appraisal.display_name,
                ))
        # sudo: the figures are the system's
        self.sudo()._refresh_figures()
        return True

    def action_approve(self):
        for appraisal in self.filtered(lambda appraisal: appraisal.state == "self_assessed"):
            if missing := appraisal._find_unscored():
                raise UserError(missing)
        return super().action_approve()

    def action_publish(self):
        """Tell the person, and where the company publishes scores, the department (P13)."""
        self.check_access("write")
        self._check_each(lambda appraisal: appraisal._get_cannot_transition_reason("published"))
        return self.write({"state": "published"})

    def action_ask_objection(self):
        """Open the window that asks why the person objects."""
        self.ensure_one()
        if reason := self._get_cannot_object_reason():
            raise UserError(reason)
        return self.env["key.account.reason"]._get_action(self, "object", self.env._("Your Objection"))

    def action_ask_cancel(self):
        """Open the window that asks why it is cancelled."""
        return self.env["key.account.reason"]._get_action(
            self, "cancel", self.env._("Why Is It Cancelled?")
        )

    def action_open_objections(self):
        """Open the objections of this appraisal."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_appraisal_objection_action"
        )
        if len(self.objection_ids) == 1:
            action |= {"res_id": self.objection_ids.id, "views": [(False, "form")]}
        return action | {"domain": [("appraisal_id", "=", self.id)]}

    # === CRON METHODS === #

    @api.model
    def _cron_go_on(self):
        """Let those whose self-assessment is overdue go on without one; once a day."""
        # sudo: the scheduled action serves everybody
        drafts = self.sudo().search(
            [("state", "=", "draft"), ("self_deadline", "<", fields.Date.add(fields.Date.today(), days=1))],
            order="id",
        )
        work_through(
            drafts.filtered(
                lambda appraisal: appraisal.self_deadline < appraisal.company_id._get_key_account_today()
            ),
            lambda appraisal: appraisal._go_on(),
        )

    # === BUSINESS METHODS === #

    def _go_on(self):
        self._refresh_figures()
        self._submit("self_assessed")

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id

    def _get_round(self, decision=None):
        """Leave out what no longer counts: decisions before a return, and approvals before an objection.

        The scoring, the first approval, outlives an objection: who answers it corrects the points himself.
        """
        rows = super()._get_round()
        returned = rows.filtered(lambda row: row.decision == "returned")[-1:]
        # while it is being sent back, the return itself is asked for
        is_returning = rows[-1:] == returned and (returned.step > 1) == (self.state == "scored")
        if returned and not is_returning:
            rows = rows.filtered(lambda row: row.decision == "submitted" or row.id > returned.id)
        reopened_id = self.sudo().reopened_after_id.id  # sudo: read with the decisions
        rows = rows.filtered(
            lambda row: row.decision != "approved" or row.step < 2 or row.id > reopened_id
        ) if reopened_id else rows
        return rows.filtered(lambda row: row.decision == decision) if decision else rows

    def _get_cannot_work_reason(self, transition, target):
        if reason := super()._get_cannot_work_reason(transition, target):
            return reason
        if target == "self_assessed" and self.user_id != self.env.user and not self.env.su:
            return self.env._("Only the person himself assesses himself, in the draft.")
        if target == "published" and self.user_id == self.env.user:
            return self.env._("Nobody publishes his own appraisal: your superior does.")
        if target == "cancelled":
            if self.user_id == self.env.user:
                return self.env._("Nobody cancels his own appraisal.")
            return not self.cancel_reason and self.env._("Cancel it by the button, with the reason.")
        return False

    def _get_cannot_approve_reason(self):
        if reason := super()._get_cannot_approve_reason():
            return reason
        if self.has_open_objection:
            return self.env._(
                "%(appraisal)s: the objection has to be answered first.", appraisal=self.display_name
            )
        return False

    def _find_unscored(self):
        """Say which items nobody has given points for; 0 points are said in words."""
        names = [
            line.name for line in self.line_ids
            if not line.is_measured and not line.points and not (line.comment or "").strip()
        ]
        return names and self.env._(
            "%(appraisal)s: give the points of these items, or say why there are none: %(items)s.",
            appraisal=self.display_name,
            items=names,
        )

    def _get_cannot_score_reason(self):
        """Say why the user may not give points now, or False where he may.

        The one whose decision the first approval is, before it; afterwards whoever answers an objection.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.user_id == self.env.user:
            return self.env._("Nobody scores himself.")
        if self.state == "self_assessed" and self.env.user in self._get_pending_approvers()[1]:
            return False
        if self.state == "scored" and self.has_open_objection and self.env.user in self._get_answerers():
            return False
        return self.env._(
            "%(appraisal)s: points are given by the superior whose turn it is, after the self-assessment and "
            "before the approval.",
            appraisal=self.display_name,
        )

    def _follow_state(self, state):
        """Note what follows from a new state, and tell the person."""
        for appraisal in self:
            today = appraisal.company_id._get_key_account_today()
            deadline = fields.Date.add(today, days=appraisal.company_id.key_account_objection_days)
            if state == "self_assessed":
                appraisal.activity_unlink([ACTIVITY])
            elif state == "scored" and not appraisal.has_open_objection:
                appraisal.write({
                    "scored_by_id": appraisal._get_round("approved")[-1:].user_id.id,
                    "scored_on": fields.Datetime.now(), "objection_deadline": deadline,
                })
                appraisal._tell(lambda env: env._("Your appraisal is scored: read it, and say if you object"))
            elif state == "published":
                appraisal.write({"published_on": today, "objection_deadline": deadline})
                appraisal._tell(lambda env: env._("Your appraisal is published"))
            elif state == "cancelled":
                appraisal.activity_unlink([ACTIVITY])
        if state in ("published", "scored", "cancelled"):
            self._update_places()

    def _notify_declined(self, requester, decision):
        # the scorer, who has to act, is asked by an activity of his own
        return self.state == "draft" and super()._notify_declined(self.user_id, decision)

    def _tell(self, get_subject):
        """Send the person a note.

        :param callable get_subject: environment in the person's language → what it says
        """
        speaking = self.with_context(lang=self.user_id.lang)
        subject = get_subject(speaking.env)
        speaking.message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=subject,
            body=speaking.env._("%(subject)s: %(month)s.", subject=subject, month=self.month),
        )

    def _cancel(self, reason):
        self.check_access("write")
        for appraisal in self:
            # sudo: the reason is set by the system; whether it may be cancelled is asked with the state
            appraisal.sudo().cancel_reason = reason
            appraisal.state = "cancelled"

    # === OBJECTION === #

    def _get_cannot_object_reason(self):
        """Say why the user may not object to the score now, or False where he may (O8).

        :rtype: str or bool
        """
        self.ensure_one()
        if self.user_id != self.env.user:
            return self.env._("Only the person himself objects to his appraisal.")
        if self.state not in ("scored", "published"):
            return self.env._("One objects to an appraisal that is scored or published.")
        if self.has_open_objection:
            return self.env._("Your objection waits for its answer.")
        if self.objection_ids.filtered(
            lambda objection: objection.state in ("upheld", "rejected")
            and not (self.scored_on and objection.raised_on < self.scored_on)
        ):
            return self.env._("Your objection to this score has been answered: the answer is final.")
        deadline = self.objection_deadline
        if not deadline or deadline < self.company_id._get_key_account_today():
            return self.env._(
                "Objections were possible until %(date)s.", date=deadline or self.date_to
            )
        return False

    def _object(self, reason):
        """Object to the score: what was approved or published waits for the answer.

        :param str reason: why, in the person's words
        """
        self.ensure_one()
        if refusal := self._get_cannot_object_reason():
            raise UserError(refusal)
        if not self._get_answerers():
            raise UserError(self.env._(
                "Nobody above the one who scored could answer: ask that a director or an executive be named."
            ))
        # sudo: objections are made by this method alone, and it takes the appraisal back
        appraisal = self.sudo()
        appraisal.env["key.account.appraisal.objection"].create({
            "appraisal_id": appraisal.id, "reason": reason, "score_before": appraisal.score,
        })
        appraisal.reopened_after_id = appraisal.approval_ids.sorted("id")[-1:]
        if appraisal.state == "published":
            appraisal.state = "scored"
        appraisal._ask_answer()

    def _get_answer_role(self):
        """Return the role in which the appraisal was scored."""
        scoring = self._get_round("approved").filtered(lambda row: row.step == 1)[-1:]
        return NEXT_LEVEL.get(scoring.role, "director")

    def _get_answerers(self):
        """Return who may answer an objection: the next level above the one who scored.

        :rtype: res.users
        """
        self.ensure_one()
        # sudo: who scored may be hidden from the user
        excluded = self.sudo().scored_by_id
        for role in FALLBACKS[self._get_answer_role()]:
            if users := self._get_eligible(role, excluded.sudo(False)):
                return users
        return self.env["res.users"]

    def _ask_answer(self):
        """Ask the one who answers, and nobody else, for his decision."""
        self.activity_unlink(["key_account_mgmt.mail_activity_type_approval"])
        answerers = self._get_answerers()
        user = self._get_named_approver(self._get_answer_role(), answerers)
        speaking = self.with_context(lang=user.lang)
        speaking.activity_schedule(
            ACTIVITY, user_id=user.id, summary=speaking.env._("Answer the objection to the appraisal"),
        )

    def _close_objection(self):
        """Go on after an objection was answered or withdrawn: the approvals begin anew."""
        self.activity_unlink([ACTIVITY])
        self._notify_approver()
        self._update_places()

    @api.model
    def _get_decided_domain(self):
        """Return the domain of the appraisals whose score is approved; settlements are made of them.

        :rtype: Domain
        """
        return Domain("state", "in", ("approved", "published"))
