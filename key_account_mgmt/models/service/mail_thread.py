import logging

from odoo import api, models, tools

COMPLAINT = "key.account.complaint"
_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """An automatic reply is no complaint: it is noted where it belongs and starts nothing."""

    _inherit = "mail.thread"

    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        route = super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        if not route or route[0] != COMPLAINT or not self._is_automatic_reply(message):
            return route
        # a note: it is not what the customer says
        message_dict["is_internal"] = True
        thread_id = route[1] or self.env[COMPLAINT]._find_last_of(
            tools.email_normalize(message_dict.get("email_from") or "")
        ).id
        if not thread_id:
            _logger.info(
                "Ignored mail with Message-Id %s: an automatic reply to nothing",
                message_dict.get("message_id"),
            )
            return False
        return (route[0], thread_id, *route[2:])

    @api.model
    def _is_automatic_reply(self, message):
        """Return whether a mail says of itself that nobody has written it as an answer (RFC 3834).

        What a customer's system generates by itself, without replying, is a complaint like any other.

        :param email.message.EmailMessage message: the mail
        :rtype: bool
        """
        automatic = (message.get("Auto-Submitted") or "").split(";")[0].strip().lower()
        precedence = (message.get("Precedence") or "").strip().lower()
        marked = any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse"))
        return automatic == "auto-replied" or precedence == "auto_reply" or marked
