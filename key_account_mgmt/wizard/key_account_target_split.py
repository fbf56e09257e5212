from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import date_utils

from ..calculations.grading import plain, round_half_up, to_decimal
from ..calculations.split import split_with_challenge
from ..models.performance.key_account_target import SUBJECTS

INTO = [
    ("quarter", "Quarters"),
    ("month", "Calendar Months"),
    ("team", "Departments"),
    ("person", "Staff"),
    ("account", "Key Accounts"),
]
METHOD = [
    ("even", "Evenly"),
    ("last_year", "By Last Year's Shares"),
    ("manual", "By Hand"),
]
# into what a target of each period, and of each level, is divided
WAYS = {
    "year": ("quarter", "month"), "quarter": ("month",), "month": (),
    "company": ("team",), "team": ("person",), "person": ("account",), "account": (),
}
ACCOUNT_STATES = ("active", "suspended")


class KeyAccountTargetSplit(models.TransientModel):
    """Divides a target into parts and shows them before they are made (R4)."""

    _name = "key.account.target.split"
    _description = "Divide a Target"

    target_id = fields.Many2one(
        comodel_name="key.account.target", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="target_id.currency_id")
    target_amount = fields.Monetary(related="target_id.amount", string="To Distribute")
    target_challenge = fields.Monetary(related="target_id.challenge_amount", string="Challenge Target")
    period_type = fields.Selection(related="target_id.period_type")
    level = fields.Selection(related="target_id.level")
    into = fields.Selection(
        selection=INTO, compute="_compute_into", store=True, readonly=False, required=True, precompute=True
    )
    method = fields.Selection(
        selection=METHOD, string="How to Divide", required=True, default="even",
        help="Last year's shares come from the ledger, imported history included; of visits from last "
        "year's visits.",
    )
    line_ids = fields.One2many(
        comodel_name="key.account.target.split.line", inverse_name="split_id", string="Parts",
        compute="_compute_line_ids", store=True, readonly=False,
    )
    distributed_amount = fields.Monetary(compute="_compute_sums", string="Distributed")
    gap_amount = fields.Monetary(compute="_compute_sums", string="Not Distributed")
    challenge_gap_amount = fields.Monetary(compute="_compute_sums", string="Challenge Not Distributed")
    rounding_note = fields.Char(compute="_compute_sums", string="Rounding")
    warning = fields.Char(compute="_compute_warning")

    # === COMPUTE METHODS === #

    @api.depends("target_id")
    def _compute_into(self):
        for split in self:
            ways = split._get_ways()
            split.into = ways[0] if ways else False

    @api.depends("target_id", "into", "method")
    def _compute_line_ids(self):
        for split in self:
            lines = split._get_line_values() if split._is_possible() else []
            split.line_ids = [Command.clear(), *(Command.create(values) for values in lines)]

    @api.depends("line_ids.amount", "line_ids.challenge_amount", "line_ids.weight", "target_id")
    def _compute_sums(self):
        for split in self:
            lines = split.line_ids
            split.distributed_amount = sum(lines.mapped("amount"))
            split.gap_amount = split.target_amount - split.distributed_amount
            split.challenge_gap_amount = split.target_challenge - sum(lines.mapped("challenge_amount"))
            split.rounding_note = split._get_rounding_note()

    @api.depends("target_id", "into", "method", "line_ids")
    def _compute_warning(self):
        for split in self:
            split.warning = split._get_warning()

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Divide anew among the parts that are left; amounts that are entered by hand stay."""
        if self.method != "manual" and self.line_ids and any(self.line_ids.mapped("weight")):
            self._divide(self.line_ids)

    # === ACTION METHODS === #

    def action_confirm(self):
        """Make the parts as drafts; drafts that were made before are replaced.

        :raise UserError: when the parts do not add up, or parts are decided on already
        """
        self.ensure_one()
        target = self.target_id
        target.check_access("read")
        self._check_adds_up()
        self._drop_drafts()
        self.env["key.account.target"].create([
            line._get_part_values(target) for line in self.line_ids
        ])
        return target.action_open_parts()

    # === BUSINESS METHODS === #

    def _get_ways(self):
        target = self.target_id
        return WAYS.get(target.period_type, ()) + WAYS.get(target.level, ())

    def _is_possible(self):
        return self.target_id and self.into in self._get_ways()

    def _get_warning(self):
        if not self.target_id or not self.into:
            return self.env._("This target is not divided further.")
        if self.into not in self._get_ways():
            return self.env._(
                "A target of this period and level is not divided in this way: choose another one."
            )
        if not self.line_ids:
            return self.env._("There is nobody among whom it could be divided.")
        if self.method == "last_year" and not any(self.line_ids.mapped("weight")):
            return self.env._("Last year there was nothing to go by: divide it evenly or by hand.")
        # sudo: parts that are decided on stand in the way, whoever sees them
        if self.sudo().target_id.child_ids.filtered(lambda part: part.state != "draft"):
            return self.env._(
                "It is divided already, and its parts are submitted or approved: propose changes of those."
            )
        return False

    def _get_rounding_note(self):
        """Say how much of the last part comes from rounding."""
        last = self.line_ids[-1:]
        total = sum(map(to_decimal, self.line_ids.mapped("weight")), Decimal(0))
        if self.method == "manual" or not total or not last:
            return False
        exact = to_decimal(self.target_amount) * to_decimal(last.weight) / total
        difference = round_half_up(to_decimal(last.amount) - exact, Decimal("0.01"))
        return bool(difference) and self.env._(
            "%(part)s carries the rounding: %(difference)s.",
            part=last.name, difference=f"{difference:+,.2f}",
        )

    def _check_adds_up(self):
        if warning := self._get_warning():
            raise UserError(warning)
        step = Decimal("0.01")
        for gap in (self.gap_amount, self.target_challenge and self.challenge_gap_amount):
            if round_half_up(to_decimal(gap), step):
                raise UserError(self.env._(
                    "The parts have to add up to the whole: %(gap)s are not distributed.", gap=plain(gap)
                ))

    def _drop_drafts(self):
        """Delete the drafts into which the target was divided before, and theirs."""
        drafts = self.target_id.child_ids._get_drafts_below()
        for draft in reversed(drafts):
            draft.unlink()

    # === THE PARTS === #

    def _get_line_values(self):
        """Return the values of the lines, with their shares of the whole."""
        parts = self._get_periods() if self.into in ("quarter", "month") else self._get_subjects()
        weights = self._get_last_year(parts) if self.method == "last_year" else [1] * len(parts)
        amounts = self._get_amounts(weights)
        return [
            {**part, "sequence": index, "weight": float(weight), "amount": float(amount),
             "challenge_amount": float(challenge)}
            for index, (part, weight, (amount, challenge)) in enumerate(zip(parts, weights, amounts))
        ]

    def _divide(self, lines):
        for line, (amount, challenge) in zip(lines, self._get_amounts(lines.mapped("weight"))):
            line.amount, line.challenge_amount = float(amount), float(challenge)

    def _get_amounts(self, weights):
        weights = [to_decimal(weight) for weight in weights]
        if not any(weights):
            return [(Decimal(0), Decimal(0)) for _weight in weights]
        target = self.target_id
        return split_with_challenge(
            to_decimal(target.amount), to_decimal(target.challenge_amount), weights,
            to_decimal(target._get_step()),
        )

    def _get_periods(self):
        target, days = self.target_id, []
        day = target.date_from
        while day <= target.date_to:
            days.append(day)
            day = fields.Date.add(date_utils.end_of(day, self.into), days=1)
        return [
            {
                "period_date": day, "team_id": target.team_id.id, "user_id": target.user_id.id,
                "account_id": target.account_id.id,
            }
            for day in days
        ]

    def _get_subjects(self):
        target = self.target_id
        found = getattr(self, f"_find_{self.into}_subjects")(target)
        return [{"period_date": target.date_from, **values} for values in found]

    def _find_team_subjects(self, target):
        """Return the departments of the company that have a leader."""
        teams = self.env["crm.team"].search(
            Domain("company_id", "in", [target.company_id.id, False]) & Domain("user_id", "!=", False)
        )
        return [{"team_id": team.id} for team in teams]

    def _find_person_subjects(self, target):
        """Return the people of the department, and those who manage its accounts."""
        # sudo: an account that the proposer does not see has a manager as well
        accounts = self.env["key.account"].sudo().search([
            ("team_id", "=", target.team_id.id), ("company_id", "=", target.company_id.id),
            ("state", "in", ACCOUNT_STATES),
        ])
        people = (target.team_id.crm_team_member_ids.user_id | accounts.manager_id.sudo(False)).filtered(
            lambda user: user.active
        )
        return [{"team_id": target.team_id.id, "user_id": user.id} for user in people.sorted("id")]

    def _find_account_subjects(self, target):
        """Return the accounts that the person manages in the department, those that the user sees."""
        accounts = self.env["key.account"].search([
            ("manager_id", "=", target.user_id.id), ("team_id", "=", target.team_id.id),
            ("company_id", "=", target.company_id.id), ("state", "in", ACCOUNT_STATES),
        ], order="id")
        return [{"team_id": target.team_id.id, "account_id": account.id} for account in accounts]

    def _get_last_year(self, parts):
        """Return what each part reached a year before, as its weight; nothing less than 0."""
        target, targets = self.target_id, self.env["key.account.target"]
        level = target.level if self.into in ("quarter", "month") else self.into
        period_type = self.into if level == target.level else target.period_type
        name = SUBJECTS[level]
        asked = []
        for part in parts:
            day = fields.Date.subtract(part["period_date"], years=1)
            subject_id = target.company_id.id if level == "company" else part[name]
            asked.append((
                date_utils.start_of(day, period_type), date_utils.end_of(day, period_type), subject_id
            ))
        kinds = [target.kind, "history"] if target.kind == "sales" else [target.kind]
        figures = [
            targets._sum_figures(
                kind, target.company_id, level, {key[:2] for key in asked}, [key[2] for key in asked]
            )
            for kind in kinds if asked
        ]
        team_id = level == "person" and target.team_id.id
        return [
            max(Decimal(0), sum(
                (targets._pick_figure(found.get(key, {}), team_id).amount for found in figures), Decimal(0)
            ))
            for key in asked
        ]
