from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestBadAccount(KeyAccountCase):
    """What an account cannot be, said in words."""

    @mute_logger("odoo.sql_db")
    def test_a_customer_has_one_account_in_each_company(self):
        account = self._new_account()
        with self.assertRaisesRegex(IntegrityError, "partner_company_unique"), self.env.cr.savepoint():
            self._new_account(account.partner_id)
        with self.assertRaisesRegex(IntegrityError, "partner_company_unique"), self.env.cr.savepoint():
            self._new_candidate(account.partner_id)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        second = self.env["key.account"].create({
            "partner_id": account.partner_id.id, "company_id": elsewhere.id, "team_id": False,
        })
        self.assertEqual(account.partner_id.key_account_ids, account | second)

    @mute_logger("odoo.sql_db")
    def test_an_archived_account_still_is_the_customers_account(self):
        account = self._new_account()
        account.action_archive()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_candidate(account.partner_id)

    def test_a_contact_is_no_account(self):
        contact = self.env["res.partner"].create(
            {"name": "Ms Li", "parent_id": self._new_customer("Works").id}
        )
        with self.assertRaisesRegex(ValidationError, "choose Works"), self.env.cr.savepoint():
            self._new_candidate(contact)
        account = self._new_candidate()
        with self.assertRaisesRegex(ValidationError, "choose Works"), self.env.cr.savepoint():
            account.partner_id = contact

    def test_an_admitted_account_keeps_manager_and_department(self):
        account = self._new_account()
        for name in ("manager_id", "team_id"):
            with self.subTest(name=name), self.assertRaisesRegex(ValidationError, "needs a key"):
                account.with_user(self.director).write({name: False})

    def test_an_account_is_not_copied(self):
        for account in (self._new_account(), self._new_candidate()):
            with self.assertRaisesRegex(UserError, "not duplicated"):
                account.with_user(self.director).copy()

    def test_what_has_a_history_is_not_deleted(self):
        applied = self._new_applied()
        surveyed = self._new_candidate()
        surveyed.action_start_survey()
        for account in (self._new_account(), applied, surveyed):
            with self.subTest(state=account.state), self.assertRaisesRegex(UserError, "not deleted"):
                account.with_user(self.director).unlink()
        candidate = self._new_candidate()
        with self.assertRaises(AccessError):
            candidate.with_user(self.manager).unlink()
        candidate.with_user(self.director).unlink()
        self.assertFalse(candidate.exists())

    @mute_logger("odoo.sql_db")
    def test_a_customer_with_an_account_is_not_deleted(self):
        account = self._new_account()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            account.partner_id.unlink()
        account.partner_id.active = False
        self.env.invalidate_all()
        self.assertTrue(account.with_user(self.manager).read(["partner_id", "display_name"]))
        account.with_user(self.leader).action_suspend()

    def test_a_state_written_directly_is_refused(self):
        account = self._new_account()
        for state in ("candidate", "survey", "applied", "ended", "rejected", "nonsense"):
            for user in (self.manager, self.leader, self.director):
                with self.subTest(state=state, user=user.name), self.assertRaises(UserError):
                    account.with_user(user).write({"state": state})

    def test_an_account_moved_to_another_customer_takes_its_documents(self):
        account = self._new_account()
        target = self._new_customer("Successor")
        order = self._new_order(target, 10)
        self.assertFalse(order.key_account_id)
        account.with_user(self.director).partner_id = target
        self.env.invalidate_all()
        self.assertEqual(order.key_account_id, account)


