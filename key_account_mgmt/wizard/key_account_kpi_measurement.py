from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..calculations.grading import to_decimal
from ..calculations.kpi import Measure
from ..models.access.roles import group
from ..models.performance.key_account_kpi_value import LEVEL

PARTS = ("value", "numerator", "denominator")


class KeyAccountKpiMeasurement(models.TransientModel):
    """The key figures of people, departments, accounts or the company in any period. Saves nothing."""

    _name = "key.account.kpi.measurement"
    _description = "Key Figures"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From", required=True,
        default=lambda self: self.env["key.account.kpi.value"]._get_last_month()[0],
    )
    date_to = fields.Date(
        string="Until", required=True,
        default=lambda self: self.env["key.account.kpi.value"]._get_last_month()[1],
    )
    level = fields.Selection(selection=LEVEL, string="Of Each", required=True, default="account")
    kpi_ids = fields.Many2many(
        comodel_name="key.account.kpi",
        relation="key_account_kpi_measurement_kpi_rel",
        column1="measurement_id",
        column2="kpi_id",
        string="KPIs",
        help="Empty: all of them.",
    )
    line_ids = fields.One2many(
        comodel_name="key.account.kpi.measurement.line", inverse_name="measurement_id", readonly=True
    )

    _period = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")

    # === ACTION METHODS === #

    def action_show(self):
        """Measure, and show the lines."""
        self.ensure_one()
        subjects = self._get_subjects()
        if not subjects:
            raise UserError(self.env._(
                "There is nobody and nothing of this kind whose figures you see. Choose another kind."
            ))
        self.line_ids.unlink()
        kpis = self.kpi_ids or self.env["key.account.kpi"].search([])  # pylint: disable=no-search-all
        self.env["key.account.kpi.measurement.line"].create([
            self._get_line_values(kpi, subject, measure)
            for kpi in kpis
            for subject, measure in kpi.with_company(self.company_id)._measure(
                subjects, self.date_from, self.date_to
            ).items()
        ])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_kpi_measurement_line_action"
        )
        return action | {
            "domain": [("measurement_id", "=", self.id)],
            "display_name": self.env._(
                "Key Figures %(date_from)s to %(date_to)s", date_from=self.date_from, date_to=self.date_to
            ),
        }

    # === BUSINESS METHODS === #

    def _get_subjects(self):
        """Return whose figures of the chosen kind the user sees.

        Accounts as they are seen; of people and departments those that he leads, and himself; directors and
        executives see them all, and the company.
        """
        self.ensure_one()
        user = self.env.user
        oversees = self.company_id in user._get_overseen_companies()
        if self.level == "account":
            return self.env["key.account"].search([("company_id", "=", self.company_id.id)])
        if self.level == "company":
            return self.company_id if oversees else self.company_id.browse()
        # sudo: the departments lend their people
        teams = self.env["crm.team"].sudo().search([
            ("company_id", "in", [False, self.company_id.id]), ("key_account_ids", "!=", False),
        ])
        if not oversees:
            leads = user.has_group(group("leader"))
            teams = teams.filtered(lambda team: leads and user in team._get_key_account_leaders())
        if self.level == "team":
            return teams.sudo(False)
        people = teams.member_ids | teams.user_id if teams else user.browse()
        return (people | (user if not oversees else user.browse())).sudo(False)

    def _get_line_values(self, kpi, subject, measure):
        field = {
            "person": "user_id", "team": "team_id", "account": "account_id", "company": "company_id",
        }[self.level]
        return {
            "measurement_id": self.id,
            "kpi_id": kpi.id,
            field: subject.id,
            "has_data": measure.value is not None,
            **{name: float(getattr(measure, name) or Decimal(0)) for name in PARTS},
        }


class KeyAccountKpiMeasurementLine(models.TransientModel):
    """One key figure of one subject."""

    _name = "key.account.kpi.measurement.line"
    _description = "Key Figure"
    _inherit = ["key.account.access.mixin"]
    _order = "kpi_id, id"
    _rec_name = "kpi_id"

    _is_account_optional = True
    # figures of the account, not its file
    _is_audited = False

    measurement_id = fields.Many2one(
        comodel_name="key.account.kpi.measurement", required=True, index=True, ondelete="cascade"
    )
    kpi_id = fields.Many2one(comodel_name="key.account.kpi", string="KPI", required=True, readonly=True)
    account_id = fields.Many2one(required=False, readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Person", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Department", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    has_data = fields.Boolean(readonly=True, help="There was something to divide by.")
    value = fields.Float(string="Recorded Value", digits=(16, 2), readonly=True, aggregator="avg")
    numerator = fields.Float(digits=(16, 4), readonly=True)
    denominator = fields.Float(digits=(16, 4), readonly=True)
    unit = fields.Selection(related="kpi_id.unit")
    explanation = fields.Char(string="How It Came About", compute="_compute_explanation")

    # === COMPUTE METHODS === #

    @api.depends("kpi_id", "value", "has_data")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for line in self:
            measure = Measure(*(to_decimal(line[name]) for name in PARTS)) if line.has_data else Measure()
            line.explanation = line.kpi_id._explain(measure)

    # === ACTION METHODS === #

    def action_open_evidence(self):
        """Open the records behind the figure."""
        self.ensure_one()
        self.check_access("read")
        measurement = self.measurement_id
        subject = self.account_id or self.user_id or self.team_id or self.company_id
        return self.kpi_id.with_company(measurement.company_id)._get_evidence(
            subject, measurement.date_from, measurement.date_to
        )
