from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..access.roles import group

# The roles for which a company names somebody; the leader's deputy is named on the department.
NAMED_ROLES = ("director", "executive")


class ResCompany(models.Model):
    """Who stands in for the named director and executive from one day to another (O4)."""

    _inherit = "res.company"

    key_account_director_deputy_id = fields.Many2one(
        comodel_name="res.users",
        string="Deputy Director",
        help="Gets what waits for the director between the two dates.",
    )
    key_account_director_deputy_from = fields.Date(string="Deputy Director From")
    key_account_director_deputy_to = fields.Date(string="Deputy Director Until")
    key_account_executive_deputy_id = fields.Many2one(
        comodel_name="res.users",
        string="Deputy Executive",
        help="Gets what waits for the company's leadership between the two dates.",
    )
    key_account_executive_deputy_from = fields.Date(string="Deputy Executive From")
    key_account_executive_deputy_to = fields.Date(string="Deputy Executive Until")

    _key_account_deputy_dates = models.Constraint(
        "CHECK (key_account_director_deputy_to >= key_account_director_deputy_from"
        " AND key_account_executive_deputy_to >= key_account_executive_deputy_from)",
        "The deputy's last day comes before the first.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("key_account_director_deputy_id", "key_account_executive_deputy_id")
    def _check_key_account_deputies(self):
        for company in self:
            for role in NAMED_ROLES:
                deputy = company[f"key_account_{role}_deputy_id"]
                if deputy and not deputy.has_group(group(role)):
                    raise ValidationError(self.env._(
                        "%(user)s cannot stand in without the role “%(role)s”: give him that role first.",
                        user=deputy.name,
                        # sudo: groups are not readable to everyone
                        role=self.env.ref(group(role)).sudo().name,
                    ))

    # === CRUD METHODS === #

    def write(self, vals):
        if not self._get_named_fields() & vals.keys():
            return super().write(vals)
        asked = self._get_key_account_named()
        result = super().write(vals)
        self.env["key.account.approval.mixin"]._pass_on_decisions(asked)
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_named_fields(self):
        return {
            f"key_account_{role}_{part}" for role in NAMED_ROLES
            for part in ("id", "deputy_id", "deputy_from", "deputy_to")
        }

    def _get_key_account_named(self):
        """Return everybody whom the companies name for a role, today or at another time.

        :rtype: res.users
        """
        return self.env["res.users"].union(*(
            self[name] for name in self._get_named_fields() if name.endswith("_id")
        ))

    def _get_key_account_asked(self, role):
        """Return whom the company names for a role, in the order in which they are asked today.

        :param str role: ``director`` or ``executive``
        :return: first who stands in today, or else who is named
        :rtype: res.users
        """
        self.ensure_one()
        prefix = f"key_account_{role}"
        named, deputy = self[f"{prefix}_id"], self[f"{prefix}_deputy_id"]
        first, last = self[f"{prefix}_deputy_from"], self[f"{prefix}_deputy_to"]
        today = self._get_key_account_today()
        is_acting = (not first or first <= today) and (not last or today <= last)
        return deputy | named if is_acting else named | deputy

    def _get_key_account_overseer(self):
        """Return the one director who is told of what nobody looks after, or nobody where there is none.

        :rtype: res.users
        """
        self.ensure_one()
        # sudo: groups, and who is named, are not readable to everyone
        company = self.sudo()
        directors = self.env.ref(group("director")).sudo().all_user_ids.filtered(  # sudo: as above
            lambda user: user.active and not user.share and company in user.company_ids
        )
        return next((user for user in company._get_key_account_asked("director") if user in directors),
                    directors[:1])
