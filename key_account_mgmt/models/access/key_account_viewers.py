from odoo import api, models

from .roles import ROLES, group


class KeyAccount(models.Model):
    """Who can see an account, by name, and why."""

    _inherit = "key.account"

    # === ACTION METHODS === #

    def action_open_viewers(self):
        """List everybody who can see this account, with the reason.

        :raise AccessError: when the user himself is not among them
        """
        self.ensure_one()
        self.check_access("read")
        lines = self.env["key.account.viewer"].create([
            {"user_id": user.id, "scope": scope, "reason": reason}
            for user, scope, reason in self._get_viewers()
        ])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_viewer_action"
        )
        return action | {
            "domain": [("id", "in", lines.ids)],
            "display_name": self.env._("Who Can See %(account)s?", account=self.display_name),
        }

    # === BUSINESS METHODS === #

    def _get_viewers(self):
        """Return who can see the account or, where it is secret, its documents.

        :return: (user, ``file`` or ``documents``, reason), users in the order of their names
        :rtype: list
        """
        self.ensure_one()
        viewers = []
        for user in self._get_possible_viewers():
            inside = self.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            ).has_access("read")
            if inside:
                viewers.append((user, "file", self._get_access_reason(user)))
            elif self.confidentiality == "secret" and user._handles_trade_documents():
                viewers.append((user, "documents", self.env._(
                    "Handles trade documents: sees the contact, orders and invoices, nothing of the file"
                )))
        return viewers

    @api.model
    def _get_possible_viewers(self):
        """Return the active users who have any of the addon's roles.

        :rtype: res.users
        """
        # sudo: groups are not readable to everyone
        groups = self.env["res.groups"].sudo().union(
            *(self.env.ref(group(role)).sudo() for role in (*ROLES, "document"))  # sudo: as above
        )
        users = groups.all_user_ids | self.sudo().allowed_user_ids  # sudo: members are named below
        return users.filtered(lambda user: user.active).sorted("name")

    def _get_access_reason(self, user):
        """Say why a user who may read this account may do so.

        :param res.users user: one who may
        :rtype: str
        """
        self.ensure_one()
        account = self.sudo()  # sudo: whoever sees the account may know who else does
        today = account.company_id._get_key_account_today()
        reasons = []
        if user == account.manager_id:
            reasons.append(self.env._("Key account manager"))
        roles = dict(self.env["key.account.member"]._fields["role"]._description_selection(self.env))
        for member in account.member_ids:
            if member.user_id == user and member._is_valid_on(today):
                role = roles[member.role]
                reasons.append(
                    self.env._("Account team: %(role)s, until %(day)s", role=role, day=member.date_to)
                    if member.date_to else self.env._("Account team: %(role)s", role=role)
                )
        if account.confidentiality != "secret":
            if user == account.team_id.user_id:
                reasons.append(self.env._("Leads the department %(team)s", team=account.team_id.name))
            if user == account.team_id.key_account_acting_deputy_id:
                reasons.append(self.env._(
                    "Stands in for the leader of %(team)s until %(day)s",
                    team=account.team_id.name, day=account.team_id.key_account_deputy_to or "…",
                ))
        reasons += self._get_role_reasons(user)
        if not reasons and account.create_uid == user:
            reasons.append(self.env._("Has proposed the candidate"))
        return "; ".join(reasons)

    def _get_role_reasons(self, user):
        """Return what a user's roles by themselves let him see of this account."""
        roles = {
            "director": self.env._("Key account director"),
            "executive": self.env._("Executive"),
        }
        if self.confidentiality != "secret":
            roles |= {
                "clerk": self.env._("Clerk: reads all but secret accounts, sensitive fields hidden"),
                "inspector": self.env._("Inspector: reads all but secret accounts, sensitive fields hidden"),
            }
        return [reason for role, reason in roles.items() if user.has_group(group(role))]
