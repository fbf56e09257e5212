from contextlib import suppress
from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import BaseCase, tagged

from ...calculations.claims import normalise_domain, normalise_name, normalise_phone, normalise_vat
from ...calculations.ownership import find_gaps
from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestNormalising(BaseCase):
    """The same customer, however he is typed."""

    def test_names_without_legal_form_width_and_punctuation(self):
        for typed, key in {
            "苏州岩泰工程机械有限公司": "苏州岩泰工程机械",
            "苏州岩泰工程机械 股份有限公司": "苏州岩泰工程机械",
            "苏州岩泰工程机械有限责任公司": "苏州岩泰工程机械",
            "苏州岩泰工程机械集团股份有限公司": "苏州岩泰工程机械",
            "苏州(岩泰)工程机械": "苏州岩泰工程机械",
            "ROTEC Hydraulics Co., Ltd": "rotechydraulics",
            "Rotec hydraulics co.,ltd.": "rotechydraulics",
            "Rotec-Hydraulics, Inc.": "rotechydraulics",
            "Rotec Hydraulics GmbH": "rotechydraulics",
            "Rotec Hydraulics G.m.b.H.": "rotechydraulics",
            "Rotec Hydraulics": "rotechydraulics",
            "Co": "co",
            "公司": "公司",
            "": "", None: "", "X": "", "..": "",
        }.items():
            self.assertEqual(normalise_name(typed), key, typed)

    def test_phones_to_digits_without_the_prefix_of_china(self):
        for typed in ("0571-8800 6600", "+86 571 88006600", "0086-571-8800-6600", "86 (571) 88006600",
                      "+86 (0571) 8800 6600 ext. 12", "0571-88006600转12"):
            self.assertEqual(normalise_phone(typed).lstrip("0"), "57188006600", typed)
        self.assertEqual(normalise_phone("138 0000 1234"), "13800001234")
        self.assertEqual(normalise_phone("8613800001234"), "13800001234")
        for typed in ("", None, "110", "n/a"):
            self.assertEqual(normalise_phone(typed), "")

    def test_tax_numbers_and_domains(self):
        self.assertEqual(normalise_vat("9133 0100-ma27w"), "91330100MA27W")
        self.assertEqual(normalise_vat("/"), "")
        free = {"qq.com"}
        self.assertEqual(normalise_domain('"Wang" <W@Rotec.CN>', free), "rotec.cn")
        for typed in ("w@qq.com", "w@QQ.com", "w", "w@localhost", "", None):
            self.assertEqual(normalise_domain(typed, free), "")

    def test_gaps_between_periods(self):
        def day(number):
            return date(2026, 5, number)

        self.assertEqual(find_gaps(day(1), day(9), []), [(day(1), day(9))])
        self.assertEqual(find_gaps(day(1), day(9), [(day(1), day(9))]), [])
        self.assertEqual(find_gaps(day(1), day(9), [(day(1), None)]), [])
        self.assertEqual(
            find_gaps(day(1), day(9), [(day(7), day(20)), (day(2), day(3)), (day(3), day(4))]),
            [(day(1), day(1)), (day(5), day(6))],
        )
        self.assertEqual(find_gaps(day(1), day(9), [(day(11), day(12))]), [(day(1), day(9))])


