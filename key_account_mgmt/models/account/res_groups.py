from odoo import models

from ..access.roles import ROLES, group


class ResGroups(models.Model):
    """Whoever holds key accounts does not lose login or role through the group either (O4)."""

    _inherit = "res.groups"

    def write(self, vals):
        if "user_ids" not in vals:
            return super().write(vals)
        before = {record: record.user_ids for record in self}
        result = super().write(vals)
        for record, users in before.items():
            record._check_removed_users(users - record.user_ids)
        return result

    def _check_removed_users(self, users):
        """Refuse to take users out of a group who need it for what they hold.

        :param res.users users: who was in this group
        :raise RedirectWarning: with the way to the hand-over
        """
        implied = self.all_implied_ids
        if self.env.ref("base.group_user") not in implied:
            return
        for user in users.filtered("active"):
            roles = user._get_key_account_roles() | implied._get_key_account_roles()
            user._check_still_works_for_accounts(user.company_ids, roles)

    def _get_key_account_roles(self):
        """Return the names of those roles whose groups are among these.

        :rtype: set
        """
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        return {role for role in ROLES if get_id(group(role)) in self.ids}
