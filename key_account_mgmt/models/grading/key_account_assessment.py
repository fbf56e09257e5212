from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...calculations.grading import change_of, grade_for, to_decimal, weighted_score
from ..access.roles import group

CHANGE = [
    ("new", "New"),
    ("up", "Up"),
    ("same", "Same"),
    ("down", "Down"),
    ("out", "Out"),
]

# Until when rows may still be worked on, by the state of their run
OPEN_STATES = ("draft", "computed")
EXCEPTION_STATES = ("computed", "submitted")
COMMENT_STATES = ("computed", "submitted", "reviewed")

EXCEPTION_FIELDS = {"final_grade_id", "override_reason", "override_until"}


class KeyAccountAssessment(models.Model):
    """What a run found for one customer, how, and what was decided.

    Rows are written in bulk by their run (``key_account_grading_run_compute.py``). By hand only the
    points, the comment, the verdict and an exception are entered, each by those whose it is.
    """

    _name = "key.account.assessment"
    _description = "Key Account Assessment"
    _inherit = ["key.account.guard.mixin", "key.account.access.mixin"]
    _order = "run_id desc, sales_amount desc, id"

    _is_account_optional = True
    _is_audited = False

    run_id = fields.Many2one(
        comodel_name="key.account.grading.run",
        string="Grading Run",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    run_state = fields.Selection(related="run_id.state", string="Run Status")
    kind = fields.Selection(related="run_id.kind")
    company_id = fields.Many2one(related="run_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    scheme_id = fields.Many2one(related="run_id.scheme_id")
    method = fields.Selection(related="run_id.method")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    account_id = fields.Many2one(
        required=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", readonly=True, index="btree_not_null"
    )

    # The figures, as computed
    sales_amount = fields.Monetary(
        string="Sales", readonly=True, help="In the run's period, imported history included."
    )
    history_amount = fields.Monetary(
        string="Of Which History", readonly=True, help="The part that comes from imported history."
    )
    order_count = fields.Integer(string="Number of Documents", readonly=True)
    sales_share = fields.Float(
        string="Share (%)", digits=(16, 4), readonly=True, aggregator="sum",
        help="Of the company's sales in the same period.",
    )
    score = fields.Float(digits=(16, 2), readonly=True, aggregator="avg")
    explanation = fields.Text(translate=True, readonly=True)
    line_ids = fields.One2many(
        comodel_name="key.account.assessment.line", inverse_name="assessment_id", string="Dimensions"
    )
    current_sales_amount = fields.Monetary(
        string="Sales Today",
        compute="_compute_current_sales_amount",
        help="The same question asked of the ledger now.",
    )
    has_ledger_moved = fields.Boolean(compute="_compute_current_sales_amount")

    # The result
    current_grade_id = fields.Many2one(
        comodel_name="key.account.grade", string="Grade Before", readonly=True, ondelete="restrict"
    )
    proposed_grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        string="Proposed",
        readonly=True,
        ondelete="restrict",
        help="What the figures say.",
    )
    final_grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        string="Final",
        ondelete="restrict",
        domain="[('scheme_id', '=', scheme_id)]",
        help="The proposal, or an exception with its reason, its approver and its end.",
    )
    change = fields.Selection(selection=CHANGE, readonly=True)
    review_decision = fields.Selection(
        selection=[
            ("intensify", "Intensify"),
            ("keep", "Keep"),
            ("terminate", "Terminate"),
        ],
        string="Verdict",
        help="The yearly decision: work harder on the customer, go on, or end the co-operation.",
    )
    comment = fields.Text(string="Department's Comment")

    # An exception to the figures (X10)
    override_reason = fields.Char(string="Reason of the Exception")
    override_until = fields.Date(string="Exception Until")
    override_user_id = fields.Many2one(
        comodel_name="res.users", string="Exception Asked By", readonly=True
    )
    override_approver_id = fields.Many2one(
        comodel_name="res.users", string="Exception Approved By", readonly=True
    )
    is_applied = fields.Boolean(readonly=True)

    @api.depends("partner_id", "run_id.name")
    def _compute_display_name(self):
        for row in self:
            # sudo: who may read the row may read whom it is about
            row.display_name = f"{row.run_id.name} {row.sudo().partner_id.name}"

    def _compute_current_sales_amount(self):
        for run, rows in self.grouped("run_id").items():
            sales = run._get_sales(partner_ids=rows.partner_id.ids)
            for row in rows:
                amount, _history, _count = sales.get(row.partner_id.id, (0, 0, 0))
                row.current_sales_amount = amount
                row.has_ledger_moved = row.currency_id.compare_amounts(
                    row.current_sales_amount, row.sales_amount
                ) != 0

    # === CONSTRAINT METHODS === #

    @api.constrains("final_grade_id", "override_reason", "override_until", "review_decision")
    def _check_exception(self):
        for row in self:
            if row.final_grade_id and row.final_grade_id.scheme_id != row.scheme_id:
                raise ValidationError(self.env._("Choose a grade of the run's own scheme."))
            is_exception = row.method != "manual" and row.final_grade_id != row.proposed_grade_id
            if is_exception and not (row.override_reason and row.override_until):
                raise ValidationError(self.env._(
                    "Another grade than the figures say is an exception: give a reason, and the day "
                    "until which it holds."
                ))
            today = row.company_id._get_key_account_today()
            if is_exception and row.override_until <= max(row.run_id.date_to, today):
                raise ValidationError(self.env._(
                    "The exception has to end after the run's last day and after today."
                ))
            if row.review_decision and row.kind != "review":
                raise ValidationError(self.env._("Verdicts are given in a review only."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Assessments are made by computing a run."))
        return super().create(vals_list)

    def write(self, vals):
        self._check_system_fields(vals)
        for row in self:
            row._check_may_write(vals)
        if not EXCEPTION_FIELDS & vals.keys() or self.env.su:
            return super().write(vals)
        for row in self:
            # sudo: the columns that note who asked are nobody's to write by hand
            super(KeyAccountAssessment, row.sudo()).write(row._note_exception(vals))
        self._refresh_change()
        return True

    # === ACTION METHODS === #

    def action_open_evidence(self):
        """Open the ledger lines that add up to the figure."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_ledger_entry_action"
        )
        return action | {
            "domain": self._get_evidence_domain(),
            "context": {
                "search_default_group_by_kind": 1,
                "key_account_currency_id": self.currency_id.id,
                "key_account_tax_included": self.run_id.tax_included,
            },
            "display_name": self.display_name,
        }

    def action_open_account(self):
        """Open the key account of this row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account",
            "res_id": self.account_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "run_id", "company_id", "scheme_id", "partner_id", "account_id", "team_id", "sales_amount",
            "history_amount", "order_count", "sales_share", "score", "explanation", "change",
            "current_grade_id", "proposed_grade_id", "override_user_id", "override_approver_id",
            "is_applied",
        }

    def _check_may_write(self, vals):
        """Say whose each of the fields is, and until when it may be filled in.

        :raise AccessError: when it is not the user's
        :raise UserError: when the run is past it
        """
        self.ensure_one()
        if self.env.su:
            return
        user = self.env.user
        is_director = user.has_group(group("director"))
        # sudo: whose department it is, is no secret to the leader who asks
        is_leader = user in self.sudo().team_id._get_key_account_leaders()
        is_judgement = self.method == "manual" and self.run_id.state in OPEN_STATES
        for names, states, allowed in (
            ({"line_ids"}, OPEN_STATES, is_director or is_leader),
            ({"comment"}, COMMENT_STATES, is_director or is_leader),
            ({"review_decision"}, EXCEPTION_STATES, is_director or is_leader),
            (EXCEPTION_FIELDS, EXCEPTION_STATES, is_director or (is_leader and is_judgement)),
        ):
            if names & vals.keys() and not allowed:
                raise AccessError(self.env._(
                    "That is entered by the leader of the customer's department or the director."
                ))
            if names & vals.keys() and self.run_id.state not in states:
                raise UserError(self.env._(
                    "%(run)s is past the point where this may be changed.", run=self.run_id.name
                ))

    def _note_exception(self, vals):
        """Note who asks for a grade by hand, and void an earlier approval.

        :param dict vals: what is about to be written
        :return: the same with the notes; without any where the grade is the one that was found
        :rtype: dict
        """
        self.ensure_one()
        final = vals.get("final_grade_id", self.final_grade_id.id)
        nobody = {"override_user_id": False, "override_approver_id": False}
        if self.method == "manual":
            return vals | nobody
        if final == self.proposed_grade_id.id:
            return vals | nobody | {"override_reason": False, "override_until": False}
        return vals | nobody | {"override_user_id": self.env.uid}

    def _refresh_change(self):
        for row in self.sudo():  # sudo: the change follows from the grades
            ranks = row.scheme_id.grade_ids._get_ranks()
            row.change = change_of(
                ranks.get(row.current_grade_id.id), ranks.get(row.final_grade_id.id)
            )

    def _refresh_score(self):
        """Score and propose anew after an assessor has given points."""
        for row in self.sudo():  # sudo: the score follows from the points
            lines = row.line_ids
            score = weighted_score([line._get_weighted_part() for line in lines])
            thresholds = row.run_id._get_thresholds(row.account_id.has_growth_potential)
            proposed = grade_for(score, thresholds)
            values = {"score": float(score), "proposed_grade_id": proposed}
            if not row.override_reason:
                values["final_grade_id"] = proposed
            row.write(values)
            row._refresh_change()
            row._write_explanation()

    def _write_explanation(self):
        self.ensure_one()
        for lang, text in self.run_id._get_score_explanations(
            to_decimal(self.score), [line._get_explained_part() for line in self.line_ids],
            self.proposed_grade_id.id,
        ).items():
            self.with_context(lang=lang).explanation = text

    def _get_evidence_domain(self):
        """Return the domain of the ledger lines behind the figure."""
        self.ensure_one()
        run = self.run_id
        kinds = [run.basis, "history"] if run.include_history else [run.basis]
        domain = [
            ("partner_id", "=", self.partner_id.id),
            ("kind", "in", kinds),
            ("date", "<=", run.date_to),
        ]
        if run.date_from:
            domain.append(("date", ">=", run.date_from))
        if not run.all_companies:
            domain.append(("company_id", "=", run.company_id.id))
        return domain
