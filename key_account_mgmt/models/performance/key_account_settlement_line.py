from odoo import api, fields, models
from odoo.fields import Domain

DEPARTMENT_RESULT = [
    ("missed", "Target Missed"),
    ("met", "Target Met"),
    ("challenge", "Challenge Target Met"),
]
LINE_KIND = [
    ("month", "This Month"),
    ("late", "Approved Late"),
    ("correction", "Correction"),
    ("award", "Award"),
]
# The lines by which an appraisal is paid; corrections change what they paid.
PAY_KINDS = ("month", "late")


class KeyAccountSettlementLine(models.Model):
    """What a person gets and why, as the stored parts of a sum and in words (P5–P10)."""

    _name = "key.account.settlement.line"
    _description = "Key Account Settlement Line"
    _inherit = ["key.account.settlement.part.mixin"]
    _order = "settlement_id desc, user_id, month desc, id"
    _rec_names_search = ["user_id"]

    settlement_id = fields.Many2one(
        comodel_name="key.account.settlement", required=True, index=True, ondelete="cascade"
    )
    settlement_state = fields.Selection(related="settlement_id.state", string="Status")
    settlement_month = fields.Char(related="settlement_id.month", string="Settled In")
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True, ondelete="restrict")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(selection=LINE_KIND, required=True)
    month = fields.Date(
        string="For Month", required=True, index=True, help="The first day of the month paid for."
    )
    appraisal_id = fields.Many2one(
        comodel_name="key.account.appraisal", index="btree_not_null", ondelete="restrict"
    )
    corrected_line_id = fields.Many2one(
        comodel_name="key.account.settlement.line",
        string="Corrects",
        index="btree_not_null",
        ondelete="restrict",
        help="The frozen line whose payment is put right here: by the difference alone.",
    )

    # Score → band → base → department → payout
    score = fields.Float(digits=(6, 2), aggregator="avg")
    rate = fields.Float(
        string="Pays (%)", digits=(7, 2), aggregator="avg", help="What the score's band pays of the base."
    )
    base = fields.Monetary(string="Base per Month")
    presence_rate = fields.Float(
        string="Presence", digits=(6, 4), aggregator="avg", help="The part of the period that is paid."
    )
    base_counted = fields.Monetary(help="For the days that the person was there.")
    performance = fields.Monetary(string="Performance Pay")
    department_result = fields.Selection(selection=DEPARTMENT_RESULT)
    department_rate = fields.Float(string="Department's Part (%)", digits=(5, 2), aggregator=None)
    department_amount = fields.Monetary(string="Department's Part")
    payout = fields.Monetary(help="Performance pay and the department's part.")
    # What is added
    reward = fields.Monetary(string="Marketing Reward")
    allowance = fields.Monetary(string="Field Allowance")
    award = fields.Monetary(string="Awards")
    award_reason = fields.Text()
    total = fields.Monetary()

    explanation = fields.Text(string="How It Came About", translate=True)
    terms = fields.Json(help="The scheme as it was: corrections of this line are computed by it.")
    reward_ids = fields.One2many(
        comodel_name="key.account.settlement.reward", inverse_name="line_id", string="Rewards"
    )
    document_ids = fields.One2many(
        comodel_name="key.account.settlement.document", inverse_name="line_id", string="Documents Counted"
    )

    _adds_up = models.Constraint(
        "CHECK (payout = performance + department_amount"
        " AND total = payout + reward + allowance + award)",
        "The parts of a line add up to its total.",
    )
    # database-wide, so that two settlements drawn up at the same moment cannot both pay it
    _appraisal_paid_once = models.UniqueIndex(
        "(appraisal_id) WHERE kind IN ('month', 'late')", "An appraisal is paid once."
    )

    # === COMPUTE METHODS === #

    @api.depends("month", "user_id")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        for line in self:
            # sudo: who reads the line may know whose it is
            name = line.sudo().user_id.name or ""
            line.display_name = f"{line.month or '':%Y-%m} {name}" if line.month else name

    # === ACTION METHODS === #

    def action_open_appraisal(self):
        """Open the appraisal by which this is paid; its own rules apply."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.appraisal",
            "res_id": self.appraisal_id.id,
            "view_mode": "form",
        }

    def action_open_documents(self):
        """Open the documents that were counted, with what was counted of each: they add up to the reward."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_settlement_document_action"
        )
        return action | {"domain": [("line_id", "in", self.ids)]}

    def action_open_ledger(self):
        """Open the ledger's entries of today behind the month's reward, those that the user may see."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_ledger_entry_action"
        )
        return action | {"domain": list(self._get_ledger_domain()), "context": {}}

    # === BUSINESS METHODS === #

    def _get_ledger_domain(self):
        """Return the domain of the ledger's entries that were counted for this line.

        :rtype: Domain
        """
        self.ensure_one()
        return Domain.OR(
            Domain("kind", "=", basis) & Domain("document_model", "=", "account.move")
            & Domain("document_id", "in", documents.mapped("document_id"))
            & Domain("date", ">=", month) & Domain("date", "<=", fields.Date.end_of(month, "month"))
            for (basis, month), documents in self.document_ids.grouped(
                lambda document: (document.basis, document.month)
            ).items()
        )
