from odoo.tests import tagged

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestTargetPrint(KeyAccountCase):
    """The decomposition sheet on paper (R4)."""

    def _print(self, target, login):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            "key_account_mgmt.report_key_account_target", target.ids
        )
        return html.decode() if isinstance(html, bytes) else str(html)

    def test_the_sheet_lists_each_part_below_its_whole_and_only_what_its_reader_sees(self):
        team = self._new_target(amount=1234.5, challenge_amount=2000)
        for user, amount in ((self.manager, 1000), (self.manager2, 234.5)):
            self._new_target(
                level="person", user_id=user.id, parent_id=team.id, amount=amount, challenge_amount=1000,
            )
        self._approve_target(team)
        html = self._print(team, "leader")
        places = [html.index(text) for text in ("1,234.50", "· Manager ·", "· Manager2 ·")]
        self.assertEqual(places, sorted(places))
        self.assertIn("2,000.00", html)
        html = self._print(team, "manager")
        self.assertIn("· Manager ·", html)
        self.assertNotIn("· Manager2 ·", html)

    def test_an_accounts_targets_open_from_its_form(self):
        account = self._new_account()
        target = self._new_target(level="account", account_id=account.id, approve=True)
        mine = account.with_user(self.manager)
        self.assertEqual(mine.target_count, 1)
        found = target.with_user(self.manager).search(mine.action_open_targets()["domain"])
        self.assertEqual(found, target)
