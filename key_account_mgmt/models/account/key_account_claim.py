from odoo import api, fields, models

from odoo.addons.iap.tools import iap_tools

from ...calculations.claims import (
    normalise_domain,
    normalise_name,
    normalise_phone,
    normalise_vat,
)
from .key_account_handover_holding import CLOSED_STATES

# Domains at which everybody may have an address; core keeps the list.
FREE_DOMAINS = frozenset(iap_tools._MAIL_DOMAIN_BLACKLIST)


class KeyAccountClaim(models.Model):
    """By what a customer is recognised as a key account: one row a name, domain, phone or tax number.

    Kept by the addon, so that a new lead is matched by one indexed query; nobody reads it.
    """

    _name = "key.account.claim"
    _description = "Key Account Claim"
    _inherit = ["key.account.access.mixin"]
    _rec_name = "key"

    _is_audited = False

    kind = fields.Selection(
        selection=[("vat", "Tax Number"), ("name", "Name"), ("domain", "E-mail Domain"), ("phone", "Phone")],
        required=True,
        readonly=True,
    )
    key = fields.Char(required=True, readonly=True)

    _key_idx = models.Index("(key, kind)")
    _account_key_unique = models.UniqueIndex("(account_id, kind, key)")

    @api.model
    def _get_keys(self, name="", emails=(), phones=(), vat=""):
        """Return what somebody is recognised by, without what is empty.

        :return: pairs of kind and key
        :rtype: set
        """
        keys = {("name", normalise_name(name)), ("vat", normalise_vat(vat))}
        keys |= {("domain", normalise_domain(email, FREE_DOMAINS)) for email in emails}
        keys |= {("phone", normalise_phone(phone)) for phone in phones}
        return {(kind, key) for kind, key in keys if key}

    @api.model
    def _refresh(self, accounts):
        """Make the claims of these accounts say what their customers and contacts say now.

        :param key.account accounts: with superuser rights
        """
        claiming = accounts.filtered(
            lambda account: account.active and account.state not in CLOSED_STATES
        )
        contacts = self.env["res.partner"].search([
            ("commercial_partner_id", "in", claiming.partner_id.ids)
        ]).grouped("commercial_partner_id")
        wanted = set()
        for account in claiming:
            partners = contacts.get(account.partner_id, account.partner_id) | account.partner_id
            keys = self._get_keys(
                emails=partners.mapped("email"), phones=partners.mapped("phone"), vat=account.partner_id.vat
            )
            for company in partners.filtered("is_company"):
                keys |= self._get_keys(name=company.name)
            wanted |= {(account.id, kind, key) for kind, key in keys}
        claims = self.search([("account_id", "in", accounts.ids)])
        present = {(claim.account_id.id, claim.kind, claim.key): claim for claim in claims}
        gone = self.union(*(claim for key, claim in present.items() if key not in wanted))
        gone.unlink()
        self.create([
            {"account_id": account_id, "kind": kind, "key": key}
            for account_id, kind, key in sorted(wanted - present.keys())
        ])
