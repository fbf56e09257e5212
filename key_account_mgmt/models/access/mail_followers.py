from odoo import models


class MailFollowers(models.Model):
    """Core shows everybody inside who follows what, also where the document is hidden from him."""

    _name = "mail.followers"
    _inherit = ["key.account.veil.mixin", "mail.followers"]
