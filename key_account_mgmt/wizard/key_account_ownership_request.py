from odoo import fields, models
from odoo.exceptions import UserError

from ..models.access.roles import group
from ..models.account.key_account_ownership_exception import EXCEPTION_KIND


class KeyAccountOwnershipRequest(models.TransientModel):
    """Somebody of another department asks for a customer, whose file he does not see (O2, O3)."""

    _name = "key.account.ownership.request"
    _description = "Ask for a Key Account"

    model = fields.Char(required=True)
    res_id = fields.Integer()
    typed = fields.Json(help="What was typed into a document that was refused, and so is not there.")
    kind = fields.Selection(
        selection=EXCEPTION_KIND, string="Ground for the Change", required=True, default="cross_area"
    )
    reason = fields.Text(required=True, help="What happened, and what proves it.")

    def action_confirm(self):
        """File the proposal in the user's name; he learns the decision and sees nothing of the file."""
        self.ensure_one()
        account = self._get_account()
        user = self.env.user
        # sudo: who asks stands outside of the account, and stays there
        proposals = self.env["key.account.ownership.exception"].sudo().with_context(
            mail_create_nosubscribe=True
        )
        is_manager = user.has_group(group("manager")) and self.kind != "cross_area"
        proposal = proposals.create({
            "account_id": account.id,
            "kind": self.kind,
            "reason": self.reason,
            "proposed_manager_id": is_manager and user.id,
            "joint_user_id": self.kind == "cross_area" and user.id,
        })
        proposal._submit_or_pass_on()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Your request is filed. You will be told what was decided."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_account(self):
        """Return the account that the document is about, when it is really somebody else's."""
        is_document = self.model in self.env.registry["key.account.claim.mixin"]._inherit_children
        document = is_document and self._get_document()
        if not document:
            raise UserError(self.env._("Open the lead or quotation again, and ask from there."))
        account = document._get_foreign_claims().get(document)
        if not account:
            raise UserError(self.env._("This customer is not taken by another department."))
        return account

    def _get_document(self):
        """Return the document, or one that was refused as it was typed."""
        documents = self.env[self.model]
        if isinstance(self.typed, dict):
            kinds = {
                name: int if documents._fields[name].type == "many2one" else str
                for name in documents._get_claim_fields()
            }
            return documents.new({
                name: value for name, value in self.typed.items() if isinstance(value, kinds.get(name, ()))
            })
        document = documents.browse(self.res_id).exists()
        document.check_access("read")
        return document
