from odoo import api, models


class KeyAccount(models.Model):
    """Keeping the claims of an account, and saying to others that it is taken."""

    _inherit = "key.account"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._refresh_claims()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if {"state", "active", "partner_id"} & vals.keys():
            self._refresh_claims()
        return result

    def _refresh_claims(self):
        if not self:
            return
        # sudo: claims are kept by the addon alone; archived contacts claim nothing
        self.env["key.account.claim"].sudo().with_context(active_test=True)._refresh(self.sudo())

    def _get_claim_message(self):
        """Say to somebody of another department that the customer is taken; a secret one is not named.

        :rtype: str
        """
        self.ensure_one()
        account = self.sudo()  # sudo: the message says only what its level of confidentiality allows
        if account.confidentiality == "secret":
            return self.env._("This customer is taken: ask the key account director before you go on.")
        if account.confidentiality == "confidential":
            return self.env._(
                "This customer is a key account of the department %(team)s. Who developed a customer comes "
                "first: talk to that department, or ask for the customer with your reason.",
                team=account.team_id.name or self.env._("that its director names"),
            )
        return self.env._(
            "%(account)s is a key account of %(manager)s (%(team)s). Who developed a customer comes first: "
            "talk to them, or ask for the customer with your reason.",
            account=account.display_name,
            manager=account.manager_id.name or self.env._("nobody yet"),
            team=account.team_id.name or "–",
        )

    def _tell_claim(self, document):
        """Tell the account's manager that somebody of another department works on its customer.

        :param document: the lead or order, as its user sees it
        """
        self._tell_manager(self.env._(
            "%(user)s opened the %(label)s “%(document)s” for this customer, and was warned.",
            user=self.env.user.name,
            label=self._get_document_label(document._name),
            document=document.display_name,
        ))

    def _tell_refusal(self, user, model_name):
        """Tell the account's manager that somebody was refused a document; once for several tries.

        :param res.users user: who tried
        :param str model_name: ``crm.lead`` or ``sale.order``
        """
        log = self.env["key.account.access.log"].with_user(user)
        if log._get_logged_ids("refuse", self):
            return
        log._log("refuse", self, detail=model_name)
        self._tell_manager(self.env._(
            "%(user)s wanted to open a %(label)s for this customer, and was refused.",
            user=user.name, label=self._get_document_label(model_name),
        ))

    @api.model
    def _get_document_label(self, model_name):
        return self.env["ir.model"]._get(model_name).sudo().name  # sudo: the name of a model

    def _tell_manager(self, body):
        """Let the account's manager know that somebody else works on its customer."""
        account = self.sudo()  # sudo: the one whom it is about need not see the account
        # of a secret account the mail says nothing, so what it speaks of has to be found in the chatter
        is_secret = account.confidentiality == "secret"
        tell = account.message_post if is_secret else account.message_notify
        tell(
            partner_ids=account.manager_id.filtered("active").partner_id.ids,
            subject=self.env._("Somebody else works on your customer"),
            body=body,
        )
