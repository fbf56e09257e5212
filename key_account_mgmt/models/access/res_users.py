from odoo import api, models

from .roles import group


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name no portal user of a secret customer to those who may not see the contact."""
        result = super()._compute_display_name()
        # sudo: a user is named after his contact, whom the reader may not see
        veiled = self.sudo().partner_id.with_env(self.env)._filter_key_account_veiled()
        for user in self if veiled else ():
            if user.sudo().partner_id in veiled:  # sudo: as above
                user.display_name = self.env._("Secret Customer")
        return result

    def _handles_trade_documents(self):
        """Return whether the user sees contacts and documents of secret customers, and no file.

        :rtype: bool
        """
        self.ensure_one()
        return self._is_superuser() or self.has_group(group("document"))

    def _get_overseen_companies(self):
        """Return the companies in which no key account is closed to the user.

        :rtype: res.company
        """
        self.ensure_one()
        oversees = self.has_group(group("director")) or self.has_group(group("executive"))
        return self.company_ids if oversees else self.env["res.company"]

    def _works_for_secret_accounts(self):
        """Return whether the user is one of the people of any customer with a secret account."""
        self.ensure_one()
        return self.id in self.env["key.account"]._get_secret_people_ids()

    def _get_key_account_veil(self, path="", flag="", with_documents=True):
        """Return the domain of what is not a secret customer's, or is one of this user's customers.

        The global rules on the applications' models are this domain. It names field paths only, since
        rules are cached as they were evaluated; and it is one plain column for those who have nothing
        to do with secret accounts, since it is asked with everything that anybody opens.

        :param str path: the way from the model to the customer, empty for the contact itself
        :param str flag: the way to ``key_account_is_secret``; the customer's own where none is given
        :param bool with_documents: whether those who handle trade documents see it all
        :rtype: list
        """
        self.ensure_one()
        if with_documents and self._handles_trade_documents():
            return [(1, "=", 1)]
        prefix = f"{path}." if path else ""
        own = f"{prefix}commercial_partner_id"
        domain = self._get_open_domain(flag or f"{prefix}key_account_is_secret")
        if self.share:
            # the customer's own people in the portal
            return ["|", *domain, (own, "=", self.commercial_partner_id.id)]
        for inside in self._get_inside_conditions(f"{own}.key_account_ids"):
            domain = ["|", *domain, inside]
        return domain

    def _get_inside_conditions(self, account):
        """Return the conditions of which one holds where an account is this user's, as rules have it.

        :param str account: the way from the model to the account
        :rtype: list
        """
        conditions = []
        if self._works_for_secret_accounts():
            conditions.append((f"{account}.allowed_user_ids", "=", self.id))
        if companies := self._get_overseen_companies():
            conditions.append((f"{account}.company_id", "in", companies.ids))
        return conditions

    def _get_open_domain(self, flag):
        """Return the domain of what is not secret, by a flag of the model or of another one."""
        # by another one: the few that are, excluded; not the many that are not, searched
        return ["!", (flag, "=", True)] if "." in flag else [(flag, "!=", True)]

    def _get_key_account_event_veil(self, path=""):
        """Return the domain of meetings that are not a secret account's, or are one of this user's.

        A meeting with another company's secret customer is his where he takes part and the customer is
        his as well.

        :param str path: the way from the model to the meeting, empty for the meeting itself
        :rtype: list
        """
        self.ensure_one()
        prefix = f"{path}." if path else ""
        account = f"{prefix}key_account_id"
        domain = self._get_open_domain(f"{prefix}key_account_is_secret")
        takes_part = (f"{prefix}partner_ids", "=", self.partner_id.id)
        if self.share:
            return ["|", *domain, takes_part]
        for inside in self._get_inside_conditions(account):
            domain = ["|", *domain, inside]
        for inside in self._get_inside_conditions(f"{account}.partner_id.key_account_ids"):
            domain = ["|", *domain, "&", "|", (f"{prefix}user_id", "=", self.id), takes_part, inside]
        return domain
