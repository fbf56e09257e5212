from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountOwnershipHistory(models.Model):
    """Whose an account was from which day on, and why. Written with each change, never changed (O1)."""

    _name = "key.account.ownership.history"
    _description = "Key Account Ownership History"
    _inherit = ["key.account.access.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "source"

    _is_audited = False

    manager_id = fields.Many2one(
        comodel_name="res.users",
        string="Key Account Manager",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    date_from = fields.Date(string="From", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    source = fields.Char(
        readonly=True, help="What decided on it: a hand-over, an ownership change, or the director."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Changed By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )

    def write(self, vals):
        if vals:
            raise UserError(self.env._(
                "The history of owners is not rewritten: propose an ownership change instead."
            ))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The history of owners is kept for good."))
