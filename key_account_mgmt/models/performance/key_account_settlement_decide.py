from odoo import models

from ...calculations.grading import to_decimal


class KeyAccountSettlement(models.Model):
    """Who decides on a settlement, when it may be handed in, and who is told of it."""

    _inherit = "key.account.settlement"

    def _get_barred_users(self):
        """Nobody decides on a settlement that pays himself."""
        return super()._get_barred_users() | self.line_ids.user_id | self.award_ids.user_id

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        if reason:
            return reason
        if target == "cancelled" and not self.cancel_reason:
            return self.env._("Cancel it by the button, which asks for the reason.")
        return transition.kind == "submit" and self._get_cannot_submit_reason()

    def _get_cannot_submit_reason(self):
        """Say what is missing before the draft can be handed in, or False.

        :rtype: str or bool
        """
        self.ensure_one()
        settlement = self.sudo()  # sudo: the whole settlement is handed in
        if settlement.date_to >= settlement.company_id._get_key_account_today():
            return self.env._(
                "%(settlement)s is not over yet: hand it in from the first day of the next month on.",
                settlement=self.display_name,
            )
        if not settlement.line_ids:
            return self.env._(
                "There is nobody to be paid in %(settlement)s yet: draw it up when appraisals are approved.",
                settlement=self.display_name,
            )
        if not settlement.department_result:
            return self.env._(
                "The department has no approved sales target for %(settlement)s: choose its result by hand, "
                "say why, and draw it up again.",
                settlement=self.display_name,
            )
        return not settlement._is_current() and self.env._(
            "Appraisals, targets or the ledger have changed since %(settlement)s was drawn up: draw it up "
            "again and look it through.",
            settlement=self.display_name,
        )

    def _get_cannot_transition_reason(self, target):
        reason = super()._get_cannot_transition_reason(target)
        if reason or self._transitions[self.state, target].kind != "approve":
            return reason
        return self._get_outdated_reason()

    def _get_outdated_reason(self):
        """Say whose appraisal was taken up again while the settlement waited, or False."""
        # sudo: appraisals may be hidden from an executive's deputy
        outdated = self.sudo().line_ids.filtered(
            lambda line: line.kind in ("month", "late") and line.appraisal_id and (
                not line.appraisal_id._is_payable()
                or to_decimal(line.appraisal_id.score) != to_decimal(line.score)
            )
        )
        return bool(outdated) and self.env._(
            "These appraisals were taken up again after the settlement was drawn up: %(people)s. Send it "
            "back, so that it is drawn up anew.",
            people=outdated.user_id.mapped("name"),
        )

    # === TELLING PEOPLE: ONLY THOSE WHO MAY READ IT === #

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Let nobody follow a settlement who may not read it: core would mail him what is said there."""
        if not self:
            return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)
        for settlement in self[1:]:
            settlement._message_subscribe(partner_ids, subtype_ids, customer_ids)
        first = self[:1]
        readers = first._filter_reading_partners(partner_ids)
        return super(KeyAccountSettlement, first)._message_subscribe(readers.ids, subtype_ids, customer_ids)

    def message_post(self, *, partner_ids=None, **kwargs):
        """Address nobody who may not read it: whom a message is addressed to, core lets read it."""
        partner_ids = partner_ids and self._filter_reading_partners(partner_ids).ids
        return super().message_post(partner_ids=partner_ids, **kwargs)

    def message_notify(self, *, partner_ids=False, **kwargs):
        if self and partner_ids:
            partner_ids = self._filter_reading_partners(partner_ids).ids
        return super().message_notify(partner_ids=partner_ids, **kwargs)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not self:
            return recipients
        readers = set(self._filter_reading_partners([data["id"] for data in recipients if data["id"]]).ids)
        return [data for data in recipients if data["id"] in readers]

    def _filter_reading_partners(self, partner_ids):
        """Return those of these contacts whose user may read the settlement."""
        self.ensure_one()
        # sudo: other people's contacts
        partners = self.env["res.partner"].sudo().browse(partner_ids or ()).exists()
        return partners.filtered(lambda partner: any(
            self.with_user(user).with_context(allowed_company_ids=user.company_ids.ids).sudo(False)
            .has_access("read")
            for user in partner.user_ids
        ))
