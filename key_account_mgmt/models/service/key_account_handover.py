from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding
from .key_account_visit import AHEAD_STATES, HELD_STATES, OPEN_STATES

OPEN_PLANS = ("draft", "submitted", "reviewed")
# Held, and the report is still owed
OWED_STATES = (*OPEN_STATES, HELD_STATES[0])


class KeyAccountHandover(models.Model):
    """Visits and plans go with whoever leaves: what is to be held, and what is to be reported."""

    _inherit = "key.account.handover"

    @api.model
    def _get_holding_kinds(self):
        kinds = super()._get_holding_kinds()
        places = [kind.key for kind in kinds]
        # before the meetings: those of visits move with them
        kinds[places.index("meeting"):places.index("meeting")] = self._get_visit_holdings()
        return kinds

    @api.model
    def _get_visit_holdings(self):
        return [
            Holding(
                "visit", self.env._("Visits"), "key.account.visit",
                domain=self._get_visit_domain,
                move=self._move_visits,
                detail=lambda visit: visit._get_state_label(visit.state),
                stand_in=self._move_visits,
            ),
            Holding(
                "visit_plan", self.env._("Visit Plans"), "key.account.visit.plan",
                domain=lambda users, company: Domain("user_id", "in", users.ids)
                & Domain("state", "in", OPEN_PLANS),
                move=self._move_plainly("user_id"),
                detail=lambda plan: plan._get_state_label(plan.state),
                role="manager",
            ),
        ]

    @api.model
    def _get_visit_domain(self, users, company):
        """Visits to come that they lead or take part in, and those of which they owe the report."""
        return (
            Domain("user_id", "in", users.ids) & Domain("state", "in", OWED_STATES)
            | Domain("visitor_ids", "in", users.ids) & Domain("state", "in", OPEN_STATES)
        )

    @api.model
    def _get_meeting_domain(self, users, company):
        of_visits = self.env["key.account.visit"]._search([
            ("event_id", "!=", False), ("state", "in", AHEAD_STATES),
        ])
        return super()._get_meeting_domain(users, company) & ~(
            Domain("res_model", "=", "key.account.visit")
            & Domain("res_id", "in", of_visits)
        )

    def _find_holdings(self):
        for kind, record in super()._find_holdings():
            if kind.key == "visit" and self.kind == "absence" and not self._is_absent_at(record):
                continue
            yield kind, record

    def _is_absent_at(self, visit):
        """Return whether a visit is to be held on a day of the absence."""
        return visit.state in OPEN_STATES and self.date_from <= visit.date <= self.date_to

    @api.model
    def _move_visits(self, visits, receiver, handover):
        """Whoever receives leads them, or comes along, in the place of the one who hands over."""
        leaver = handover.user_id
        for visit in visits:
            if visit.user_id == leaver:
                visit.user_id = receiver
            elif leaver in visit.visitor_ids:
                visit.visitor_ids = visit.visitor_ids - leaver | receiver
