from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import role_group
from .test_handover import HandoverCase

NEUTRAL = "Something for a customer whom another company guards"


@tagged("post_install", "-at_install")
class TestHandoverCompanies(HandoverCase):
    """A hand-over is one company's: it neither moves nor tells what belongs to another one (O4, O6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.manager.company_ids |= cls.elsewhere
        cls.colleague = cls._new_user("colleague", role_group("manager"), company=cls.elsewhere)
        cls.south = cls.env["crm.team"].create({
            "name": "Elsewhere", "company_id": cls.elsewhere.id, "user_id": cls.colleague.id,
        })

    def _new_foreign(self, partner, level="internal", **values):
        """Take over an account of a customer in the other company."""
        return self.env["key.account"].with_company(self.elsewhere).create({
            "partner_id": partner.id, "company_id": self.elsewhere.id, "team_id": self.south.id,
            "manager_id": self.manager.id, "state": "active", "scheme_id": self.scheme.id,
            "confidentiality": level, **values,
        })

    def _new_meeting(self, partner, **values):
        start = fields.Datetime.now() + timedelta(days=3)
        return self.env["calendar.event"].with_context(no_mail_to_attendees=True).create({
            "name": f"Meeting {partner.name}", "user_id": self.manager.id,
            "partner_ids": [Command.set((self.manager.partner_id | partner).ids)],
            "start": start, "stop": start + timedelta(hours=1), **values,
        })

    def _new_call(self, record):
        return record.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)

    def _new_lead(self, partner, company):
        return self.env["crm.lead"].create({
            "name": f"Lead {partner.name}", "partner_id": partner.id, "user_id": self.manager.id,
            "company_id": company.id, "team_id": False, "type": "opportunity",
        })

    def _new_service_work(self, account, team):
        """Give the manager one of each kind of the service layer for an account and its department."""
        company = account.company_id
        env = self.env(context=dict(self.env.context, allowed_company_ids=company.ids))
        start = fields.Datetime.now() + timedelta(days=3)
        meeting = env["key.account.meeting"].create({
            "name": "Monthly", "company_id": company.id, "team_id": team.id, "user_id": self.manager.id,
            "start": start, "attendee_ids": [Command.set(self.manager.ids)],
        })
        held = env["key.account.meeting"].create({
            "name": "Prices", "company_id": company.id, "team_id": team.id, "user_id": self.manager.id,
            "account_id": account.id, "start": start - timedelta(days=9),
            "attendee_ids": [Command.set(self.manager.ids)],
        })
        held.action_hold()
        company.sudo().key_account_complaint_user_id = self.manager
        works = {
            "visit": env["key.account.visit"].create({
                "account_id": account.id, "user_id": self.manager.id, "visit_type": "call", "start": start,
            }),
            "visit plan": env["key.account.visit.plan"].create({
                "company_id": company.id, "team_id": team.id, "user_id": self.manager.id,
                "period": "quarter", "period_date": "2027-01-10",
            }),
            "complaint": env["key.account.complaint"].create({
                "name": "Leaks", "company_id": company.id, "partner_id": account.partner_id.id,
                "user_id": self.manager.id,
            }),
            "satisfaction": env["key.account.satisfaction"].create({
                "account_id": account.id, "user_id": self.manager.id,
            }),
            "meeting to chair": meeting, "meeting that was held": held,
            "resolution": env["key.account.meeting.resolution"].create({
                "meeting_id": held.id, "name": "Send samples", "user_id": self.manager.id,
                "deadline": "2027-01-10",
            }),
        }
        self.assertEqual(works["complaint"].account_id, account)
        return {name: record.with_env(self.env) for name, record in works.items()}

    # === WHAT MOVES === #

    def test_what_belongs_to_another_company_stays(self):
        shared, foreign = self._new_customer("Shared"), self._new_customer("Foreign")
        own_account = self._new_account(shared)
        account = self._new_foreign(foreign)
        lead = self._new_lead(foreign, self.elsewhere)
        stay = {
            "account": account, "lead": lead,
            "project": self.env["key.account.project"].create(
                {"account_id": account.id, "name": "Line 2", "user_id": self.manager.id}
            ),
            "meeting": self._new_meeting(foreign),
            "meeting on a lead": self._new_meeting(shared, opportunity_id=lead.id),
            "call on an account": self._new_call(account),
            "call on a lead": self._new_call(lead),
            "call on a contact": self._new_call(foreign),
            "decision": account.activity_schedule(
                "key_account_mgmt.mail_activity_type_approval", user_id=self.manager.id
            ),
        }
        moved = {
            "meeting": self._new_meeting(shared), "call on a contact": self._new_call(shared),
            "call on an account": self._new_call(own_account),
        }
        stay |= self._new_service_work(account, self.south)
        category = self.env["key.account.complaint.category"].create({
            "name": "Everywhere", "user_id": self.manager.id,
        })
        foreign.user_id = self.manager
        handover = self._execute(self._new_handover())
        self.assertEqual(category.user_id, self.manager2, "a category belongs to no company")
        for name, record in stay.items():
            self.assertFalse(self._line(handover, record), name)
            owner = record.manager_id if name == "account" else record.user_id
            self.assertEqual(owner, self.manager, name)
        self.assertEqual(foreign.user_id, self.manager, "salesperson as its manager there")
        self.assertEqual(self.elsewhere.key_account_complaint_user_id, self.manager)
        for name, record in moved.items():
            self.assertEqual(record.user_id, self.manager2, name)
        self.assertTrue(self._get_held(self.manager), "the archive guard asks for every company")
        second = self._new_handover(
            user=self.env.user, company_id=self.elsewhere.id, receiver_id=self.colleague.id
        )
        for name, record in stay.items():
            self.assertTrue(self._line(second, record), name)

    def test_the_service_layers_work_for_a_secret_account_elsewhere_stays_and_is_not_named(self):
        account = self._new_foreign(self._new_customer("Veiled"), "secret")
        works = self._new_service_work(account, self.south)
        self._new_account(self._new_customer("Own"))
        handover = self._execute(self._new_handover())
        for name, record in works.items():
            self.assertEqual(record.user_id, self.manager, name)
        self.assertNotIn("Veiled", str(handover.sudo().line_ids.mapped("name")))

    def test_the_service_layers_work_moves_in_its_own_company(self):
        works = self._new_service_work(self._new_account(self._new_customer("Own")), self.team)
        handover = self._execute(self._new_handover())
        for name, record in works.items():
            self.assertTrue(self._line(handover, record), name)
            self.assertEqual(record.user_id, self.manager2, name)
        self.assertEqual(self.company.key_account_complaint_user_id, self.manager2)
        self.assertEqual(works["meeting to chair"].attendee_ids, self.manager2, "who chairs it comes to it")
        self.assertEqual(works["meeting that was held"].attendee_ids, self.manager, "who was there was there")
        self.assertEqual(works["meeting to chair"].event_id.user_id, self.manager2)
        self.assertEqual(works["meeting to chair"].event_id.partner_ids, self.manager2.partner_id)
        self.assertFalse(self._get_held(self.manager))

    def test_what_belongs_where_the_person_does_not_work_goes_along(self):
        self.manager.company_ids -= self.elsewhere
        customer = self._new_customer("Foreign")
        account = self._new_foreign(customer, manager_id=self.colleague.id)
        lead = self._new_lead(customer, self.env["res.company"])
        self.assertEqual(lead.key_account_id, account)
        records = [lead, self._new_meeting(customer), self._new_call(lead), self._new_call(customer)]
        self._execute(self._new_handover())
        for record in records:
            self.assertEqual(record.user_id, self.manager2, record)
        self.assertFalse(self._get_held(self.manager))

    # === WHAT IS TOLD === #

    def test_what_is_about_a_secret_customer_hangs_on_the_companys_own_account(self):
        customer = self._new_customer("Veiled")
        account = self._new_account(customer, confidentiality="secret")
        self._new_foreign(customer)
        records = [self._new_meeting(customer), self._new_call(customer), customer]
        self.env.flush_all()
        self.env.invalidate_all()  # the newest account comes first, as the database orders them
        handover = self._new_handover()
        for record in records:
            self.assertEqual(self._line(handover, record).account_id, account, record)
        for user in (self.clerk, self.inspector, self.leader):
            self.env.invalidate_all()
            lines = self.env["key.account.handover.line"].with_user(user).search([])
            self.assertNotIn("Veiled", str(lines.mapped("name")), user.name)
            self.assertFalse(lines.filtered(lambda line: line.handover_id == handover), user.name)

    def test_of_a_meeting_with_two_customers_the_more_closely_guarded_one_counts(self):
        plain, veiled = self._new_customer("Plain"), self._new_customer("Veiled")
        self._new_account(plain)
        account = self._new_account(veiled, confidentiality="secret")
        meeting = self._new_meeting(plain)
        meeting.partner_ids |= veiled
        self.assertEqual(self._line(self._new_handover(), meeting).account_id, account)

    def test_a_customer_guarded_elsewhere_is_not_named(self):
        for level in ("confidential", "secret"):
            customer = self._new_customer(f"Veiled {level}")
            self._new_foreign(customer, level)
            records = [self._new_lead(customer, self.company)]
            records.append(self._new_call(records[0]))
            handover = self._new_handover()
            for record in records:
                line = self._line(handover, record)
                self.assertEqual((line.name, line.detail), (NEUTRAL, False), (level, record))
                self.assertFalse(line.account_id)
            handover.action_cancel()

    def test_an_account_that_is_internal_here_and_secret_elsewhere_tells_of_no_document(self):
        customer = self._new_customer("Veiled")
        account = self._new_account(customer)
        self._new_foreign(customer, "secret")
        lead = self._new_lead(customer, self.company)
        handover = self._new_handover()
        self.assertEqual(self._line(handover, lead).account_id, account)
        self.assertEqual(self._line(handover, lead).name, NEUTRAL)
        self.assertIn("Veiled", self._line(handover, account).name, "who reads the account reads its name")

    # === WHO RECEIVES === #

    def test_a_receiver_has_to_see_what_he_is_to_get(self):
        for level in ("confidential", "secret"):
            account = self._new_account(
                self._new_customer(f"Guarded {level}"), manager_id=self.other_manager.id,
                team_id=self.other_team.id, confidentiality=level,
            )
            self._new_call(account)
            handover = self._new_handover()
            with self.subTest(level=level), self.assertRaisesRegex(UserError, "may not see one of these"):
                handover.action_offer()
            account.member_ids = [Command.create({"user_id": self.manager2.id})]
            handover.action_offer()
            handover.action_cancel()

    def test_a_receiver_who_gets_the_department_or_the_account_will_see_what_belongs_to_it(self):
        account = self._new_account(manager_id=self.manager2.id, confidentiality="confidential")
        account.activity_schedule("mail.mail_activity_data_call", user_id=self.leader.id)
        handover = self._new_handover(user_id=self.leader.id, receiver_id=self.other_leader.id)
        handover.action_offer()
        held = self._new_held("Beta", confidentiality="confidential")
        self._new_handover().action_offer()
        self.assertTrue(held)

    def test_what_is_secret_elsewhere_goes_only_to_those_who_see_it(self):
        customer = self._new_customer("Veiled")
        account = self._new_foreign(customer, "secret")
        lead = self._new_lead(customer, self.company)
        handover = self._new_handover()
        with self.assertRaisesRegex(UserError, "may not see one of these") as refusal:
            handover.action_offer()
        self.assertNotIn("Veiled", str(refusal.exception))
        self.manager2.company_ids |= self.elsewhere
        account.member_ids = [Command.create({"user_id": self.manager2.id})]
        self._execute(handover)
        self.assertEqual(lead.user_id, self.manager2)
