from odoo import models

from ..access.roles import group


class KeyAccountTargetDecisionMixin(models.AbstractModel):
    """Who decides on targets and their changes.

    The leader proposes, the director and then the executive decide. What the director proposes himself,
    as all targets of the company, the executive decides on alone.
    """

    _name = "key.account.target.decision.mixin"
    _description = "Decisions on Targets"
    _inherit = ["key.account.approval.mixin"]

    @property
    def _approval_steps(self):
        is_asked = len(self) == 1 and self.state == "submitted"
        proposer = self._get_requester() if is_asked else self.env.user
        # sudo: the role of somebody else
        is_directors = bool(proposer) and proposer.sudo().has_group(group("director"))
        return ("executive",) if is_directors else ("director", "executive")

    def _get_cannot_transition_reason(self, target):
        """The approval of the one who decides alone is enough."""
        transition = self._transitions.get((self.state, target))
        if transition and transition.kind == "approve" and self._is_decided():
            return False
        return super()._get_cannot_transition_reason(target)

    def _is_decided(self):
        return self.state == "submitted" and (
            len(self._get_round("approved")) >= len(self._approval_steps)
        )

    def _approve(self):
        result = super()._approve()
        if self._is_decided():
            # sudo: as the mixin does; `write` asks again whether the decisions are there
            self.sudo().write({"state": "approved"})
        return result
