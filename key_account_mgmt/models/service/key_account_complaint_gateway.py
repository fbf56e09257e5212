from odoo import api, fields, models, tools

from .key_account_complaint_owner import NEWS

# how core's gateway hands on that nobody has written a mail as an answer
AUTOMATIC = "key_account_automatic"


class KeyAccountComplaint(models.Model):
    """Complaints that come by e-mail: whose they are, and what is none."""

    _inherit = "key.account.complaint"

    is_sender_unknown = fields.Boolean(
        string="Unknown Sender",
        compute="_compute_is_sender_unknown",
        search="_search_is_sender_unknown",
        help="Came by e-mail from an address that belongs to no customer.",
    )

    # === COMPUTE METHODS === #

    @api.depends("origin", "partner_id")
    def _compute_is_sender_unknown(self):
        for complaint in self:
            complaint.is_sender_unknown = complaint.origin == "mail" and not complaint.partner_id

    @api.model
    def _search_is_sender_unknown(self, operator, value):
        if operator != "in":
            return NotImplemented
        unknown = fields.Domain("origin", "=", "mail") & fields.Domain("partner_id", "=", False)
        return unknown if True in value else ~unknown

    # === BUSINESS METHODS === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a complaint of a mail: the sender's customer, its key account, or nobody known."""
        values = dict(custom_values or {})
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        sender = tools.email_normalize(msg_dict.get("email_from") or "")
        values |= {
            "company_id": company.id,
            "origin": "mail",
            "name": values.get("name") or msg_dict.get("subject") or self.env._("Without a subject"),
            "partner_id": self._find_sender(sender, company).id,
            "description": msg_dict.get("body"),
        }
        complaint = super().message_new(msg_dict, custom_values=values)
        if not self.env.context.get(AUTOMATIC):
            complaint._acknowledge()
        return complaint

    def message_update(self, msg_dict, update_vals=None):
        """Go on when the customer answers what he was asked; the owner hears of whatever comes in.

        An automatic reply changes nothing. Of what may be one, or is a stranger's, the owner is told.
        """
        result = super().message_update(msg_dict, update_vals=update_vals)
        automatic = self.env.context.get(AUTOMATIC)
        if automatic != "reply" and not self._is_from_us(msg_dict):
            for complaint in self:
                complaint._take_letter(msg_dict, is_automatic=bool(automatic))
        return result

    def _take_letter(self, msg_dict, is_automatic):
        """Let what has come in for a complaint have its effect.

        :param dict msg_dict: the mail, as core has read it
        :param bool is_automatic: it is marked as if nobody had written it
        """
        if is_automatic:
            self._tell_owner(
                lambda env: env._("An automatic reply has come: see whether there is an answer in it"), NEWS
            )
        elif self._is_from_customer(msg_dict):
            if self.state == "waiting_customer":
                self.write({"state": "in_progress"})
            self._tell_owner(lambda env: env._("The customer has written again: read it"), NEWS)
        else:
            self._tell_owner(
                lambda env: env._("Somebody else than the customer has written: read it"), NEWS
            )

    @api.model
    def _is_from_us(self, msg_dict):
        # sudo: the sender is anybody's contact
        partners = self.env["res.partner"].sudo()
        author = partners.browse(msg_dict.get("author_id")).exists()
        sender = tools.email_normalize(msg_dict.get("email_from") or "")
        if not author and sender:
            # core has not looked yet
            domain = [("email_normalized", "=", sender), ("partner_share", "=", False)]
            author = partners.search(domain, limit=1)
        return bool(author) and not author.partner_share

    def _is_from_customer(self, msg_dict):
        """Return whether a mail comes from who has complained, or from the same customer."""
        self.ensure_one()
        sender = tools.email_normalize(msg_dict.get("email_from") or "")
        # sudo: the sender is anybody's contact
        partners = self.env["res.partner"].sudo()
        author = partners.browse(msg_dict.get("author_id")).exists()
        customer = self.sudo().partner_id.commercial_partner_id  # sudo: as above
        if sender and customer and not self._is_of_customer(author, sender):
            # the address may be that of several contacts, of whom core has taken another one
            author = partners.search(
                [("email_normalized", "=", sender), ("commercial_partner_id", "=", customer.id)], limit=1
            )
        return self._is_of_customer(author, sender)

    @api.model
    def _find_sender(self, sender, company):
        """Return the contact of an address who is a customer; one of a key account first.

        :param str sender: a normalized address, or an empty text
        :param res.company company: whose complaint it is to be
        :rtype: res.partner
        """
        # sudo: mails are filed whoever may see the customer
        partners = self.env["res.partner"].sudo()
        if not sender:
            return partners
        found = partners.search(
            [("email_normalized", "=", sender), ("company_id", "in", [False, company.id])], order="id"
        ).filtered("partner_share")
        # sudo: as above
        accounts = self.env["key.account"].sudo().search([
            ("partner_id", "in", found.commercial_partner_id.ids), ("company_id", "=", company.id),
        ])
        known = found.filtered(lambda partner: partner.commercial_partner_id in accounts.partner_id)
        return (known or found)[:1]

    @api.model
    def _find_last_of(self, sender, company):
        """Return the last complaint that came from an address.

        :param str sender: a normalized address, or an empty text
        :param res.company company: to whose address the mail came
        """
        if not sender:
            return self.browse()
        # sudo: mails are filed whoever may see the complaint; the index finds those that hold the address
        found = self.sudo().search(
            [("email_from", "ilike", sender), ("company_id", "=", company.id)], order="id desc"
        )
        return next(
            (one for one in found if tools.email_normalize(one.email_from) == sender), self.browse()
        )
