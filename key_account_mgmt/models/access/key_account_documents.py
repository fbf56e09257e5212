from odoo import api, models


class KeyAccount(models.Model):
    """Which documents and meetings are the account's: right again whenever that may have changed."""

    _inherit = "key.account"

    # === CRUD METHODS === #

    def write(self, vals):
        if not vals.keys() & {"partner_id", "company_id"}:
            return super().write(vals)
        customers, leads = self.sudo().partner_id, self._get_open_leads()  # sudo: only their ids are asked
        for model in self._get_document_models():
            model._release_key_accounts(self)
        result = super().write(vals)
        # sudo: what an old customer has may belong to another company's account from now on
        left = customers - self.sudo().partner_id
        accounts = self.sudo().with_context(active_test=False).search([("partner_id", "in", left.ids)])
        (accounts | self)._assign_documents()
        (leads | self._get_open_leads())._follow_key_account()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_document_models(self):
        """Return the models of leads, orders, invoices and whatever else is an account's document.

        :return: empty recordsets
        :rtype: list
        """
        models_ = [self.env[name] for name in self.env["key.account.document.mixin"]._inherit_children]
        return [model for model in models_ if not model._abstract]

    def _assign_documents(self):
        """Write the accounts on their customers' leads, orders and invoices, by one UPDATE each."""
        # what is kept in memory may have been asked for before the change was written
        self._forget_accounts()
        for model in self._get_document_models():
            model._assign_key_accounts(self)
        self.env["calendar.event"]._assign_key_accounts(self)

    def _get_open_leads(self):
        # sudo: leads of other people
        return self.env["crm.lead"].sudo().search([
            ("key_account_id", "in", self.ids), ("won_status", "=", "pending"),
        ])
