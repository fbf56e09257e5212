from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class KeyAccountPayBase(models.Model):
    """A person's own base per month in a department, from one day to another (P7, X1)."""

    _name = "key.account.pay.base"
    _description = "Key Account Pay Base"
    _inherit = ["key.account.pointing.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "user_id"
    _check_company_auto = True

    user_id = fields.Many2one(
        comodel_name="res.users", string="Person", required=True, index=True, ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Department", required=True, index=True, ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, default=lambda self: self.env.company
    )
    scheme_id = fields.Many2one(
        comodel_name="key.account.pay.scheme",
        string="Pay Scheme",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: for whichever scheme he is paid by.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Base per Month", required=True)
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Until", help="The last day. Empty: until further notice.")

    _amount_sign = models.Constraint("CHECK (amount >= 0)", "A base is 0 or more.")
    _dates = models.Constraint("CHECK (date_to >= date_from)", "The last day comes before the first.")

    # === CONSTRAINT METHODS === #

    @api.constrains("user_id", "team_id", "company_id", "scheme_id", "date_from", "date_to")
    def _check_overlap(self):
        for base in self:
            # sudo: one that the user does not see stands in the way as well
            if base.sudo().search_count(base._get_overlap_domain(), limit=1):
                raise ValidationError(self.env._(
                    "%(person)s has another base on some of these days: end that one first, on the day "
                    "before.",
                    person=base.user_id.name,
                ))

    def _get_overlap_domain(self):
        domain = Domain("id", "!=", self.id) & Domain("user_id", "=", self.user_id.id)
        for name in ("team_id", "company_id", "scheme_id"):
            domain &= Domain(name, "=", self[name].id)
        if self.date_to:
            domain &= Domain("date_from", "<=", self.date_to)
        return domain & (Domain("date_to", "=", False) | Domain("date_to", ">=", self.date_from))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        bases = super().create(vals_list)
        bases._check_not_own()
        return bases

    def write(self, vals):
        self._check_not_own()
        result = super().write(vals)
        self._check_not_own()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        self._check_not_own()

    # === BUSINESS METHODS === #

    def _check_not_own(self):
        """Let nobody set what he himself is paid, whatever his role."""
        if not self.env.su and self.env.user in self.user_id:
            raise AccessError(self.env._(
                "Nobody sets his own pay: ask the company's leadership to enter it."
            ))

    @api.model
    def _find_bases(self, users, team, company):
        """Return the bases of these people in a department, the more particular ones first.

        :param res.users users: whose
        :rtype: dict
        :return: {user: key.account.pay.base}
        """
        bases = self.search([
            ("user_id", "in", users.ids), ("team_id", "=", team.id), ("company_id", "=", company.id),
        ])
        return bases.sorted(lambda base: (not base.scheme_id, base.id)).grouped("user_id")

    def _pick(self, scheme, day):
        """Return the one of a person's bases that counts on a day by a scheme, or none."""
        return next((
            base for base in self
            if base.scheme_id in (scheme, scheme.browse()) and base.date_from <= day
            and (not base.date_to or base.date_to >= day)
        ), self.browse())
