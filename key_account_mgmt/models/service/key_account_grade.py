from odoo import api, fields, models

from .key_account_visit import VISIT_TYPE


class KeyAccountGrade(models.Model):
    """Which form visits to accounts of a grade have, and what they are proposed with (V1, V5, G13)."""

    _inherit = "key.account.grade"

    visit_type = fields.Selection(
        # a call alone keeps no promised visit
        selection=[kind for kind in VISIT_TYPE if kind[0] != "call"],
        string="Form of Visits",
        required=True,
        default="outbound",
        help="How promised visits are planned: at the customer's, at ours, or on a screen.",
    )
    call_interval_days = fields.Integer(
        string="Phone Call Every (Days)", help="0: no phone calls are promised."
    )
    visit_purpose = fields.Text(translate=True, help="Empty: a general sentence is proposed.")
    visit_content = fields.Text(
        translate=True, help="Empty: a general sentence and the grade's benefits are proposed."
    )
    visit_effect = fields.Text(
        string="Expected Effect", translate=True, help="Empty: a general sentence is proposed."
    )

    _call_interval = models.Constraint(
        "CHECK (call_interval_days >= 0)", "Intervals are 0 days or more."
    )

    @api.model
    def _get_promise_fields(self):
        return super()._get_promise_fields() | {"call_interval_days"}

    def _get_visit_texts(self):
        """Return the texts that a visit is proposed with; of no grade, the general ones.

        :rtype: dict
        """
        content = self.visit_content or self.env._(
            "Deliveries, quality and service since the last visit; open points; needs and projects of the "
            "coming months."
        )
        if not self.visit_content and self.benefits:
            content += "\n" + self.env._("Benefits of the grade: %(benefits)s", benefits=self.benefits)
        return {
            "purpose": self.visit_purpose or (
                self.env._("Regular visit as promised to grade %(grade)s", grade=self.display_name)
                if self else self.env._("Regular visit")
            ),
            "content": content,
            "expected_effect": self.visit_effect or self.env._(
                "The needs of the coming period are known; each open point has an owner and a date."
            ),
        }
