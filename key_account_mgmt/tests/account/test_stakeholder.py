import openpyxl
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestStakeholder(KeyAccountCase):
    """F5: who decides at the customer, how much, and who reports to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer("Works")
        cls.account = cls._new_account(cls.customer)
        cls.other_account = cls._new_account(cls._new_customer("Mill"))
        cls.today = cls.company._get_key_account_today()
        cls.boss = cls._new_person("Boss", decision_power=60)

    @classmethod
    def _new_person(cls, name, account=None, user=None, **values):
        return cls.env["key.account.stakeholder"].with_user(user or cls.manager).create({
            "account_id": (account or cls.account).id, "name": name, **values,
        })

    def _assert_refused(self, regex, method):
        with self.assertRaisesRegex(UserError, regex), self.env.cr.savepoint():
            method()

    # === COVERAGE === #

    def test_a_list_of_accounts_reads_their_people_at_once(self):
        accounts = self.account | self.other_account
        for index in range(8):
            accounts |= self._new_account(self._new_customer(f"Customer {index}"))
        for account in accounts:
            self._new_person("User", account, decision_power=10)
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.director).web_read({"coverage_rate": {}, "unmet_names": {}})
            return self.env.cr.sql_log_count - before

        count(accounts)
        self.assertLessEqual(count(accounts), count(accounts[:2]) + 1)

    # === DECISION POWER === #

    def test_a_hundred_percent_together_is_allowed(self):
        self._new_person("Half", decision_power=40)
        self.assertEqual(self.account.decision_power_total, 100)

    def test_more_than_a_hundred_percent_together_is_refused_in_every_way_of_writing(self):
        second = self._new_person("Second", decision_power=30)
        gone = self._new_person("Gone", decision_power=0)
        gone.write({"active": False})
        gone.decision_power = 50
        people = self.env["key.account.stakeholder"].with_user(self.manager)
        for way, method in (
            ("create", lambda: self._new_person("Third", decision_power=10.01)),
            ("write", lambda: second.write({"decision_power": 40.01})),
            ("unarchive", gone.action_unarchive),
            ("through the account", lambda: self.account.with_user(self.manager).write({
                "stakeholder_ids": [Command.create({"name": "Third", "decision_power": 50})],
            })),
            ("both at once", lambda: people.create([
                {"account_id": self.other_account.id, "name": name, "decision_power": power}
                for name, power in (("A", 60), ("B", 50))
            ])),
            ("superuser", lambda: second.sudo().write({"decision_power": 50})),
        ):
            with self.subTest(way=way):
                self._assert_refused("100 % at most together", method)
        with self.subTest(way="import"):
            result = people.load(
                ["account_id/.id", "name", "decision_power"], [[str(self.account.id), "Third", "50"]]
            )
            self.assertIn("100 % at most", result["messages"][0]["message"])

    @mute_logger("odoo.sql_db")
    def test_decision_power_below_zero_or_over_a_hundred_is_refused(self):
        for power in (-1, 101):
            with self.subTest(power=power), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._new_person("Odd", account=self.other_account, decision_power=power)

    def test_archived_people_do_not_count(self):
        self.boss.action_archive()
        self._new_person("New boss", decision_power=90)
        self.assertEqual(self.account.decision_power_total, 90)

    def test_every_change_touches_the_accounts_row_so_that_two_at_once_cannot_exceed_it(self):
        self.account.sudo().file_updated_on = "2020-01-01 00:00:00"
        self.boss.decision_power = 61
        self.assertGreater(self.account.file_updated_on, fields.Datetime.to_datetime("2026-01-01"))

    # === WHO REPORTS TO WHOM === #

    def test_reporting_lines_have_no_circle(self):
        middle = self._new_person("Middle", parent_id=self.boss.id)
        low = self._new_person("Low", parent_id=middle.id)
        for person, superior in ((self.boss, self.boss), (self.boss, low), (middle, low)):
            with self.subTest(person=person.name, superior=superior.name):
                self._assert_refused(
                    "Nobody reports to himself",
                    lambda p=person, s=superior: p.write({"parent_id": s.id}),
                )

    def test_nobody_reports_to_someone_at_another_customer(self):
        stranger = self._new_person("Stranger", account=self.other_account)
        self._assert_refused("same key account", lambda: self.boss.write({"parent_id": stranger.id}))
        self._assert_refused(
            "same key account", lambda: self._new_person("New", parent_id=stranger.id)
        )

    def test_a_person_is_not_moved_to_another_account(self):
        self._assert_refused("not moved", lambda: self.boss.write({"account_id": self.other_account.id}))
        self.boss.write({"account_id": self.account.id})

    # === THE CONTACT === #

    def test_post_phone_and_email_are_kept_on_the_contact(self):
        person = self._new_person("Ms Li", function="Buyer", phone="139", email="li@example.com")
        contact = person.partner_id
        self.assertEqual(contact.parent_id, self.customer)
        self.assertEqual((contact.name, contact.function, contact.phone), ("Ms Li", "Buyer", "139"))
        person.phone = "138"
        self.assertEqual(contact.phone, "138")
        contact.email = "new@example.com"
        self.assertEqual(person.email, "new@example.com")
        self.assertFalse(self.boss.partner_id)
        self.boss.write({"phone": "137"})
        self.assertEqual(self.boss.partner_id.phone, "137")
        self.assertEqual(self.boss.partner_id.parent_id, self.customer)

    def test_a_contact_lends_its_name(self):
        contact = self.env["res.partner"].create({"name": "Mr Wu", "parent_id": self.customer.id})
        person = self.env["key.account.stakeholder"].create({
            "account_id": self.account.id, "partner_id": contact.id,
        })
        self.assertEqual(person.name, "Mr Wu")

    def test_a_contact_of_another_customer_is_refused(self):
        stranger = self.env["res.partner"].create({
            "name": "Mr Wu", "parent_id": self.other_account.partner_id.id,
        })
        for partner in (stranger, self.customer, self.other_account.partner_id):
            with self.subTest(partner=partner.name):
                self._assert_refused(
                    "another customer", lambda p=partner: self.boss.write({"partner_id": p.id})
                )

    def test_a_contact_is_on_the_file_once(self):
        person = self._new_person("Ms Li", phone="139")
        self._assert_refused(
            "already", lambda: self._new_person("Again", partner_id=person.partner_id.id)
        )

    # === COVERAGE === #

    def test_coverage_counts_the_decision_power_met_in_time(self):
        day = fields.Date.subtract(self.today, days=90)
        second = self._new_person("Second", decision_power=30, last_met_date=day)
        self._new_person("Powerless")
        self.assertEqual(self.account.coverage_rate, 30)
        self.assertEqual(self.account.unmet_names, "Boss")
        self.assertTrue(self.account.is_coverage_due)
        self.boss.last_met_date = self.today
        self.assertEqual(self.account.coverage_rate, 90)
        self.assertFalse(self.account.is_coverage_due)
        second.last_met_date = fields.Date.subtract(day, days=1)
        self.assertEqual(self.account.coverage_rate, 60)
        self.assertEqual(self.account.unmet_names, "Second")
        self.company.key_account_coverage_days = 91
        self.env.invalidate_all()
        self.assertEqual(self.account.coverage_rate, 90)

    def test_the_filters_find_those_who_were_not_met(self):
        met = self._new_person("Met", account=self.other_account, decision_power=50,
                               last_met_date=self.today)
        accounts, people = self.env["key.account"], self.env["key.account.stakeholder"]
        self.assertEqual(accounts.search([("is_coverage_due", "=", True)]), self.account)
        self.assertIn(self.other_account, accounts.search([("is_coverage_due", "=", False)]))
        self.assertEqual(people.search([("is_coverage_due", "=", True)]), self.boss.with_env(self.env))
        self.assertEqual(people.search([("is_coverage_due", "!=", True)]), met.with_env(self.env))

    def test_nobody_was_met_tomorrow(self):
        self._assert_refused("not in the future", lambda: self.boss.write({
            "last_met_date": fields.Date.add(self.today, days=1),
        }))

    # === WHO MAY === #

    def test_each_role_reads_and_writes_what_is_its_own(self):
        for login, may_read, may_write, may_delete in (
            ("manager", True, True, False), ("leader", True, True, True), ("director", True, True, True),
            ("clerk", True, False, False), ("inspector", True, False, False),
            ("executive", True, False, False), ("manager2", False, False, False),
            ("assistant", False, False, False), ("other_leader", False, False, False),
            ("service", False, False, False), ("salesman", False, False, False),
            ("nobody", False, False, False),
        ):
            self.env.invalidate_all()
            person = self.boss.with_user(self.users[login])
            with self.subTest(role=login):
                self.assertEqual(person.has_access("read"), may_read)
                self.assertEqual(person.has_access("write"), may_write)
                self.assertEqual(person.has_access("unlink"), may_delete)

    def test_who_reads_all_and_works_for_some_writes_those_alone(self):
        both = self._new_user("both", "key_account_mgmt.group_key_account_clerk")
        both.group_ids += self.env.ref("key_account_mgmt.group_key_account_assistant")
        self.env["key.account.member"].create({"account_id": self.other_account.id, "user_id": both.id})
        own = self._new_person("Own", account=self.other_account)
        self.env.invalidate_all()
        self.assertTrue(own.with_user(both).has_access("write"))
        self.assertTrue(self.boss.with_user(both).has_access("read"))
        self.assertFalse(self.boss.with_user(both).has_access("write"))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._new_person("Foreign", user=both)

    def test_the_hierarchy_reads_the_buying_centre_of_one_account(self):
        low = self._new_person("Low", parent_id=self.boss.id)
        self._new_person("Else", account=self.other_account)
        self.env.invalidate_all()
        rows = self.env["key.account.stakeholder"].with_user(self.manager).hierarchy_read(
            [("account_id", "=", self.account.id)], {"name": {}}, "parent_id", "child_ids"
        )
        self.assertEqual({row["id"] for row in rows}, {self.boss.id, low.id})


@tagged("post_install", "-at_install")
class TestImportStakeholders(KeyAccountCase):

    def test_the_template_imports_as_it_is(self):
        people = self.env["key.account.stakeholder"]
        template, = people.get_import_templates()
        with file_open(template["template"].lstrip("/"), "rb") as stream:
            header, *rows = openpyxl.load_workbook(stream).active.values
        accounts = {
            name: self._new_account(self._new_customer(name))
            for name in dict.fromkeys(row[0] for row in rows)
        }
        values = [["" if cell is None else str(cell) for cell in row] for row in rows]
        result = people.with_user(self.manager).with_context(lang="en_US").load(list(header), values)
        self.assertFalse(result["messages"])
        imported = people.browse(result["ids"])
        self.assertEqual(len(imported), len(rows))
        account = next(iter(accounts.values()))
        self.assertEqual(imported[0].account_id, account)
        self.assertEqual(imported[1].parent_id, imported[0])
        self.assertTrue(imported[0].phone)
        self.assertEqual(account.decision_power_total, sum(
            person.decision_power for person in imported if person.account_id == account
        ))

    def test_a_wrong_value_is_named_with_its_line_and_nothing_is_imported(self):
        account = self._new_account(self._new_customer("Works"))
        people = self.env["key.account.stakeholder"]
        for header, value in (("role", "King"), ("attitude", "Unknown"), ("birthday", "tomorrow")):
            with self.subTest(header=header):
                result = people.with_user(self.manager).load(
                    ["account_id/.id", "name", header], [[str(account.id), "Ms Li", value]]
                )
                self.assertFalse(result["ids"])
                self.assertEqual(result["messages"][0]["rows"], {"from": 0, "to": 0})
        self.assertFalse(account.stakeholder_ids)
