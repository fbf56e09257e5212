from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError

# In the context while an administrator archives somebody in spite of what he holds. An object, so that
# no call from outside can pretend it.
BYPASS = object()


class ResUsers(models.Model):
    """Nobody leaves with key accounts in his hands, nor loses what he needs for them (O4)."""

    _inherit = "res.users"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_holds_no_key_account()
        if not vals.keys() & {"company_ids", "group_ids"}:
            return super().write(vals)
        before = {
            user: (user.company_ids, user._get_key_account_roles())
            for user in self if user.active and not user.share
        }
        result = super().write(vals)
        for user, (companies, roles) in before.items():
            user._check_still_works_for_accounts(companies, roles)
        return result

    def action_archive(self):
        # before core deletes the activities of those who are archived
        self._check_holds_no_key_account()
        return super().action_archive()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_key_account_holder(self):
        self._check_holds_no_key_account()

    def _get_key_account_roles(self):
        """Return the names of the roles that the user has.

        :rtype: set
        """
        self.ensure_one()
        # sudo: groups are not readable to everyone
        return self.sudo().all_group_ids._get_key_account_roles()

    def _check_holds_no_key_account(self, company=None, kinds=None):
        """Refuse to let users go who still hold something for key accounts; one query.

        :param res.company company: only what they hold there; none for all companies
        :param list kinds: only these kinds of holdings; none for all
        :raise RedirectWarning: with the way to the hand-over
        """
        if self.env.context.get("key_account_archive") is BYPASS or not self.ids:
            return
        # sudo: what they hold counts, whoever archives them
        handovers = self.env["key.account.handover"].sudo()
        if handovers._find_held_kinds(self, company, kinds):
            self._raise_holds_key_account(company, kinds)

    def _check_still_works_for_accounts(self, companies, roles):
        """Refuse to take the login, a company or roles from a user who needs them for what he holds.

        :param res.company companies: those that he had until now
        :param set roles: likewise
        :raise RedirectWarning: as above
        """
        self.ensure_one()
        if self.share:
            self._check_holds_no_key_account()
            return
        for company in companies - self.company_ids:
            self._check_holds_no_key_account(company=company)
        lost = self.env["key.account.handover"]._get_lost_kinds(roles, self._get_key_account_roles())
        if lost:
            self._check_holds_no_key_account(kinds=lost)

    def _raise_holds_key_account(self, company=None, kinds=None):
        # sudo: as above
        handovers = self.env["key.account.handover"].sudo()
        sentences, holders = [], self.browse()
        for user in self:
            held = handovers._count_held(user, company, kinds)
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
            holders._get_handover_context(company),
        )

    def _get_handover_context(self, company=None):
        """Return the context that opens the users' hand-overs, or begins the first one's."""
        # sudo: whether there is one
        found = self.env["key.account.handover"].sudo().search_count([
            ("user_id", "in", self.ids), ("state", "in", ("draft", "offered", "submitted")),
        ], limit=1)
        context = {"search_default_user_id": self[:1].id}
        if not found:
            context["default_user_id"] = self[:1].id
            if company:
                context["default_company_id"] = company.id
        return context
