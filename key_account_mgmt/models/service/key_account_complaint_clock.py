from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...calculations.worktime import add, between
from .key_account_complaint import OPEN_STATES
from .key_account_complaint_owner import NO_OWNER

ESCALATION = "key_account_mgmt.mail_activity_type_complaint"
# The clock stands: the next step is the customer's, or there is none.
PAUSED_STATES = ("waiting_customer", "resolved", "closed", "cancelled")
DEADLINE_STATUS = [
    ("overdue", "Overdue"),
    ("soon", "Due Soon"),
    ("on_time", "In Time"),
    ("paused", "Clock Stopped"),
    ("none", "No Deadline"),
]


class KeyAccountComplaint(models.Model):
    """The promise of a grade, counted in working time, and who is told when it is not kept (C5, X21)."""

    _inherit = "key.account.complaint"

    # What was promised
    response_hours = fields.Float(
        string="Promised Response (Hours)", compute="_compute_hours", store=True, precompute=True,
        aggregator="avg",
    )
    resolution_hours = fields.Float(
        string="Promised Resolution (Hours)", compute="_compute_hours", store=True, precompute=True,
        aggregator="avg",
    )
    response_deadline = fields.Datetime(
        string="Answer Until", compute="_compute_deadlines", store=True, precompute=True
    )
    resolution_deadline = fields.Datetime(
        string="Solve Until", compute="_compute_deadlines", store=True, precompute=True,
        help="Moved by the working time during which the customer had the next step.",
    )

    # What was kept
    responded_on = fields.Datetime(string="Answered On", readonly=True, copy=False)
    resolved_on = fields.Datetime(readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    is_response_in_time = fields.Boolean(
        string="Answered in Time", compute="_compute_is_response_in_time", store=True, precompute=True
    )
    is_resolution_in_time = fields.Boolean(
        string="Solved in Time", compute="_compute_is_resolution_in_time", store=True, precompute=True
    )

    # The clock
    paused_on = fields.Datetime(string="Clock Stopped On", readonly=True, copy=False)
    paused_seconds = fields.Float(readonly=True, copy=False, aggregator=None)
    next_deadline = fields.Datetime(
        compute="_compute_next_deadline", store=True, precompute=True,
        help="The answer's deadline while there is none, then the solution's; none while the clock stands.",
    )
    deadline_status = fields.Selection(
        selection=DEADLINE_STATUS, compute="_compute_deadline_status", search="_search_deadline_status"
    )

    # === COMPUTE METHODS === #

    @api.depends("grade_id", "severity")
    def _compute_hours(self):
        """Promise what the grade of the day on which it came promises; a later one is for later ones."""
        for complaint in self:
            company, grade = complaint.company_id, complaint.grade_id
            is_critical = complaint.severity == "critical"
            part = company.key_account_complaint_critical_rate / 100 if is_critical else 1
            for name in ("response_hours", "resolution_hours"):
                promised = grade[f"complaint_{name}"] or company[f"key_account_complaint_{name}"]
                complaint[name] = promised * part

    @api.depends("received_on", "response_hours", "resolution_hours", "paused_seconds")
    def _compute_deadlines(self):
        for complaints, time in self._group_by_working_time():
            for complaint in complaints:
                complaint.response_deadline = complaint._get_deadline(time, complaint.response_hours)
                complaint.resolution_deadline = complaint._get_deadline(
                    time, complaint.resolution_hours, complaint.paused_seconds
                )

    def _get_deadline(self, time, hours, paused=0):
        """Return the end of so many working hours since the complaint came, or False for no promise."""
        deadline = hours and add(time, self.received_on, hours * 3600 + paused)
        return deadline.replace(microsecond=0) if deadline else False

    @api.depends("responded_on", "response_deadline")
    def _compute_is_response_in_time(self):
        for complaint in self:
            complaint.is_response_in_time = self._is_in_time(
                complaint.responded_on, complaint.response_deadline
            )

    @api.depends("resolved_on", "resolution_deadline")
    def _compute_is_resolution_in_time(self):
        for complaint in self:
            complaint.is_resolution_in_time = self._is_in_time(
                complaint.resolved_on, complaint.resolution_deadline
            )

    @api.model
    def _is_in_time(self, moment, deadline):
        return bool(moment) and (not deadline or moment <= deadline)

    @api.depends("state", "responded_on", "response_deadline", "resolution_deadline")
    def _compute_next_deadline(self):
        for complaint in self:
            deadline = complaint.resolution_deadline
            if not complaint.responded_on and complaint.response_deadline:
                deadline = min(complaint.response_deadline, deadline or complaint.response_deadline)
            complaint.next_deadline = complaint.state not in PAUSED_STATES and deadline

    @api.depends("next_deadline", "state")
    def _compute_deadline_status(self):
        now = fields.Datetime.now()
        for complaint in self:
            deadline = complaint.next_deadline
            warning = timedelta(hours=complaint.company_id.key_account_complaint_warning_hours)
            if not deadline:
                complaint.deadline_status = "paused" if complaint.state == "waiting_customer" else "none"
            elif deadline < now:
                complaint.deadline_status = "overdue"
            else:
                complaint.deadline_status = "soon" if deadline <= now + warning else "on_time"

    @api.model
    def _search_deadline_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        waiting = Domain("state", "=", "waiting_customer")
        soon = Domain.OR(
            Domain("company_id", "=", company.id) & Domain(
                "next_deadline", "<=",
                now + timedelta(hours=company.key_account_complaint_warning_hours),
            )
            for company in self.env.companies
        )
        running = Domain("next_deadline", ">=", now)
        by_status = {
            "overdue": Domain("next_deadline", "<", now),
            "soon": running & soon,
            "on_time": running & ~soon,
            "paused": Domain("next_deadline", "=", False) & waiting,
            "none": Domain("next_deadline", "=", False) & ~waiting,
        }
        return Domain.OR(by_status[status] for status in value if status in by_status)

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "response_hours", "resolution_hours", "response_deadline", "resolution_deadline",
            "responded_on", "resolved_on", "closed_on", "is_response_in_time", "is_resolution_in_time",
            "paused_on", "paused_seconds", "next_deadline",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "response_hours", "resolution_hours", "response_deadline", "resolution_deadline",
            "responded_on", "resolved_on", "closed_on", "is_response_in_time", "is_resolution_in_time",
            "next_deadline", "deadline_status",
        }

    def _group_by_working_time(self):
        """Yield these complaints by company, each with a working time that is long enough for them."""
        for company, complaints in self.grouped("company_id").items():
            hours = max(
                max(complaint.response_hours, complaint.resolution_hours) + complaint.paused_seconds / 3600
                for complaint in complaints
            )
            starts = [complaint.received_on or fields.Datetime.now() for complaint in complaints]
            yield complaints, (company or self.env.company)._get_key_account_working_time_for(starts, hours)

    def _follow_state(self, before):
        """Let the clock stand or go on, and note when what was reached.

        :param dict before: complaint → the state that it had
        """
        now = fields.Datetime.now()
        # sudo: these moments are nobody's to write
        for complaint in self.sudo():
            previous, state = before[complaint], complaint.state
            values = complaint._get_clock_values(now, previous, state)
            if state == "waiting_customer" and not complaint.responded_on:
                # what the customer was asked is an answer
                values["responded_on"] = now
            if previous == "waiting_customer":
                # whoever waits again asks again
                values["waiting_question"] = False
            if state == "resolved":
                values |= {"resolved_on": now, "reopen_reason": False}
            elif state == "closed":
                values["closed_on"] = now
            elif previous in ("resolved", "closed"):
                values |= complaint._get_reopened_values()
            complaint.write(values)
        # sudo: the activities belong to those who were told
        paused = self.filtered(lambda complaint: complaint.state in PAUSED_STATES).sudo()
        paused.activity_unlink([ESCALATION, NO_OWNER])

    def _get_clock_values(self, now, previous, state):
        """Return what is written of the clock at a change of state.

        What the customer had for his answer is counted when he has given it, or when it is solved without:
        it was in his hands until then. What he has after that, with the solution, counts if work goes on.

        :param datetime.datetime now: the moment of the change
        :param str previous: the state before
        :param str state: the state that was reached
        :rtype: dict
        """
        was_paused, is_paused = previous in PAUSED_STATES, state in PAUSED_STATES
        if is_paused and not was_paused:
            return {"paused_on": now}
        if self.paused_on and was_paused and (not is_paused or previous == "waiting_customer"):
            time = self.company_id._get_key_account_working_time(self.paused_on, now)
            return {
                "paused_on": is_paused and now,
                "paused_seconds": self.paused_seconds + between(time, self.paused_on, now),
            }
        return {}

    def _get_reopened_values(self):
        """What was thought to be reached is not; whoever was told of a deadline is told anew."""
        return {
            "resolved_on": False, "closed_on": False, "reopen_count": self.reopen_count + 1,
            **self._get_unescalated_values(), "confirmation": False, "confirmed_on": False,
            "feedback_method": False, "feedback_note": False, "feedback_on": False,
            "feedback_user_id": False,
        }

    def _note_response(self):
        """The customer has got his first answer now; from here on the solution's deadline counts."""
        due = self.filtered(lambda complaint: complaint.state in OPEN_STATES and not complaint.responded_on)
        # sudo: the moment is nobody's to write, and the activities belong to those who were told
        due.sudo().write({"responded_on": fields.Datetime.now(), **self._get_unescalated_values()})
        due.sudo().activity_unlink([ESCALATION])  # sudo: as above
