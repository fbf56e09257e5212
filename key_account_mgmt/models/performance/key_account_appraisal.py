from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...calculations.appraisal import get_pro_rata, get_score
from ...calculations.grading import to_decimal
from ..access.key_account_approval_mixin import Transition

APPRAISAL_STATE = [
    ("draft", "Draft"),
    ("self_assessed", "Self-assessed"),
    ("scored", "Scored"),
    ("approved", "Approved"),
    ("published", "Published"),
    ("cancelled", "Cancelled"),
]
# What is still on its way.
OPEN_STATES = ("draft", "self_assessed", "scored", "approved")
ACTIVITY = "key_account_mgmt.mail_activity_type_appraisal"


class KeyAccountAppraisal(models.Model):
    """One month of one person in one department: figures, self-assessment, points, score (P1–P4, P13).

    The leader's scoring is the first approval; director and executive follow. Nobody scores or approves
    himself. Who does what when is in ``key_account_appraisal_steps.py``, what the system fills in in
    ``key_account_appraisal_figures.py``, places and flags in ``key_account_appraisal_place.py``.
    """

    _name = "key.account.appraisal"
    _description = "Key Account Appraisal"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, team_id, user_id"
    _rec_names_search = ["user_id", "team_id"]
    _check_company_auto = True

    _reason_actions = {"object": "_object", "cancel": "_cancel"}
    _approval_steps = ("leader", "director", "executive")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "self_assessed"): Transition("submit"),
        ("self_assessed", "draft"): Transition("returned"),
        ("self_assessed", "scored"): Transition("approve", step=1),
        ("scored", "self_assessed"): Transition("returned"),
        ("scored", "approved"): Transition("approve", step=3),
        ("approved", "published"): Transition(roles=("leader", "director")),
        # an objection takes it back
        ("published", "scored"): Transition("system"),
        ("draft", "cancelled"): Transition(roles=("director",)),
        ("self_assessed", "cancelled"): Transition(roles=("director",)),
        ("scored", "cancelled"): Transition(roles=("director",)),
    }

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="For the work in which department. Who works in two has an appraisal in each.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    template_id = fields.Many2one(
        comodel_name="key.account.appraisal.template",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    date_from = fields.Date(
        string="From", required=True, index=True, default=lambda self: self._get_last_month(),
        help="The first day of the month.",
    )
    date_to = fields.Date(string="Until", compute="_compute_date_to", store=True, precompute=True)
    month = fields.Char(compute="_compute_month")
    state = fields.Selection(
        selection=APPRAISAL_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    line_ids = fields.One2many(
        comodel_name="key.account.appraisal.line", inverse_name="appraisal_id", string="Items"
    )

    # Part of the month
    worked_from = fields.Date(
        string="In the Department From", copy=False, tracking=True,
        help="Filled in where somebody joined during the month.",
    )
    worked_to = fields.Date(
        string="In the Department Until", copy=False, tracking=True,
        help="Filled in where somebody left during the month.",
    )
    presence_rate = fields.Float(
        string="Part of the Month",
        compute="_compute_presence_rate",
        store=True,
        digits=(5, 4),
        aggregator="avg",
        help="By calendar days, as the company's settings say. Pay counts by it; the score does not.",
    )

    # What comes out
    score = fields.Float(
        compute="_compute_score", store=True, digits=(6, 2), tracking=True, aggregator="avg",
        help="The sum of the points, with two decimals; it is never rounded to whole points.",
    )
    self_score = fields.Float(
        string="Own Score", compute="_compute_score", store=True, digits=(6, 2), aggregator="avg"
    )
    scored_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, index="btree_not_null"
    )
    scored_on = fields.Datetime(readonly=True, copy=False)
    published_on = fields.Date(readonly=True, copy=False)

    # Words
    self_summary = fields.Text(string="Own Summary", copy=False, help="The month in the person's own words.")
    discussion = fields.Text(
        string="Notes of the Talk", copy=False, help="What person and superior have talked about, and agreed."
    )
    self_deadline = fields.Date(
        string="Assess Yourself By", readonly=True, copy=False,
        help="After this day it goes on without a self-assessment.",
    )
    cancel_reason = fields.Text(readonly=True, copy=False)

    # Objection
    objection_ids = fields.One2many(
        comodel_name="key.account.appraisal.objection", inverse_name="appraisal_id", string="Objections"
    )
    objection_deadline = fields.Date(string="Objections Until", readonly=True, copy=False)
    has_open_objection = fields.Boolean(
        string="Objection Open", compute="_compute_has_open_objection", store=True
    )
    reopened_after_id = fields.Many2one(
        comodel_name="key.account.approval", readonly=True, copy=False,
        help="The last decision before an objection; of those until then the scoring alone counts.",
    )

    can_self_assess = fields.Boolean(compute="_compute_can")
    can_score = fields.Boolean(compute="_compute_can")
    can_object = fields.Boolean(compute="_compute_can")
    can_answer = fields.Boolean(compute="_compute_can")

    _person_month_unique = models.UniqueIndex(
        "(user_id, team_id, company_id, date_from) WHERE state != 'cancelled'",
        "This person's month in this department is appraised already.",
    )
    _whole_month = models.Constraint(
        "CHECK (EXTRACT(DAY FROM date_from) = 1)", "A month begins on its first day."
    )
    _worked_dates = models.Constraint(
        "CHECK (worked_to >= worked_from)", "The last day in the department comes before the first."
    )

    # === DEFAULTS === #

    @api.model
    def _get_last_month(self):
        """Return the first day of the month before this one."""
        first = self.env.company._get_key_account_today().replace(day=1)
        return fields.Date.subtract(first, months=1)

    # === COMPUTE METHODS === #

    @api.depends("user_id", "date_from")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        for appraisal in self:
            appraisal.display_name = f"{appraisal.month or ''} {appraisal.user_id.name or ''}".strip()

    @api.depends("date_from")
    def _compute_month(self):
        for appraisal in self:
            appraisal.month = appraisal.date_from and f"{appraisal.date_from:%Y-%m}"

    @api.depends("date_from")
    def _compute_date_to(self):
        for appraisal in self:
            first = appraisal.date_from
            appraisal.date_to = first and fields.Date.subtract(fields.Date.add(first, months=1), days=1)

    @api.depends("date_from", "worked_from", "worked_to")
    def _compute_presence_rate(self):
        for appraisal in self:
            is_counted = appraisal.company_id.key_account_pro_rata and appraisal.date_to
            appraisal.presence_rate = get_pro_rata(
                appraisal.date_from, appraisal.date_to, appraisal.worked_from, appraisal.worked_to
            ) if is_counted else Decimal(1)

    @api.depends("line_ids.points", "line_ids.self_points")
    def _compute_score(self):
        for appraisal in self:
            for name, points in (("score", "points"), ("self_score", "self_points")):
                appraisal[name] = get_score(
                    to_decimal(round(line[points], 2)) for line in appraisal.line_ids
                )

    @api.depends("objection_ids.state")
    def _compute_has_open_objection(self):
        for appraisal in self:
            appraisal.has_open_objection = "open" in appraisal.objection_ids.mapped("state")

    @api.depends("state", "approval_ids", "has_open_objection", "objection_deadline")
    @api.depends_context("uid")
    def _compute_can(self):
        for appraisal in self:
            is_own = appraisal.user_id == self.env.user
            appraisal.can_self_assess = is_own and appraisal.state == "draft"
            appraisal.can_score = not appraisal._get_cannot_score_reason()
            appraisal.can_object = not appraisal._get_cannot_object_reason()
            appraisal.can_answer = bool(
                appraisal.has_open_objection and self.env.user in appraisal._get_answerers()
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("worked_from", "worked_to", "date_from")
    def _check_worked(self):
        for appraisal in self:
            begins, ends = appraisal.worked_from, appraisal.worked_to
            if (begins and begins > appraisal.date_to) or (ends and ends < appraisal.date_from):
                raise ValidationError(self.env._(
                    "%(person)s did not belong to the department in this month: there is nothing to "
                    "appraise.",
                    person=appraisal.user_id.name,
                ))

    @api.constrains("user_id", "template_id")
    def _check_internal(self):
        for appraisal in self:
            if appraisal.user_id.share:
                raise ValidationError(self.env._("Only the company's own people are appraised."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_own(vals_list)
        appraisals = super().create(vals_list)
        # sudo: the lines are the template's, nobody makes them by hand; past months are taken over without
        appraisals.sudo().filtered(lambda appraisal: appraisal.state == "draft")._make_lines()
        appraisals._recompute_recordset(["score", "presence_rate"])
        for appraisal, vals in zip(appraisals, vals_list):
            if taken := vals.keys() & {"score", "presence_rate"}:
                # core computes anew what is given for a computed field; only the system gives any
                appraisal.write({name: vals[name] for name in taken})
        return appraisals

    def write(self, vals):
        self._check_edited(vals)
        state = vals.get("state")
        changed = state and self.filtered(lambda appraisal: appraisal.state != state)
        result = super().write(vals)
        if changed:
            # sudo: what follows from a state is set by the system
            changed.sudo()._follow_state(state)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        if not self.env.su:
            raise UserError(self.env._("Appraisals are kept: the director may cancel them with a reason."))

    # === BUSINESS METHODS === #

    def _check_created_in_state(self):
        """Let the system take over past months with their scores, and nobody else."""
        return self.env.su or super()._check_created_in_state()

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "user_id", "team_id", "company_id", "template_id", "date_from", "date_to", "score", "self_score",
            "presence_rate", "scored_by_id", "scored_on", "published_on", "self_deadline",
            "cancel_reason", "objection_ids", "objection_deadline", "has_open_objection", "reopened_after_id",
        }

    @api.model
    def _get_importable_fields(self, vals):
        # whose month it is; it stays so
        return super()._get_importable_fields(vals) | {
            "user_id", "team_id", "company_id", "template_id", "date_from",
        }

    @api.model
    def _check_not_own(self, vals_list):
        """Refuse that somebody opens his own appraisal and chooses what he is judged by.

        :param list vals_list: values of new appraisals
        :raise UserError: administrators are not exempt
        """
        if not self.env.su and any(vals.get("user_id") == self.env.uid for vals in vals_list):
            raise UserError(self.env._("Nobody opens his own appraisal: your superior does."))

    def _check_edited(self, vals):
        """Refuse words and days that are not the user's to enter now.

        :raise UserError: with who may, and when
        """
        if self.env.su:
            return
        if "self_summary" in vals and not all(appraisal.can_self_assess for appraisal in self):
            raise UserError(self.env._(
                "The own summary is the person's, and is written before the self-assessment is handed in."
            ))
        if vals.keys() & {"discussion", "worked_from", "worked_to"}:
            self._check_each(lambda appraisal: appraisal._get_cannot_score_reason())
