from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import date_utils

from ..access.key_account_approval_mixin import Transition
from .key_account_ledger_entry import LEVEL

TARGET_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
]
PERIOD_TYPE = [
    ("year", "Year"),
    ("quarter", "Quarter"),
    ("month", "Month"),
]
TARGET_KIND = [
    ("sales", "Sales"),
    ("collection", "Collection"),
    ("new_customers", "New Customers"),
    ("visits", "Visits"),
]
# in money of the company; the others are counted
MONEY_KINDS = ("sales", "collection")
# the field with the subject of each level
SUBJECTS = {"company": "company_id", "team": "team_id", "person": "user_id", "account": "account_id"}
LEVELS = [level for level, _label in LEVEL]
PERIODS = [period for period, _label in PERIOD_TYPE]


class KeyAccountTarget(models.Model):
    """What the company, a department, a person or an account is to reach in a period (R4, P6).

    A target is divided once, by period or by level, into parts that add up to it. What was reached is
    never stored: ``key_account_target_actual.py`` asks the orders, payments and visits.
    """

    _name = "key.account.target"
    _description = "Key Account Target"
    _inherit = [
        "key.account.target.decision.mixin", "key.account.approval.mixin", "key.account.guard.mixin",
        "key.account.access.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, period_sequence, kind, level_sequence, team_id, user_id, id"
    _rec_names_search = ["name", "team_id", "user_id", "account_id"]
    _parent_store = True
    _check_company_auto = True

    _is_account_optional = True
    _is_audited = False
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit", roles=("leader", "director")),
        ("submitted", "approved"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
    }

    name = fields.Char(string="Period", compute="_compute_name", store=True, precompute=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(selection=TARGET_KIND, required=True, default="sales", tracking=True)
    level = fields.Selection(selection=LEVEL, required=True, default="team", tracking=True)
    level_sequence = fields.Integer(compute="_compute_sequences", store=True, precompute=True)
    period_type = fields.Selection(selection=PERIOD_TYPE, required=True, default="month", tracking=True)
    period_sequence = fields.Integer(compute="_compute_sequences", store=True, precompute=True)
    period_date = fields.Date(
        string="Any Day of the Period",
        required=True,
        default=lambda self: self.env.company._get_key_account_today(),
        help="The period is the year, the quarter or the month in which this day lies.",
    )
    date_from = fields.Date(
        string="First Day", compute="_compute_dates", store=True, precompute=True, index=True
    )
    date_to = fields.Date(string="Last Day", compute="_compute_dates", store=True, precompute=True)

    # For whom
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Of a person in two departments, a target counts what he does for this one.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    account_id = fields.Many2one(required=False, index="btree_not_null", ondelete="restrict")

    # How much
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        help="Of the company; visits and customers are counted and have none.",
    )
    amount = fields.Monetary(string="Target", required=True)
    challenge_amount = fields.Monetary(
        string="Challenge Target",
        help="What earns the department its extra (P6). Nothing lies between it and the target; 0 for none.",
    )
    note = fields.Text(string="Derived From", help="Why it is this much.")
    state = fields.Selection(
        selection=TARGET_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )

    # Whole and parts
    parent_id = fields.Many2one(
        comodel_name="key.account.target", string="Part Of", index="btree_not_null", ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="key.account.target", inverse_name="parent_id", string="Parts", copy=False
    )
    child_count = fields.Integer(compute="_compute_parts", string="Number of Parts")
    distributed_amount = fields.Monetary(compute="_compute_parts", string="Distributed")
    gap_amount = fields.Monetary(
        compute="_compute_parts", string="Not Distributed", help="The target less the sum of its parts."
    )
    head_id = fields.Many2one(
        comodel_name="key.account.target",
        string="Decided With",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The target with which this one was submitted; one decision is taken for all of them.",
    )
    has_draft_parts = fields.Boolean(compute="_compute_parts")
    change_ids = fields.One2many(
        comodel_name="key.account.target.change", inverse_name="target_id", string="Target Changes",
        copy=False,
    )

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")
    _amounts = models.Constraint(
        "CHECK (amount >= 0 AND challenge_amount >= 0)",
        "A target is not negative: enter 0 where nothing is to be reached.",
    )
    _challenge = models.Constraint(
        "CHECK (COALESCE(challenge_amount, 0) = 0 OR challenge_amount >= amount)",
        "The challenge target lies below the target: raise it, or enter 0 for no challenge.",
    )
    _subject_period_unique = models.UniqueIndex(
        "(company_id, kind, period_type, date_from, level, COALESCE(team_id, 0), COALESCE(user_id, 0),"
        " COALESCE(account_id, 0))",
        "There is a target of this kind for the same period already: change that one.",
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "kind", "level", "company_id", "team_id", "user_id", "account_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for target in self:
            subject = target[SUBJECTS[target.level]].display_name if target.level else ""
            target.display_name = " · ".join(
                filter(None, (target.name, subject, kinds.get(target.kind)))
            )

    @api.depends("period_type", "date_from")
    def _compute_name(self):
        for target in self:
            day = target.date_from
            names = day and {
                "year": str(day.year),
                "quarter": f"{day.year} Q{(day.month + 2) // 3}",
                "month": f"{day.year}-{day.month:02}",
            }
            target.name = names and names.get(target.period_type)

    @api.depends("period_type", "level")
    def _compute_sequences(self):
        for target in self:
            target.level_sequence = LEVELS.index(target.level) if target.level else 0
            target.period_sequence = PERIODS.index(target.period_type) if target.period_type else 0

    @api.depends("period_type", "period_date")
    def _compute_dates(self):
        for target in self:
            if target.period_type and target.period_date:
                target.date_from = date_utils.start_of(target.period_date, target.period_type)
                target.date_to = date_utils.end_of(target.period_date, target.period_type)

    @api.depends("account_id", "level")
    def _compute_team_id(self):
        for target in self:
            if target.level == "account":
                # sudo: the department of an account that its proposer sees
                target.team_id = target.account_id.sudo().team_id
            elif target.level == "company":
                target.team_id = False

    @api.depends("kind", "company_id")
    def _compute_currency_id(self):
        for target in self:
            target.currency_id = target.kind in MONEY_KINDS and target.company_id.currency_id

    @api.depends("amount", "child_ids.amount", "child_ids.state")
    def _compute_parts(self):
        # sudo: the parts add up to the whole, whoever sees which of them
        groups = self.env["key.account.target"].sudo()._read_group(
            [("parent_id", "in", self.ids)], ["parent_id", "state"], ["__count", "amount:sum"]
        )
        sums, with_drafts = {}, set()
        for parent, state, count, amount in groups:
            known = sums.get(parent.id, (0, 0))
            sums[parent.id] = (known[0] + count, known[1] + amount)
            if state == "draft":
                with_drafts.add(parent.id)
        for target in self:
            count, amount = sums.get(target._origin.id, (0, 0))
            target.child_count = count
            target.has_draft_parts = target._origin.id in with_drafts
            target.distributed_amount = amount
            target.gap_amount = target.amount - amount if count else 0

    # === CONSTRAINT METHODS === #

    @api.constrains("level", "team_id", "user_id", "account_id", "company_id")
    def _check_subject(self):
        asked = {
            "company": set(), "team": {"team_id"}, "person": {"team_id", "user_id"},
            "account": {"account_id"},
        }
        for target in self:
            named = {name for name in ("team_id", "user_id", "account_id") if target[name]}
            free = {"team_id"} if target.level == "account" else set()
            if named - free != asked[target.level]:
                raise ValidationError(self.env._(
                    "For whom is it? A target of the company names nobody, one of a department names it, "
                    "one of a person names him and his department, one of an account names the account."
                ))
            if target.account_id and target.account_id.company_id != target.company_id:
                raise ValidationError(self.env._("The key account belongs to another company."))

    @api.constrains("amount", "challenge_amount", "kind")
    def _check_whole_counts(self):
        for target in self.filtered(lambda target: target.kind not in MONEY_KINDS):
            if target.amount % 1 or target.challenge_amount % 1:
                raise ValidationError(self.env._(
                    "Visits and customers are counted: enter whole numbers."
                ))

    @api.constrains(
        "parent_id", "kind", "level", "period_type", "period_date", "team_id", "user_id", "account_id",
        "company_id",
    )
    def _check_place(self):
        """Check that a part lies in its whole, and that a whole is divided in one way only."""
        if self._has_cycle():
            raise ValidationError(self.env._("A target is no part of itself."))
        # sudo: the other parts may be outside of what the user sees
        for target in self.sudo():
            for part in target | target.child_ids:
                if part.parent_id and not part._is_inside(part.parent_id):
                    raise ValidationError(self.env._(
                        "%(part)s is no part of %(whole)s: it has to be of the same kind, and either in the "
                        "same period a level below, or for the same subject in a shorter period.",
                        part=part.display_name, whole=part.parent_id.display_name,
                    ))
            parts = target.parent_id.child_ids
            if len({(part.level, part.period_type) for part in parts}) > 1:
                raise ValidationError(self.env._(
                    "%(whole)s is divided in another way already: all its parts have to be of one level and "
                    "one kind of period.",
                    whole=target.parent_id.display_name,
                ))

    def _is_inside(self, whole):
        """Return whether this may be a part of another target.

        :param key.account.target whole: the other one
        :rtype: bool
        """
        self.ensure_one()
        if (self.kind, self.company_id) != (whole.kind, whole.company_id):
            return False
        deeper = LEVELS.index(self.level) - LEVELS.index(whole.level)
        shorter = PERIODS.index(self.period_type) - PERIODS.index(whole.period_type)
        if not deeper:
            is_same = all(self[name] == whole[name] for name in ("user_id", "account_id", "team_id"))
            return is_same and shorter > 0 and whole.date_from <= self.date_from <= whole.date_to
        is_of_team = whole.level == "company" or self.team_id == whole.team_id
        return deeper > 0 and is_of_team and not shorter and self.date_from == whole.date_from

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su and vals.keys() & self._get_content_fields():
            for target in self.filtered(lambda target: target.state != "draft"):
                raise UserError(self.env._(
                    "%(target)s is “%(state)s” and stands still: have it sent back, or propose a change.",
                    target=target.display_name, state=target._get_state_label(target.state),
                ))
        result = super().write(vals)
        if vals.get("level") == "company" or vals.get("team_id"):
            # core asks before a write whether the record is the user's, and not whether it stays so
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        # sudo: parts and decisions keep a target also where the user does not see them
        for target in self.sudo():
            if target.state != "draft" or target.approval_ids or target.change_ids:
                raise UserError(self.env._(
                    "%(target)s has a history and is not deleted: change it instead.",
                    target=target.display_name,
                ))
            if target.child_ids - self.sudo():  # sudo: as above
                raise UserError(self.env._(
                    "%(target)s is divided into parts: delete them first.", target=target.display_name
                ))

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "name", "date_from", "date_to", "currency_id", "parent_path", "head_id", "closed_amount",
            "closed_on", "level_sequence", "period_sequence",
        }

    @api.model
    def _get_content_fields(self):
        """Return the names of the fields that stand still once a target is submitted."""
        return {
            "company_id", "kind", "level", "period_type", "period_date", "team_id", "user_id", "account_id",
            "amount", "challenge_amount", "parent_id",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"account_id", "company_id", "team_id", "user_id", "state"}

    def _get_subject(self):
        """Return for whom the target is: a company, a department, a person or an account."""
        self.ensure_one()
        return self[SUBJECTS[self.level]]

    def _get_step(self):
        """Return the smallest step of its amounts: of money, or one."""
        self.ensure_one()
        return self.currency_id.rounding if self.currency_id else 1

    def _is_over(self):
        self.ensure_one()
        return self.date_to < self.company_id._get_key_account_today()
