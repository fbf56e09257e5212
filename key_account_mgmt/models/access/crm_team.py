from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .roles import group


class CrmTeam(models.Model):
    """A sales team is a key account department: its leader is ``user_id``."""

    _inherit = "crm.team"

    key_account_clerk_id = fields.Many2one(
        comodel_name="res.users",
        string="Clerk",
        help="Keeps the department's files and summary tables.",
    )
    key_account_deputy_id = fields.Many2one(
        comodel_name="res.users",
        string="Deputy Leader",
        help="Stands in for the team leader between the two dates.",
    )
    key_account_deputy_from = fields.Date(string="Deputy From")
    key_account_deputy_to = fields.Date(string="Deputy Until")
    key_account_acting_deputy_id = fields.Many2one(
        comodel_name="res.users",
        string="Acting Deputy",
        compute="_compute_key_account_acting_deputy_id",
        store=True,
        help="The deputy, on the days on which he stands in; record rules read this.",
    )

    _key_account_deputy_dates = models.Constraint(
        "CHECK (key_account_deputy_to >= key_account_deputy_from)",
        "The deputy's last day comes before the first.",
    )

    @api.depends("key_account_deputy_id", "key_account_deputy_from", "key_account_deputy_to")
    def _compute_key_account_acting_deputy_id(self):
        for team in self:
            today = (team.company_id or self.env.company)._get_key_account_today()
            begun = not team.key_account_deputy_from or team.key_account_deputy_from <= today
            over = team.key_account_deputy_to and team.key_account_deputy_to < today
            team.key_account_acting_deputy_id = begun and not over and team.key_account_deputy_id

    @api.constrains("key_account_deputy_id")
    def _check_key_account_deputy(self):
        for team in self:
            deputy = team.key_account_deputy_id
            if deputy and not deputy.has_group(group("leader")):
                raise ValidationError(self.env._(
                    "%(user)s cannot stand in for a leader without the role “Key Account Leader”: give "
                    "him that role first.",
                    user=deputy.name,
                ))

    def _get_key_account_leaders(self):
        """Return who leads these teams today: the leaders and the deputies standing in.

        :rtype: res.users
        """
        return self.user_id | self.key_account_acting_deputy_id
