from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.service.key_account_service_score import PROMISED_KINDS, SERVICE_KIND


class KeyAccountServiceRecord(models.TransientModel):
    """What accounts were promised and got in any period, with the evidence (C5). Saves nothing."""

    _name = "key.account.service.record"
    _description = "Service Record"

    date_from = fields.Date(
        string="From", required=True,
        default=lambda self: self.env["key.account"]._get_service_start(
            self.env.company._get_key_account_today()
        ),
    )
    date_to = fields.Date(
        string="Until", required=True, default=lambda self: self.env.company._get_key_account_today()
    )
    account_ids = fields.Many2many(
        comodel_name="key.account",
        relation="key_account_service_record_account_rel",
        column1="record_id",
        column2="account_id",
        string="Key Accounts",
        help="Empty: all accounts that you see and that were active in the period.",
    )
    line_ids = fields.One2many(
        comodel_name="key.account.service.record.line", inverse_name="record_id", readonly=True
    )

    _period = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")

    # === ACTION METHODS === #

    def action_show(self):
        """Measure, and show the lines."""
        self.ensure_one()
        accounts = self.account_ids or self.env["key.account"].search(
            self.env["key.account"]._get_active_domain(self.date_from, self.date_to)
            & Domain("company_id", "=", self.env.company.id)
        )
        accounts.check_access("read")
        if not accounts:
            raise UserError(self.env._("You see no key account that was active in this period."))
        self.line_ids.unlink()
        self.env["key.account.service.record.line"].create([
            {
                "record_id": self.id,
                "account_id": account.id,
                "kind": figure.kind,
                "promised": figure.promised,
                "delivered": figure.delivered,
                "urgent": figure.urgent,
                "rate": figure.rate,
                "score": score,
                "has_score": score is not None,
            }
            for company, own in accounts.grouped("company_id").items()
            for account, figures in own._get_service_figures(self.date_from, self.date_to).items()
            for score in [self.env["key.account"]._get_score_of(figures)]
            for figure in figures if figure.rate is not None or figure.delivered
        ])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_service_record_line_action"
        )
        return action | {
            "domain": [("record_id", "=", self.id)],
            "display_name": self.env._(
                "Service Record %(date_from)s to %(date_to)s", date_from=self.date_from, date_to=self.date_to
            ),
        }


class KeyAccountServiceRecordLine(models.TransientModel):
    """One kind of service to one account: promised, delivered, and what that makes."""

    _name = "key.account.service.record.line"
    _description = "Service Record Line"
    _inherit = ["key.account.access.mixin"]
    _order = "score, account_id, id"
    _rec_name = "kind"

    # figures of the account, not its file
    _is_audited = False

    record_id = fields.Many2one(
        comodel_name="key.account.service.record", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(readonly=True)
    team_id = fields.Many2one(related="account_id.team_id", store=True)
    manager_id = fields.Many2one(related="account_id.manager_id", store=True)
    grade_id = fields.Many2one(related="account_id.grade_id", store=True)
    kind = fields.Selection(selection=SERVICE_KIND, required=True, readonly=True)
    promised = fields.Integer(readonly=True)
    delivered = fields.Integer(readonly=True)
    urgent = fields.Integer(
        string="Of Which Urgent", readonly=True, help="Visits that could not wait for a plan (X19)."
    )
    rate = fields.Float(string="Kept (%)", digits=(5, 2), readonly=True, aggregator="avg")
    score = fields.Float(
        string="Service Score", digits=(5, 2), readonly=True, aggregator="avg",
        help="The mean of what was kept of each kind that was promised to this account.",
    )
    has_score = fields.Boolean(readonly=True, help="Anything was promised to this account.")
    explanation = fields.Char(string="How It Came About", compute="_compute_explanation")

    # === COMPUTE METHODS === #

    @api.depends("kind", "promised", "delivered", "rate")
    def _compute_explanation(self):
        for line in self:
            values = {
                "delivered": line.delivered, "promised": line.promised, "rate": f"{line.rate:.2f}",
                "date_from": line.record_id.date_from, "date_to": line.record_id.date_to,
            }
            if not line.promised:
                line.explanation = self.env._(
                    "%(delivered)s delivered from %(date_from)s to %(date_to)s, none promised.", **values
                )
            elif line.kind in PROMISED_KINDS:
                line.explanation = self.env._(
                    "%(delivered)s delivered of %(promised)s promised by the grade from %(date_from)s to "
                    "%(date_to)s: %(rate)s %%.", **values
                )
            else:
                line.explanation = self.env._(
                    "%(delivered)s of %(promised)s deadlines from %(date_from)s to %(date_to)s met: "
                    "%(rate)s %%.", **values
                )

    # === CRUD METHODS === #

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Average over what was promised alone, and the score over accounts, not over their lines."""
        if aggregate_spec not in ("rate:avg", "score:avg"):
            return super()._read_group_select(aggregate_spec, query)
        rate, score, account, promised, has_score = (
            self._field_to_sql(self._table, name, query)
            for name in ("rate", "score", "account_id", "promised", "has_score")
        )
        if aggregate_spec == "rate:avg":
            return SQL("AVG(%s) FILTER (WHERE %s > 0)", rate, promised)
        # the lines of an account carry the same score: as a key each account counts once
        return SQL(
            "(SELECT AVG(each.value::numeric) FROM jsonb_each_text("
            "jsonb_object_agg(%s, %s) FILTER (WHERE %s)) each)",
            account, score, has_score,
        )

    # === ACTION METHODS === #

    def action_open_evidence(self):
        """Open the visits, surveys or complaints behind the line."""
        self.ensure_one()
        model, domain = self.account_id._get_service_evidence(
            self.kind, self.record_id.date_from, self.record_id.date_to
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.explanation,
            "res_model": model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
        }
