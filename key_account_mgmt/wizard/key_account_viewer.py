from odoo import fields, models


class KeyAccountViewer(models.TransientModel):
    """One who can see an account: an answer to a question, not a record."""

    _name = "key.account.viewer"
    _description = "Who Can See This Account?"
    _rec_name = "user_id"

    user_id = fields.Many2one(comodel_name="res.users", readonly=True)
    scope = fields.Selection(
        selection=[("file", "File and Documents"), ("documents", "Documents Only")],
        string="Sees",
        readonly=True,
    )
    reason = fields.Char(string="Why", readonly=True)
