from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountActivePeriod(models.Model):
    """From when to when an account was active: only then was anything promised to it (G13)."""

    _name = "key.account.active.period"
    _description = "Key Account Active Period"
    _inherit = ["key.account.access.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "date_from"

    _is_audited = False

    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", readonly=True, help="The last day; empty: it is active today.")

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The period ends before it begins.")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_system()
        return super().create(vals_list)

    def write(self, vals):
        self._check_system()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_system(self):
        self._check_system()

    # === BUSINESS METHODS === #

    @api.model
    def _check_system(self):
        if not self.env.su:
            raise UserError(self.env._(
                "When an account was active follows from its status: suspend it, or take it up again."
            ))
