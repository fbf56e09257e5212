import logging

from odoo import api, models, tools

from .key_account_complaint_gateway import AUTOMATIC

COMPLAINT = "key.account.complaint"
_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """An automatic reply is no complaint: it is noted where it belongs and starts nothing."""

    _inherit = "mail.thread"

    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        route = super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        if not route or route[0] != COMPLAINT:
            return route
        complaints = self.env[COMPLAINT]
        automatic = self._get_automatic_kind(message, is_reply=bool(route[1]))
        if not automatic:
            if route[1] and not complaints._is_from_us(message_dict):
                # core makes a note of the reply to a note: what the customer writes is none
                message_dict["is_internal"] = False
            return route
        # a note: it is not what the customer says
        message_dict["is_internal"] = True
        sender = tools.email_normalize(message_dict.get("email_from") or "")
        thread_id = route[1] or complaints._find_last_of(sender, self._get_route_company(route)).id
        if not thread_id:
            _logger.info(
                "Ignored mail with Message-Id %s: an automatic reply to nothing",
                message_dict.get("message_id"),
            )
            return False
        return (route[0], thread_id, *route[2:])

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        thread = self
        if any(route[0] == COMPLAINT for route in routes or ()):
            thread = self.with_context(**{AUTOMATIC: self._get_automatic_kind(message, is_reply=True)})
        return super(MailThread, thread)._message_route_process(message, message_dict, routes)

    @api.model
    def _get_route_company(self, route):
        """Return the company to whose address for complaints a mail came."""
        return self.env["res.company"].browse((route[2] or {}).get("company_id")) or self.env.company

    @api.model
    def _get_automatic_kind(self, message, is_reply):
        """Return whether a mail says of itself that nobody has written it as an answer (RFC 3834).

        What a customer's system generates by itself, without replying, is a complaint like any other. Among
        replies the marks for such mails are also those of Exchange's notes of absence, and of the answers
        that people write in their own systems: so these are told of, and start nothing.

        :param email.message.EmailMessage message: the mail
        :param bool is_reply: it belongs to a complaint that is known
        :return: ``reply`` for an automatic reply, ``doubtful`` for what may be one, or False
        """
        automatic = (message.get("Auto-Submitted") or "").split(";")[0].strip().lower()
        precedence = (message.get("Precedence") or "").strip().lower()
        marked = any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse"))
        if automatic == "auto-replied" or precedence == "auto_reply" or marked:
            return "reply"
        suppressed = (message.get("X-Auto-Response-Suppress") or "").strip().lower()
        if is_reply and (automatic not in ("", "no") or suppressed not in ("", "none")):
            return "doubtful"
        return False
