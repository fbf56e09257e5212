from odoo import api, fields, models, tools

from .key_account_complaint import OPEN_STATES


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
        return super().message_new(msg_dict, custom_values=values)

    def message_update(self, msg_dict, update_vals=None):
        """Go on when the customer answers what he was asked; the owner hears of anything else."""
        result = super().message_update(msg_dict, update_vals=update_vals)
        if not msg_dict.get("is_internal") and not self._is_from_us(msg_dict):
            for complaint in self:
                if complaint.state == "waiting_customer":
                    complaint.write({"state": "in_progress"})
                elif complaint.state not in OPEN_STATES:
                    complaint._tell_owner(self.env._("The customer has written again: read it"))
        return result

    @api.model
    def _is_from_us(self, msg_dict):
        # sudo: the sender is anybody's contact
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id")).exists()
        return bool(author) and not author.partner_share

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
    def _find_last_of(self, sender):
        """Return the last complaint that came from an address.

        :param str sender: a normalized address, or an empty text
        """
        if not sender:
            return self.browse()
        # sudo: mails are filed whoever may see the complaint
        return self.sudo().search([("email_from", "ilike", sender)], order="id desc", limit=1)
