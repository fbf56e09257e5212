from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding

# What somebody still has to see to: all but what is closed or cancelled.
HELD_STATES = ("new", "accepted", "in_progress", "waiting_customer", "disputed", "resolved")


class KeyAccountHandover(models.Model):
    """Complaints under way leave with nobody, nor do those to come of the kinds that somebody handles."""

    _inherit = "key.account.handover"

    @api.model
    def _get_receiving_roles(self):
        # customer service handles complaints: it gives and receives them
        return (*super()._get_receiving_roles(), "service")

    @api.model
    def _get_holding_kinds(self):
        return [
            *super()._get_holding_kinds(),
            Holding(
                "complaint", self.env._("Complaints"), "key.account.complaint",
                domain=lambda users, company: Domain("user_id", "in", users.ids)
                & Domain("state", "in", HELD_STATES),
                move=self._move_plainly("user_id"),
                detail=lambda complaint: complaint._get_state_label(complaint.state),
            ),
            Holding(
                "complaint_category", self.env._("Complaint Categories"), "key.account.complaint.category",
                domain=lambda users, company: Domain("user_id", "in", users.ids),
                # where the usual owner is gone, the account's manager gets the complaint
                account_domain=lambda users, company: Domain.FALSE,
                move=self._move_plainly("user_id"),
            ),
            self._get_role_holding(
                "complaint_default", self.env._("Gets Complaints Without Another Owner"), "res.company",
                "key_account_complaint_user_id", "",
            ),
        ]


class KeyAccountHandoverLine(models.Model):
    """Whoever is given a complaint sees it without its account; only of secret customers he does not."""

    _inherit = "key.account.handover.line"

    def _get_open_levels(self):
        return ("internal", "confidential") if self.kind == "complaint" else super()._get_open_levels()
