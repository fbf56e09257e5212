from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase, role_group

LEAVING = "Leaves for another city"


class HandoverCase(KeyAccountCase):
    """A manager with accounts, documents, meetings and activities, who is about to leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_key_account_today()
        cls.stage = cls.env["crm.stage"].create({"name": "Negotiation", "sequence": 5})

    @classmethod
    def _new_held(cls, name, **values):
        """Make an account with an opportunity, a quotation, a meeting and an activity of its manager."""
        account = cls._new_account(cls._new_customer(name), **values)
        manager = account.manager_id
        lead = cls.env["crm.lead"].create({
            "name": f"Lead {name}", "partner_id": account.partner_id.id, "user_id": manager.id,
            "team_id": account.team_id.id, "company_id": cls.company.id, "stage_id": cls.stage.id,
            "type": "opportunity", "date_deadline": "2027-03-01",
        })
        quotation = cls._new_order(account.partner_id, 10, confirm=False, user_id=manager.id)
        order = cls._new_order(account.partner_id, 20, user_id=manager.id)
        meeting = cls.env["calendar.event"].with_context(no_mail_to_attendees=True).create({
            "name": f"Meeting {name}", "user_id": manager.id, "opportunity_id": lead.id,
            "partner_ids": [Command.set((manager.partner_id | account.partner_id).ids)],
            "start": fields.Datetime.now() + timedelta(days=3),
            "stop": fields.Datetime.now() + timedelta(days=3, hours=1),
        })
        activity = account.activity_schedule(
            "mail.mail_activity_data_call", user_id=manager.id, date_deadline=cls.today + timedelta(days=5),
        )
        return {
            "account": account, "lead": lead, "quotation": quotation, "order": order,
            "meeting": meeting, "activity": activity,
        }

    @classmethod
    def _new_handover(cls, user=None, **values):
        """Prepare a hand-over of the manager, as the clerk of nobody: the director prepares it."""
        return cls.env["key.account.handover"].with_user(user or cls.director).create({
            "user_id": cls.manager.id,
            "company_id": cls.company.id,
            "receiver_id": cls.manager2.id,
            "reason": LEAVING,
            **values,
        })

    def _accept(self, handover):
        for user in handover.sudo().acceptance_ids.user_id:
            self.env.invalidate_all()
            handover.with_user(user).action_accept()
        return handover

    def _execute(self, handover, approver=None):
        """Offer, accept and approve, each as the one whose it is."""
        if handover.sudo().state == "draft":
            handover.action_offer()
        if handover.sudo().state == "offered":
            self._accept(handover)
        self.env.invalidate_all()
        handover.with_user(approver or self.leader).action_approve()
        self.env.invalidate_all()
        return handover.sudo()

    def _get_held(self, user):
        return self.env["key.account.handover"].sudo()._find_held_kinds(user)

    def _line(self, handover, record):
        return handover.sudo().line_ids.filtered(
            lambda line: line.model == record._name and line.res_id == record.id
        )


@tagged("post_install", "-at_install")
class TestHandover(HandoverCase):
    """All that somebody holds goes to others at once, and stays as it is (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director2 = cls._new_user("director2", role_group("director"))

    def test_everything_moves_in_one_approval_and_keeps_stage_dates_and_deadlines(self):
        held = self._new_held("Alpha")
        lead = held["lead"]
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET date_open = '2026-01-05 08:00:00' WHERE id = %s", [lead.id])
        self.env.invalidate_all()
        kept = (
            lead.stage_id, lead.date_open, lead.date_deadline, lead.team_id, lead.date_last_stage_update,
            held["meeting"].start, held["activity"].date_deadline, held["quotation"].date_order,
        )
        handover = self._execute(self._new_handover())
        self.assertEqual(handover.state, "done")
        for name in ("lead", "quotation", "order", "meeting", "activity"):
            self.assertEqual(held[name].user_id, self.manager2, name)
        self.assertEqual(held["account"].manager_id, self.manager2)
        self.assertEqual(held["account"].partner_id.user_id, self.manager2)
        self.assertIn(self.manager2.partner_id, held["meeting"].partner_ids)
        self.assertNotIn(self.manager.partner_id, held["meeting"].partner_ids)
        self.assertEqual(kept, (
            lead.stage_id, lead.date_open, lead.date_deadline, lead.team_id, lead.date_last_stage_update,
            held["meeting"].start, held["activity"].date_deadline, held["quotation"].date_order,
        ))
        self.assertFalse(self._get_held(self.manager))
        self.assertTrue(all(handover.line_ids.mapped("is_moved")))

    def test_its_messages_are_read_where_guarded_accounts_exist(self):
        self._new_account(self._new_customer("Vault"), confidentiality="confidential")
        handover = self._new_handover()
        note = "Read me"
        handover.message_post(body=note)
        self.env.invalidate_all()
        messages = self.env["mail.message"].with_user(self.leader).search([
            ("model", "=", handover._name), ("res_id", "=", handover.id),
        ])
        bodies = [row["body"] for row in messages.read(["body", "model", "res_id"])]
        self.assertTrue(any(note in body for body in bodies), bodies)

    def test_each_account_goes_to_its_receiver_with_all_that_belongs_to_it(self):
        alpha, beta = self._new_held("Alpha"), self._new_held("Beta")
        handover = self._new_handover()
        self._line(handover, beta["account"]).with_user(self.director).chosen_receiver_id = self.leader
        for record in beta.values():
            self.assertEqual(self._line(handover, record).receiver_id, self.leader, record)
        self._execute(handover, approver=self.director2)
        for held, receiver in ((alpha, self.manager2), (beta, self.leader)):
            self.assertEqual(held["account"].manager_id, receiver)
            for name in ("lead", "quotation", "order", "meeting", "activity"):
                self.assertEqual(held[name].user_id, receiver, name)

    def test_what_is_won_lost_or_fully_invoiced_keeps_its_owner(self):
        self.env["account.chart.template"].try_loading("generic_coa", self.company, install_demo=False)
        held = self._new_held("Alpha")
        won = held["lead"].copy({"name": "Won"})
        won.action_set_won()
        lost = held["lead"].copy({"name": "Lost"})
        lost.action_set_lost()
        invoice = held["order"]._create_invoices()
        invoice.action_post()
        self.assertEqual(held["order"].invoice_status, "invoiced")
        past = held["meeting"].copy({"start": "2026-01-01 08:00:00", "stop": "2026-01-01 09:00:00"})
        self._execute(self._new_handover())
        for record in (won, lost, held["order"], past):
            self.assertEqual(record.user_id, self.manager, record)
        self.assertEqual(invoice.invoice_user_id, self.manager)

    def test_history_is_written_and_both_are_told(self):
        account = self._new_held("Alpha")["account"]
        handover = self._execute(self._new_handover())
        row = account.sudo().ownership_history_ids[0]
        self.assertEqual((row.manager_id, row.team_id, row.reason), (self.manager2, self.team, LEAVING))
        self.assertEqual(row.date_from, self.today)
        self.assertIn("Hand-over of Manager", row.source)
        told = self.env["mail.message"].search([
            ("model", "=", handover._name), ("res_id", "=", handover.id),
            ("body", "ilike", "record can be printed"),
        ])
        self.assertEqual(told.notified_partner_ids, (self.manager | self.manager2).partner_id)
        self.assertIn("letter", account.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("mail.mail_activity_data_email")
        ).summary)

    def test_seats_go_along_from_today_on(self):
        account = self._new_account(self._new_customer("Beta"), manager_id=self.manager2.id, member_ids=[
            Command.create({"user_id": self.manager.id, "role": "technical", "date_from": "2026-01-01"}),
        ])
        self.assertEqual(self._get_held(self.manager), {"seat"})
        self._execute(self._new_handover(receiver_id=self.leader.id), approver=self.director2)
        self.assertNotIn(self.manager, account.allowed_user_ids)
        old, new = account.member_ids.sorted("id")
        self.assertEqual((old.user_id, old.date_to), (self.manager, self.today - timedelta(days=1)))
        self.assertEqual((new.user_id, new.role, new.date_from, new.date_to),
                         (self.leader, "technical", self.today, False))

    def test_roles_on_departments_and_the_company_go_to_those_who_may_have_them(self):
        self._new_account()
        self.team.user_id = self.manager  # whatever his role is
        self.other_team.key_account_clerk_id = self.manager
        handover = self._new_handover()
        with self.assertRaisesRegex(UserError, "Key Account Leader"):
            handover.action_offer()
        self._line(handover, self.team).chosen_receiver_id = self.leader
        handover.sudo().line_ids.filtered(
            lambda line: line.kind == "team_clerk"
        ).chosen_receiver_id = self.clerk
        self._execute(handover, approver=self.director2)
        self.assertEqual(self.team.user_id, self.leader)
        self.assertEqual(self.other_team.key_account_clerk_id, self.clerk)

    def test_a_decision_that_waits_for_the_leaver_is_asked_of_somebody_else_who_may_take_it(self):
        account = self._new_applied()
        self.assertEqual(account.activity_ids.user_id, self.leader)
        handover = self._new_handover(user_id=self.leader.id, receiver_id=self.other_leader.id)
        self._execute(handover, approver=self.director2)
        decision = self.env.ref("key_account_mgmt.mail_activity_type_approval")
        asked = account.activity_ids.filtered(lambda activity: activity.activity_type_id == decision)
        self.assertEqual(asked.user_id, self.other_leader, "he leads the department now")
        self.assertFalse(self._get_held(self.leader))

    def test_what_comes_between_preview_and_approval_moves_as_well(self):
        self._new_held("Alpha")
        handover = self._new_handover()
        handover.action_offer()
        late = self._new_held("Late")
        self._execute(handover)
        self.assertEqual(late["account"].manager_id, self.manager2)
        self.assertEqual(late["lead"].user_id, self.manager2)

    def test_without_a_default_receiver_what_comes_late_stops_the_approval(self):
        alpha = self._new_held("Alpha")
        handover = self._new_handover(receiver_id=False)
        with self.assertRaisesRegex(UserError, "Choose who receives"):
            handover.action_offer()
        self._line(handover, alpha["account"]).chosen_receiver_id = self.manager2
        handover.sudo().line_ids.filtered(
            lambda line: not line.account_id
        ).chosen_receiver_id = self.manager2
        handover.action_offer()
        self._accept(handover)
        self._new_held("Late")
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Choose who receives"), self.env.cr.savepoint():
            handover.with_user(self.leader).action_approve()
        self.env.invalidate_all()
        self.assertEqual(handover.sudo().state, "submitted")
        self.assertEqual(alpha["account"].manager_id, self.manager, "nothing moves by halves")

    def test_an_account_that_ended_meanwhile_is_left_out(self):
        alpha, beta = self._new_held("Alpha"), self._new_held("Beta")
        handover = self._new_handover()
        handover.action_offer()
        self._accept(handover)
        alpha["account"].sudo().write({"state": "ended"})
        self._execute(handover)
        self.assertEqual(alpha["account"].manager_id, self.manager)
        self.assertEqual(beta["account"].manager_id, self.manager2)

    def test_an_account_given_away_meanwhile_is_left_out_of_the_first_of_two_hand_overs(self):
        account = self._new_held("Alpha")["account"]
        self._new_account(self._new_customer("Beta"))
        first = self._new_handover()
        first.action_offer()
        self._accept(first)
        account.with_user(self.director).manager_id = self.other_manager
        second = self._new_handover(user_id=self.other_manager.id, receiver_id=self.leader.id)
        self.assertTrue(self._line(first, account))
        self.assertTrue(self._line(second, account))
        self._execute(first)
        self.assertEqual(account.manager_id, self.other_manager)
        self.assertFalse(self._line(first, account), "it was no longer his to hand over")


