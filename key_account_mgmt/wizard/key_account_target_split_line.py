from odoo import api, fields, models


class KeyAccountTargetSplitLine(models.TransientModel):
    """One part into which a target is to be divided."""

    _name = "key.account.target.split.line"
    _description = "Part of a Target to Divide"
    _inherit = ["key.account.access.mixin"]
    _order = "sequence, id"

    _is_account_optional = True
    _is_audited = False

    split_id = fields.Many2one(
        comodel_name="key.account.target.split", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    into = fields.Selection(related="split_id.into")
    name = fields.Char(string="Part", compute="_compute_name")
    period_date = fields.Date(required=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Department")
    user_id = fields.Many2one(comodel_name="res.users", string="Person")
    account_id = fields.Many2one(required=False, index="btree_not_null")
    weight = fields.Float(string="Last Year", digits=(16, 2))
    share = fields.Float(string="Share (%)", compute="_compute_share", digits=(16, 2))
    currency_id = fields.Many2one(related="split_id.currency_id")
    amount = fields.Monetary(string="Target")
    challenge_amount = fields.Monetary(string="Challenge Target")

    @api.depends("into", "period_date", "team_id", "user_id", "account_id")
    def _compute_name(self):
        for line in self:
            day = line.period_date
            if line.into in ("quarter", "month"):
                quarter = f"{day.year} Q{(day.month + 2) // 3}"
                line.name = quarter if line.into == "quarter" else f"{day.year}-{day.month:02}"
            else:
                names = {"team": line.team_id, "person": line.user_id, "account": line.account_id}
                line.name = names[line.into].display_name if line.into else False

    @api.depends("amount", "split_id.target_amount")
    def _compute_share(self):
        for line in self:
            whole = line.split_id.target_amount
            line.share = whole and line.amount * 100 / whole

    def _get_part_values(self, target):
        """Return the values of the target that this part becomes.

        :param key.account.target target: the whole
        :rtype: dict
        """
        self.ensure_one()
        is_period = self.into in ("quarter", "month")
        level = target.level if is_period else self.into
        values = {
            "parent_id": target.id, "company_id": target.company_id.id, "kind": target.kind, "level": level,
            "period_type": self.into if is_period else target.period_type, "period_date": self.period_date,
            "amount": self.amount, "challenge_amount": self.challenge_amount,
        }
        if level in ("team", "person"):
            values["team_id"] = self.team_id.id
        if level == "person":
            values["user_id"] = self.user_id.id
        if level == "account":
            values["account_id"] = self.account_id.id
        return values
