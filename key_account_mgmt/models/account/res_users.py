from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError

from .key_account_handover_holding import CLOSED_STATES

# In the context while an administrator archives somebody in spite of what he holds. An object, so that
# no call from outside can pretend it.
BYPASS = object()


class ResUsers(models.Model):
    """Nobody leaves with key accounts in his hands (O4)."""

    _inherit = "res.users"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_holds_no_key_account()
        if not vals.keys() & {"company_ids", "group_ids"}:
            return super().write(vals)
        before = self.filtered(lambda user: user.active and not user.share)
        result = super().write(vals)
        before._check_still_works_for_accounts()
        return result

    def action_archive(self):
        # before core deletes the activities of those who are archived
        self._check_holds_no_key_account()
        return super().action_archive()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_key_account_holder(self):
        self._check_holds_no_key_account()

    def _check_holds_no_key_account(self):
        """Refuse to let users go who still hold something for key accounts; one query.

        :raise RedirectWarning: with the way to the hand-over
        """
        if self.env.context.get("key_account_archive") is BYPASS or not self.ids:
            return
        # sudo: what they hold counts, whoever archives them
        handovers = self.env["key.account.handover"].sudo()
        if handovers._find_held_kinds(self):
            self._raise_holds_key_account()

    def _check_still_works_for_accounts(self):
        """Refuse to take the login, or the company, from users who hold key accounts there.

        :raise RedirectWarning: as above
        """
        self.filtered("share")._check_holds_no_key_account()
        if self.env.context.get("key_account_archive") is BYPASS:
            return
        # sudo: as above
        accounts = self.env["key.account"].sudo().search([
            ("manager_id", "in", self.ids), ("state", "not in", CLOSED_STATES),
        ])
        left = accounts.filtered(lambda account: account.company_id not in account.manager_id.company_ids)
        if left:
            left.manager_id.sudo(False)._raise_holds_key_account()

    def _raise_holds_key_account(self):
        # sudo: as above
        handovers = self.env["key.account.handover"].sudo()
        sentences, holders = [], self.browse()
        for user in self:
            held = handovers._count_held(user)
            if held:
                holders |= user
                sentences.append(self.env._("%(user)s: %(holdings)s.", user=user.name, holdings=held))
        message = self.env._(
            "Customers must not be lost when somebody leaves. Hand over first what is still held:\n"
            "%(holdings)s",
            holdings="\n".join(sentences),
        )
        if not self.env["key.account.handover"].has_access("create"):
            raise UserError(self.env._(
                "%(message)s\nAsk the key account director to prepare the hand-over.", message=message
            ))
        # sudo: the action is looked up, not changed
        action = self.env.ref("key_account_mgmt.key_account_handover_action").sudo()
        raise RedirectWarning(
            message, action.id, self.env._("Go to the Hand-over"),
            holders._get_handover_context(),
        )

    def _get_handover_context(self):
        """Return the context that opens the users' hand-overs, or begins the first one's."""
        # sudo: whether there is one
        found = self.env["key.account.handover"].sudo().search_count([
            ("user_id", "in", self.ids), ("state", "in", ("draft", "offered", "submitted")),
        ], limit=1)
        if found:
            return {"search_default_user_id": self[:1].id}
        return {"default_user_id": self[:1].id, "search_default_user_id": self[:1].id}
