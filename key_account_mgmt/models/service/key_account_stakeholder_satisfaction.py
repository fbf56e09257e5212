from odoo import fields, models


class KeyAccountStakeholder(models.Model):
    """Who is erased has answered surveys: what was answered stays, by whom does not."""

    _inherit = "key.account.stakeholder"

    def _erase_personal_data(self):
        contact = self.partner_id
        if contact:
            self._erase_surveys(contact)
        return super()._erase_personal_data()

    def _erase_surveys(self, contact):
        """Take the person's name and address from surveys and answer sheets; open ones are cancelled."""
        surveys = self.env["key.account.satisfaction"].with_context(tracking_disable=True).search(
            [("contact_id", "=", contact.id)]
        )
        for survey in surveys.filtered(lambda survey: survey.state in ("draft", "sent")):
            # by the system: giving up a survey that was sent is the leader's, erasing is not
            survey.with_user(self.env.ref("base.user_root"))._cancel(self.env._("The person was erased."))
        surveys.contact_id = False
        sheets = self.env["survey.user_input"].search([("partner_id", "=", contact.id)])
        sheets.message_ids.unlink()
        sheets.write(
            {"partner_id": False, "email": False, "nickname": False, "deadline": fields.Datetime.now()}
        )
