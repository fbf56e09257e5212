import re

from odoo.tests import TransactionCase, tagged

from .test_layers import ADDON

DOCS = ADDON.parent / "docs"


@tagged("post_install", "-at_install")
class TestGuides(TransactionCase):
    """The guides name what is shipped."""

    def test_each_scheduled_action_stands_in_the_operations_guide_once(self):
        table = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (DOCS / "operations.md").read_text(), re.MULTILINE)
        named = [name for name, _interval in table if name not in ("action", "---")]
        crons = self.env["ir.cron"].with_context(active_test=False, lang="en_US").search([
            ("id", "in", self.env["ir.model.data"].search([
                ("module", "=", "key_account_mgmt"), ("model", "=", "ir.cron"),
            ]).mapped("res_id")),
        ])
        shipped = [name.removeprefix("Key Accounts: ") for name in crons.mapped("name")]
        self.assertGreater(len(shipped), 15)
        self.assertEqual(sorted(named), sorted(shipped))

    def test_each_print_stands_in_the_guide_by_role(self):
        guide = (DOCS / "guide.md").read_text()
        prints = guide[guide.index("## Prints"):]
        reports = self.env["ir.actions.report"].with_context(lang="en_US").search(
            [("report_name", "=like", "key_account_mgmt.%")]
        )
        rows = [
            f"| {annex.group()}," if (annex := re.search(r"Annex \d", name)) else f"| {name} |"
            for name in reports.mapped("name")
        ]
        self.assertGreater(len(rows), 10)
        self.assertEqual([row for row in rows if row not in prints], [])
