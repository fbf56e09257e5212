from odoo import api, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.depends("mail_message_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no mail whose message is behind the veil: notifications show it to everybody."""
        result = super()._compute_display_name()
        # sudo: mails are the administrator's; their messages know whether they are hidden
        hidden = self.sudo().mail_message_id._filter_key_account_veiled()
        # sudo: as above
        self.filtered(lambda mail: mail.sudo().mail_message_id in hidden).display_name = False
        return result
