from odoo import api, models
from odoo.fields import Domain

from .res_company_deputy import NAMED_ROLES


class KeyAccountApprovalMixin(models.AbstractModel):
    """Decisions wait for who stands in today, and go on to somebody else when that changes (O4)."""

    _inherit = "key.account.approval.mixin"

    def _get_asked_people(self, role):
        if role not in NAMED_ROLES:
            return super()._get_asked_people(role)
        # sudo: as for the leaders
        return self.sudo()._get_approval_company()._get_key_account_asked(role)

    def _get_returned_instead(self):
        """Return who looks after the account by now, else a director of the company."""
        # sudo: as for the leaders
        record = self.sudo()
        accounts = self.env["key.account"]
        if record._name == accounts._name:
            accounts = record
        elif getattr(record, "_is_inside_perimeter", False):
            accounts = record.account_id
        if accounts:
            return accounts._get_responsible()
        return record._get_approval_company()._get_key_account_overseer()

    @api.model
    def _pass_on_decisions(self, users):
        """Give on what waits for people whose turn it may not be any more.

        :param res.users users: who was asked until now
        """
        for activity in self._find_waiting_decisions(Domain("user_id", "in", users.ids)):
            self._pass_on_decision(activity)

    @api.model
    def _find_waiting_decisions(self, domain=Domain.TRUE):
        # sudo: they are other people's activities
        return self.env["mail.activity"].sudo().search(self._get_decision_domain() & domain, order="id")

    @api.model
    def _pass_on_decision(self, activity):
        """Ask another one where the one asked may not decide any more, or somebody else stands in today.

        Whom somebody has chosen by hand among those who may decide stays.

        :param mail.activity activity: one of :meth:`_find_waiting_decisions`
        :return: whether it was passed on
        :rtype: bool
        """
        record = self.env[activity.res_model].sudo().browse(activity.res_id)  # sudo: as above
        role, users = record._get_pending_approvers()
        if not users or activity.user_id in users - record._get_asked_people(role).sudo(False):
            return False
        asked = record._get_named_approver(role, users)
        if activity.user_id == asked:
            return False
        activity.user_id = asked
        return True
