from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, email_normalize_all, format_datetime
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.rating.models.rating_data import RATING_LIMIT_OK

from .key_account_complaint import OPEN_STATES

CONFIRMATION_MAIL = "key_account_mgmt.mail_template_complaint_confirmation"
ACKNOWLEDGEMENT_MAIL = "key_account_mgmt.mail_template_complaint_acknowledgement"
# so that no machine answers it (RFC 3834; Exchange)
NO_ANSWER = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


class KeyAccountComplaint(models.Model):
    """What the customer is told, and what he says to it (C4, C5)."""

    _inherit = "key.account.complaint"

    # === ACTION METHODS === #

    def action_send_confirmation(self):
        """Mail the customer the result, with a link by which he says whether he is content."""
        self.check_access("write")
        for complaint in self:
            complaint._check_feedback_is_due()
            partner = complaint.sudo().partner_id  # sudo: whoever handles it writes to the customer
            if not partner.email:
                raise UserError(self.env._(
                    "%(complaint)s: there is no customer with an e-mail address. Enter one, or tell him by "
                    "another way.",
                    complaint=complaint.display_name,
                ))
            complaint.feedback_method = "email"
            complaint._mail_customer(CONFIRMATION_MAIL, self.env._(
                "The result was mailed to %(customer)s, with a link by which he says whether he is content.",
                customer=partner.email,
            ))
        return True

    # === MAILS TO HIM === #

    def _mail_customer(self, template, note, **values):
        """Mail the customer outside of the thread, and note there that it was done.

        What is posted is read by the whole department, and by whoever has written it; the link by which the
        customer says whether he is content is his alone. So the mail hangs on nothing, is written by the
        system, and is gone once it is sent. By the number of the note his reply still finds its way here.

        :param str template: xml id of a mail template
        :param str note: what is noted
        :param values: of the mail, beside those that are always the same
        """
        self.ensure_one()
        number = generate_tracking_message_id(f"{self.id}-{self._name}")
        # the system's own user: a message is read by those who have created it
        complaint = self.with_user(self.env.ref("base.user_root"))
        complaint.env.ref(template).send_mail(
            self.id,
            email_layout_xmlid="mail.mail_notification_light",
            email_values={
                "model": False,
                "res_id": False,
                "message_id": number,
                "author_id": complaint.company_id.partner_id.id,
                "reply_to": complaint._notify_get_reply_to()[self.id],
                "auto_delete": True,
                **values,
            },
        )
        # after the mail: core takes the last message with a number for the one that is replied to
        self.message_post(
            body=note, message_type="notification", subtype_xmlid="mail.mt_note", message_id=number
        )

    def _acknowledge(self):
        """Tell a customer who has written that it came, and until when he is helped (C5); no stranger."""
        for complaint in self:
            is_wanted = complaint.company_id.key_account_complaint_acknowledge
            if is_wanted and complaint.partner_id.email and complaint.state in OPEN_STATES:
                complaint._mail_customer(ACKNOWLEDGEMENT_MAIL, self.env._(
                    "Its receipt was confirmed to %(customer)s, with the promised deadlines.",
                    customer=complaint.partner_id.email,
                ), headers=repr(NO_ANSWER))

    def _get_moment(self, name):
        """Return a moment as the customer reads it: in his language, by the company's clock.

        :param str name: of a field with a moment
        :rtype: str
        """
        self.ensure_one()
        zone = self.company_id._get_key_account_timezone().zone
        return format_datetime(
            self.env, self[name], tz=zone, dt_format="short", lang_code=self.env.context.get("lang")
        )

    # === HIS WORD === #

    def _check_feedback_is_due(self):
        if any(complaint.state != "resolved" for complaint in self):
            raise UserError(self.env._(
                "The customer is told of the result when there is one: solve it first."
            ))

    def _note_feedback(self):
        """Note who has told the customer the result, and when: where nothing else was, it is the answer."""
        now = fields.Datetime.now()
        # sudo: who and when is nobody's to write
        complaints = self.sudo()
        complaints.write({"feedback_on": now, "feedback_user_id": self.env.uid})
        complaints.filtered(lambda complaint: not complaint.responded_on).responded_on = now

    def _take_confirmation(self, confirmation):
        # sudo: what the customer said is entered by the buttons and by his own link alone
        self.sudo().write({"confirmation": confirmation, "confirmed_on": fields.Datetime.now()})

    def rating_apply(self, rate, token=None, rating=None, feedback=None, subtype_xmlid=None,
                     notify_delay_send=False):
        """Take the customer's word from his link: content closes the complaint, not content opens it again.

        :raise AccessError: when one of us wants to speak for him, also by the link itself
        """
        is_one_of_us = self.env.user._is_internal() and self.env.uid != SUPERUSER_ID
        if not self.env.su or is_one_of_us:
            raise self._get_not_the_customer()
        rating = super().rating_apply(
            rate, token=token, rating=rating, feedback=feedback, subtype_xmlid=subtype_xmlid,
            notify_delay_send=notify_delay_send,
        )
        # the link speaks for the customer, not for whoever is logged in
        complaint = self.with_user(self.env.ref("base.user_root"))
        if rate < RATING_LIMIT_OK and complaint.state in ("resolved", "closed"):
            complaint._reopen(feedback or self.env._("The customer gave no reason."))
            complaint._take_confirmation("not_content")
        elif rate >= RATING_LIMIT_OK and complaint.state == "resolved":
            complaint._take_confirmation("content")
            if complaint._get_cannot_transition_reason("closed"):
                complaint._tell_owner(
                    lambda env: env._("The customer is content: fill in cause and measures, and close it")
                )
            else:
                complaint.action_close()
        return rating

    def message_post(self, **kwargs):
        if kwargs.get("rating_value"):
            # core would note it as the customer's
            raise self._get_not_the_customer()
        return super().message_post(**kwargs)

    def _get_not_the_customer(self):
        return AccessError(self.env._("What the customer says comes by his own link."))

    # === WHAT REACHES HIM === #

    def _message_post_after_hook(self, message, msg_vals):
        """The first comment that reaches the customer is the answer."""
        result = super()._message_post_after_hook(message, msg_vals)
        if not self.responded_on and self.state in OPEN_STATES and self._reaches_customer(message):
            self._note_response()
        return result

    def _reaches_customer(self, message):
        """Return whether one of us has written it, and the customer, or who has complained, gets it."""
        # sudo: authors and followers are anybody's contacts
        message, complaint = message.sudo(), self.sudo()
        comment = self.env.ref("mail.mt_comment")
        if message.author_id.partner_share or not message.author_id or message.subtype_id != comment:
            return False
        if message.message_type not in ("comment", "email") or message.is_internal:
            return False
        sender = email_normalize(complaint.email_from or "")
        if sender and sender in email_normalize_all(message.outgoing_email_to or ""):
            return True
        recipients = (message.partner_ids | complaint.message_partner_ids).filtered("email_normalized")
        return any(
            partner.partner_share and complaint._is_of_customer(partner, partner.email_normalized)
            for partner in recipients
        )

    def _is_of_customer(self, partner, address):
        """Return whether somebody is the customer, one of his people, or who has complained.

        :param res.partner partner: the contact, or nobody
        :param str address: the normalized address, or an empty text
        :rtype: bool
        """
        self.ensure_one()
        complaint = self.sudo()  # sudo: whose contact it is need not be seen
        customer = complaint.partner_id.commercial_partner_id
        return bool(
            (address and address == email_normalize(complaint.email_from or ""))
            or (customer and partner.sudo().commercial_partner_id == customer)  # sudo: as above
        )

    def _get_covered_recipients(self, recipients_data):
        """The customer gets what we write to him in full, also where his account is secret."""
        # sudo: whoever handles it writes to the customer
        customer = self.sudo().partner_id.commercial_partner_id
        partners = self.env["res.partner"].sudo().browse(  # sudo: as above
            data["id"] for data in recipients_data if data["id"]
        ).exists()
        written_to = partners.filtered(
            lambda partner: partner.partner_share and partner.commercial_partner_id == customer
        )
        return [data for data in recipients_data if data["id"] not in written_to.ids]
