from odoo.exceptions import AccessError
from odoo.tests import tagged

from .appraisal_case import AppraisalCase


@tagged("post_install", "-at_install")
class TestAppraisalPrints(AppraisalCase):
    """The appraisal form (绩效考核表) on paper, for those who see the appraisal."""

    def _print(self, records, login):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            "key_account_mgmt.report_key_account_appraisal", records.ids
        )
        return html.decode() if isinstance(html, bytes) else str(html)

    def test_the_form_carries_items_points_words_and_decisions(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        line = self._line(appraisal, "Discipline")
        line.with_user(self.leader).comment = "Late <twice>"
        self._score(appraisal)
        self._object(appraisal)
        html = self._print(appraisal, "manager")
        for text in (
            "Appraisal Form", "2026-05", self.manager.name, "East", "Key Account Sales, Monthly",
            "Target Attainment", "88.00 %: 88 of a target of 100", "52.80", "Discipline",
            "Late &lt;twice&gt;", "84.80", "A good month", "We talked about", "My visits were not counted",
            self.leader.name, "signature",
        ):
            self.assertIn(text, html)

    def test_whoever_does_not_see_the_appraisal_does_not_print_it(self):
        appraisal = self._bring_to(self._open(), "published")
        for login in ("manager2", "inspector", "other_leader", "nobody"):
            with self.subTest(login=login), self.assertRaises(AccessError):
                self._print(appraisal, login)
