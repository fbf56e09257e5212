from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.account.batches import work_through
from ...models.account.res_users import BYPASS
from ..grading.test_crons import CronCase

BATCHES = "odoo.addons.key_account_mgmt.models.account.batches"


@tagged("post_install", "-at_install")
class TestFileCrons(CronCase):
    """What is due on a file is done once: run twice or killed half-way, the outcome is the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls._new_account() + cls._new_account(cls._new_customer("Second"))
        cls.today = cls.company._get_key_account_today()
        cls.now = fields.Datetime.now()

    def _new_signed(self, account, days, **values):
        return self.env["key.account.agreement"].with_user(self.director).create({
            "account_id": account.id, "name": "Frame", "date_from": "2025-01-01",
            "date_to": fields.Date.add(self.today, days=days), "signed_date": "2025-01-01",
            "state": "signed", **values,
        }).with_env(self.env)

    def _get_told(self, records, word):
        self.env.invalidate_all()
        return records.sudo().activity_ids.filtered(lambda activity: word in (activity.summary or ""))

    # === LANGUAGE === #

    def test_whoever_is_told_is_told_in_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search([("name", "=", "key_account_mgmt")])._update_translations("zh_CN")
        self.manager.lang = "zh_CN"
        agreement = self._new_signed(self.accounts[0], 5)
        self.company.key_account_renewal_days = 30
        self._run_cron("agreement_tell_renewals")
        self.env.invalidate_all()
        self.assertRegex(agreement.sudo().activity_ids.summary, "[\u4e00-\u9fff]")

    # === AGREEMENTS === #

    def test_an_agreement_expires_on_the_day_after_its_last_in_its_companys_time_zone(self):
        for zone, before, after in (
            ("Asia/Shanghai", "2027-03-31 15:59:00", "2027-03-31 16:01:00"),
            ("America/Los_Angeles", "2027-04-01 06:59:00", "2027-04-01 07:01:00"),
            ("Pacific/Kiritimati", "2027-03-31 09:59:00", "2027-03-31 10:01:00"),
        ):
            self.company.resource_calendar_id.tz = zone
            agreement = self._new_signed(self.accounts[0], 0)
            agreement.sudo().env.cr.execute(
                "UPDATE key_account_agreement SET date_to = '2027-03-31' WHERE id = %s", [agreement.id]
            )
            self.env.invalidate_all()
            for moment, state in ((before, "signed"), (after, "expired"), (after, "expired")):
                with self.subTest(zone=zone, moment=moment), freeze_time(moment):
                    self._run_cron("agreement_expire")
                    self.assertEqual(agreement.state, state)

    def test_killed_half_way_the_rest_expires_the_next_time(self):
        agreements = self.env["key.account.agreement"]
        for days in (-3, -2, -1, 0):
            agreements += self._new_signed(self.accounts[0], days)
        patched, _seen = self._failing(
            "key.account.agreement", "write", RuntimeError("killed"), calls=2, lasting=True
        )
        with patched:
            self._run_cron("agreement_expire")
        self.assertEqual(sorted(agreements.mapped("state")), ["expired", "signed", "signed", "signed"])
        self._run_cron("agreement_expire")
        self.assertEqual(agreements.mapped("state"), ["expired", "expired", "expired", "signed"])

    def test_the_manager_is_told_of_an_end_once_in_time(self):
        soon, late = self._new_signed(self.accounts[0], 60), self._new_signed(self.accounts[1], 61)
        endless = self._new_signed(self.accounts[1], 5, date_to=False)
        for _turn in range(2):
            self._run_cron("agreement_tell_renewals")
        told = self._get_told(soon | late | endless, "runs out")
        self.assertEqual((told.res_id, told.user_id), (soon.id, self.manager))
        told.unlink()
        self._run_cron("agreement_tell_renewals")
        self.assertFalse(self._get_told(soon, "runs out"), "also when it was done")
        with freeze_time(self.now + timedelta(days=1)):
            self._run_cron("agreement_tell_renewals")
        self.assertEqual(len(self._get_told(late, "runs out")), 1)

    def test_zero_days_switch_the_warning_off(self):
        self.company.key_account_renewal_days = 0
        agreement = self._new_signed(self.accounts[0], 1)
        self._run_cron("agreement_tell_renewals")
        self.assertFalse(self._get_told(agreement, "runs out"))

    def test_one_that_fails_keeps_the_others_from_nothing(self):
        agreements = self._new_signed(self.accounts[0], 5) | self._new_signed(self.accounts[1], 6)
        patched, _seen = self._failing(
            "key.account.agreement", "_tell_renewal", ValueError("broken"), calls=1
        )
        with patched, self.assertLogs(BATCHES, "WARNING"):
            self._run_cron("agreement_tell_renewals")
        self.assertEqual(len(self._get_told(agreements, "runs out")), 1)
        self._run_cron("agreement_tell_renewals")
        self.assertEqual(len(self._get_told(agreements, "runs out")), 2)

    # === PEOPLE === #

    def test_the_manager_is_told_once_when_the_keeping_time_of_a_person_is_over(self):
        person = self.env["key.account.stakeholder"].create({
            "account_id": self.accounts[0].id, "name": "Ms Li", "retention_date": self.today,
        })
        self._run_cron("stakeholder_tell_retention")
        self.assertFalse(self._get_told(person, "keeping"), "the last day still counts")
        person.action_archive()
        for days in (1, 1, 30):
            with freeze_time(self.now + timedelta(days=days)):
                self._run_cron("stakeholder_tell_retention")
            self.assertEqual(self._get_told(person, "keeping").user_id, self.manager)
        person.retention_date = fields.Date.add(self.today, days=31)
        with freeze_time(self.now + timedelta(days=33)):
            self._run_cron("stakeholder_tell_retention")
        self.assertEqual(len(self._get_told(person, "keeping")), 2, "prolonged, he is told of it anew")

    # === FILES === #

    def test_the_manager_is_told_once_each_time_a_file_grows_old(self):
        self.accounts.sudo().write({"file_updated_on": self.now})
        self._run_cron("tell_stale_files")
        self.assertFalse(self._get_told(self.accounts, "not been updated"))
        for days in (181, 181, 250):
            with freeze_time(self.now + timedelta(days=days)):
                self._run_cron("tell_stale_files")
            told = self._get_told(self.accounts, "not been updated")
            self.assertEqual(len(told), 2)
            self.assertEqual(told.user_id, self.manager)
        with freeze_time(self.now + timedelta(days=251)):
            self.accounts[0].write({"reputation": "good"})
            self.env.flush_all()
        with freeze_time(self.now + timedelta(days=440)):
            self._run_cron("tell_stale_files")
        self.assertEqual(len(self._get_told(self.accounts[0], "not been updated")), 2)
        self.assertEqual(len(self._get_told(self.accounts[1], "not been updated")), 1)

    def test_killed_half_way_the_second_file_is_told_of_the_next_time(self):
        self.accounts.sudo().write({"file_updated_on": "2020-01-01 00:00:00"})
        patched, _seen = self._failing("key.account", "_tell_stale", RuntimeError("killed"), calls=2)
        with patched:
            self._run_cron("tell_stale_files")
        self.assertEqual(len(self._get_told(self.accounts, "not been updated")), 1)
        self._run_cron("tell_stale_files")
        self.assertEqual(len(self._get_told(self.accounts[0], "not been updated")), 1)
        self.assertEqual(len(self._get_told(self.accounts[1], "not been updated")), 1)

    def test_without_a_manager_the_leader_is_told(self):
        account = self._new_candidate(manager_id=False, user=self.leader)
        account.sudo().write({"file_updated_on": "2020-01-01 00:00:00"})
        self._run_cron("tell_stale_files")
        self.assertEqual(self._get_told(account, "not been updated").user_id, self.leader)

    # === WHO IS TOLD === #

    def test_a_manager_who_is_gone_is_not_told_but_whoever_looks_at_the_account_beside_him(self):
        plain, secret = self.accounts
        secret.sudo().confidentiality = "secret"
        self.company.key_account_renewal_days = 60
        for gone, told in (
            (self.env["res.users"], (self.manager, self.manager)),
            (self.manager, (self.leader, self.director)),
            (self.leader, (self.director, self.director)),
        ):
            gone.with_context(key_account_archive=BYPASS).active = False
            self.env.invalidate_all()
            for account, user in zip((plain, secret), told):
                self.assertEqual(account._get_responsible(), user, (gone.name, account))
                agreement = self._new_signed(account, 5)
                self._run_cron("agreement_tell_renewals")
                self.assertEqual(self._get_told(agreement, "runs out").user_id, user)

    def test_an_absent_leader_is_told_through_his_deputy(self):
        self.manager.with_context(key_account_archive=BYPASS).active = False
        self.team.write({
            "key_account_deputy_id": self.other_leader.id, "key_account_deputy_from": self.today,
        })
        self.env.invalidate_all()
        self.assertEqual(self.accounts[0]._get_responsible(), self.other_leader)

    # === MANY AT ONCE === #

    def test_those_that_fail_or_can_be_told_to_nobody_do_not_starve_the_rest(self):
        self.accounts.sudo().write({"file_updated_on": self.now})
        accounts = self.accounts.browse()
        for number in range(7):
            accounts += self._new_account(self._new_customer(f"Old {number}"))
        accounts.sudo().write({"file_updated_on": "2020-01-01 00:00:00"})
        nobodys, broken = accounts[:3], accounts[3]
        original = type(accounts)._tell_stale

        def tell(account):
            if account == broken:
                raise ValueError("broken")
            return False if account in nobodys else original(account)

        with patch.object(self.env.registry["key.account"], "_tell_stale", tell), patch(
            f"{BATCHES}.LIMIT", 2
        ), mute_logger(BATCHES):
            self._run_cron("tell_stale_files")
        self.assertEqual(len(self._get_told(accounts[4:], "not been updated")), 3)
        self.assertFalse(self._get_told(accounts[:4], "not been updated"), "they stay due")

    def test_what_is_left_undone_does_not_keep_the_action_running(self):
        reports = []

        def report(_jobs, processed=0, *, remaining=None):
            reports.append((processed, remaining))
            return 1

        with patch(f"{BATCHES}.LIMIT", 1), patch.object(
            self.env.registry["ir.cron"], "_commit_progress", report
        ):
            work_through(self.accounts, lambda _account: False)
            self.assertEqual(reports, [(0, 0)], "what cannot be done is due again the next time")
            work_through(self.accounts, lambda _account: True)
            self.assertEqual(reports[1:], [(1, 1)], "the rest is to be done at once")
