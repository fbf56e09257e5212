from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..access.key_account_approval_mixin import Transition
from .key_account_settlement_line import DEPARTMENT_RESULT

SETTLEMENT_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("reviewed", "Reviewed"),
    ("frozen", "Frozen"),
    ("cancelled", "Cancelled"),
]
# What core writes on any document that is talked about.
TALK_FIELDS = {"message_follower_ids", "message_ids", "message_partner_ids", "activity_ids"}
DRAFTERS = ("clerk", "director")


class KeyAccountSettlement(models.Model):
    """What a department's people earn for a month (P10): drafted by its clerk, approved, then frozen.

    Its lines are drawn up from approved appraisals and the ledger (``key_account_settlement_draw.py``).
    Nothing in a frozen one is changed, by anybody: what turns out later is a line of the next one.
    """

    _name = "key.account.settlement"
    _description = "Key Account Settlement"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, team_id, id desc"
    _rec_names_search = ["month", "team_id"]
    _check_company_auto = True

    _reason_actions = {"cancel": "_cancel"}
    _approval_steps = ("leader", "executive")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit", DRAFTERS),
        ("submitted", "reviewed"): Transition("approve", step=1),
        ("reviewed", "frozen"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
        ("reviewed", "draft"): Transition("returned"),
        ("draft", "cancelled"): Transition("work", DRAFTERS),
    }

    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self._default_team_id(),
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_currency_id", store=True, precompute=True,
        required=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Drafted By", readonly=True, copy=False,
        default=lambda self: self.env.user,
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from(), index=True,
        help="Any day of the month that is settled.",
    )
    date_to = fields.Date(string="Until", compute="_compute_period", store=True, precompute=True)
    month = fields.Char(compute="_compute_period", store=True, precompute=True, index=True)
    state = fields.Selection(
        selection=SETTLEMENT_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    drawn_on = fields.Datetime(string="Drawn Up On", readonly=True, copy=False)
    frozen_on = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)

    # The department
    department_result = fields.Selection(
        selection=DEPARTMENT_RESULT, readonly=True, copy=False,
        help="Of the department's approved sales target of the month; between target and challenge target "
        "nothing is added (P6).",
    )
    is_result_chosen = fields.Boolean(string="Chosen by Hand", readonly=True, copy=False)
    chosen_result = fields.Selection(
        selection=DEPARTMENT_RESULT, copy=False,
        help="Only counts where the department has no approved sales target for the month.",
    )
    chosen_reason = fields.Char(string="Chosen Because", copy=False)

    # What is paid
    line_ids = fields.One2many(
        comodel_name="key.account.settlement.line", inverse_name="settlement_id", string="Lines",
        readonly=True, copy=False,
    )
    award_ids = fields.One2many(
        comodel_name="key.account.settlement.award", inverse_name="settlement_id", string="Awards", copy=False
    )
    line_count = fields.Integer(string="Number of Lines", readonly=True, copy=False)
    amount_total = fields.Monetary(string="Total", readonly=True, copy=False)
    waiting_for_appraisals = fields.Char(
        string="Appraisals Not Decided Yet", compute="_compute_waiting_for_appraisals",
        help="Whose appraisals of this month are not approved: they are settled when they are, now or later.",
    )
    can_write = fields.Boolean(compute="_compute_can_write")

    _team_month_unique = models.UniqueIndex(
        "(team_id, company_id, date_from) WHERE state != 'cancelled'",
        "This department already has a settlement for this month: go on with that one.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _default_team_id(self):
        mine = Domain("key_account_clerk_id", "=", self.env.uid) & Domain(
            "company_id", "in", (self.env.company.id, False)
        )
        return self.env["crm.team"].search(mine, limit=1)

    @api.model
    def _default_date_from(self):
        """The month that is over."""
        return fields.Date.subtract(self.env.company._get_key_account_today().replace(day=1), months=1)

    @api.depends("company_id")
    def _compute_currency_id(self):
        for settlement in self:
            settlement.currency_id = settlement.company_id.currency_id

    @api.depends("date_from")
    def _compute_period(self):
        for settlement in self:
            day = settlement.date_from
            settlement.month = day and f"{day.year}-{day.month:02}"
            settlement.date_to = day and fields.Date.end_of(day, "month")

    @api.depends("month", "team_id")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        for settlement in self:
            # sudo: a department's name is no secret; whose pay it is the lines say
            team = settlement.sudo().team_id
            settlement.display_name = f"{settlement.month or ''} {team.name or ''}".strip()

    @api.depends("team_id", "date_from", "state")
    def _compute_waiting_for_appraisals(self):
        for settlement in self:
            is_open = settlement.state == "draft" and settlement.team_id and settlement.date_from
            people = sorted(settlement._find_undecided().user_id.mapped("name")) if is_open else []
            settlement.waiting_for_appraisals = ", ".join(people)

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_write(self):
        written = self._origin._filtered_access("write")
        for settlement in self:
            settlement.can_write = settlement.state == "draft" and (
                not settlement._origin or settlement._origin in written
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("chosen_result", "chosen_reason")
    def _check_chosen_reason(self):
        for settlement in self:
            if settlement.chosen_result and not (settlement.chosen_reason or "").strip():
                raise ValidationError(self.env._(
                    "Say why the department's result is chosen by hand: the reason is kept."
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("date_from"):
                vals["date_from"] = fields.Date.to_date(vals["date_from"]).replace(day=1)
            self._check_month_is_free(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_frozen(vals)
        if vals.keys() & self._get_content_fields() and not self.env.su:
            for settlement in self.filtered(lambda settlement: settlement.state != "draft"):
                raise UserError(self.env._(
                    "%(settlement)s is “%(state)s” and stands still: have it sent back first.",
                    settlement=settlement.display_name,
                    state=settlement._get_state_label(settlement.state),
                ))
        if vals.get("state") == "frozen":
            vals = {**vals, "frozen_on": fields.Datetime.now()}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for settlement in self.filtered(lambda one: one.state != "draft" or one.approval_ids):
            raise UserError(self.env._(
                "%(settlement)s was handed in and is kept.", settlement=settlement.display_name
            ))

    # === ACTION METHODS === #

    def action_draw_up(self):
        """Draw the lines up anew, from what is approved and in the ledger now."""
        self.check_access("write")
        for settlement in self:
            if settlement.state != "draft":
                raise UserError(self.env._(
                    "%(settlement)s is not a draft any more.", settlement=settlement.display_name
                ))
            # sudo: nobody writes lines by hand; they come from appraisals and invoices of several people
            settlement.sudo()._draw_up()
        return True

    def action_submit(self):
        """Hand the draft in; the leader and then the company's leadership decide on it (P10)."""
        self.check_access("write")
        for settlement in self:
            settlement._submit("submitted")
        return True

    def action_ask_cancel(self):
        """Open the window that asks why it is given up."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(
            self, "cancel", self.env._("Cancel the Settlement")
        )

    def action_open_lines(self):
        """Open what each person gets."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_settlement_line_action"
        )
        return action | {"domain": [("settlement_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "team_id", "company_id", "currency_id", "user_id", "date_from", "date_to", "month", "drawn_on",
            "frozen_on", "cancel_reason", "department_result", "is_result_chosen", "line_ids", "line_count",
            "amount_total",
        }

    @api.model
    def _get_importable_fields(self, vals):
        return super()._get_importable_fields(vals) | {"team_id", "company_id", "date_from"}

    @api.model
    def _get_content_fields(self):
        """Return the names of the fields that are only changed in a draft."""
        return {"chosen_result", "chosen_reason", "award_ids"}

    @api.model
    def _check_month_is_free(self, vals):
        """Say in words which settlement is in the way, where the database would refuse the second one.

        :param dict vals: the values of the new one
        """
        vals = {**self.default_get(["team_id", "company_id", "date_from"]), **vals}
        # sudo: a department may have more than one clerk over the years
        other = self.sudo().search([
            *((name, "=", vals.get(name)) for name in ("team_id", "company_id", "date_from")),
            ("state", "!=", "cancelled"),
        ], limit=1)
        if other:
            raise UserError(self.env._(
                "%(settlement)s exists already: go on with that one. What came too late for it is settled "
                "with the next month.",
                settlement=other.display_name,
            ))

    def _check_not_frozen(self, vals=None):
        """Refuse any change of what is frozen; nobody is exempt, nor is the addon's own code.

        :param dict vals: what is to be written; talking about it stays allowed
        """
        if vals is not None and not vals.keys() - TALK_FIELDS:
            return
        for settlement in self.sudo().filtered(lambda one: one.state == "frozen"):  # sudo: as it says
            raise UserError(self.env._(
                "%(settlement)s is frozen: nothing in it is changed any more. What has to be put right is a "
                "line of the next settlement.",
                settlement=settlement.display_name,
            ))

    def _cancel(self, reason):
        self.check_access("write")
        for settlement in self:
            # sudo: the reason is set together with the state, and not without it
            settlement.sudo().cancel_reason = reason
            settlement.write({"state": "cancelled"})
            # sudo: the lines of a draft that is given up pay nobody, and keep no appraisal from being settled
            settlement.sudo().line_ids.unlink()
            settlement.sudo().write({"line_count": 0, "amount_total": 0})  # sudo: as above

    @api.model
    def _get_department_result(self, team, date_from, date_to):
        """Return how a department's sales target of a period ended: ``missed``, ``met``, ``challenge``.

        :rtype: str or bool
        :return: False without an approved target
        """
        if "key.account.target" not in self.env:
            return False
        # sudo: of the target's figures only the result is told
        return self.env["key.account.target"].sudo()._get_department_result(team, date_from, date_to)

    def _find_undecided(self):
        # sudo: only the people are named; which appraisals the user may open is their own rules' business
        return self.env["key.account.appraisal"].sudo().search([
            ("team_id", "=", self.team_id.id), ("company_id", "=", self.company_id.id),
            ("date_to", ">=", self.date_from), ("date_to", "<=", self.date_to),
            ("state", "in", ("draft", "self_assessed", "scored")),
        ])
