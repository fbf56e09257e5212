from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountFileMixin(models.AbstractModel):
    """A part of the customer file that is kept as records of its own: people, projects, agreements…

    It stays with its account, and every change of it counts as an update of the account's file.
    """

    _name = "key.account.file.mixin"
    _description = "Part of a Customer File"
    _inherit = ["key.account.guard.mixin", "key.account.access.mixin"]

    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    manager_id = fields.Many2one(related="account_id.manager_id")
    team_id = fields.Many2one(related="account_id.team_id")
    currency_id = fields.Many2one(related="account_id.currency_id")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.account_id._touch_file()
        return records

    def write(self, vals):
        if "account_id" in vals:
            self._check_account_stays(vals["account_id"])
        result = super().write(vals)
        if "active" in vals:
            # core's cache of an account's records knows nothing of those that come back
            names = [
                name for name, field in self.env["key.account"]._fields.items()
                if field.type == "one2many" and field.comodel_name == self._name
            ]
            self.account_id.invalidate_recordset(names, flush=False)
        if vals.keys() - self._get_system_fields():
            self.account_id._touch_file()
        return result

    def unlink(self):
        accounts = self.account_id
        result = super().unlink()
        accounts._touch_file()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"company_id"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "account_id", "company_id", "manager_id", "team_id", "currency_id",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    def _check_account_stays(self, account_id):
        if any(record.account_id.id != account_id for record in self):
            raise UserError(self.env._(
                "This belongs to the file of its key account and is not moved to another one. "
                "Enter it there anew."
            ))

    def _get_today(self):
        """Return today's date where the account is."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return company._get_key_account_today()
