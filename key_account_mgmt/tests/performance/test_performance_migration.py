import runpy
from datetime import date
from pathlib import Path

from odoo.tests import tagged

from ..common import KeyAccountCase

SCRIPT = Path(__file__).parents[2] / "migrations" / "19.0.1.4.0" / "post-performance.py"


@tagged("post_install", "-at_install")
class TestPerformanceMigration(KeyAccountCase):
    """What an update gives to a database that had no performance layer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account(cls._new_customer("One"))

    def _migrate(self):
        self.env.flush_all()
        runpy.run_path(str(SCRIPT))["migrate"](self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def _new_order_without_department(self, day):
        order = self._new_order(self.account.partner_id, 100, day)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET key_account_team_id = NULL WHERE id = %s", [order.id])
        return order

    def test_orders_of_the_past_count_for_the_department_that_the_account_had_then(self):
        self.env["key.account.ownership.history"].create([
            {"account_id": self.account.id, "team_id": team.id, "date_from": day, "user_id": self.director.id}
            for team, day in ((self.other_team, date(2025, 1, 1)), (self.team, date(2026, 3, 1)))
        ])
        days = ("2024-12-01", "2026-02-28", "2026-03-01")
        orders = [self._new_order_without_department(day) for day in days]
        self._migrate()
        teams = [order.key_account_team_id for order in orders]
        self.assertEqual(teams, [self.other_team, self.other_team, self.team])

    def test_what_is_kept_already_stays(self):
        order = self._new_order(self.account.partner_id, 100, "2026-02-01")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET key_account_team_id = %s WHERE id = %s", [self.other_team.id, order.id]
        )
        self._migrate()
        self.assertEqual(order.key_account_team_id, self.other_team)

    def test_seeds_come_where_there_are_none(self):
        seeds = self.env["ir.model.data"].search([
            ("module", "=", "key_account_mgmt"), ("model", "=", "key.account.expense.category"),
        ])
        before = sorted(seeds.mapped("name"))
        self.env["key.account.expense.category"].browse(seeds.mapped("res_id")).unlink()
        self._migrate()
        self.assertEqual(sorted(self.env["ir.model.data"].search([
            ("module", "=", "key_account_mgmt"), ("model", "=", "key.account.expense.category"),
        ]).mapped("name")), before)
