from odoo import api, fields, models
from odoo.exceptions import ValidationError

MEMBER_ROLE = [
    ("deputy", "Deputy Manager"),
    ("assistant", "Assistant"),
    ("technical", "Technical Support"),
    ("service", "Customer Service"),
    ("finance", "Finance"),
    ("other", "Other"),
]


class KeyAccountMember(models.Model):
    """Someone who works for a key account beside its manager, from one day to another (X15)."""

    _name = "key.account.member"
    _description = "Key Account Team Member"
    _inherit = ["key.account.access.mixin"]
    _order = "account_id, date_from, id"
    _rec_name = "user_id"

    _is_audited = False

    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    role = fields.Selection(selection=MEMBER_ROLE, required=True, default="assistant")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self.env.company._get_key_account_today()
    )
    date_to = fields.Date(string="Until", help="The last day, inclusive. Empty: until further notice.")

    _dates = models.Constraint(
        "CHECK (date_to >= date_from)", "A member's last day comes before the first."
    )

    @api.constrains("account_id", "user_id", "date_from", "date_to")
    def _check_no_overlap(self):
        for member in self:
            others = member.account_id.member_ids.filtered(
                lambda other, member=member: other != member and other.user_id == member.user_id
            )
            if any(member._overlaps(other) for other in others):
                raise ValidationError(self.env._(
                    "%(user)s is already on this account's team in that time. "
                    "Change the dates of the other line.",
                    user=member.user_id.name,
                ))

    @api.constrains("user_id", "account_id")
    def _check_user(self):
        for member in self:
            if member.user_id.share or member.account_id.company_id not in member.user_id.company_ids:
                raise ValidationError(self.env._(
                    "%(user)s cannot work for this account: choose an internal user of the "
                    "company %(company)s.",
                    user=member.user_id.name,
                    company=member.account_id.company_id.name,
                ))

    def _is_valid_on(self, day):
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or self.date_to >= day)

    def _overlaps(self, other):
        self.ensure_one()
        return (not self.date_to or other.date_from <= self.date_to) and (
            not other.date_to or self.date_from <= other.date_to
        )
