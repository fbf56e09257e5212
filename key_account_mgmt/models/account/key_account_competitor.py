from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare


class KeyAccountCompetitor(models.Model):
    """Who else sells to the customer, and how much of what it buys (F9)."""

    _name = "key.account.competitor"
    _description = "Key Account Competitor"
    _inherit = ["key.account.sensitive.mixin", "key.account.file.mixin", "mail.thread"]
    _order = "account_id, name, id"

    _sensitive_fields = ("share",)

    name = fields.Char(
        string="Competitor",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    active = fields.Boolean(string="In Use", default=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
        domain="[('is_company', '=', True)]",
        help="If the competitor is among your contacts.",
    )
    product_line = fields.Char(help="With which of its products the competitor is at the customer.")
    share = fields.Float(
        string="Share of the Customer (%)",
        digits=(5, 2),
        compute="_compute_sensitive",
        inverse="_inverse_sensitive",
        help="Of what the customer buys of the kind that we sell. What remains of 100 % is our own share.",
    )
    strengths = fields.Text()
    weaknesses = fields.Text()
    as_of_date = fields.Date(
        string="As Of", default=lambda self: self.env.company._get_key_account_today()
    )

    # === COMPUTE METHODS === #

    @api.depends("account_id.allowed_user_ids", "account_id.confidentiality")
    def _compute_sensitive(self):
        return super()._compute_sensitive()

    @api.depends("partner_id")
    def _compute_name(self):
        for competitor in self:
            competitor.name = competitor.name or competitor.partner_id.name

    # === CONSTRAINT METHODS === #

    @api.constrains("sensitive_data", "active", "account_id")
    def _check_shares(self):
        # sudo: all shares count, whoever enters one, and they lie where nobody may read
        written = self.sudo()
        others = written.search([("account_id", "in", self.account_id.ids)])
        for competitors in (others | written).grouped("account_id").values():
            # the field itself is empty while core is just writing it
            shares = {
                competitor: (competitor.sensitive_data or {}).get("share", 0) for competitor in competitors
            }
            if any(not 0 <= share <= 100 for share in shares.values()):
                raise ValidationError(self.env._(
                    "A competitor's share of the customer lies between 0 and 100 %."
                ))
            total = sum(share for competitor, share in shares.items() if competitor.active)
            if float_compare(total, 100, precision_digits=2) > 0:
                raise ValidationError(self.env._(
                    "The competitors' shares of this customer add up to more than 100 %. Lower another "
                    "one's first."
                ))

    @api.constrains("partner_id", "account_id")
    def _check_partner(self):
        # sudo: the customer may be hidden from the user
        for competitor in self.sudo():
            if competitor.partner_id and competitor.partner_id == competitor.account_id.partner_id:
                raise ValidationError(self.env._("A customer is not its own competitor."))

    @api.constrains("as_of_date")
    def _check_as_of_date(self):
        for competitor in self:
            if competitor.as_of_date and competitor.as_of_date > competitor._get_today():
                raise ValidationError(self.env._("What is known is as of today or before: correct “As Of”."))

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "active", "partner_id", "product_line", "share", "is_masked", "as_of_date",
        }
