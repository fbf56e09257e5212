from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountHandoverAcceptance(models.Model):
    """Whether a receiver takes what a hand-over gives him; nobody answers for another."""

    _name = "key.account.handover.acceptance"
    _description = "Answer to a Hand-over"
    _inherit = ["key.account.guard.mixin"]
    _order = "id"
    _rec_name = "user_id"

    handover_id = fields.Many2one(
        comodel_name="key.account.handover", required=True, index=True, ondelete="cascade", readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Receiver",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    state = fields.Selection(
        selection=[("asked", "Asked"), ("accepted", "Accepted"), ("declined", "Declined")],
        required=True,
        default="asked",
        readonly=True,
    )
    date = fields.Datetime(string="Answered On", readonly=True)

    _receiver_unique = models.UniqueIndex(
        "(handover_id, user_id)", "Each receiver is asked once."
    )

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"handover_id", "user_id", "state", "date"}

    def _answer(self, state):
        """Note the user's own answer.

        :param str state: ``accepted`` or ``declined``
        """
        self.ensure_one()
        # sudo: nobody writes acceptances; this is the one way, and only for oneself
        own = self.sudo()
        if own.user_id != self.env.user:
            raise UserError(self.env._("Nobody answers for somebody else."))
        own.write({"state": state, "date": fields.Datetime.now()})
