from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ...calculations.grading import plain, to_decimal


class KeyAccountTarget(models.Model):
    """Submitting a target with its parts, and deciding on them at once.

    Whoever divides the company's year among ten people gets one decision, not a hundred and sixty: parts
    go along with the first target that is submitted, their head, and each keeps its own row of decisions.
    """

    _inherit = "key.account.target"

    # === ACTION METHODS === #

    def action_submit(self):
        """Ask for the decision on these targets and on all parts of them that are drafts."""
        drafts = self._get_drafts_below()
        drafts.check_access("write")
        drafts._check_submitted()
        for parent, group in drafts.filtered(
            lambda target: target.parent_id not in drafts
        ).grouped("parent_id").items():
            # those with the same whole are decided on together, others by themselves
            heads = group[:1] if parent else group
            for head in heads:
                along = head._get_drafts_below() if not parent else group._get_drafts_below()
                along = along & drafts
                head._submit("submitted")
                (along - head)._go_along(head)
        return True

    def action_submit_parts(self):
        """Submit those parts of an approved target that are drafts."""
        self.check_access("read")
        parts = self.child_ids.filtered(lambda target: target.state == "draft")
        if not parts:
            raise UserError(self.env._("No part of it is a draft: divide it first."))
        return parts.action_submit()

    def action_open_split(self):
        """Open the window that divides the target."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Divide the Target"),
            "res_model": "key.account.target.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_target_id": self.id},
        }

    def action_open_parts(self):
        """Open the parts of the target, and theirs."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_target_action")
        return action | {
            "domain": [("id", "child_of", self.id)], "context": {}, "display_name": self.display_name,
        }

    def action_propose_change(self):
        """Open a new change of an approved target."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Propose a Change"),
            "res_model": "key.account.target.change",
            "view_mode": "form",
            "context": {"default_target_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _get_drafts_below(self):
        """Return these targets, if drafts, and their parts that are drafts, the wholes first."""
        found, level = self.browse(), self.filtered(lambda target: target.state == "draft")
        while level:
            found |= level
            # sudo: who submits a whole submits all its parts
            level = level.sudo().child_ids.filtered(
                lambda target: target.state == "draft"
            ).sudo(False) - found
        return found

    def _check_submitted(self):
        """Refuse what does not add up, and parts of what is not decided on.

        :raise UserError: when there is nothing to submit, a whole is still a draft, or its parts do not add
            up to it
        """
        if not self:
            raise UserError(self.env._("Nothing here is a draft: what is submitted waits for its decision."))
        # sudo: the whole may be above what the user sees
        for target in self.sudo():
            if target.parent_id and target.parent_id.state != "approved" and target.parent_id not in self:
                raise UserError(self.env._(
                    "%(part)s is a part of %(whole)s, which is not approved yet: submit that one, its parts "
                    "go along.",
                    part=target.display_name, whole=target.parent_id.display_name,
                ))
        (self | self.sudo().parent_id.sudo(False))._check_adds_up()

    def _check_adds_up(self):
        """Refuse wholes whose parts come to another sum, and say by how much.

        :raise UserError: with one line a whole
        """
        labels = {name: self._fields[name]._description_string(self.env)
                  for name in ("amount", "challenge_amount")}
        lines = []
        for target in self.sudo():  # sudo: all parts count, whoever sees them
            for name, label in labels.items():
                asked = to_decimal(target[name])
                total = sum((to_decimal(part[name]) for part in target.child_ids), Decimal(0))
                if target.child_ids and asked != total and (asked or name == "amount"):
                    lines.append(self.env._(
                        "%(target)s: %(label)s %(asked)s, its parts come to %(total)s, a difference of "
                        "%(difference)s.",
                        target=target.display_name, label=label, asked=plain(asked), total=plain(total),
                        difference=f"{total - asked:+,.2f}",
                    ))
        if lines:
            raise UserError(
                "\n".join([self.env._("The parts have to add up to the whole:"), *lines])
            )

    def _go_along(self, head):
        """Let parts be submitted with their head: each gets its own row, nobody a second activity."""
        # sudo: the head is set by the system
        self.sudo().write({"head_id": head.id})
        for target in self:
            target._record_decision("submitted")
            target.write({"state": "submitted"})

    def _submit(self, target):
        self.sudo().head_id = False  # sudo: as above
        return super()._submit(target)

    def _get_along(self):
        """Return what is decided on together with these targets."""
        # sudo: who decides on the head decides on all that came with it
        return self.sudo().search([("head_id", "in", self.ids), ("state", "=", "submitted")]).sudo(False)

    def _approve(self):
        along = self._get_along()
        result = super()._approve()
        for target in along:
            target._approve()
        return result

    def _decline(self, decision, comment):
        along = [target._get_along() for target in self]
        result = super()._decline(decision, comment)
        for parts in along:
            for part in parts:
                part._record_decision(decision, comment=comment)
                part.sudo().write({"state": "draft"})  # sudo: as the mixin does for the head
        return result

    def _notify_approver(self):
        return not self.head_id and super()._notify_approver()

    def _get_barred_users(self):
        """Nobody decides on his own target, nor on that of an account which he manages."""
        # sudo: accounts that the user does not see
        targets = (self | self._get_along()).sudo()
        return super()._get_barred_users() | targets.user_id | targets.account_id.manager_id

    def _get_cannot_approve_reason(self):
        if self.head_id and self.state == "submitted":
            # sudo: the head may be outside of what the user sees
            return self.env._(
                "%(target)s was submitted with %(head)s: decide on that one, it holds for both.",
                target=self.display_name, head=self.sudo().head_id.display_name,
            )
        return super()._get_cannot_approve_reason()

    @api.depends("head_id")
    def _compute_can_approve(self):
        result = super()._compute_can_approve()
        for target in self.filtered("head_id"):
            target.can_approve = False
        return result
