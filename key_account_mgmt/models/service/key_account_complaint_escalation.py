from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command

from ...calculations.worktime import add
from ..account.batches import work_through
from .key_account_complaint_clock import ESCALATION

# so many are told of, and committed, together
GROUP = 50


class KeyAccountComplaint(models.Model):
    """Who is told when a deadline is missed: the owner, then the leader, then the director; each once."""

    _inherit = "key.account.complaint"

    escalation_level = fields.Integer(
        readonly=True, copy=False, aggregator=None,
        help="How far it has gone that the deadline was missed: 1 the owner, 2 the leader, 3 the director.",
    )
    next_escalation_on = fields.Datetime(
        compute="_compute_next_escalation_on", store=True, precompute=True, index="btree_not_null"
    )
    told_user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="key_account_complaint_told_rel",
        column1="complaint_id",
        column2="user_id",
        string="Told of the Deadline",
        readonly=True,
        copy=False,
        help="Who has been told that this deadline was missed.",
    )

    # === COMPUTE METHODS === #

    @api.depends("next_deadline", "escalation_level")
    def _compute_next_escalation_on(self):
        late = self.filtered(lambda complaint: complaint.next_deadline and complaint.escalation_level)
        for complaint in self - late:
            complaint.next_escalation_on = complaint.next_deadline
        for company, complaints in late.grouped("company_id").items():
            hours = {
                1: company.key_account_complaint_leader_hours,
                2: company.key_account_complaint_director_hours,
            }
            time = company._get_key_account_working_time_for(
                complaints.mapped("next_deadline"), max(hours.values())
            )
            for complaint in complaints:
                level = complaint.escalation_level
                complaint.next_escalation_on = level in hours and add(
                    time, complaint.next_deadline, hours[level] * 3600
                )

    # === CRON METHODS === #

    @api.model
    def _cron_escalate_complaints(self):
        """Tell the next one of each complaint whose deadline was missed: each level once."""
        # sudo: every company's complaints; all of them, since some may fail every time
        due = self.sudo().search(
            [("next_escalation_on", "<=", fields.Datetime.now())], order="next_escalation_on, id"
        )
        work_through(due, lambda complaints: complaints._escalate(), size=GROUP)

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"escalation_level", "next_escalation_on", "told_user_ids"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"escalation_level"}

    @api.model
    def _get_unescalated_values(self):
        """Return what is written when another deadline counts: everybody is told of it anew."""
        return {"escalation_level": 0, "told_user_ids": [Command.clear()]}

    def _escalate(self):
        """Tell the next level of those that are still due.

        A level that nobody holds, or who was told already, is passed over, and the one above has its turn
        when it is time for it.

        :return: whether any was due
        :rtype: bool
        """
        now = fields.Datetime.now()
        due = self.filtered(
            lambda complaint: complaint.next_escalation_on and complaint.next_escalation_on <= now
        )
        told = defaultdict(self.browse)
        for complaint in due:
            level = complaint.escalation_level + 1
            user = complaint._get_escalation_user(level)
            if user - complaint.told_user_ids:
                told[user, level, level > 1 and complaint.user_id] += complaint
        for (user, level, owner), complaints in told.items():
            complaints._give_activity(
                user, lambda env, key=(level, owner): self._get_escalation_text(env, *key), kind=ESCALATION
            )
            complaints.write({"told_user_ids": [Command.link(user.id)]})
        for level, complaints in due.grouped("escalation_level").items():
            complaints.write({"escalation_level": level + 1})
        return bool(due)

    def _get_escalation_user(self, level):
        """Return who is told at a level: the first who is still there and may see the complaint.

        :param int level: 1 the owner, 2 the leader or who stands in for him, 3 the director
        :rtype: res.users
        """
        self.ensure_one()
        # sudo: who leads is told whoever asks
        complaint = self.sudo()
        if level == 1:
            people = complaint.user_id
        elif level == 2:
            team = complaint.account_id.team_id or complaint.team_id
            people = team.key_account_acting_deputy_id | team.user_id
        else:
            people = complaint.company_id._get_key_account_overseer()
        accounts = self.env["key.account"]
        return next((
            user for user in people if user.active and not accounts._filter_outsiders(complaint, user)
        ), people.browse())

    @api.model
    def _get_escalation_text(self, env, level, owner):
        """Return the summary of an activity, in the language of whoever gets it.

        :param env: the environment with his language
        :param int level: as above
        :param res.users owner: whose complaint it is
        :rtype: str
        """
        if level == 1:
            return env._("The deadline of this complaint is missed: act now")
        if not owner:
            return env._("Overdue complaint that nobody handles: see to it that the customer is helped")
        return env._(
            "Overdue complaint of %(owner)s: see to it that the customer is helped", owner=owner.name
        )