@tagged("post_install", "-at_install")
class TestAbsence(HandoverCase):
    """Who is absent keeps everything; others stand in between two dates."""

    def _new_absence(self, **values):
        return self._new_handover(
            kind="absence", date_from=self.today, date_to=self.today + timedelta(days=9), **values
        )

    def test_nothing_moves_and_deputies_stand_in(self):
        held = self._new_held("Alpha")
        account = held["account"]
        self._execute(self._new_absence())
        for name in ("lead", "quotation", "order", "meeting", "activity"):
            self.assertEqual(held[name].user_id, self.manager, name)
        self.assertEqual(account.manager_id, self.manager)
        seat = account.member_ids
        self.assertEqual(
            (seat.user_id, seat.role, seat.date_from, seat.date_to),
            (self.manager2, "deputy", self.today, self.today + timedelta(days=9)),
        )
        self.assertIn(self.manager2, account.allowed_user_ids)

    def test_who_is_on_the_team_already_gets_only_the_days_between(self):
        account = self._new_account(member_ids=[Command.create({
            "user_id": self.manager2.id, "role": "assistant",
            "date_from": self.today + timedelta(days=3), "date_to": self.today + timedelta(days=4),
        })])
        self._execute(self._new_absence())
        seats = account.member_ids.filtered(lambda seat: seat.role == "deputy").sorted("date_from")
        self.assertEqual(
            [((seat.date_from - self.today).days, (seat.date_to - self.today).days) for seat in seats],
            [(0, 2), (5, 9)],
        )

    def test_the_department_of_an_absent_leader_gets_its_deputy(self):
        self._new_account(manager_id=self.leader.id)
        handover = self._new_absence(user_id=self.leader.id, receiver_id=self.other_leader.id)
        self._execute(handover, approver=self._new_user("director2", role_group("director")))
        self.assertEqual(self.team.user_id, self.leader)
        self.assertEqual(self.team.key_account_acting_deputy_id, self.other_leader)
        self.assertEqual(self.team.key_account_deputy_to, self.today + timedelta(days=9))

    def test_a_deputy_who_is_named_already_stays(self):
        deputy = self._new_user("deputy", role_group("leader"))
        self.team.write({"key_account_deputy_id": deputy.id, "key_account_deputy_from": self.today})
        self._new_account(manager_id=self.leader.id)
        handover = self._new_absence(user_id=self.leader.id, receiver_id=self.other_leader.id)
        done = self._execute(handover, approver=deputy)
        self.assertEqual(self.team.key_account_deputy_id, deputy)
        self.assertIn("Deputy", self._line(done, self.team).note)

    @mute_logger("odoo.sql_db")
    def test_an_absence_needs_its_days_in_order(self):
        self._new_account()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._new_handover(kind="absence")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_handover(kind="absence", date_from="2026-05-09", date_to="2026-05-01")