@tagged("post_install", "-at_install")
class TestFirstDayBadInput(KeyAccountCase):
    """Importing accounts that existed before: line by line a reason, and nothing by halves."""

    FIELDS = ("partner_id", "state", "number", "manager_id", "team_id")

    def _load(self, *rows, user=None, fields_=FIELDS):
        for row in rows:
            if not self.env["res.partner"].search([("name", "=", row[0])]):
                self._new_customer(row[0])
        self.env.flush_all()
        return self.env["key.account"].with_user(user or self.director).load(
            list(fields_), [list(row) for row in rows]
        )

    def _row(self, name, number, state="Active", manager="Manager", team="East"):
        return name, state, number, manager, team

    @mute_logger("odoo.sql_db")
    def _assert_rejected(self, message, *rows, user=None, record=None):
        before = self.env["key.account"].sudo().search_count([])
        result = self._load(*rows, user=user)
        self.assertFalse(result["ids"])
        self.assertRegex(" ".join(m["message"] for m in result["messages"]), message)
        if record is not None:
            self.assertIn(record, [m.get("record") for m in result["messages"]])
        self.env.invalidate_all()
        self.assertEqual(self.env["key.account"].sudo().search_count([]), before, "nothing half-imported")

    def test_a_number_that_is_taken_is_refused(self):
        self._new_account(number="00500")
        self._assert_rejected(
            "never given twice", self._row("One", "00501"), self._row("Two", "00500"), record=1
        )

    def test_a_number_twice_in_one_file_is_refused(self):
        self._assert_rejected("never given twice", self._row("One", "00501"), self._row("Two", "00501"))

    def test_a_number_that_is_none_is_refused(self):
        for number in (
            "1", "0001", "A-00001", "00 01", "12345x", "012345", "000001", "12.345", "-0001", "１２３４５",
            "00000", "1234567890123",
        ):
            with self.subTest(number=number):
                self._assert_rejected("no account number", self._row(f"Customer {number}", number))

    def test_a_second_account_is_refused_in_words(self):
        self._new_account(self._new_customer("Known"))
        self._assert_rejected(
            "already has a key account in this company",
            self._row("New", "00601"), self._row("Known", "00602"),
        )

    def test_an_unknown_customer_manager_or_state_is_named(self):
        self._new_customer("Known")
        for row in (
            self._row("Known", "00601", manager="Nobody Such"),
            self._row("Known", "00601", team="Nowhere"),
            self._row("Known", "00601", state="Asleep"),
        ):
            with self.subTest(row=row):
                self._assert_rejected(".", self._row("First", "00600"), row, record=1)
        result = self.env["key.account"].with_user(self.director).load(
            ["partner_id", "state"], [["No Such Customer", "Active"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("No Such Customer", result["messages"][0]["message"])

    def test_an_account_without_its_manager_is_refused(self):
        self._assert_rejected("needs a key account manager", self._row("One", "00601", manager=""))

    def test_only_the_director_takes_accounts_over(self):
        for user in (self.manager, self.leader):
            with self.subTest(user=user.name):
                self._assert_rejected(
                    "by hand|Only the director", self._row("One", "00601", manager=user.name), user=user
                )
                self._assert_rejected(
                    "by hand|Only the director", self._row("One", "", manager=user.name), user=user
                )
        for user in (self.clerk, self.executive):
            with self.subTest(user=user.name):
                self._assert_rejected("by hand|not allowed", self._row("One", "00601"), user=user)

    def test_a_candidate_is_not_imported_with_a_number(self):
        self._assert_rejected("by hand", self._row("One", "00601", state="Candidate"))

    def test_the_sequence_goes_on_after_the_highest_whatever_the_order(self):
        result = self._load(
            self._row("One", "00900"), self._row("Two", "00700"), self._row("Three", "00800")
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self._new_account().number, "00901")
        self.assertEqual(self._new_account(number="00750").number, "00750", "below the next one, and free")
        self.assertEqual(self._new_account().number, "00902")

    def test_a_file_with_some_numbers_missing_gives_none_twice(self):
        """A line without a number stands before one with the very number that would be next."""
        following = self.env.ref("key_account_mgmt.sequence_key_account").number_next_actual
        result = self._load(self._row("One", ""), self._row("Two", f"{following:05}"))
        self.assertFalse(result["messages"])
        accounts = self.env["key.account"].search([("partner_id.name", "in", ("One", "Two"))], order="id")
        self.assertEqual(accounts.mapped("number"), [f"{following + 1:05}", f"{following:05}"])

    @mute_logger("odoo.sql_db")
    def test_accounts_created_together_take_no_number_of_each_other(self):
        following = self.env.ref("key_account_mgmt.sequence_key_account").number_next_actual
        values = {
            "company_id": self.company.id, "team_id": self.team.id, "manager_id": self.manager.id,
            "state": "active",
        }
        accounts = self.env["key.account"].with_user(self.director).create([
            {**values, "partner_id": self._new_customer("One").id},
            {**values, "partner_id": self._new_customer("Two").id, "number": f"{following:05}"},
        ])
        self.env.flush_all()
        self.assertEqual(accounts.mapped("number"), [f"{following + 1:05}", f"{following:05}"])

    def test_the_hundred_thousandth_number_has_six_digits(self):
        self._new_account(number="99998")
        self.assertEqual(self._new_account().number, "99999")
        account = self._new_account(grade_id=self.grade_a.id)
        self.assertEqual((account.number, account.code), ("100000", "A-100000"))
        self.assertEqual(self._new_account(number="100005").number, "100005")
        self.assertEqual(self._new_account().number, "100006")

    def test_numbers_are_unique_over_all_companies(self):
        self._new_account(number="00042")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        director = self._new_user(
            "elsewhere", "key_account_mgmt.group_key_account_director", company=elsewhere
        )
        team = self.env["crm.team"].create({"name": "There", "company_id": elsewhere.id})
        with self.assertRaisesRegex(IntegrityError, "number_unique"), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                accounts = self.env["key.account"].with_user(director)
                accounts.with_context(allowed_company_ids=elsewhere.ids).create({
                    "partner_id": self._new_customer().id, "company_id": elsewhere.id,
                    "team_id": team.id, "manager_id": director.id, "state": "active", "number": "00042",
                })
        # an ended account keeps its number
        account = self._new_account(number="00043")
        account.sudo().write({"state": "ended"})
        self.assertNotEqual(self._new_account().number, "00043")


@tagged("post_install", "-at_install")
class TestMerge(KeyAccountCase):
    """Merging contacts carries one account over, and refuses to lose a second."""

    def _merge(self, partners, destination, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.env.user)
        wizard._merge(partners.ids, destination, extra_checks=False)
        self.env.invalidate_all()

    def test_two_accounts_of_a_company_are_refused_before_anything_is_touched(self):
        kept, lost = self._new_account(), self._new_account()
        order = self._new_order(lost.partner_id, 10)
        contact = self.env["res.partner"].create({"name": "Ms Li", "parent_id": lost.partner_id.id})
        with self.assertRaisesRegex(UserError, "Two of these contacts"):
            self._merge(kept.partner_id | lost.partner_id, kept.partner_id)
        self.env.invalidate_all()
        self.assertTrue((kept | lost).exists() == kept | lost and lost.partner_id.active)
        self.assertEqual(order.partner_id, lost.partner_id)
        self.assertEqual(contact.parent_id, lost.partner_id)
        lost.action_archive()
        with self.assertRaisesRegex(UserError, "Two of these contacts"):
            self._merge(kept.partner_id | lost.partner_id, kept.partner_id)

    def test_the_one_account_is_carried_over_with_its_documents(self):
        account = self._new_account(grade_id=self.grade_b.id)
        loser, survivor = account.partner_id, self._new_customer("Survivor")
        orders = self._new_order(loser, 10) | self._new_order(survivor, 20)
        number = account.number
        self._merge(loser | survivor, survivor)
        self.assertFalse(loser.exists())
        self.assertEqual((account.partner_id, account.number), (survivor, number))
        self.assertEqual(orders.key_account_id, account)
        self.assertEqual(orders.mapped("key_account_id"), account)
        self.assertEqual(account.display_name, f"B-{number} Survivor")
        self.assertEqual(account.grade_history_ids.grade_id, self.grade_b)

    def test_the_loser_without_an_account_brings_its_orders(self):
        account = self._new_account()
        loser = self._new_customer("Loser")
        order = self._new_order(loser, 10)
        self._merge(loser | account.partner_id, account.partner_id)
        self.assertEqual(order.key_account_id, account)

    def test_secrecy_goes_along(self):
        account = self._new_account(confidentiality="secret")
        survivor = self._new_customer("Survivor")
        child = self.env["res.partner"].create({"name": "Ms Li", "parent_id": survivor.id})
        self._merge(account.partner_id | survivor, survivor)
        self.assertEqual((survivor | child).mapped("key_account_is_secret"), [True, True])

    def test_accounts_of_two_companies_are_both_carried_over(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        here, survivor = self._new_account(), self._new_customer("Survivor")
        there = self.env["key.account"].create({
            "partner_id": survivor.id, "company_id": elsewhere.id, "team_id": False,
        })
        self._merge(here.partner_id | survivor, survivor)
        self.assertEqual((here | there).partner_id, survivor)

    def test_nobody_merges_an_account_into_a_contact(self):
        account = self._new_account()
        contact = self.env["res.partner"].create(
            {"name": "Ms Li", "parent_id": self._new_customer().id}
        )
        with self.assertRaisesRegex(UserError, "into the company itself"):
            self._merge(account.partner_id | contact, contact)
        self.assertTrue(account.partner_id.exists())

    def test_the_refusal_does_not_tell_a_stranger_of_a_hidden_account(self):
        """A plain user who merges learns that it cannot be, not that there are key accounts."""
        kept = self._new_account(confidentiality="secret")
        lost = self._new_account(confidentiality="secret")
        with self.assertRaises(UserError) as caught:
            self._merge(kept.partner_id | lost.partner_id, kept.partner_id, user=self.salesman)
        self.assertNotIn("key account", str(caught.exception).lower())


@tagged("post_install", "-at_install")
class TestParent(KeyAccountCase):
    """A customer with an account stays a customer of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account(cls._new_customer("Own", is_company=False))
        cls.customer = cls.account.partner_id
        cls.holding = cls._new_customer("Holding")

    def _assert_refused(self, act):
        with self.assertRaisesRegex(ValidationError, "cannot become a contact"), self.env.cr.savepoint():
            act()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.customer.parent_id)
        self.assertEqual(self.account.partner_id, self.customer)

    def test_a_parent_is_refused_in_every_way(self):
        partners = self.env["res.partner"]
        self._assert_refused(lambda: self.customer.write({"parent_id": self.holding.id}))
        self._assert_refused(
            lambda: partners.create({"name": "New", "child_ids": [Command.link(self.customer.id)]})
        )
        self._assert_refused(
            lambda: self.holding.write({"child_ids": [Command.link(self.customer.id)]})
        )
        self.account.action_archive()
        self._assert_refused(lambda: self.customer.write({"parent_id": self.holding.id}))

    def test_a_parent_is_refused_in_an_import(self):
        xml_id = "__import__.own_customer"
        self.env["ir.model.data"].create({
            "module": "__import__", "name": "own_customer", "model": "res.partner",
            "res_id": self.customer.id,
        })
        self.env.flush_all()
        result = self.env["res.partner"].load(
            ["id", "name", "parent_id"], [[xml_id, "Own", "Holding"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("cannot become a contact", result["messages"][0]["message"])
        self.env.invalidate_all()
        self.assertFalse(self.customer.parent_id)

    def test_a_company_with_a_parent_stays_a_company(self):
        subsidiary = self._new_account(self._new_customer("Subsidiary")).partner_id
        subsidiary.parent_id = self.holding
        self.assertEqual(subsidiary.commercial_partner_id, subsidiary)
        with self.assertRaisesRegex(ValidationError, "cannot become a contact"), self.env.cr.savepoint():
            subsidiary.is_company = False
        with self.assertRaisesRegex(ValidationError, "cannot become a contact"), self.env.cr.savepoint():
            self.customer.write({"is_company": False, "parent_id": self.holding.id})

    def test_a_customer_that_is_no_company_any_more_keeps_its_account(self):
        customer = self._new_account().partner_id
        customer.is_company = False
        self.assertEqual(customer.key_account_ids.partner_id, customer)
