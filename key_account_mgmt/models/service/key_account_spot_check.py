import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...calculations.sampling import draw
from ..access.key_account_approval_mixin import Transition
from ..access.roles import group
from .key_account_visit import REPORTED_STATES

CHECK_STATE = [
    ("draft", "Draft"),
    ("drawn", "Drawn"),
    ("closed", "Closed"),
]
SEEDS = 2**31


class KeyAccountSpotCheck(models.Model):
    """A random sample of the visits reported in a period, checked for their truth (V8).

    Seed and population are kept, so that anybody can draw it again and get the same. Nobody chooses the
    seed, and what is drawn is not drawn anew.
    """

    _name = "key.account.spot.check"
    _description = "Key Account Spot Check"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_to desc, id desc"

    _initial_states = ("draft",)
    _transitions = {
        ("draft", "drawn"): Transition(roles=("inspector", "director")),
        ("drawn", "closed"): Transition(roles=("inspector", "director")),
    }

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Inspector",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        help="With whose visits, accounts and decisions none of the drawn ones has to do.",
    )
    scope = fields.Selection(
        selection=[("open", "All But Secret Accounts"), ("secret", "Secret Accounts")],
        string="Visits To",
        required=True,
        default="open",
        tracking=True,
        help="Visits to secret accounts are checked by the director.",
    )
    date_from = fields.Date(
        string="From", required=True, tracking=True, default=lambda self: self._get_last_month()[0]
    )
    date_to = fields.Date(
        string="To", required=True, tracking=True, default=lambda self: self._get_last_month()[1]
    )
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="key_account_spot_check_team_rel",
        column1="check_id",
        column2="team_id",
        string="Departments",
        help="Empty: all of them.",
    )
    size = fields.Integer(
        string="Sample Size", required=True, default=10, tracking=True, help="How many visits are drawn."
    )
    state = fields.Selection(
        selection=CHECK_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )

    # The draw
    drawn_on = fields.Datetime(readonly=True, copy=False)
    drawn_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict",
        help="Stays, also where another inspector goes on with the check.",
    )
    seed = fields.Integer(readonly=True, copy=False, help="What the sample was drawn with.")
    population = fields.Json(readonly=True, copy=False)
    population_count = fields.Integer(
        string="Reported Visits", readonly=True, copy=False, help="How many the sample was drawn from."
    )
    line_ids = fields.One2many(
        comodel_name="key.account.spot.check.line", inverse_name="check_id", string="Drawn Visits", copy=False
    )
    line_count = fields.Integer(compute="_compute_counts", string="Drawn")
    checked_count = fields.Integer(compute="_compute_counts", string="Checked")
    untrue_count = fields.Integer(compute="_compute_counts", string="Not True")

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")
    _size_positive = models.Constraint("CHECK (size >= 1)", "A sample has at least one visit.")

    # === DEFAULTS === #

    @api.model
    def _get_last_month(self):
        """Return the first and the last day of the calendar month before this one."""
        first = self.env.company._get_key_account_today().replace(day=1)
        return fields.Date.subtract(first, months=1), fields.Date.subtract(first, days=1)

    # === COMPUTE METHODS === #

    @api.depends("date_from", "date_to", "scope")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._(
                "Spot check %(date_from)s – %(date_to)s", date_from=check.date_from, date_to=check.date_to
            )

    @api.depends("line_ids.verdict")
    def _compute_counts(self):
        # sudo: also what was made secret after it was drawn is counted
        groups = self.env["key.account.spot.check.line"].sudo()._read_group(
            [("check_id", "in", self.ids)], ["check_id", "verdict"], ["__count"]
        )
        counts = {}
        for check, verdict, count in groups:
            counts.setdefault(check.id, {})[verdict] = count
        for check in self:
            found = counts.get(check._origin.id, {})
            check.line_count = sum(found.values())
            check.checked_count = check.line_count - found.get(False, 0)
            check.untrue_count = found.get("inaccurate", 0) + found.get("fabricated", 0)

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.keys() & self._get_drawn_fields() and not self.env.su:
            for check in self.filtered(lambda check: check.state != "draft"):
                raise UserError(self.env._(
                    "%(check)s is drawn and stays as it is. Make another one.", check=check.display_name
                ))
        result = super().write(vals)
        if "scope" in vals:
            # core asks before a write whether the record is the user's, and not whether it stays so
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_drawn(self):
        if not self.env.su and self.filtered(lambda check: check.state != "draft"):
            raise UserError(self.env._("What was drawn is kept."))

    # === ACTION METHODS === #

    def action_draw(self):
        """Draw the sample; what is drawn stays."""
        self.check_access("write")
        for check in self:
            check._draw_sample(secrets.randbelow(SEEDS))
        return True

    def action_draw_again(self):
        """Draw once more from what is kept, and say whether the sample is the same."""
        self.ensure_one()
        self.check_access("read")
        # sudo: also what was made secret after it was drawn is compared
        lines = self.env["key.account.spot.check.line"].sudo().search([("check_id", "=", self.id)])
        is_same = self._draw() == sorted(lines.visit_id.ids)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_same else "danger",
                "message": (
                    self.env._("Drawn again with the same seed, the sample is the same.") if is_same
                    else self.env._("Drawn again with the same seed, the sample is another one.")
                ),
            },
        }

    def action_close(self):
        """All that was drawn has its verdict."""
        return self.write({"state": "closed"})

    def action_open_lines(self):
        """Open the drawn visits, also as an analysis."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_spot_check_line_action"
        )
        return {**action, "domain": [("check_id", "in", self.ids)]}

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "user_id", "drawn_on", "drawn_by_id", "seed", "population", "population_count",
        }

    @api.model
    def _get_drawn_fields(self):
        """Return the names of the fields that say what is drawn from."""
        return {"company_id", "scope", "date_from", "date_to", "team_ids", "size"}

    def _get_population_domain(self):
        """Return the domain of the visits that can be drawn.

        None that was drawn before, and none with which the inspector has to do. A director draws his own
        to secret accounts as well: nobody else draws these, and an executive judges them.
        """
        self.ensure_one()
        is_secret = self.scope == "secret"
        secret = Domain("account_id.confidentiality", "=", "secret")
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", REPORTED_STATES)
            & Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)
            & (secret if is_secret else ~secret & ~self._get_concerned_domain(self.user_id))
            & Domain("spot_check_line_ids", "=", False)
        )
        return domain & Domain("team_id", "in", self.team_ids.ids) if self.team_ids else domain

    @api.model
    def _get_concerned_domain(self, user):
        """Return the domain of the visits that somebody does not check.

        He took part, has the account, handed in the report or verified it.

        :param res.users user: one user
        :rtype: Domain
        """
        return (
            Domain("user_id", "=", user.id)
            | Domain("visitor_ids", "in", user.ids)
            | Domain("account_id.manager_id", "=", user.id)
            | Domain("approval_ids", "any", [
                ("model", "=", "key.account.visit"), ("user_id", "=", user.id),
                ("decision", "in", ("submitted", "approved")),
            ])
        )

    def _find_population(self):
        # sudo: the same for everybody who may draw; what it may hold is in the domain
        return self.env["key.account.visit"].sudo().search(self._get_population_domain(), order="id")

    def _draw_sample(self, seed):
        """Draw, and keep what it was drawn from and with.

        :param int seed: of the draw; nobody chooses it
        :raise UserError: when it was drawn before, or there is nothing to draw from
        """
        if self.state != "draft":
            raise UserError(self.env._("What is drawn is not drawn anew: make another spot check."))
        population = self._find_population().ids
        if not population:
            raise UserError(self.env._(
                "No visit that was reported in this period is left to be drawn. Choose another period."
            ))
        # sudo: seed, population and lines are set by the system
        self.sudo().write({
            "seed": seed, "population": population, "population_count": len(population),
            "drawn_on": fields.Datetime.now(), "drawn_by_id": self.env.uid,
        })
        self.state = "drawn"
        self.sudo().line_ids = [  # sudo: as above
            Command.create({"visit_id": visit_id}) for visit_id in self._draw()
        ]

    def _draw(self):
        return draw(self.population or [], self.size, self.seed)

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if reason:
            return reason
        if target == "drawn" and not self.population:
            return self.env._("Draw it by the button.")
        if self.scope == "secret" and not self.env.user.has_group(group("director")):
            return self.env._("Visits to secret accounts are checked by the director.")
        left = self.line_count - self.checked_count
        return target == "closed" and left and self.env._(
            "%(count)s of the drawn visits have no verdict yet; those that you do not see are the "
            "director's.",
            count=left,
        )
