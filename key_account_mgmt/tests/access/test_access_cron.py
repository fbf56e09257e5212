from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import freeze_time, tagged
from odoo.tools import file_path

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestAccessCron(KeyAccountCase):
    """Once an hour, access follows the day and marks follow the accounts; only what differs is touched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.cron = cls.env.ref("key_account_mgmt.ir_cron_key_account_refresh_access")
        cls.today = cls.company._get_key_account_today()
        cls.customer = cls._new_customer("Quillon")
        cls.contact = cls.env["res.partner"].create({"name": "Ms Wu", "parent_id": cls.customer.id})
        cls.secret = cls._new_account(cls.customer, confidentiality="secret")

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _get_places(self, records):
        """Return where PostgreSQL keeps the rows: a row that is written gets another place."""
        self.env.flush_all()
        self.env.cr.execute(
            f'SELECT id, ctid FROM "{records._table}" WHERE id = ANY(%s) ORDER BY id',  # noqa: S608
            [records.ids],
        )
        return self.env.cr.fetchall()

    def test_it_runs_once_an_hour_after_an_upgrade_as_well(self):
        self.assertEqual((self.cron.interval_number, self.cron.interval_type), (1, "hours"))
        self.assertEqual(self.cron.nextcall.minute, 1)
        self.cron.interval_type = "days"
        self.env.flush_all()
        script = load_script(
            file_path("key_account_mgmt/migrations/19.0.1.1.0/post-access.py"), "post-access"
        )
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual((self.cron.interval_number, self.cron.interval_type), (1, "hours"))
        self.assertEqual(self.cron.nextcall.minute, 1)

    def test_a_member_is_out_within_the_hour_in_which_his_day_ends(self):
        """In Berlin the day ends at 22:00 UTC in summer."""
        self.company.resource_calendar_id.tz = "Europe/Berlin"
        self.env["key.account.member"].create({
            "account_id": self.secret.id, "user_id": self.assistant.id,
            "date_from": "2026-07-01", "date_to": "2026-07-02",
        })
        for moment, inside in (
            ("2026-06-30 21:01:00", False), ("2026-06-30 22:01:00", True),
            ("2026-07-02 21:01:00", True), ("2026-07-02 22:01:00", False),
        ):
            with freeze_time(moment):
                self._run_cron()
            self.assertEqual(self.assistant in self.secret.allowed_user_ids, inside, moment)

    def test_memory_is_dropped_once_for_many_accounts_and_not_at_all_when_nothing_is_due(self):
        accounts = self.secret | self._new_account(confidentiality="secret") | self._new_account(
            confidentiality="secret"
        )
        accounts.write({"member_ids": [Command.create({
            "user_id": self.assistant.id, "date_from": self.today, "date_to": self.today,
        })]})
        self._run_cron()
        dropped = []
        drop = type(accounts)._forget_accounts
        for days, times in ((0, 0), (1, 1), (1, 0)):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)), patch.object(
                type(accounts), "_forget_accounts", lambda self: (dropped.append(self), drop(self))[1]
            ):
                self._run_cron()
            self.assertEqual(len(dropped), times, f"day {days}")
            dropped.clear()
        self.assertNotIn(self.assistant, accounts.allowed_user_ids)

    def test_what_does_not_fit_in_one_go_is_left_to_the_next(self):
        accounts = self.secret | self._new_account() | self._new_account()
        accounts.write({"member_ids": [Command.create({
            "user_id": self.assistant.id, "date_from": fields.Date.add(self.today, days=1),
        })]})
        self.env.flush_all()
        told = []
        with freeze_time(fields.Datetime.now() + timedelta(days=1)), patch(
            "odoo.addons.key_account_mgmt.models.access.key_account_access_cron.LIMIT", 2
        ), patch.object(
            type(self.cron), "_commit_progress",
            lambda self, processed=0, *, remaining=None, deactivate=False: told.append(remaining) or 60,
        ):
            accounts._cron_refresh_access()
            accounts._cron_refresh_access()
        self.assertEqual(told, [1, 0])
        for account in accounts:
            self.assertIn(self.assistant, account.allowed_user_ids)

    def test_wrong_marks_are_mended_and_right_ones_left_alone(self):
        """Another process marks a record by what it knew before the account turned secret."""
        plain = self._new_customer("Plain")
        meetings = self.env["calendar.event"].create([
            {"name": name, "start": "2026-05-05 08:00:00", "stop": "2026-05-05 09:00:00",
             "partner_ids": [Command.set(partner.ids)]}
            for name, partner in (("secret", self.contact), ("plain", plain))
        ])
        records = {
            "res.partner": self.customer | self.contact | plain,
            "sale.order": self._new_order(self.contact, 1) | self._new_order(plain, 1),
            "crm.lead": self.env["crm.lead"].create([
                {"name": "x", "partner_id": self.contact.id}, {"name": "y", "partner_id": plain.id},
            ]),
            "account.move": self.env["account.move"].create([
                {"move_type": "out_invoice", "partner_id": self.contact.id},
                {"move_type": "out_invoice", "partner_id": plain.id},
            ]),
            "calendar.event": meetings,
        }
        self._run_cron()
        right = {name: found.mapped("key_account_is_secret") for name, found in records.items()}
        self.assertEqual(right["res.partner"], [True, True, False])
        self.assertEqual({str(flags[-2:]) for flags in right.values()}, {"[True, False]"})
        before = {name: self._get_places(found) for name, found in records.items()}
        self._run_cron()
        for name, found in records.items():
            self.assertEqual(self._get_places(found), before[name], name)
        for wrong in ("NOT key_account_is_secret", "NULL"):
            for found in records.values():
                self.env.cr.execute(f'UPDATE "{found._table}" SET key_account_is_secret = {wrong}')  # noqa: S608
            self.env.cr.execute("UPDATE calendar_event SET key_account_id = NULL")
            self.env.invalidate_all()
            self._run_cron()
            for name, found in records.items():
                self.assertEqual(found.mapped("key_account_is_secret"), right[name], f"{name}: {wrong}")
        self.assertEqual(meetings[0].key_account_id, self.secret)

    def test_the_company_itself_and_colleagues_are_not_marked(self):
        self._new_account(self.company.partner_id, confidentiality="secret")
        self.manager.partner_id.parent_id = self.customer
        self._run_cron()
        self.assertFalse(self.company.partner_id.key_account_is_secret)
        self.assertFalse(self.manager.partner_id.key_account_is_secret)
