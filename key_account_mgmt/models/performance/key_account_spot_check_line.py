from odoo import fields, models
from odoo.exceptions import UserError


class KeyAccountSpotCheckLine(models.Model):
    """What a superior may apply for when a report was fabricated (V8, R6)."""

    _inherit = "key.account.spot.check.line"

    reward_record_ids = fields.One2many(
        comodel_name="key.account.reward.record", inverse_name="spot_check_line_id", readonly=True
    )

    def action_open_reward_record(self):
        """Open the record of this report's author, or begin one: a criticism with what was found."""
        self.ensure_one()
        self.check_access("read")
        records = self.env["key.account.reward.record"]
        record = records.search([("spot_check_line_id", "=", self.id)])
        if not record:
            record = self._new_reward_record()
        return {
            "type": "ir.actions.act_window",
            "res_model": records._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _new_reward_record(self):
        if self.verdict != "fabricated":
            raise UserError(self.env._("Only of a fabricated report a record is opened from here."))
        if not self.team_id:
            raise UserError(self.env._("The visit belongs to no department: name one on its account first."))
        record = self.env["key.account.reward.record"].create({
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "kind": "criticism",
            "date": self.date,
            "facts": self.env._(
                "The report of the visit on %(date)s was fabricated. What was found: %(comment)s",
                date=self.date, comment=self.comment,
            ),
        })
        # sudo: the link is set by the system
        record.sudo().spot_check_line_id = self
        return record
