from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access.key_account_approval_mixin import Transition

RUN_STATE = [
    ("draft", "Draft"),
    ("computed", "Computed"),
    ("submitted", "Submitted"),
    ("reviewed", "Reviewed"),
    ("approved", "Approved"),
    ("applied", "In Effect"),
    ("cancelled", "Cancelled"),
]

# What a run asks; rows that were computed for another question do not answer it.
QUESTION_FIELDS = {"scheme_id", "date_to", "account_ids", "company_id", "kind"}

# Who prepares a run; deciding on it is the director's and the executive's.
PREPARERS = ("clerk", "leader", "director")

COMPUTE_AGAIN = Transition(roles=PREPARERS)


class KeyAccountGradingRun(models.Model):
    """All customers of a company graded in one go, decided on in bulk, then applied (G6, G7, G12).

    What it computes is in ``key_account_grading_run_compute.py``, how it is applied in
    ``key_account_grading_run_apply.py``, what runs by itself in ``key_account_grading_run_cron.py``.
    """

    _name = "key.account.grading.run"
    _description = "Key Account Grading Run"
    _inherit = [
        "key.account.guard.mixin",
        "key.account.approval.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    _approval_steps = ("director", "executive")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "computed"): Transition(roles=PREPARERS),
        ("computed", "draft"): Transition(roles=PREPARERS),
        ("computed", "submitted"): Transition("submit", roles=PREPARERS),
        ("submitted", "reviewed"): Transition("approve", step=1),
        ("reviewed", "approved"): Transition("approve", step=2),
        ("submitted", "computed"): Transition("returned"),
        ("reviewed", "computed"): Transition("returned"),
        ("submitted", "cancelled"): Transition("rejected"),
        ("reviewed", "cancelled"): Transition("rejected"),
        ("draft", "cancelled"): Transition(roles=PREPARERS),
        ("computed", "cancelled"): Transition(roles=PREPARERS),
        ("approved", "cancelled"): Transition(roles=("director",)),
        ("approved", "applied"): Transition("system"),
    }

    name = fields.Char(readonly=True, copy=False, default=lambda self: self.env._("New"))
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: self.env.company.key_account_scheme_id,
    )
    kind = fields.Selection(
        selection=[("grading", "Grading"), ("review", "Review With Verdicts")],
        required=True,
        default="grading",
        help="A review also asks for a verdict on every account: intensify, keep or terminate.",
    )
    account_ids = fields.Many2many(
        comodel_name="key.account",
        relation="key_account_grading_run_account_rel",
        column1="run_id",
        column2="account_id",
        string="Only These Accounts",
        help="Empty: every customer of the company.",
    )
    is_partial = fields.Boolean(compute="_compute_is_partial", store=True)
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._get_key_account_today(),
        help="The last day that counts.",
    )
    date_from = fields.Date(
        compute="_compute_date_from",
        store=True,
        help="By the scheme's period. Empty: from the beginning.",
    )
    state = fields.Selection(
        selection=RUN_STATE,
        required=True,
        default="draft",
        index=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    assessment_ids = fields.One2many(
        comodel_name="key.account.assessment", inverse_name="run_id", string="Assessments"
    )
    grade_line_ids = fields.One2many(
        comodel_name="key.account.grading.run.grade",
        inverse_name="run_id",
        string="Grades and Thresholds",
        readonly=True,
        copy=False,
    )

    # What the run was computed with; later changes of the scheme do not reach it
    computed_on = fields.Datetime(readonly=True, copy=False)
    method = fields.Selection(
        selection=lambda self: self.env["key.account.grading.scheme"]._fields["method"]
        ._description_selection(self.env),
        readonly=True,
        copy=False,
    )
    basis = fields.Selection(
        selection=lambda self: self.env["key.account.grading.scheme"]._fields["basis"]
        ._description_selection(self.env),
        readonly=True,
        copy=False,
    )
    target = fields.Selection(
        selection=lambda self: self.env["key.account.grading.scheme"]._fields["target"]
        ._description_selection(self.env),
        string="Result",
        readonly=True,
        copy=False,
    )
    tax_included = fields.Boolean(string="With Tax", readonly=True, copy=False)
    include_history = fields.Boolean(string="Counts History", readonly=True, copy=False)
    all_companies = fields.Boolean(readonly=True, copy=False)
    total_amount = fields.Monetary(
        string="Sales of the Company", readonly=True, copy=False, help="The whole of the shares."
    )
    customer_count = fields.Integer(
        string="Customers With Sales", readonly=True, copy=False
    )
    assessment_count = fields.Integer(compute="_compute_assessment_count")
    change_count = fields.Integer(compute="_compute_assessment_count", string="Changes")
    is_apply_requested = fields.Boolean(readonly=True, copy=False)
    applied_on = fields.Datetime(readonly=True, copy=False)

    _decided_once = models.UniqueIndex(
        "(company_id, scheme_id) WHERE state IN ('submitted', 'reviewed', 'approved')"
        " AND is_partial IS NOT TRUE",
        "Another run of this scheme is being decided on. Apply or cancel that one first.",
    )

    # === COMPUTE METHODS === #

    @api.depends("account_ids")
    def _compute_is_partial(self):
        for run in self:
            run.is_partial = bool(run.account_ids)

    @api.depends("scheme_id", "date_to")
    def _compute_date_from(self):
        for run in self:
            if run.state in ("draft", "computed", False) and run.scheme_id and run.date_to:
                run.date_from = run.scheme_id._get_window(run.date_to)

    @api.depends("assessment_ids")
    def _compute_assessment_count(self):
        groups = self.env["key.account.assessment"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "change"], ["__count"]
        )
        for run in self:
            counts = {change: count for group_run, change, count in groups if group_run == run}
            run.assessment_count = sum(counts.values())
            run.change_count = run.assessment_count - counts.get("same", 0)

    # === CRUD METHODS === #

    @api.model
    def _get_importable_fields(self, vals):
        return super()._get_importable_fields(vals) | {"name"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # sudo: numbering is not the user's to read
            vals["name"] = self.env["ir.sequence"].sudo().next_by_code("key.account.grading.run")
        return super().create(vals_list)

    def write(self, vals):
        is_other_question = QUESTION_FIELDS & vals.keys()
        if is_other_question:
            for run in self:
                if run.state not in ("draft", "computed"):
                    raise UserError(self.env._(
                        "%(run)s is being decided on or done: start another run.", run=run.name
                    ))
        result = super().write(vals)
        if is_other_question or vals.get("state") == "draft":
            self._forget_results()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for run in self:
            if run.state not in ("draft", "computed") or run.approval_ids:
                raise UserError(self.env._(
                    "%(run)s has been submitted and stays on record. Cancel it instead.", run=run.name
                ))

    # === ACTION METHODS === #

    def action_compute(self):
        """Compute the assessments anew from the ledger; points that were given are kept."""
        self.check_access("write")
        for run in self:
            if run.state == "computed":
                run._check_each(lambda run: run._get_cannot_work_reason(COMPUTE_AGAIN, "computed"))
            else:
                run._check_transition("computed")
            run._compute_assessments()
            if run.state != "computed":
                run.write({"state": "computed"})
        return True

    def action_submit(self):
        """Ask the director and the executive for their decision."""
        for run in self:
            if reason := run._get_incomplete_reason():
                raise UserError(reason)
            run._check_not_decided_elsewhere()
            run._submit("submitted")
        return True

    def action_reset(self):
        """Back to draft, to change the period or the scheme."""
        return self.write({"state": "draft"})

    def action_cancel(self):
        """Drop a run that will not be applied."""
        return self.write({"state": "cancelled"})

    def action_open_assessments(self):
        """Open the rows of this run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_assessment_action_run"
        )
        return action | {
            "domain": [("run_id", "=", self.id)],
            "context": {"default_run_id": self.id},
            "display_name": self.display_name,
        }

    def action_simulate(self):
        """Ask what other thresholds would change; saves nothing on the run."""
        self.ensure_one()
        simulation = self.env["key.account.grading.simulation"].create({
            "scheme_id": self.scheme_id.id,
            "company_id": self.company_id.id,
            "date_to": self.date_to,
        })
        return simulation._get_form_action()

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "name", "target", "date_from", "computed_on", "method", "basis", "tax_included",
            "include_history", "all_companies", "total_amount", "customer_count", "grade_line_ids",
            "applied_on", "is_apply_requested", "is_partial",
        }

    def _forget_results(self):
        # sudo: rows of accounts that the preparer may not see go as well
        for run in self.sudo().filtered("computed_on"):
            run.assessment_ids.unlink()
            run.grade_line_ids.unlink()
            run.computed_on = False
            if run.state == "computed":
                run.state = "draft"

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "name": self.display_name,
        }

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if not reason and target == "cancelled" and self.is_apply_requested:
            reason = self.env._("%(run)s is being put into effect already.", run=self.name)
        if not reason and target == "submitted":
            reason = self._get_incomplete_reason()
        return reason

    def _get_cannot_transition_reason(self, target):
        reason = super()._get_cannot_transition_reason(target)
        if not reason and target == "approved":
            # sudo: also rows that the decider may not see need their approver
            unapproved = self.sudo().assessment_ids.filtered(
                lambda row: row.override_reason and not row.override_approver_id
            )
            if unapproved:
                reason = self.env._(
                    "The exception for %(customer)s has no approver who is not its author or the "
                    "account's owner: send the run back, and let someone else ask for it.",
                    customer=unapproved[0].account_id.code or unapproved[0].display_name,
                )
        return reason

    def _get_incomplete_reason(self):
        """Say what is missing before the run can be decided on, or False."""
        self.ensure_one()
        # sudo: rows that the preparer may not see have to be complete as well
        rows = self.sudo().assessment_ids
        if not rows:
            return self.env._("%(run)s has no assessments: compute it first.", run=self.name)
        if self.kind == "review" and rows.filtered(lambda row: row.account_id and not row.review_decision):
            return self.env._(
                "Every account of a review needs a verdict: intensify, keep or terminate."
            )
        return False

    def _check_not_decided_elsewhere(self):
        """Say in words what the unique index would refuse."""
        # sudo: the other run may be one that the preparer does not see
        other = self.sudo().search([
            ("id", "!=", self.id),
            ("company_id", "=", self.company_id.id),
            ("scheme_id", "=", self.scheme_id.id),
            ("state", "in", ("submitted", "reviewed", "approved")),
            ("is_partial", "=", False),
        ], limit=1)
        if other and not self.is_partial:
            raise UserError(self.env._(
                "%(run)s, of the same scheme, is being decided on. Apply or cancel that one first.",
                run=other.name,
            ))

    def _record_decision(self, decision, **values):
        result = super()._record_decision(decision, **values)
        if decision == "approved":
            self._approve_exceptions()
        return result

    def _approve_exceptions(self):
        """Make the one who decides the approver of the exceptions that are not his own (X10)."""
        # sudo: the approver column is nobody's to write by hand
        rows = self.sudo().assessment_ids.filtered(
            lambda row: row.override_reason
            and not row.override_approver_id
            and self.env.user not in (row.override_user_id, row.account_id.manager_id)
        )
        rows.override_approver_id = self.env.user


class KeyAccountGradingRunGrade(models.Model):
    """A grade as it was when a run was computed: its threshold, and who reached it."""

    _name = "key.account.grading.run.grade"
    _description = "Grade of a Grading Run"
    _order = "run_id, sequence, id"
    _rec_name = "code"

    run_id = fields.Many2one(
        comodel_name="key.account.grading.run", required=True, index=True, ondelete="cascade"
    )
    grade_id = fields.Many2one(
        comodel_name="key.account.grade", required=True, ondelete="restrict"
    )
    sequence = fields.Integer()
    code = fields.Char(string="Letter", required=True)
    threshold = fields.Float(digits=(16, 2), string="Starts At")
    needs_growth_potential = fields.Boolean()
    currency_id = fields.Many2one(related="run_id.currency_id")
    customer_count = fields.Integer(compute="_compute_totals", string="Customers")
    previous_count = fields.Integer(compute="_compute_totals", string="Before")
    sales_amount = fields.Monetary(compute="_compute_totals", string="Sales")
    sales_share = fields.Float(compute="_compute_totals", digits=(16, 2), string="Share (%)")

    @api.depends("run_id.assessment_ids.final_grade_id")
    def _compute_totals(self):
        # sudo: the sums count the rows that the reader does not see as well
        assessments = self.env["key.account.assessment"].sudo()
        of_runs = [("run_id", "in", self.run_id.ids)]
        final = {
            (run.id, grade.id): (count, amount)
            for run, grade, count, amount in assessments._read_group(
                of_runs, ["run_id", "final_grade_id"], ["__count", "sales_amount:sum"]
            )
        }
        previous = {
            (run.id, grade.id): count
            for run, grade, count in assessments._read_group(
                of_runs, ["run_id", "current_grade_id"], ["__count"]
            )
        }
        for line in self:
            key = (line.run_id.id, line.grade_id.id)
            line.customer_count, line.sales_amount = final.get(key, (0, 0))
            line.previous_count = previous.get(key, 0)
            total = line.run_id.total_amount
            line.sales_share = line.sales_amount * 100 / total if total > 0 else 0
