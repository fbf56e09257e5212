from odoo import api, fields, models


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
