from odoo import models

TEXTS = ("char", "text", "many2one")


class MailTrackingValue(models.Model):
    """Core keeps the names of earlier customers in the chatter, as they were."""

    _inherit = "mail.tracking.value"

    def _format_display_value(self, field_type, new=True):
        """Tell nothing of a secret customer who stood on a record before or stands there now.

        With him went his address and telephone number, so all texts of the same change are covered.
        """
        result = super()._format_display_value(field_type, new=new)
        if field_type not in TEXTS or not self.env["key.account"]._get_guarded_levels():
            return result
        side = "new_value_integer" if new else "old_value_integer"
        return [
            self.env._("Secret Customer") if text and value._is_veiled(side) else text
            for value, text in zip(self, result)
        ]

    def _is_veiled(self, side):
        """Return whether this change named a record that is veiled, on one side of it.

        :param str side: the field with the id, ``old_value_integer`` or ``new_value_integer``
        :rtype: bool
        """
        # sudo: what else changed at the same time; the user reads it in the same message
        for value in self.sudo().mail_message_id.tracking_value_ids:
            model_name = value.field_id.relation
            if value[side] and model_name in self.env and hasattr(
                self.env[model_name], "_filter_key_account_veiled"
            ):
                named = self.env[model_name].browse(value[side]).exists()
                if named._filter_key_account_veiled():
                    return True
        return False