@tagged("post_install", "-at_install")
class TestHandoverPeople(HandoverCase):
    """Who may prepare, receive and approve, and who may not."""

    def test_receivers_are_working_people_with_a_role_and_not_the_leaver(self):
        self._new_account()
        elsewhere = self._new_user(
            "elsewhere", role_group("manager"), company=self.env["res.company"].create({"name": "Elsewhere"})
        )
        gone = self._new_user("gone", role_group("manager"))
        gone.active = False
        for user in (self.manager, self.portal, gone, elsewhere, self.nobody, self.assistant):
            with self.subTest(receiver=user.name), self.assertRaises(UserError), self.env.cr.savepoint():
                self._new_handover(receiver_id=user.id).action_offer()
        handover = self._new_handover()
        for user in (self.manager, self.portal, gone, elsewhere, self.nobody, self.assistant):
            with self.subTest(line=user.name), self.assertRaises(UserError), self.env.cr.savepoint():
                handover.account_line_ids.chosen_receiver_id = user
                handover.action_offer()
        handover.action_offer()

    def test_who_holds_nothing_hands_over_nothing(self):
        handover = self._new_handover(user_id=self.other_manager.id)
        with self.assertRaisesRegex(UserError, "holds nothing"):
            handover.action_offer()
        with self.assertRaises(UserError):
            handover.write({"state": "offered"})

    def test_a_person_has_one_open_hand_over(self):
        self._new_account()
        handover = self._new_handover()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._new_handover()
        handover.action_cancel()
        self._new_handover()

    def test_only_himself_his_leader_and_the_director_prepare_it(self):
        self._new_account()
        for user in (self.manager, self.leader, self.director):
            with self.subTest(user=user.name):
                handover = self._new_handover(user=user)
                self.assertEqual(handover.sudo().requester_id, user)
                handover.sudo().action_cancel()
        for user in (self.manager2, self.assistant, self.other_leader, self.clerk, self.executive):
            with self.subTest(user=user.name), self.assertRaises(UserError), self.env.cr.savepoint():
                self._new_handover(user=user)

    def test_each_receiver_answers_for_himself(self):
        self._new_account()
        handover = self._new_handover()
        handover.action_offer()
        for user in (self.manager, self.director, self.leader, self.other_manager):
            self.env.invalidate_all()
            with self.subTest(user=user.name), self.assertRaises(UserError), self.env.cr.savepoint():
                handover.with_user(user).action_accept()
        answer = handover.sudo().acceptance_ids
        for user in (self.manager2, self.director):
            with self.subTest(user=user.name), self.assertRaises(AccessError), self.env.cr.savepoint():
                answer.with_user(user).write({"state": "accepted"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            handover.write({"state": "submitted"})
        handover.with_user(self.manager2).action_accept()
        self.assertEqual(handover.sudo().state, "submitted")
        with self.assertRaises(UserError):
            handover.with_user(self.manager2).action_accept()

    def test_declining_needs_a_reason_and_goes_back_to_the_one_who_prepared_it(self):
        self._new_account()
        handover = self._new_handover()
        handover.action_offer()
        action = handover.with_user(self.manager2).action_ask_decline()
        window = self.env[action["res_model"]].with_user(self.manager2).with_context(**action["context"])
        with self.assertRaisesRegex(UserError, "Say why"):
            window.create({"reason": " "}).action_confirm()
        with self.assertRaises(UserError):
            window.with_user(self.director).create({"reason": "No."}).action_confirm()
        window.create({"reason": "I have 30 already."}).action_confirm()
        self.assertEqual(handover.sudo().state, "draft")
        self.assertEqual(handover.sudo().activity_ids.user_id, self.director)
        self.assertIn("I have 30 already.", handover.sudo().message_ids[:3].mapped("body").__str__())

    def test_nobody_involved_approves(self):
        self._new_account()
        handover = self._new_handover(user=self.leader)
        handover.action_offer()
        self._accept(handover)
        for user in (self.leader, self.manager, self.manager2, self.other_leader, self.executive):
            self.env.invalidate_all()
            with self.subTest(user=user.name), self.assertRaises(UserError), self.env.cr.savepoint():
                handover.with_user(user).action_approve()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            handover.sudo().write({"state": "done"})
        handover.with_user(self.director).action_approve()
        self.assertEqual(handover.sudo().state, "done")

    def test_what_is_offered_stands_still(self):
        self._new_account()
        handover = self._new_handover()
        line = handover.sudo().line_ids[:1]
        handover.action_offer()
        for values in ({"receiver_id": self.leader.id}, {"user_id": self.manager2.id}, {"kind": "transfer"},
                       {"line_ids": [Command.clear()]}):
            with self.subTest(values=values), self.assertRaises(UserError), self.env.cr.savepoint():
                handover.write(values)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            line.with_user(self.director).chosen_receiver_id = self.leader
        handover.action_reset()
        line.with_user(self.director).chosen_receiver_id = self.leader
        for values in (
            {"is_moved": True}, {"receiver_id": 1}, {"account_id": line.account_id.id}, {"res_id": 1},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError), self.env.cr.savepoint():
                line.with_user(self.director).write(values)

    def test_a_secret_account_is_decided_on_by_the_director_and_goes_only_to_people_named_on_it(self):
        secret = self._new_account(self._new_customer("Veiled"), confidentiality="secret")
        self._new_account(self._new_customer("Open"))
        handover = self._new_handover(user=self.leader)
        self.env.invalidate_all()
        self.assertNotIn(secret, handover.with_user(self.leader).line_ids.account_id.sudo())
        self.assertEqual(handover.with_user(self.leader).hidden_count, 2, "the account and its customer")
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            handover.with_user(self.leader).action_offer()
        self.assertIn("added to that account's team", str(refusal.exception))
        self.assertNotIn("Veiled", str(refusal.exception))
        self.env["key.account.member"].create({"account_id": secret.id, "user_id": self.manager2.id})
        self._execute(handover, approver=self.director)
        self.assertEqual(secret.manager_id, self.manager2)

    def test_the_leader_does_not_approve_what_he_cannot_read(self):
        secret = self._new_account(self._new_customer("Veiled"), confidentiality="secret")
        self.env["key.account.member"].create({"account_id": secret.id, "user_id": self.manager2.id})
        handover = self._new_handover(user=self.manager)
        handover.action_offer()
        self._accept(handover)
        self.env.invalidate_all()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            handover.with_user(self.leader).action_approve()
        self.assertEqual(handover.sudo()._get_pending_approvers()[0], "director")
        handover.with_user(self.director).action_approve()
        self.assertEqual(secret.manager_id, self.manager2)

    def test_a_receiver_who_sees_no_account_yet_reads_what_he_may_know(self):
        self._new_held("Plain")
        self._new_account(self._new_customer("Discreet"), confidentiality="confidential", number="00077")
        handover = self._new_handover()
        handover.action_offer()
        self.env.invalidate_all()
        seen = handover.with_user(self.manager2)
        self.assertTrue(seen.can_accept)
        self.assertIn("Plain", seen.offer_summary)
        self.assertIn("Leads and Opportunities 1", seen.offer_summary)
        self.assertIn("00077", seen.offer_summary)
        self.assertNotIn("Discreet", seen.offer_summary)
        self.assertFalse(seen.line_ids.account_id)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            handover.with_user(self.other_manager).read(["offer_summary"])

    def test_the_record_and_the_letters_print(self):
        self._new_held("Alpha")
        handover = self._execute(self._new_handover())
        self.env.invalidate_all()
        reports = self.env["ir.actions.report"]
        for name, words in (
            ("report_key_account_handover", ("Alpha", "Lead Alpha", "Negotiation", "Manager2", LEAVING)),
            ("report_key_account_handover_letter", ("Alpha", "Manager2", "Dear Sir")),
        ):
            html = reports.with_user(self.manager2)._render_qweb_html(
                f"key_account_mgmt.{name}", handover.ids
            )[0].decode()
            for word in words:
                self.assertIn(word, html, name)

    def test_a_hand_over_is_neither_copied_nor_deleted_once_begun(self):
        self._new_account()
        handover = self._new_handover()
        with self.assertRaises(UserError):
            handover.copy()
        handover.action_offer()
        with self.assertRaises(UserError):
            handover.sudo().unlink()
