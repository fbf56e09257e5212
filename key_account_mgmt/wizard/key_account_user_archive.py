from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..models.account.res_users import BYPASS


class KeyAccountUserArchive(models.TransientModel):
    """The administrator's way round the hand-over: explicit, with a reason, and logged (O4)."""

    _name = "key.account.user.archive"
    _description = "Archive Users Without a Hand-over"

    user_ids = fields.Many2many(comodel_name="res.users", string="Users", required=True)
    reason = fields.Text(
        required=True, help="Kept in the access log, with your name and those of the users."
    )

    def action_archive_users(self):
        """Archive the users with all that they hold."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators archive users without a hand-over."))
        if not (self.reason or "").strip() or not self.user_ids:
            raise UserError(self.env._("Choose users and say why there is no hand-over."))
        # sudo: what they hold counts, whoever archives them
        handovers = self.env["key.account.handover"].sudo()
        for user in self.user_ids:
            held = handovers._count_held(user)
            self.env["key.account.access.log"]._log("bypass", user, self.reason, detail=held)
        # the administrator's own rights apply; only the guard is lifted
        self.user_ids.with_context(key_account_archive=BYPASS).action_archive()
        return {"type": "ir.actions.act_window_close"}
