from odoo import api, fields, models
from odoo.exceptions import UserError

from .key_account_visit import AHEAD_STATES, MEETING_TYPES

NEXT_STEP = "key_account_mgmt.mail_activity_type_visit_next_step"
RATIFICATION_TYPE = "key_account_mgmt.mail_activity_type_visit_ratification"
CHECKLIST = ("is_object_prepared", "is_need_prepared", "is_course_prepared", "is_material_prepared")


class KeyAccountVisit(models.Model):
    """From the plan to the verified report, step by step (V3, X19)."""

    _inherit = "key.account.visit"

    # === COMPUTE METHODS === #

    @api.depends("activity_ids")
    def _compute_next_step_ids(self):
        # sudo: whoever reads the visit reads what follows from it, done or not, whoever is to do it
        activities = self.env["mail.activity"].sudo().with_context(active_test=False).search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self.env.ref(NEXT_STEP).id),
        ], order="date_deadline, id")
        by_visit = activities.grouped("res_id")
        for visit in self:
            visit.next_step_ids = by_visit.get(visit._origin.id, activities.browse()).ids

    @api.depends("ratification", "user_id", "visitor_ids")
    @api.depends_context("uid")
    def _compute_can_ratify(self):
        for visit in self:
            visit.can_ratify = not visit._get_cannot_ratify_reason()

    # === ACTION METHODS === #

    def action_plan(self):
        """Plan a visit that belongs to no plan; it gets its place in the calendar."""
        return self.write({"state": "planned"})

    def action_prepare(self):
        """The visit is prepared: all that there is to prepare has been ticked."""
        return self.write({"state": "prepared"})

    def action_unprepare(self):
        """There is still something to prepare."""
        return self.write({"state": "planned"})

    def action_hold(self):
        """The visit was held."""
        return self.write({"state": "done"})

    def action_undo_hold(self):
        """The visit was not held after all."""
        return self.write({"state": "planned"})

    def action_report(self):
        """Hand in the report; the leader verifies it."""
        for visit in self:
            if reason := visit._get_missing_report_reason():
                raise UserError(reason)
            visit._submit("reported")
        return True

    def action_ask_cancel(self):
        """Open the window that asks why the visit is cancelled."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, "cancel", self.env._("Cancel the Visit"))

    def action_ask_miss(self):
        """Open the window that asks why the visit was missed."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, "miss", self.env._("The Visit Was Missed"))

    def action_ratify(self):
        """Ratify urgent visits, before or after they were held (X19)."""
        self._check_each(lambda visit: visit._get_cannot_ratify_reason())
        self._settle_ratification({"ratification": "ratified"})
        return True

    def action_ask_refuse_ratification(self):
        """Open the window that asks why an urgent visit is not ratified."""
        self._check_each(lambda visit: visit._get_cannot_ratify_reason())
        return self.env["key.account.reason"]._get_action(
            self, "refuse_ratification", self.env._("Not Ratified")
        )

    def action_add_next_step(self):
        """Open the window in which a next step gets its owner and deadline."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next Step"),
            "res_model": "mail.activity.schedule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": self._name,
                "active_ids": self.ids,
                "active_id": self.id,
                "default_activity_type_id": self.env.ref(NEXT_STEP).id,
            },
        }

    def action_open_meeting(self):
        """Open the visit's entry in the calendar."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.event_id.id,
            "view_mode": "form",
        }

    # === STATES === #

    def _get_cannot_work_reason(self, transition, target):
        return super()._get_cannot_work_reason(transition, target) or {
            "planned": self._get_cannot_plan_reason,
            "prepared": self._get_cannot_prepare_reason,
            "done": self._get_cannot_hold_reason,
            "reported": self._get_missing_report_reason,
            "cancelled": self._get_missing_closing_reason,
            "missed": self._get_missing_closing_reason,
        }[target]()

    def _get_cannot_plan_reason(self):
        if reason := self._get_customer_closed_reason():
            return reason
        if self.state != "draft":
            return False
        if self.plan_id:
            return self.env._("%(visit)s is planned when its plan is approved.", visit=self.display_name)
        return self._get_not_planned_reason()

    def _get_not_planned_reason(self):
        """Say why a visit without a plan cannot go on, or False (V2, X19)."""
        if self.is_urgent:
            return self._get_ratifier_gap()
        if self.visit_type != "outbound":
            return False
        return self.env._(
            "A visit is held by an approved plan: put it into a plan of the department. If it cannot wait, "
            "mark it as urgent; the leader then ratifies it."
        )

    def _get_cannot_prepare_reason(self):
        missing = [
            self._fields[name]._description_string(self.env) for name in CHECKLIST if not self[name]
        ]
        return bool(missing) and self.env._("Not ticked yet: %(items)s.", items=missing)

    def _get_cannot_hold_reason(self):
        if self.state == "draft":
            if self.plan_id:
                return self.env._("Its plan has not been approved yet.")
            if reason := self._get_not_planned_reason():
                return reason
        # sudo: whoever leads the visit need not see the plan
        if self.is_changed and self.sudo().plan_id.state != "approved":
            return self.env._(
                "%(visit)s was changed since its plan was approved. It is held when the plan has been "
                "approved again: submit the plan.",
                visit=self.display_name,
            )
        is_ahead = self.start > fields.Datetime.now()
        return is_ahead and self.env._(
            "The visit has not begun yet: correct its time if it was held earlier."
        )

    def _get_missing_report_reason(self):
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("report", "outcome") if not self[name]
        ]
        return bool(missing) and self.env._("Fill in before: %(fields)s.", fields=missing)

    def _get_missing_closing_reason(self):
        return not self.closing_reason and self.env._("Use the button, which asks for the reason.")

    def _follow_state(self, before):
        """Do what comes with a new state.

        :param str before: the state until now
        """
        self.ensure_one()
        # sudo: dates and marks are the system's to write
        visit = self.sudo()
        if before == "missed":
            # it was not missed after all; should it be again, the reason is asked for
            visit.closing_reason = False
        if before == "draft" and self.state in ("planned", "done"):
            visit.planned_start = visit.start
            if visit.is_urgent:
                visit._ask_ratification()
        if self.state == "planned":
            visit._make_meetings()
        elif self.state == "reported":
            visit.reported_on = fields.Datetime.now()
            visit._note_people_met()
        elif self.state == "cancelled":
            visit._remove_meetings()
            visit._forget_ratification()
        if self.state not in AHEAD_STATES:
            visit._end_reminders()

    def _follow_move(self):
        """A visit that is put off is asked for anew."""
        # sudo: the mark is the system's to write
        moved = self.sudo().filtered(
            lambda visit: visit.is_reminded and visit.start > fields.Datetime.now()
        )
        moved.is_reminded = False
        moved._end_reminders()

    def _cancel(self, reason):
        self._close("cancelled", reason)

    def _miss(self, reason):
        self._close("missed", reason)

    def _close(self, state, reason):
        self.check_access("write")
        for visit in self:
            # sudo: the reason is set together with the state, and not without it
            visit.sudo().closing_reason = reason
            visit.write({"state": state})

    def _get_contact_names(self):
        """Return the names of the people who are met, for prints.

        :rtype: list
        """
        self.check_access("read")
        # sudo: who reads the visit reads whom it was paid to, also where the contacts are hidden
        return self.sudo().contact_ids.mapped("name")

    def _note_people_met(self):
        """Whoever was met counts as met on the day of the visit (F5)."""
        for visit in self.filtered(lambda visit: visit.visit_type in MEETING_TYPES):
            people = visit.account_id.stakeholder_ids.filtered(
                lambda person, visit=visit: person.partner_id in visit.contact_ids
                and (not person.last_met_date or person.last_met_date < visit.date)
            )
            people.last_met_date = visit.date

    # === RATIFICATION === #

    def _get_ratifiers(self):
        """Return who may ratify now, and in which role.

        :return: (role, users)
        :rtype: tuple
        """
        return self._get_step_approvers(1, self.sudo().create_uid)  # sudo: as in the approval mixin

    def _get_ratifier_gap(self):
        """Say which role must be filled before an urgent visit can go on, or False."""
        role, users = self._get_ratifiers()
        labels = dict(self.env["key.account.approval"]._fields["role"]._description_selection(self.env))
        return not users and self.env._(
            "Nobody could ratify %(visit)s: no other person than those involved holds the role “%(role)s”. "
            "Give that role to someone first.",
            visit=self.display_name, role=labels[role],
        )

    def _get_cannot_ratify_reason(self):
        """Say why the user may not ratify the visit, or False where he may.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.ratification != "pending":
            return self.env._("%(visit)s does not wait to be ratified.", visit=self.display_name)
        _role, users = self._get_ratifiers()
        return self.env.user not in users and self.env._(
            "%(visit)s is ratified by %(names)s.",
            visit=self.display_name, names=users.mapped("name") or self.env._("a role that nobody holds"),
        )

    def _ask_ratification(self):
        company = self.company_id
        self.write({
            "ratification": "pending",
            "ratification_deadline": fields.Date.add(
                company._get_key_account_today(), days=company.key_account_ratification_days
            ),
        })
        role, users = self._get_ratifiers()
        if users:
            self.activity_schedule(
                RATIFICATION_TYPE,
                date_deadline=self.ratification_deadline,
                user_id=self._get_named_approver(role, users).id,
            )

    def _settle_ratification(self, vals):
        # sudo: who decides may otherwise only read the visit; it was asked whether he may
        visits = self.sudo()
        visits.write({**vals, "ratified_by_id": self.env.uid, "ratified_on": fields.Datetime.now()})
        visits.activity_unlink([RATIFICATION_TYPE])

    def _refuse_ratification(self, reason):
        self._check_each(lambda visit: visit._get_cannot_ratify_reason())
        self._settle_ratification({"ratification": "refused", "ratification_note": reason})
        # sudo: as above; what has not been held yet does not take place
        self.sudo().filtered(lambda visit: visit.state in AHEAD_STATES)._cancel(reason)

    def _forget_ratification(self):
        """What is cancelled needs nobody's consent any more."""
        waiting = self.filtered(lambda visit: visit.ratification == "pending")
        waiting.write({"ratification": False, "ratification_deadline": False})
        waiting.activity_unlink([RATIFICATION_TYPE])
