from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestAgreement(KeyAccountCase):
    """F11, R8: prepared by one, approved by two others, signed, changed, terminated or run out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account()
        cls.env["key.account.member"].create({"account_id": cls.account.id, "user_id": cls.manager2.id})
        cls.today = cls.company._get_key_account_today()

    def _new_agreement(self, user=None, **values):
        return self.env["key.account.agreement"].with_user(user or self.manager).create({
            "account_id": self.account.id, "name": "Frame", "date_from": self.today, **values,
        })

    def _approve(self, agreement):
        agreement.action_submit()
        agreement.with_user(self.leader).action_approve()
        agreement.with_user(self.director).action_approve()
        return agreement

    def _sign(self, **values):
        agreement = self._approve(self._new_agreement(**values))
        agreement.action_sign()
        return agreement

    def _reason(self, agreement, reason, login="leader"):
        self.env["key.account.reason"].with_user(self.users[login]).create({
            "model": agreement._name, "res_ids": str(agreement.id), "act": "terminate", "reason": reason,
        }).action_confirm()

    def _assert_refused(self, regex, method):
        with self.assertRaisesRegex(UserError, regex), self.env.cr.savepoint():
            method()

    def test_an_agreement_is_prepared_approved_and_signed(self):
        agreement = self._new_agreement()
        self.assertRegex(agreement.number, r"^AG\d{4}-\d{4}$")
        agreement.action_submit()
        self.assertEqual(agreement.sudo().activity_ids.user_id, self.leader)
        self._assert_refused("your own matter", agreement.action_approve)
        self._assert_refused("waits for", agreement.with_user(self.director).action_approve)
        agreement.with_user(self.leader).action_approve()
        self.assertEqual(agreement.state, "submitted")
        agreement.with_user(self.director).action_approve()
        self.assertEqual(agreement.state, "approved")
        agreement.action_sign()
        self.assertEqual((agreement.state, agreement.signed_date), ("signed", self.today))
        self.assertEqual(
            agreement.sudo().approval_ids.sorted("id").mapped("decision"),
            ["submitted", "approved", "approved"],
        )

    def test_the_accounts_manager_does_not_decide_on_what_another_submitted(self):
        self.account.sudo().manager_id = self.leader
        agreement = self._new_agreement(user=self.manager2)
        agreement.action_submit()
        self._assert_refused("your own matter", agreement.with_user(self.leader).action_approve)
        agreement.with_user(self.director).action_approve()
        self.assertEqual(agreement.sudo().approval_ids[0].role, "director")

    def test_no_state_is_reached_by_writing_it(self):
        agreement = self._new_agreement()
        for state in ("submitted", "approved", "signed", "superseded", "terminated", "expired"):
            for user in (self.manager, self.director):
                with self.subTest(state=state, user=user.name):
                    self._assert_refused(
                        "", lambda s=state, u=user: agreement.with_user(u).write({"state": s})
                    )
        signed = self._sign()
        for state in ("superseded", "expired", "terminated", "draft", "approved"):
            with self.subTest(before="signed", state=state):
                self._assert_refused("", lambda s=state: signed.with_user(self.director).write({"state": s}))
        self._assert_refused("starts as a draft", lambda: self._new_agreement(state="signed"))
        self._assert_refused("starts as a draft", lambda: self._new_agreement(state="approved"))

    def test_the_director_takes_over_what_was_signed_before(self):
        self._assert_refused("with the day of signing", lambda: self._new_agreement(
            user=self.director, state="signed"
        ))
        agreement = self._new_agreement(user=self.director, state="signed", signed_date="2025-01-10")
        self.assertEqual(agreement.sudo().approval_ids.decision, "imported")

    def test_terms_stand_still_from_the_submission_on(self):
        agreement = self._new_agreement(amount=100)
        agreement.amount = 120
        agreement.action_submit()
        for user in (self.manager, self.leader, self.director):
            for vals in ({"amount": 130}, {"content": "More"}, {"date_to": "2030-01-01"}, {"kind": "tender"}):
                self._assert_refused("stand still", lambda u=user, v=vals: agreement.with_user(u).write(v))
        self._assert_refused("stand still", lambda: agreement.sudo().write({"price_policy": "x"}))
        self._approve_rest(agreement)
        self._assert_refused("stand still", lambda: agreement.write({"amount": 1}))
        agreement.action_sign()
        self._assert_refused("stand still", lambda: agreement.with_user(self.director).write({"amount": 1}))
        self._assert_refused("is entered when", lambda: agreement.write({"signed_date": "2026-01-01"}))

    def _approve_rest(self, agreement):
        agreement.with_user(self.leader).action_approve()
        agreement.with_user(self.director).action_approve()

    def test_sent_back_it_is_changed_and_decided_on_anew(self):
        agreement = self._new_agreement()
        agreement.action_submit()
        agreement.with_user(self.leader)._decline("returned", "The price is missing")
        self.assertEqual(agreement.state, "draft")
        agreement.price_policy = "List less 5 %"
        self._approve(agreement)
        agreement.action_reset()
        self.assertEqual(agreement.state, "draft")
        self._assert_refused("", lambda: agreement.write({"state": "approved"}))
        agreement.amount = 5
        self._approve(agreement)
        self.assertEqual(agreement.state, "approved")

    def test_a_change_is_a_new_version_that_replaces_the_old_one_when_signed(self):
        old = self._sign(content="Pumps")
        action = old.action_change()
        new = old.browse(action["res_id"])
        self.assertEqual((new.amends_id, new.version, new.state, new.content), (old, 2, "draft", "Pumps"))
        self.assertEqual(new.number, f"{old.number}/2")
        self.assertFalse(new.signed_date)
        self.assertFalse(new.overlap_warning)
        self.assertEqual(old.action_change()["res_id"], new.id, "one change at a time")
        new.content = "Pumps and valves"
        self._approve(new)
        self.assertEqual(old.state, "signed")
        new.action_sign()
        self.assertEqual((old.state, new.state), ("superseded", "signed"))
        third = new.browse(new.action_change()["res_id"])
        self.assertEqual(third.number, f"{old.number}/3")
        self._assert_refused("in force", old.action_change)

    def test_terminating_takes_a_role_and_a_reason(self):
        agreement = self._sign()
        self._assert_refused("another role", lambda: self._reason(agreement, "Broke", login="manager"))
        self._assert_refused("Say why", lambda: self._reason(agreement, " "))
        self._assert_refused(
            "asks for the reason", lambda: agreement.with_user(self.leader).write({"state": "terminated"})
        )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            agreement.with_user(self.leader).write({"termination_reason": "x"})
        self.assertEqual(agreement.with_user(self.leader).action_ask_terminate()["res_model"],
                         "key.account.reason")
        self._assert_refused("another role", agreement.action_ask_terminate)
        self._reason(agreement, "Not paid for a year")
        self.assertEqual(agreement.state, "terminated")
        self.assertEqual(agreement.termination_reason, "Not paid for a year")
        draft = self._new_agreement()
        self._assert_refused("cannot become", lambda: self._reason(draft, "x"))
        self.assertFalse(draft.termination_reason)

    @mute_logger("odoo.sql_db")
    def test_dates_that_cannot_be_are_refused(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_agreement(date_to=fields.Date.subtract(self.today, days=1))
        one_day = self._new_agreement(date_to=self.today)
        self.assertEqual(one_day.date_to, self.today)
        self._approve(one_day)
        self._assert_refused("not in the future", lambda: one_day.write(
            {"signed_date": fields.Date.add(self.today, days=1)}
        ))
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_agreement(amount=-1)

    def test_agreements_of_one_kind_that_overlap_are_warned_of(self):
        year = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
        signed = self._sign(kind="supply", **year)
        for values, warned in (
            ({"kind": "supply", **year}, True),
            ({"kind": "supply", "date_from": "2026-12-31"}, True),
            ({"kind": "supply", "date_from": "2025-01-01", "date_to": "2026-01-01"}, True),
            ({"kind": "supply", "date_from": "2027-01-01"}, False),
            ({"kind": "supply", "date_from": "2025-01-01", "date_to": "2025-12-31"}, False),
            ({"kind": "service", **year}, False),
        ):
            with self.subTest(values=values):
                agreement = self._new_agreement(**values)
                self.assertEqual(bool(agreement.overlap_warning), warned)
        self.assertFalse(signed.overlap_warning)
        other = self._new_account(self._new_customer("Other"))
        elsewhere = self._new_agreement(account_id=other.id, kind="supply", **year)
        self.assertFalse(elsewhere.overlap_warning)

    def test_only_a_draft_without_history_is_deleted(self):
        self._new_agreement().with_user(self.leader).unlink()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._new_agreement().unlink()
        agreement = self._new_agreement()
        agreement.action_submit()
        self._assert_refused("has a history", agreement.with_user(self.director).unlink)
        agreement.with_user(self.leader)._decline("returned", "No")
        self._assert_refused("has a history", agreement.with_user(self.director).unlink)

    def test_numbers_and_versions_are_not_forged(self):
        agreement = self._new_agreement()
        for vals in ({"number": "X"}, {"version": 9}, {"amends_id": agreement.id}, {"is_renewal_told": True},
                     {"company_id": self.env.company.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                agreement.with_user(self.director).write(vals)
            with self.subTest(vals=vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._new_agreement(user=self.director, **vals)
