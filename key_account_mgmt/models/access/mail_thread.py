from markupsafe import Markup

from odoo import api, models

from .mail_message import NOTIFIED, NOTIFYING


class MailThread(models.AbstractModel):
    """Following and notifying stop at the perimeter of a guarded account."""

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self, model, message, custom_values=None, save_original=False, strip_attachments=False,
        thread_id=None,
    ):
        """Take no mail that a user hands in himself for the key accounts: core files it as superuser."""
        if model in self.env and not self.env.su:
            records = self.env[model].browse(thread_id or ()).exists()
            guarded = self.env["key.account"]._filter_guarded(records)
            if hasattr(records, "_get_system_fields") or guarded - guarded._filtered_access("read"):
                raise self.env["ir.rule"]._make_access_error("write", records)
        return super().message_process(
            model, message, custom_values=custom_values, save_original=save_original,
            strip_attachments=strip_attachments, thread_id=thread_id,
        )

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Let nobody follow a guarded record who may not read it; its customers may."""
        guarded = self.env["key.account"]._filter_guarded(self)
        for record in guarded:
            allowed = set(partner_ids or ()) - set(record._get_outside_partners(partner_ids).ids)
            super(MailThread, record)._message_subscribe(sorted(allowed), subtype_ids, customer_ids)
        return super(MailThread, self - guarded)._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not recipients or not self.env["key.account"]._filter_guarded(self):
            return recipients
        outside = set(self._get_outside_partners([data["id"] for data in recipients if data["id"]]).ids)
        return [data for data in recipients if data["id"] not in outside]

    def _notify_thread_by_inbox(self, message, recipients_data, msg_vals=False, **kwargs):
        # who is told of a message has not opened the file by that
        return super()._notify_thread_by_inbox(
            message.with_context(**{NOTIFYING: NOTIFIED}), recipients_data, msg_vals=msg_vals, **kwargs
        )

    def _get_outside_partners(self, partner_ids):
        """Return those of these contacts that are internal users who may not read the record."""
        self.ensure_one()
        # sudo: other people's contacts
        partners = self.env["res.partner"].sudo().browse(partner_ids or ()).exists()
        users = partners.user_ids.filtered(lambda user: not user.share)
        return self.env["key.account"]._filter_outsiders(self, users).partner_id

    def _get_key_account_cover_name(self):
        """Return the code under which mails may speak of a secret account's record, or False."""
        accounts = self.env["key.account"]
        if len(self) != 1 or not (
            self._name == "key.account" or getattr(self, "_is_inside_perimeter", False)
        ) or not accounts._filter_guarded(self):
            return False
        account = accounts._get_guarded_account(self)
        return account.confidentiality == "secret" and account._get_cover_name()

    def _get_covered_recipients(self, recipients_data):
        """Return those to whom mails speak of a secret account under its code alone: here, everybody.

        :param list recipients_data: as core hands it to the methods that notify
        :rtype: list
        """
        return recipients_data

    def _notify_thread_by_email(self, message, recipients_data, *, msg_vals=False, **kwargs):
        """Mails about a secret account carry its code and a link, nothing else, but to the customer."""
        name = self._get_key_account_cover_name()
        covered = self._get_covered_recipients(recipients_data) if name else []
        if any(data["notif"] == "email" for data in covered):
            # at once: core sends the mails of the message that it knows of, not those of this one
            options = kwargs | {"force_record_name": name, "subtitles": [name], "force_send": True}
            super()._notify_thread_by_email(self._make_cover(message, name), covered, **options)
            recipients_data = [data for data in recipients_data if data not in covered]
        return super()._notify_thread_by_email(message, recipients_data, msg_vals=msg_vals, **kwargs)

    def _make_cover(self, message, name):
        """Return what is mailed in place of a message that stays inside."""
        # sudo: a note of the system
        return self.env["mail.message"].sudo().create({
            "model": self._name,
            "res_id": self.id,
            "message_type": "user_notification",
            "author_id": message.author_id.id,
            "email_from": message.email_from,
            "reply_to": message.reply_to,
            "subject": name,
            "body": Markup("<p>%s</p>") % self.env._("There is news. Open it in Odoo to read it."),
        })

    def _notify_by_web_push_prepare_payload(self, message, msg_vals=False, force_record_name=False):
        name = self._get_key_account_cover_name()
        payload = super()._notify_by_web_push_prepare_payload(
            message, msg_vals=msg_vals, force_record_name=name or force_record_name
        )
        if name:
            payload["title"] = name
            payload["options"]["body"] = self.env._("There is news. Open it in Odoo to read it.")
        return payload
