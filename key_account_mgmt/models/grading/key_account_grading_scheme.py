from decimal import Decimal
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...calculations.grading import plain, to_decimal

# In the context while a scheme is saved with its lines. An object, so that no call from outside can
# pretend it.
SAVING = object()


class KeyAccountGradingScheme(models.Model):
    """How a company finds its key accounts: data that a director edits (RULES G1–G8, X9)."""

    _name = "key.account.grading.scheme"
    _description = "Key Account Grading Scheme"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", help="Empty: every company may use the scheme."
    )
    method = fields.Selection(
        selection=[
            ("share", "Share of Sales"),
            ("amount", "Amount"),
            ("score", "Score"),
            ("manual", "By Judgement"),
        ],
        required=True,
        default="amount",
        help="Share: thresholds in per cent of the company's sales. Amount: in company currency. "
        "Score: points of weighted dimensions, 0 to 100. Judgement: people decide by the clauses.",
    )
    basis = fields.Selection(
        selection=[("ordered", "Ordered"), ("invoiced", "Invoiced"), ("collected", "Collected")],
        required=True,
        default="ordered",
    )
    tax_included = fields.Boolean(string="With Tax")
    window_type = fields.Selection(
        selection=[
            ("lifetime", "All the Time"),
            ("year", "One Year"),
            ("rolling", "A Number of Months"),
        ],
        string="Period",
        required=True,
        default="year",
        help="The period always ends on the last day of the run.",
    )
    window_months = fields.Integer(string="Months", default=12)
    include_history = fields.Boolean(string="Count Imported History", default=True)
    all_companies = fields.Boolean(
        string="Sum Over All Companies",
        help="Count what the customer bought in every company of this database, each amount in "
        "the currency of the company that the run is for.",
    )
    target = fields.Selection(
        selection=[("grade", "Grade"), ("management_level", "Management Level")],
        string="Result",
        required=True,
        default="grade",
        help="What applying a run sets on the account.",
    )
    note = fields.Text(string="Regulation", translate=True, help="What the regulation says.")
    grade_ids = fields.One2many(
        comodel_name="key.account.grade", inverse_name="scheme_id", string="Grades", copy=True
    )
    dimension_ids = fields.One2many(
        comodel_name="key.account.grading.dimension",
        inverse_name="scheme_id",
        string="Dimensions",
        copy=True,
    )
    total_weight = fields.Float(compute="_compute_total_weight")

    @api.depends("dimension_ids.weight")
    def _compute_total_weight(self):
        for scheme in self:
            scheme.total_weight = sum(scheme.dimension_ids.mapped("weight"))

    # === CONSTRAINT METHODS === #

    @api.constrains("window_type", "window_months")
    def _check_window(self):
        for scheme in self:
            if scheme.window_type == "rolling" and not 1 <= scheme.window_months <= 1200:
                raise ValidationError(self.env._(
                    "The period of “%(scheme)s” has no length: enter 1 to 1200 months.",
                    scheme=scheme.name,
                ))

    @api.constrains("active", "method", "dimension_ids")
    def _check_weights(self):
        for scheme in self.filtered(lambda scheme: scheme.active and scheme.method == "score"):
            total = sum((to_decimal(dimension.weight) for dimension in scheme.dimension_ids), Decimal(0))
            if total != 100:
                raise ValidationError(self.env._(
                    "The weights of “%(scheme)s” add up to %(total)s %%; they have to make 100 %%.",
                    scheme=scheme.name,
                    total=plain(total),
                ))

    @api.constrains("method", "grade_ids")
    def _check_thresholds(self):
        for scheme in self.filtered(lambda scheme: scheme.method != "manual"):
            grades = scheme.grade_ids.sorted(lambda grade: (grade.sequence, grade.id))
            for better, worse in pairwise(grades):
                if better.threshold <= worse.threshold:
                    raise ValidationError(self.env._(
                        "Grade %(better)s starts at %(better_threshold)s and the lower grade "
                        "%(worse)s at %(worse_threshold)s: each grade has to start below the one "
                        "before it.",
                        better=better.code,
                        better_threshold=better.threshold,
                        worse=worse.code,
                        worse_threshold=worse.threshold,
                    ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # the whole scheme is checked once its lines are there, not after each of them
        return super(KeyAccountGradingScheme, self.with_context(key_account_scheme_lines=SAVING)).create(
            vals_list
        ).with_context(key_account_scheme_lines=None)

    def write(self, vals):
        return super(KeyAccountGradingScheme, self.with_context(key_account_scheme_lines=SAVING)).write(
            vals
        )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for scheme, vals in zip(self, vals_list):
            vals.setdefault("name", "")
            vals["name"] = self.env._("%(scheme)s (copy)", scheme=scheme.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["key.account.grading.run"].sudo().search_count(  # sudo: any company's
            [("scheme_id", "in", self.ids)], limit=1
        ) or self.env["key.account.grade.history"].sudo().search_count(  # sudo: as above
            [("scheme_id", "in", self.ids)], limit=1
        )
        if used:
            raise UserError(self.env._(
                "Grades have been given by this scheme, so it stays. Archive it instead."
            ))

    # === BUSINESS METHODS === #

    def _get_window(self, date_to):
        """Return the first day of the period that ends with a day (X11).

        :param datetime.date date_to: the last day, inclusive
        :return: the first day, or False when everything before counts
        :rtype: datetime.date
        """
        self.ensure_one()
        if self.window_type == "lifetime":
            return False
        length = {"years": 1} if self.window_type == "year" else {"months": self.window_months}
        return fields.Date.add(fields.Date.subtract(date_to, **length), days=1)

    def _check_usable(self):
        """Check what a run needs; the same rules as when the scheme is saved, and that it has grades.

        :raise UserError: with what is missing
        """
        self.ensure_one()
        if not self.grade_ids:
            raise UserError(self.env._("“%(scheme)s” has no grades yet.", scheme=self.name))
        self._check_window()
        self._check_weights()
        self._check_thresholds()