class ClaimCase(KeyAccountCase):
    """A customer of the East department, and people of other departments who meet it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer(
            "苏州岩泰工程机械有限公司", phone="0512-6600 8800", email="info@yantai-machines.cn",
            vat="91320500MA1XYZ123",
        )
        cls.contact = cls.env["res.partner"].create({
            "name": "王建国", "parent_id": cls.customer.id, "phone": "13800001234",
            "email": "wang@qq.com",
        })
        cls.account = cls._new_account(cls.customer)

    def _new_lead(self, user=None, **values):
        return self.env["crm.lead"].with_user(user or self.salesman).create({
            "name": "Lead", "company_id": self.company.id, "user_id": (user or self.salesman).id, **values,
        })

    def _get_notes(self):
        return self.env["mail.message"].search([
            ("model", "=", "key.account"), ("res_id", "=", self.account.id),
            ("message_type", "=", "user_notification"), ("subject", "ilike", "Somebody else"),
        ])

    def _warning(self, document, user=None):
        self.env.invalidate_all()
        return document.with_user(user or self.salesman).key_account_claim_warning


@tagged("post_install", "-at_install")
class TestClaims(ClaimCase):
    """Who developed a customer comes first: others are warned or refused (O3)."""

    def test_a_lead_is_matched_by_name_domain_phone_and_tax_number(self):
        for values in (
            {"partner_name": "苏州岩泰工程机械(股份)有限公司"},
            {"partner_name": "苏州岩泰工程机械"},
            {"email_from": "Li <li@Yantai-Machines.cn>"},
            {"phone": "+86 512 66008800"},
            {"phone": "138-0000-1234"},
            {"partner_id": self._new_customer("Double", vat="9132 0500 ma1xyz123").id},
            {"partner_id": self._new_customer("Double", phone="051266008800").id},
            {"partner_id": self.contact.id},
        ):
            with self.subTest(values=values):
                lead = self._new_lead(**values)
                self.assertIn("Manager (East)", self._warning(lead) or "")
        for values in (
            {"partner_name": "苏州岩泰"}, {"email_from": "other@qq.com"}, {"phone": "0512"}, {},
            {"partner_id": self._new_customer("Free").id},
        ):
            with self.subTest(values=values):
                self.assertFalse(self._warning(self._new_lead(**values)))

    def test_the_manager_is_told_once_a_document(self):
        lead = self._new_lead(partner_name="苏州岩泰工程机械有限公司")
        self.assertEqual(len(self._get_notes()), 1)
        self.assertEqual(self._get_notes().notified_partner_ids, self.manager.partner_id)
        lead.write({"phone": "0512-66008800"})
        lead.write({"partner_id": self.contact.id})
        self.assertEqual(len(self._get_notes()), 1)
        self._new_order(self.customer, 5, confirm=False)  # the superuser's
        self.assertEqual(len(self._get_notes()), 1)
        self.env["sale.order"].with_user(self.salesman).create({
            "partner_id": self.customer.id, "user_id": self.salesman.id,
        })
        self.assertEqual(len(self._get_notes()), 2)

    def test_only_another_department_is_warned(self):
        self.env["key.account.member"].create({
            "account_id": self.account.id, "user_id": self.other_manager.id,
        })
        for login in ("manager", "manager2", "assistant", "leader", "director", "other_manager"):
            user = self.users[login]
            with self.subTest(user=user.name):
                self.assertFalse(self._warning(self._new_lead(user, partner_id=self.customer.id), user))
        for user in (self.other_leader, self.salesman):
            with self.subTest(user=user.name):
                self.assertTrue(self._warning(self._new_lead(user, partner_id=self.customer.id), user))

    def test_what_the_warning_says_depends_on_the_confidentiality(self):
        lead = self._new_lead(partner_id=self.customer.id)
        self.assertIn("苏州岩泰", self._warning(lead))
        self.account.sudo().confidentiality = "confidential"
        warning = self._warning(lead)
        self.assertIn("East", warning)
        self.assertNotIn("苏州岩泰", warning)
        self.assertNotIn("Manager", warning)
        self.account.sudo().confidentiality = "secret"
        warning = self._warning(lead)
        self.assertIn("ask the key account director", warning)
        for word in ("East", "苏州岩泰", "Manager"):
            self.assertNotIn(word, warning)

    def test_block_refuses_in_every_way_but_not_the_system(self):
        self.company.key_account_claim_policy = "block"
        free = self._new_lead(partner_name="Free")
        order = self.env["sale.order"].with_user(self.salesman).create({
            "partner_id": self._new_customer("Free").id, "user_id": self.salesman.id,
        })
        for name, act in {
            "create": lambda: self._new_lead(partner_name="苏州岩泰工程机械有限公司"),
            "name": lambda: free.write({"partner_name": "苏州岩泰工程机械有限公司"}),
            "phone": lambda: free.write({"phone": "0512-66008800"}),
            "partner": lambda: free.write({"partner_id": self.customer.id}),
            "order": lambda: order.write({"partner_id": self.contact.id}),
            "new order": lambda: order.copy({"partner_id": self.customer.id}),
            "batch": lambda: self.env["crm.lead"].with_user(self.salesman).create([
                {"name": "a"}, {"name": "b", "phone": "0512-66008800", "company_id": self.company.id},
            ]),
        }.items():
            with self.subTest(way=name), self.assertRaisesRegex(RedirectWarning, "comes first"):
                with self.env.cr.savepoint():
                    act()
        self._new_lead(self.manager, partner_id=self.customer.id)
        self.env["crm.lead"].with_user(self.salesman).sudo().create({
            "name": "Gateway", "email_from": "li@yantai-machines.cn",
        })
        self.company.key_account_claim_policy = "off"
        self.assertFalse(self._warning(self._new_lead(partner_id=self.customer.id)))

    def test_claims_follow_the_account_its_customer_and_its_contacts(self):
        lead = self._new_lead(phone="0755-1234 5678")
        self.assertFalse(self._warning(lead))
        self.contact.phone = "0755-12345678"
        self.assertTrue(self._warning(lead))
        self.contact.phone = False
        self.assertFalse(self._warning(lead))
        new = self.env["res.partner"].create({
            "name": "New", "parent_id": self.customer.id, "phone": "075512345678",
        })
        self.assertTrue(self._warning(lead))
        new.active = False
        self.assertFalse(self._warning(lead))
        self.customer.phone = "0755 12345678"
        self.assertTrue(self._warning(lead))
        self.account.sudo().write({"state": "ended"})
        self.assertFalse(self._warning(lead), "who has ended claims nothing")
        self.account.sudo().write({"state": "candidate"})
        self.assertTrue(self._warning(lead), "who is in admission does")
        self.account.sudo().active = False
        self.assertFalse(self._warning(lead))

    def test_another_companys_account_claims_nothing_here(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        lead = self._new_lead(partner_name="苏州岩泰工程机械有限公司")
        self.assertTrue(self._warning(lead))
        self.env.cr.execute(
            "UPDATE key_account SET company_id = %s WHERE id = %s", [elsewhere.id, self.account.id]
        )
        self.assertFalse(self._warning(lead))

    def test_a_document_without_company_meets_the_claims_of_the_companies_switched_on(self):
        self.assertTrue(self._warning(self._new_lead(phone="0512-66008800", company_id=False)))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.salesman.company_ids += elsewhere
        lead = self._new_lead(phone="0512-66008800", company_id=False)
        self.env.invalidate_all()
        lead = lead.with_user(self.salesman).with_context(allowed_company_ids=elsewhere.ids)
        self.assertFalse(lead.key_account_claim_warning)

    def test_who_does_not_sell_and_whoever_reads_the_owners_own_work_is_not_warned(self):
        lead = self._new_lead(partner_id=self.customer.id)
        for user in (self.executive, self.clerk, self.inspector, self._new_user(
            "accounts", "account.group_account_manager"
        )):
            with self.subTest(user=user.name):
                self.assertFalse(lead.with_user(user)._get_foreign_claims())
        self.other_leader.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        for owner in (self.manager, self.manager2, self.leader):
            own = self._new_lead(owner, partner_id=self.customer.id)
            with self.subTest(owner=owner.name):
                self.assertFalse(self._warning(own, self.other_leader))
        self.assertTrue(self._warning(lead, self.other_leader))

    def test_a_refused_try_is_told_to_the_manager_once(self):
        self.company.key_account_claim_policy = "block"
        self.env.flush_all()
        with self.enter_registry_test_mode():
            for _time in range(2):
                # not assertRaises, which would roll back what comes after the refusal as well
                with suppress(RedirectWarning), self.env.registry.cursor() as cr:
                    self.env(cr=cr, user=self.salesman.id)["crm.lead"].create({
                        "name": "Lead", "phone": "0512-66008800", "company_id": self.company.id,
                    })
        self.env.invalidate_all()
        self.assertFalse(self.env["crm.lead"].search([("phone", "=", "0512-66008800")]))
        lines = self.env["key.account.access.log"].search([("kind", "=", "refuse")])
        self.assertEqual((lines.res_id, lines.user_id), (self.account.id, self.salesman))
        self.assertIn("was refused", self._get_notes().body)
        self.assertEqual(self._get_notes().notified_partner_ids, self.manager.partner_id)

    def test_claims_are_read_by_nobody(self):
        claim = self.env["key.account.claim"].search([("account_id", "=", self.account.id)], limit=1)
        self.assertTrue(claim)
        for user in (self.manager, self.director, self.executive, self.salesman):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                claim.with_user(user).read(["key"])

    def test_a_salesman_pays_one_query_a_document_and_none_to_confirm(self):
        free = self._new_customer("Free")
        line = [fields.Command.create({"product_id": self.product.id, "tax_ids": False})]
        values = {
            "crm.lead": {"name": "Lead", "partner_name": "Free", "phone": "075512345678"},
            "sale.order": {"partner_id": free.id, "order_line": line},
        }

        def count(policy, act):
            """Return the fewest queries of three times: what it takes when warm, whatever else core loads."""
            self.company.key_account_claim_policy = policy
            counts = []
            for _time in range(3):
                self.env.flush_all()
                before = self.env.cr.sql_log_count
                act()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
            return min(counts)

        for name, own in values.items():
            model = self.env[name].with_user(self.salesman)
            own |= {"company_id": self.company.id, "user_id": self.salesman.id}
            with self.subTest(model=name):
                without = count("off", lambda: model.create(own))  # noqa: B023
                self.assertEqual(count("warn", lambda: model.create(own)) - without, 1)  # noqa: B023
        quotations = self.env["sale.order"].with_user(self.salesman).create([values["sale.order"]] * 6)
        waiting = iter(quotations)
        without = count("off", lambda: next(waiting).action_confirm())
        self.assertEqual(count("warn", lambda: next(waiting).action_confirm()), without)


@tagged("post_install", "-at_install")
class TestOwnershipRequest(ClaimCase):
    """Somebody of another department asks for a customer, and sees nothing of it."""

    def _ask(self, user, kind, document=None):
        document = document or self._new_lead(user, partner_id=self.customer.id)
        action = document.with_user(user).action_request_ownership()
        window = self.env[action["res_model"]].with_user(user).with_context(**action["context"])
        window.create({"kind": kind, "reason": "They wrote to us."}).action_confirm()
        return self.env["key.account.ownership.exception"].search([], limit=1)

    def test_a_manager_of_another_department_files_it_and_stays_outside(self):
        proposal = self._ask(self.other_manager, "customer_wish")
        self.assertEqual(proposal.state, "submitted")
        self.assertEqual((proposal.requester_id, proposal.proposed_manager_id),
                         (self.other_manager, self.other_manager))
        self.env.invalidate_all()
        self.assertFalse(proposal.with_user(self.other_manager).search([]))
        self.assertNotIn(self.other_manager.partner_id, proposal.message_partner_ids)
        proposal.with_user(self.leader).action_approve()
        proposal.with_user(self.director).action_approve()
        self.assertEqual(self.account.manager_id, self.other_manager)

    def test_whoever_was_refused_asks_with_what_he_typed(self):
        self.company.key_account_claim_policy = "block"
        for confidentiality in ("internal", "secret"):
            self.account.sudo().confidentiality = confidentiality
            for values in ({"phone": "0512-66008800"}, {"partner_name": self.customer.name}):
                with self.subTest(level=confidentiality, values=values):
                    with self.assertRaises(RedirectWarning) as caught:
                        self._new_lead(self.other_manager, **values)
                    action = caught.exception.args[1]
                    window = self.env[action["res_model"]].with_user(self.other_manager)
                    window = window.with_context(**action["context"])
                    window.create({"kind": "conflict", "reason": "They wrote to us."}).action_confirm()
                    proposal = self.env["key.account.ownership.exception"].search([], limit=1)
                    self.assertEqual((proposal.account_id, proposal.requester_id),
                                     (self.account, self.other_manager))
                    proposal.unlink() if proposal.state == "draft" else proposal.with_user(
                        self.leader
                    )._decline("rejected", "No.")
        window = self.env["key.account.ownership.request"].with_user(self.other_manager)
        for typed in ({"name": "x"}, {"partner_id": "x"}, ["phone"], {"phone": 5}, {"partner_id": 0}):
            with self.subTest(typed=typed), self.assertRaises(UserError):
                window.create({
                    "model": "crm.lead", "typed": typed, "kind": "conflict", "reason": "x",
                }).action_confirm()

    def test_a_request_that_nobody_could_look_after_is_refused(self):
        self.account.sudo().confidentiality = "secret"
        lead = self._new_lead(self.other_manager, partner_name=self.customer.name)
        self.company.key_account_director_id = False
        self.director.active = False
        self.assertEqual(self._ask(self.other_manager, "customer_wish", lead).activity_ids.user_id,
                         self.executive)
        with patch.object(self.registry["key.account"], "_is_open_to", return_value=False):
            with self.assertRaisesRegex(UserError, "give somebody the role"):
                self._ask(self.other_manager, "customer_wish", lead)

    def test_the_decision_is_told_without_naming_a_secret(self):
        self.account.sudo().confidentiality = "secret"
        lead = self._new_lead(self.other_manager, partner_name=self.customer.name)
        proposal = self._ask(self.other_manager, "customer_wish", document=lead)
        self.assertEqual(proposal.state, "draft", "the director has to look after it first")
        self.assertEqual(proposal.activity_ids.user_id, self.director)
        self.env["key.account.member"].create({"account_id": self.account.id, "user_id": self.manager2.id})
        proposal.with_user(self.director).write({"proposed_manager_id": self.manager2.id})
        proposal.with_user(self.director).action_submit()
        proposal.with_user(self.executive)._decline("rejected", "苏州岩泰 stays where it is.")
        note = self.env["mail.message"].search([
            ("message_type", "=", "user_notification"),
            ("notified_partner_ids", "in", self.other_manager.partner_id.ids),
        ], limit=1)
        self.assertIn("rejected", note.body)
        self.assertNotIn("苏州岩泰", note.body + (note.record_name or "") + (note.subject or ""))

    def test_the_developing_department_chooses_first_in_a_cross_area_negotiation(self):
        proposal = self._ask(self.salesman, "cross_area")
        self.assertEqual((proposal.state, proposal.joint_user_id), ("draft", self.salesman))
        self.assertEqual(proposal.activity_ids.user_id, self.manager)
        own = proposal.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "chooses first"):
            own.action_submit()
        own.write({"first_choice": "joint", "joint_from": "2026-01-01", "joint_to": "2099-12-31"})
        own.action_submit()
        for user in (self.manager, self.salesman):
            with self.assertRaises(UserError):
                proposal.with_user(user).action_approve()
        proposal.with_user(self.leader).action_approve()
        proposal.with_user(self.director).action_approve()
        self.assertEqual(self.account.manager_id, self.manager)
        self.assertIn(self.salesman, self.account.allowed_user_ids)
        self.assertEqual(str(self.account.member_ids.date_to), "2099-12-31")

    def test_nothing_is_asked_for_that_is_not_taken_or_not_ones_own_document(self):
        free = self._new_lead(partner_name="Free")
        with self.assertRaisesRegex(UserError, "not taken"):
            self._ask(self.salesman, "cross_area", free)
        mine = self._new_lead(self.manager, partner_id=self.customer.id)
        window = self.env["key.account.ownership.request"].with_user(self.salesman)
        for values in (
            {"model": "crm.lead", "res_id": mine.id}, {"model": "res.users", "res_id": 1},
            {"model": "key.account", "res_id": self.account.id}, {"model": "crm.lead", "res_id": 0},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                window.create({"kind": "unfit", "reason": "x", **values}).action_confirm()

    def test_a_form_for_a_new_lead_warns_while_it_is_typed(self):
        lead = self.env["crm.lead"].with_user(self.salesman).new({
            "name": "Lead", "company_id": self.company.id, "phone": "0512 66008800",
        })
        self.assertIn("East", lead.key_account_claim_warning)
