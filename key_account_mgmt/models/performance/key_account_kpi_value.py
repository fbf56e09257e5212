from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

LEVEL = [
    ("person", "Person"),
    ("team", "Department"),
    ("account", "Key Account"),
    ("company", "Company"),
]


class KeyAccountKpiValue(models.Model):
    """The value of a KPI that is entered by hand, of one subject and period (P12: empty-drum recovery)."""

    _name = "key.account.kpi.value"
    _description = "Key Account KPI Value"
    _inherit = ["key.account.guard.mixin", "key.account.access.mixin", "mail.thread"]
    _order = "date_from desc, kpi_id, id desc"
    _rec_name = "kpi_id"
    _check_company_auto = True

    _is_account_optional = True
    _is_audited = False

    kpi_id = fields.Many2one(
        comodel_name="key.account.kpi", string="KPI", required=True, index=True, ondelete="restrict",
        domain=[("method", "=", "manual")], tracking=True,
        default=lambda self: self.env["key.account.kpi"].search([("method", "=", "manual")], limit=1),
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    level = fields.Selection(selection=LEVEL, string="Of a", required=True, default="person", tracking=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", index="btree_not_null", ondelete="restrict",
        domain="[('share', '=', False)]", tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", index="btree_not_null", ondelete="restrict",
        check_company=True, tracking=True,
        help="Whose leader and clerk see and enter the value.",
    )
    account_id = fields.Many2one(required=False, check_company=True)
    date_from = fields.Date(
        string="From", required=True, tracking=True, default=lambda self: self._get_last_month()[0]
    )
    date_to = fields.Date(
        string="Until", required=True, tracking=True, default=lambda self: self._get_last_month()[1]
    )
    value = fields.Float(
        string="Recorded Value", digits=(16, 4), required=True, tracking=True, aggregator="avg",
        help="In the unit of the KPI.",
    )
    note = fields.Text(string="Evidence", help="Where the value comes from.")

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")
    _person_unique = models.UniqueIndex(
        "(kpi_id, company_id, user_id, date_from, date_to) WHERE level = 'person'",
        "This person has a value of this KPI for this period already.",
    )
    _team_unique = models.UniqueIndex(
        "(kpi_id, company_id, team_id, date_from, date_to) WHERE level = 'team'",
        "This department has a value of this KPI for this period already.",
    )
    _account_unique = models.UniqueIndex(
        "(kpi_id, company_id, account_id, date_from, date_to) WHERE level = 'account'",
        "This account has a value of this KPI for this period already.",
    )
    _company_unique = models.UniqueIndex(
        "(kpi_id, company_id, date_from, date_to) WHERE level = 'company'",
        "The company has a value of this KPI for this period already.",
    )

    # === DEFAULTS === #

    @api.model
    def _get_last_month(self):
        """Return the first and the last day of the calendar month before this one."""
        first = self.env.company._get_key_account_today().replace(day=1)
        return fields.Date.subtract(first, months=1), fields.Date.subtract(first, days=1)

    # === CONSTRAINT METHODS === #

    @api.constrains("level", "user_id", "team_id", "account_id")
    def _check_subject(self):
        for value in self:
            needed = {
                "person": value.user_id and value.team_id, "team": value.team_id,
                "account": value.account_id, "company": True,
            }[value.level]
            extra = (value.level != "person" and value.user_id) or (
                value.level != "account" and value.account_id
            )
            if not needed or extra:
                raise ValidationError(self.env._(
                    "Name whose value it is, and nothing else: a person with the department, a department, "
                    "a key account, or the company."
                ))

    @api.constrains("kpi_id")
    def _check_method(self):
        for value in self:
            if value.kpi_id.method != "manual":
                raise ValidationError(self.env._(
                    "“%(kpi)s” is measured by the system: nobody enters its values.", kpi=value.kpi_id.name
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create(vals_list)
        values._check_not_own()
        return values

    def write(self, vals):
        self._check_not_own()
        result = super().write(vals)
        self._check_not_own()
        if vals.keys() & {"level", "team_id", "user_id"}:
            # core asks before a write whether the record is the user's, and not whether it stays so
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        self._check_not_own()

    # === BUSINESS METHODS === #

    def _check_not_own(self):
        """Refuse that somebody enters what he is measured by; administrators are not exempt.

        :raise UserError: for the user's own values
        """
        if not self.env.su and self.env.user in self.user_id:
            raise UserError(self.env._(
                "Nobody enters the figures that he is measured by: ask the clerk or your superior."
            ))

    def _get_accounts(self):
        return self.account_id
