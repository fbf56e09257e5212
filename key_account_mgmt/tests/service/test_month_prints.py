from odoo.fields import Command
from odoo.tests import tagged

from .test_monthly_submission import MonthCase


@tagged("post_install", "-at_install")
class TestMonthPrints(MonthCase):
    """V7, V9 and R3 on paper: the return-visit form and the minutes."""

    def _print(self, name, records, login="manager"):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            f"key_account_mgmt.report_key_account_{name}", records.ids
        )
        return html.decode() if isinstance(html, bytes) else str(html)

    def test_the_return_visit_form_names_each_projects_contact(self):
        person = self.env["key.account.stakeholder"].create({
            "account_id": self.account.id, "name": "Ms Li", "function": "Chief Buyer", "phone": "0571-2",
        })
        self.env["key.account.project"].create([
            {"account_id": self.account.id, "name": "Line 2", "contact_ids": [Command.set(person.ids)]},
            {"account_id": self.account.id, "name": "Line 3"},
        ])
        self.submission.with_user(self.manager).write({"feedback": "They want <b>more</b>"})
        self._hand_in("2026-05-26 04:00:00")
        html = self._print("return_visit", self.submission)
        for text in (
            "Works", "2026-05", "Line 2", "Ms Li", "Chief Buyer", "0571-2", "Line 3", "not been reported yet",
            "They want &lt;b&gt;more", "On holiday", "(late)",
        ):
            self.assertIn(text, html)

    def test_the_minutes_carry_what_was_resolved(self):
        meeting = self._new_meeting(
            minutes="<p>We agreed.</p>", agenda="<ul><li>Prices</li></ul>",
            resolution_ids=[Command.create({
                "name": "Send samples", "user_id": self.manager2.id, "deadline": "2026-06-01",
            })],
        )
        html = self._print("minutes", meeting)
        for text in ("We agreed.", "<li>Prices</li>", "Send samples", self.manager2.name, "Monthly"):
            self.assertIn(text, html)
