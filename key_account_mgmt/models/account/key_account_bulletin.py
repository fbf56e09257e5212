from odoo import api, fields, models
from odoo.tools import SQL

from .key_account import ADMITTED_STATES


class KeyAccountBulletin(models.Model):
    """What every key account user may know of an internal account: whose it is (X17).

    A view of a few columns on the internal accounts in use; confidential and secret ones are not in it,
    nor is anything else of the file.
    """

    _name = "key.account.bulletin"
    _description = "Key Account Bulletin"
    _auto = False
    _order = "code, id"
    _depends = {
        "key.account": ["code", "partner_id", "manager_id", "team_id", "company_id", "state", "active",
                        "confidentiality"],
        "res.partner": ["name", "key_account_is_secret"],
    }

    code = fields.Char(readonly=True)
    name = fields.Char(string="Customer", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", string="Key Account Manager", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Department", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)

    @property
    def _table_query(self):
        columns = SQL(", ").join(
            SQL("account.%s", SQL.identifier(name)) for name in self._get_account_columns()
        )
        return SQL(
            """
            SELECT account.id, partner.name, %(columns)s
              FROM key_account account
              JOIN res_partner partner ON partner.id = account.partner_id
             WHERE account.confidentiality = 'internal'
               AND partner.key_account_is_secret IS NOT TRUE
               AND account.active
               AND account.state IN %(states)s
            """,
            columns=columns,
            states=ADMITTED_STATES,
        )

    @api.model
    def _get_account_columns(self):
        """Return the names of the columns that are shown as they are on the account."""
        return ["code", "manager_id", "team_id", "company_id"]
