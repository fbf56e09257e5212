from odoo import api, fields, models

from .key_account_monthly_submission import OWED

# A month that fell away is owed again where the account is active again so many days after its deadline.
REOPENED_DAYS = 31


class KeyAccount(models.Model):
    """What a month asks of an account, and the meetings about it."""

    _inherit = "key.account"

    monthly_submission_ids = fields.One2many(
        comodel_name="key.account.monthly.submission", inverse_name="account_id", string="Monthly Submissions"
    )
    late_submission_count = fields.Integer(compute="_compute_late_submission_count", string="Late Months")
    meeting_ids = fields.One2many(
        comodel_name="key.account.meeting", inverse_name="account_id", string="Meetings About the Account"
    )
    meeting_count = fields.Integer(compute="_compute_meeting_count", string="Meetings")

    # === COMPUTE METHODS === #

    @api.depends("monthly_submission_ids.is_late")
    def _compute_late_submission_count(self):
        counts = dict(self.env["key.account.monthly.submission"]._read_group(
            [("account_id", "in", self.ids), ("is_late", "=", True)], ["account_id"], ["__count"]
        ))
        for account in self:
            account.late_submission_count = counts.get(account._origin, 0)

    @api.depends("meeting_ids")
    def _compute_meeting_count(self):
        counts = dict(self.env["key.account.meeting"]._read_group(
            [("account_id", "in", self.ids)], ["account_id"], ["__count"]
        ))
        for account in self:
            account.meeting_count = counts.get(account._origin, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        managers = {account: account.manager_id for account in self} if "manager_id" in vals else {}
        states = {account: account.state for account in self} if "state" in vals else {}
        result = super().write(vals)
        for account, manager in managers.items():
            if manager and manager != account.manager_id:
                account._hand_on_month(manager)
        for account, state in states.items():
            if state != account.state:
                account._follow_months(state)
        return result

    # === ACTION METHODS === #

    def action_open_submissions(self):
        """Open what the account owed month by month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_monthly_submission_action"
        )
        return {
            **action, "view_mode": "list,form", "views": [(False, "list"), (False, "form")],
            "domain": [("account_id", "=", self.id)], "context": {},
        }

    def action_open_meetings(self):
        """Open the meetings about the account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_meeting_action")
        return {
            **action, "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id, "default_kind": "topical"},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"late_submission_count", "meeting_count"}

    def _hand_on_month(self, manager):
        """Let what the month asks of the manager until now be asked of the new one.

        :param res.users manager: the manager until now
        """
        self.ensure_one()
        # sudo: the activities are other people's
        account = self.sudo()
        owed = account.monthly_submission_ids.filtered(lambda submission: submission.state in OWED)
        asked = owed.activity_ids.filtered(lambda activity: activity.user_id == manager)
        if asked:
            asked.user_id = account._get_responsible()

    def _follow_months(self, before):
        """Let what is owed fall away when the account is no longer active, and come back when it is again.

        :param str before: the account's state until now
        """
        self.ensure_one()
        # sudo: the month follows the account, whoever changes that
        months = self.sudo().monthly_submission_ids
        if before == "active":
            months.filtered(lambda submission: submission.state in OWED)._waive()
        elif self.state == "active":
            since = fields.Date.subtract(self.company_id._get_key_account_today(), days=REOPENED_DAYS)
            months.filtered(
                lambda submission: submission.state == "waived" and submission.deadline >= since
            )._reopen()
