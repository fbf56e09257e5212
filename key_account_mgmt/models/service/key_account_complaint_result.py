from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.rating.models.rating_data import RATING_LIMIT_OK

from .key_account_complaint import OPEN_STATES

CONFIRMATION_MAIL = "key_account_mgmt.mail_template_complaint_confirmation"


class KeyAccountComplaint(models.Model):
    """What is done for a reason, what the customer is told, and what he says to it (C4)."""

    _inherit = "key.account.complaint"

    # === ACTION METHODS === #

    def action_ask_answer(self):
        """Open the window that asks what the customer was answered by other ways than from here."""
        return self._ask("answer", self.env._("What Was the Customer Answered, and How?"))

    def action_ask_cancel(self):
        """Open the window that asks why it is cancelled: spam, a duplicate."""
        return self._ask("cancel", self.env._("Why Is It Cancelled?"))

    def action_ask_dispute(self):
        """Open the window that asks what the director is to decide."""
        return self._ask("dispute", self.env._("What Is in Dispute?"))

    def action_ask_arbitrate(self):
        """Open the window that asks for the director's ruling."""
        self._check_each(lambda complaint: complaint._get_cannot_approve_reason())
        return self.env["key.account.reason"]._get_action(self, "arbitrate", self.env._("Your Ruling"))

    def action_ask_reopen(self):
        """Open the window that asks what the customer is not content with."""
        return self._ask("reopen", self.env._("What Is the Customer Not Content With?"))

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
            # sudo: the template is the administrator's
            template = self.env.ref(CONFIRMATION_MAIL).sudo()
            complaint.rating_send_request(template, lang=partner.lang, force_send=False)
        return True

    def _ask(self, act, title):
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, act, title)

    # === DONE FOR A REASON === #

    def _answer(self, answer):
        """Note an answer that was given by phone or face to face."""
        self.check_access("write")
        for complaint in self:
            complaint.message_post(body=answer)
        self._note_response()

    def _cancel(self, reason):
        self.check_access("write")
        # sudo: the reason is set together with the state, and not without it
        self.sudo().cancel_reason = reason
        self.write({"state": "cancelled"})

    def _dispute(self, reason):
        self.check_access("write")
        for complaint in self:
            # sudo: as above
            complaint.sudo().write({"dispute_reason": reason, "arbitration": False})
            complaint._submit("disputed")

    def _arbitrate(self, ruling):
        self._check_each(lambda complaint: complaint._get_cannot_approve_reason())
        for complaint in self:
            # sudo: the ruling is set together with the decision, and not without it
            complaint.sudo().arbitration = ruling
            complaint._approve()

    def _reopen(self, reason):
        """The customer is not content: work goes on, and the owner is told."""
        self.check_access("write")
        for complaint in self:
            # sudo: as above
            complaint.sudo().reopen_reason = reason
            complaint.write({"state": "in_progress"})
            complaint.message_post(body=reason)
            complaint._tell_owner(self.env._("The customer is not content: find another solution"))

    # === THE CUSTOMER === #

    def _check_feedback_is_due(self):
        if any(complaint.state != "resolved" for complaint in self):
            raise UserError(self.env._(
                "The customer is told of the result when there is one: solve it first."
            ))

    def _note_feedback(self):
        """Note who has told the customer the result, and when."""
        # sudo: who and when is nobody's to write
        self.sudo().write({"feedback_on": fields.Datetime.now(), "feedback_user_id": self.env.uid})

    def _take_confirmation(self, confirmation):
        # sudo: what the customer said is entered by the buttons and by his own link alone
        self.sudo().write({"confirmation": confirmation, "confirmed_on": fields.Datetime.now()})

    def rating_apply(self, rate, token=None, rating=None, feedback=None, subtype_xmlid=None,
                     notify_delay_send=False):
        """Take the customer's word from his link: content closes the complaint, not content opens it again.

        :raise AccessError: when one of us wants to speak for him
        """
        if not self.env.su:
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
            if not complaint._get_cannot_transition_reason("closed"):
                complaint.action_close()
        return rating

    def message_post(self, **kwargs):
        if kwargs.get("rating_value"):
            # core would note it as the customer's
            raise self._get_not_the_customer()
        return super().message_post(**kwargs)

    def _get_not_the_customer(self):
        return AccessError(self.env._("What the customer says comes by his own link."))

    def _tell_owner(self, summary):
        """Give the owner, or whoever leads the department, an activity for today."""
        # sudo: the activity belongs to the one who is told
        for complaint in self.sudo():
            told = complaint._get_escalation_user(1) or complaint._get_escalation_user(2)
            if told:
                complaint.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=told.id, summary=summary
                )

    def _get_printed_account(self):
        """Return the account's code, or its number, for the printed record."""
        self.ensure_one()
        account = self.sudo().account_id  # sudo: whoever handles the complaint may say whose it is
        return account.code or account.number or ""

    # === MAILS === #

    def _message_post_after_hook(self, message, msg_vals):
        """The first comment that reaches the customer is the answer."""
        result = super()._message_post_after_hook(message, msg_vals)
        if not self.responded_on and self.state in OPEN_STATES and self._reaches_customer(message):
            self._note_response()
        return result

    def _reaches_customer(self, message):
        """Return whether one of us has written it, and somebody outside gets it."""
        # sudo: authors and followers are anybody's contacts
        message, complaint = message.sudo(), self.sudo()
        comment = self.env.ref("mail.mt_comment")
        if message.author_id.partner_share or not message.author_id or message.subtype_id != comment:
            return False
        if message.message_type not in ("comment", "email") or message.is_internal:
            return False
        recipients = message.partner_ids | complaint.message_partner_ids
        return bool(message.outgoing_email_to) or any(recipients.mapped("partner_share"))

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
