from odoo import fields, models


class KeyAccountGrade(models.Model):
    """What visits to accounts of a grade are proposed with (V1, G13)."""

    _inherit = "key.account.grade"

    visit_purpose = fields.Text(translate=True, help="Empty: a general sentence is proposed.")
    visit_content = fields.Text(
        translate=True, help="Empty: a general sentence and the grade's benefits are proposed."
    )
    visit_effect = fields.Text(
        string="Expected Effect", translate=True, help="Empty: a general sentence is proposed."
    )

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
