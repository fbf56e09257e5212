from odoo import models
from odoo.exceptions import UserError

from ..access.roles import ANY_ROLE


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge contacts without losing a key account.

        Core moves what points to the merged contacts by SQL and deletes what would then be double;
        so two accounts of one company are refused before it begins, and a single one is carried over.
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        # sudo: a hidden account must stop the merge as well
        accounts = self.env["key.account"].sudo().with_context(active_test=False).search(
            [("partner_id", "in", partners.ids)]
        )
        if len(accounts) > len(accounts.company_id):
            if not self.env.user.has_groups(ANY_ROLE):
                raise UserError(self.env._(
                    "Records hang on two of these contacts that cannot be put together. Ask your "
                    "administrator, or keep both contacts."
                ))
            raise UserError(self.env._(
                "Two of these contacts are key accounts of the same company. Merging them would lose "
                "one account with its number and history: keep both, or ask the key account director."
            ))
        destination = dst_partner if dst_partner in partners else self._get_ordered_partner(partners.ids)[-1:]
        if accounts and destination.commercial_partner_id != destination:
            raise UserError(self.env._(
                "Records hang on one of these contacts that belong to a company: merge into the "
                "company itself, not into a contact of it."
            ))
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        accounts.invalidate_recordset(["partner_id"])
        # core has moved everything by SQL: what is kept in memory and in flags is out of date
        accounts._forget_accounts()
        accounts._assign_documents()
        self._refresh_secrecy(destination)
        accounts._forget_accounts()
        return result

    def _refresh_secrecy(self, destination):
        """Mark what is secret among a customer, its contacts and their documents anew."""
        # sudo: contacts and documents that are hidden from the one who merges
        family = self.env["res.partner"].sudo().with_context(active_test=False).search(
            [("commercial_partner_id", "=", destination.sudo().commercial_partner_id.id)]
        )
        family._compute_key_account_is_secret()
        family.flush_recordset()
        for name in self.env["key.account.document.mixin"]._inherit_children:
            if not self.env[name]._abstract:
                # sudo: as above
                documents = self.env[name].sudo().with_context(active_test=False)
                documents.search([("partner_id", "in", family.ids)])._compute_key_account_is_secret()
