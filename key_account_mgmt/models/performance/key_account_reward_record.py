from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..access.key_account_approval_mixin import Transition

REWARD_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("reviewed", "Reviewed"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
]
KIND = [
    ("praise", "Praise"),
    ("criticism", "Criticism"),
    ("penalty", "Penalty"),
    ("dismissal", "Dismissal Proposal"),
]


class KeyAccountRewardRecord(models.Model):
    """A reward or a fault of somebody, applied for by his superior (R6). Nothing follows by itself."""

    _name = "key.account.reward.record"
    _description = "Key Account Reward Record"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    _approval_steps = ("director", "executive")
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "submitted"): Transition("submit"),
        ("submitted", "reviewed"): Transition("approve", step=1),
        ("reviewed", "approved"): Transition("approve", step=2),
        ("submitted", "draft"): Transition("returned"),
        ("reviewed", "draft"): Transition("returned"),
        ("submitted", "rejected"): Transition("rejected"),
        ("reviewed", "rejected"): Transition("rejected"),
    }

    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", required=True, index=True, ondelete="restrict",
        domain="[('share', '=', False)]", tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", required=True, index=True, ondelete="restrict",
        check_company=True, tracking=True,
        default=lambda self: self.env["crm.team"].search([("user_id", "=", self.env.uid)], limit=1),
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    applicant_id = fields.Many2one(
        comodel_name="res.users", string="Applied For By", required=True, readonly=True, index=True,
        default=lambda self: self.env.user, ondelete="restrict",
    )
    kind = fields.Selection(selection=KIND, required=True, default="praise", tracking=True)
    date = fields.Date(
        string="When It Was", required=True, tracking=True,
        default=lambda self: self.env.company._get_key_account_today(),
    )
    facts = fields.Text(required=True, tracking=True, help="What the person has done.")
    basis = fields.Char(string="Grounds", tracking=True, help="The rule by which it is rewarded or punished.")
    amount = fields.Monetary(
        tracking=True, help="Of a reward or a penalty; what becomes of it is decided with the pay."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        selection=REWARD_STATE, required=True, default="draft", index=True, tracking=True, copy=False,
        group_expand=True,
    )
    spot_check_line_id = fields.Many2one(
        comodel_name="key.account.spot.check.line", string="Checked Visit", index="btree_not_null",
        ondelete="restrict", readonly=True, copy=False,
    )

    _amount_not_negative = models.Constraint("CHECK (amount >= 0)", "An amount is 0 or more.")
    _spot_check_line_unique = models.UniqueIndex(
        "(spot_check_line_id) WHERE spot_check_line_id IS NOT NULL",
        "This checked visit has its record already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("user_id", "kind", "date")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            record.display_name = f"{record.date or ''} {labels.get(record.kind)} {record.user_id.name or ''}"

    # === CONSTRAINT METHODS === #

    @api.constrains("user_id", "team_id")
    def _check_report(self):
        for record in self:
            if record.user_id not in record._get_people():
                raise ValidationError(self.env._(
                    "%(person)s does not belong to %(team)s: a superior applies for his own people.",
                    person=record.user_id.name, team=record.team_id.name,
                ))

    @api.constrains("amount", "kind")
    def _check_amount(self):
        for record in self:
            if record.amount and record.kind in ("criticism", "dismissal"):
                raise ValidationError(self.env._("Money goes with praise or a penalty, with nothing else."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_not_own()
        return records

    def write(self, vals):
        if vals.keys() & self._get_content_fields() and not self.env.su:
            for record in self.filtered(lambda record: record.state != "draft"):
                raise UserError(self.env._(
                    "%(record)s is under decision or decided: it stays as it is.", record=record.display_name
                ))
        result = super().write(vals)
        if vals.keys() & {"user_id", "team_id"}:
            self._check_not_own()
            # core asks before a write whether the record is the user's, and not whether it stays so
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        if not self.env.su and self.filtered(lambda record: record.state != "draft" or record.approval_ids):
            raise UserError(self.env._("What was applied for is kept."))

    # === ACTION METHODS === #

    def action_submit(self):
        """Apply for it; the director and an executive decide."""
        self.check_access("write")
        for record in self:
            record._submit("submitted")
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"applicant_id", "spot_check_line_id"}

    @api.model
    def _get_content_fields(self):
        """Return the names of the fields that are decided on, and stay as they were then."""
        return {"user_id", "team_id", "company_id", "kind", "date", "facts", "basis", "amount"}

    def _get_people(self):
        """Return whom the leader of the record's department, or the director, may apply for.

        :rtype: res.users
        """
        self.ensure_one()
        # sudo: memberships also of those who have left by now
        team = self.team_id.sudo()
        members = team.crm_team_member_all_ids.with_context(active_test=False).user_id
        return (members | team.key_account_clerk_id | team.user_id).sudo(False)

    def _check_not_own(self):
        """Refuse that somebody applies for himself; administrators are not exempt.

        :raise UserError: for the user's own record
        """
        if not self.env.su and self.env.user in self.user_id:
            raise UserError(self.env._("Nobody applies for himself: your superior does."))

    def _get_barred_users(self):
        return super()._get_barred_users() | self.user_id | self.applicant_id
