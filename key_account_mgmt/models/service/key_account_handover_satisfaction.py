from odoo import api, models
from odoo.fields import Domain

from ..account.key_account_handover_holding import Holding
from .key_account_satisfaction import OPEN_STATES


class KeyAccountHandover(models.Model):
    """Surveys under way go to the receiver."""

    _inherit = "key.account.handover"

    @api.model
    def _get_holding_kinds(self):
        return [
            *super()._get_holding_kinds(),
            Holding(
                "satisfaction", self.env._("Satisfaction Surveys"), "key.account.satisfaction",
                domain=lambda users, company: Domain("user_id", "in", users.ids)
                & Domain("state", "in", OPEN_STATES),
                move=self._move_plainly("user_id"),
                detail=lambda survey: survey._fields["state"].convert_to_export(survey.state, survey),
            ),
        ]
