from odoo import models


class KeyAccountComplaint(models.Model):
    """What is done with a complaint for a reason (C4)."""

    _inherit = "key.account.complaint"

    # === ACTION METHODS === #

    def action_ask_answer(self):
        """Open the window that asks what the customer was answered by other ways than from here."""
        return self._ask("answer", self.env._("What Was the Customer Answered, and How?"))

    def action_ask_wait(self):
        """Open the window that asks what the customer was asked: the clock stops until he answers."""
        return self._ask("wait", self.env._("What Was the Customer Asked?"))

    def action_ask_cancel(self):
        """Open the window that asks why it is cancelled: spam, a duplicate."""
        return self._ask("cancel", self.env._("Why Is It Cancelled?"))

    def action_ask_dispute(self):
        """Open the window that asks what the director is to decide."""
        return self._ask("dispute", self.env._("What Is in Dispute?"))

    def action_ask_arbitrate(self):
        """Open the window that asks for the director's ruling."""
        self._check_each(lambda complaint: complaint._get_cannot_approve_reason())
        return self.env["key.account.reason"]._get_action(self, "arbitrate", self.env._("Your Ruling"))

    def action_ask_reopen(self):
        """Open the window that asks what the customer is not content with."""
        return self._ask("reopen", self.env._("What Is the Customer Not Content With?"))

    def _ask(self, act, title):
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, act, title)

    # === DONE FOR A REASON === #

    def _answer(self, answer):
        """Note an answer that was given by phone or face to face."""
        self.check_access("write")
        for complaint in self:
            complaint.message_post(body=answer)
        self._note_response()

    def _wait(self, question):
        """Let the clock stop: the customer has been asked something."""
        self.check_access("write")
        # sudo: the question is set together with the state, and not without it
        self.sudo().waiting_question = question
        self.write({"state": "waiting_customer"})
        for complaint in self:
            complaint.message_post(body=question)

    def _cancel(self, reason):
        self.check_access("write")
        # sudo: the reason is set together with the state, and not without it
        self.sudo().cancel_reason = reason
        self.write({"state": "cancelled"})
        for complaint in self:
            # the director need not rule on it any more
            complaint._notify_approver()

    def _dispute(self, reason):
        self.check_access("write")
        for complaint in self:
            # sudo: as above
            complaint.sudo().write({"dispute_reason": reason, "arbitration": False})
            complaint._submit("disputed")

    def _arbitrate(self, ruling):
        self._check_each(lambda complaint: complaint._get_cannot_approve_reason())
        for complaint in self:
            # sudo: the ruling is set together with the decision, and not without it
            complaint.sudo().arbitration = ruling
            complaint._approve()

    def _reopen(self, reason):
        """The customer is not content: work goes on, and the owner is told."""
        self.check_access("write")
        for complaint in self:
            # sudo: as above
            complaint.sudo().reopen_reason = reason
            complaint.write({"state": "in_progress"})
            complaint.message_post(body=reason)
            complaint._tell_owner(
                lambda env: env._("The customer is not content: find another solution")
            )

    def _get_printed_account(self):
        """Return the account's code, or its number, for the printed record."""
        self.ensure_one()
        account = self.sudo().account_id  # sudo: whoever handles the complaint may say whose it is
        return account.code or account.number or ""
