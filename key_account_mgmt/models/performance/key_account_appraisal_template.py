from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...calculations.grading import plain, to_decimal

# In the context while a template is saved with its lines. An object, so that no call from outside can
# pretend it.
SAVING = object()
ROLE = [
    ("member", "Members"),
    ("clerk", "Clerk"),
    ("leader", "Leader"),
]


class KeyAccountAppraisalTemplate(models.Model):
    """What somebody's month is judged by: 100 points over lines (P1, P2, P3).

    Whose: the named people, or those with a role in the named departments. Who is named goes first.
    """

    _name = "key.account.appraisal.template"
    _description = "Key Account Appraisal Template"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", help="Empty: every company may use the template."
    )
    note = fields.Text(translate=True, help="Where it comes from, and what was assumed.")
    role = fields.Selection(
        selection=ROLE, string="For the", required=True, default="member",
        help="Of the departments below: who is appraised by it.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="key_account_appraisal_template_team_rel",
        column1="template_id",
        column2="team_id",
        string="Departments",
        help="Empty: only the people named below.",
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="key_account_appraisal_template_user_rel",
        column1="template_id",
        column2="user_id",
        string="Named People",
        domain="[('share', '=', False)]",
        help="They are appraised by this template, whatever their role in the department says.",
    )
    is_ranked = fields.Boolean(
        string="Ranked in the Department",
        default=True,
        help="The scores are compared with those of the others in the department.",
    )
    line_ids = fields.One2many(
        comodel_name="key.account.appraisal.template.line", inverse_name="template_id", copy=True
    )
    max_points = fields.Float(
        string="Points in All", compute="_compute_max_points", digits=(6, 2), help="They have to make 100."
    )
    is_used = fields.Boolean(
        compute="_compute_is_used", help="Somebody has been scored by it: the lines stay as they are."
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.max_points")
    def _compute_max_points(self):
        for template in self:
            template.max_points = template._get_total()

    def _compute_is_used(self):
        # sudo: also by appraisals that the user does not see
        groups = self.env["key.account.appraisal"].sudo()._read_group(
            [("template_id", "in", self.ids), ("state", "not in", ("draft", "cancelled"))], ["template_id"]
        )
        used = {template.id for template, in groups}
        for template in self:
            template.is_used = template._origin.id in used

    # === CONSTRAINT METHODS === #

    @api.constrains("active", "line_ids")
    def _check_total(self):
        for template in self.filtered("active"):
            total = template._get_total()
            if total != 100:
                raise ValidationError(self.env._(
                    "The points of “%(template)s” add up to %(total)s; they have to make 100.",
                    template=template.name,
                    total=plain(total),
                ))
            template.line_ids._check_kpi()
            template.line_ids._check_bands()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # the whole template is checked once its lines are there, not after each of them
        saving = self.with_context(key_account_template_lines=SAVING)
        return super(KeyAccountAppraisalTemplate, saving).create(vals_list).with_context(
            key_account_template_lines=None
        )

    def write(self, vals):
        saving = self.with_context(key_account_template_lines=SAVING)
        return super(KeyAccountAppraisalTemplate, saving).write(vals)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for template, vals in zip(self, vals_list):
            vals["name"] = self.env._("%(template)s (copy)", template=template.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_appraised(self):
        # sudo: as above
        if self.env["key.account.appraisal"].sudo().search_count(
            [("template_id", "in", self.ids)], limit=1
        ):
            raise UserError(self.env._("Somebody is appraised by it, so it stays. Archive it instead."))

    # === BUSINESS METHODS === #

    def _get_total(self):
        self.ensure_one()
        return sum((to_decimal(line.max_points) for line in self.line_ids), Decimal(0))

    def _check_unused(self):
        """Refuse to change what people have been scored by.

        :raise UserError: with the way out
        """
        for template in self.filtered("is_used"):
            raise UserError(self.env._(
                "People have been scored by “%(template)s”: duplicate it, change the copy, and archive this "
                "one.",
                template=template.name,
            ))
