from contextlib import closing

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged

from ..access.test_hostile import HostileCase
from ..common import role_group
from .complaint_case import COMPLAINT


class ComplaintAccessCase(HostileCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaints = {
            level: cls.env[COMPLAINT].search([("account_id", "=", account.id)])
            for level, account in cls.accounts.items()
        }
        cls.shop = cls.env[COMPLAINT].with_user(cls.clerk).create({
            "name": "Too late", "partner_id": cls._new_customer("Shop").id, "company_id": cls.company.id,
        }).with_env(cls.env)
        cls.env.flush_all()

    def _sees(self, login, complaint):
        self.env.invalidate_all()
        user = self.users[login]
        mine = complaint.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        if not mine.browse().has_access("read"):
            return False
        found = bool(mine.search([("id", "=", complaint.id)]))
        self.assertEqual(found, mine.has_access("read"), f"{login}: search and read differ")
        return found


@tagged("post_install", "-at_install")
class TestComplaintPerimeter(ComplaintAccessCase):
    """Who sees and handles a complaint."""

    def test_the_perimeter_of_the_account_holds(self):
        for level, complaint in self.complaints.items():
            seen = {login for login in self.users if login != "public" and self._sees(login, complaint)}
            expected = {"manager", "director", "executive", "executive2"}
            if level != "secret":
                expected |= {"leader", "clerk", "inspector"}
            self.assertEqual(seen, expected, level)

    def test_without_an_account_clerk_service_and_leaders_see_it(self):
        seen = {login for login in self.users if login != "public" and self._sees(login, self.shop)}
        self.assertEqual(seen, {
            "clerk", "service", "leader", "other_leader", "director", "inspector", "executive", "executive2",
        })

    def test_whoever_is_given_a_complaint_sees_it_and_nothing_of_the_account(self):
        for level in ("internal", "confidential"):
            complaint, account = self.complaints[level], self.accounts[level]
            for login in ("service", "manager2"):
                complaint.with_user(self.leader).user_id = self.users[login]
                self.env.flush_all()
                self.assertTrue(self._sees(login, complaint))
                mine = complaint.with_user(self.users[login])
                mine.action_accept() if mine.state == "new" else mine.write({"contact_name": "Ms Li"})
                mine.web_read({"account_id": {"fields": {"display_name": {}}}, "name": {}, "waiting_for": {}})
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    account.with_user(self.users[login]).read(["desk_survey"])
                mine.user_id = self.manager
                self.assertFalse(self._sees(login, complaint), "given on, it is out of sight")

    def test_of_a_secret_account_it_is_given_to_its_people_alone(self):
        complaint = self.complaints["secret"].with_user(self.manager)
        for login in ("service", "manager2", "leader"):
            with self.subTest(login=login), self.assertRaises(RedirectWarning):
                complaint.user_id = self.users[login]
            self.env.invalidate_all()
        self.env["key.account.member"].with_user(self.manager).create({
            "account_id": self.accounts["secret"].id, "user_id": self.service.id, "role": "service",
        })
        complaint.user_id = self.service
        self.assertTrue(self._sees("service", self.complaints["secret"]))
        self.accounts["secret"].member_ids.filtered(lambda member: member.user_id == self.service).unlink()
        self.assertFalse(self._sees("service", self.complaints["secret"]), "a former member sees it no more")

    def test_it_is_given_to_nobody_who_could_not_see_it(self):
        for user in (self.nobody, self.salesman):
            with self.subTest(user=user.name), self.assertRaisesRegex(ValidationError, "Customer Service"):
                self.complaints["internal"].with_user(self.manager).user_id = user

    def test_customer_service_registers_what_it_hears_by_phone_for_any_customer_but_a_secret_one(self):
        model = self.env[COMPLAINT].with_user(self.service)
        for level in ("internal", "confidential"):
            complaint = model.create({
                "name": "x", "partner_id": self.accounts[level].partner_id.id, "company_id": self.company.id,
            })
            self.assertEqual((complaint.user_id, complaint.account_id), (self.service, self.accounts[level]))
        with self.assertRaises(AccessError):
            model.create({
                "name": "x", "partner_id": self.accounts["secret"].partner_id.id,
                "company_id": self.company.id,
            })

    def test_a_secret_customer_of_another_company_is_named_by_no_complaint(self):
        other = self.env["res.company"].create({"name": "Other", "currency_id": self.company.currency_id.id})
        director = self.env.ref(role_group("director"))
        stranger = self._new_user("stranger", role_group("director"), company=other)
        complaint = self.env[COMPLAINT].sudo().create({
            "name": "Veiled leaks", "partner_id": self.accounts["secret"].partner_id.id,
            "company_id": other.id,
        })
        self.users["stranger"] = stranger
        self.assertIn(director, stranger.all_group_ids)
        self.assertFalse(complaint.account_id)
        self.assertFalse(self._sees("stranger", complaint))

    def test_the_name_of_a_secret_accounts_complaint_is_told_to_nobody_outside(self):
        complaint = self.complaints["secret"]
        for login in ("nobody", "leader", "clerk", "service", "manager2"):
            self.env.invalidate_all()
            self.assertNotIn("leaks", complaint.with_user(self.users[login]).sudo().display_name)
        self.env.invalidate_all()
        self.assertIn("leaks", complaint.with_user(self.manager).display_name)

    def test_opening_a_confidential_one_leaves_a_line(self):
        log = self.env["key.account.access.log"].sudo()
        complaint = self.complaints["confidential"].with_user(self.clerk)
        before = log.search_count([])
        complaint.read(["name", "state", "next_deadline"])
        self.assertEqual(log.search_count([]), before, "a list does not")
        complaint.read(["root_cause"])
        self.assertEqual(log.search_count([]), before + 1)


@tagged("post_install", "-at_install")
class TestHostileComplaint(ComplaintAccessCase):
    """What somebody with the web client's means might try."""

    def test_outsiders_get_at_nothing(self):
        for login in ("nobody", "salesman", "portal", "public"):
            for complaint in (*self.complaints.values(), self.shop):
                for method, args in (
                    ("read", [["name"]]), ("web_read", [{"name": {}}]), ("write", [{"name": "x"}]),
                    ("action_accept", []), ("action_close", []), ("action_ask_cancel", []),
                    ("action_send_confirmation", []), ("action_approve", []), ("unlink", []),
                    ("message_post", []), ("copy", []), ("export_data", [["name"]]),
                ):
                    self._try(login, COMPLAINT, method, complaint.ids, *args)
            self._try(login, COMPLAINT, "create", {"name": "x"})
        self._assert_all_refused(190)

    def test_those_who_do_not_see_it_do_not_touch_it_by_its_id(self):
        for level, logins in (
            ("internal", ("service", "manager2", "assistant", "other_leader", "other_manager")),
            ("confidential", ("service", "manager2", "other_leader")),
            ("secret", ("service", "manager2", "leader", "clerk", "inspector", "other_leader")),
        ):
            for login in logins:
                ids = self.complaints[level].ids
                for method, args in (
                    ("read", [["name"]]), ("write", [{"name": "x"}]), ("action_accept", []),
                    ("write", [{"user_id": self.users[login].id}]), ("action_ask_dispute", []),
                    ("action_ask_arbitrate", []), ("action_send_confirmation", []),
                    ("rating_apply", [5]), ("message_post", []),
                ):
                    self._try(login, COMPLAINT, method, ids, *args, named="leaks")
                for act in ("answer", "cancel", "dispute", "arbitrate", "reopen"):
                    self._try_reason(login, ids, act)
                self._try_to_find(login, COMPLAINT, [("id", "in", ids)])
        self._assert_all_refused(150)

    def _try_reason(self, login, ids, act):
        """Do for a reason what the window would, with a guessed id."""
        self.tried += 1
        env = self.env(user=self.users[login].id, su=False)
        with closing(self.env.cr.savepoint()):
            self.env.invalidate_all()
            try:
                env["key.account.reason"].create({
                    "model": COMPLAINT, "res_ids": ",".join(map(str, ids)), "act": act, "reason": "x",
                }).action_confirm()
            except UserError:
                return
        self.got_through.append((login, act, ids))

    def test_inspectors_and_executives_only_read(self):
        for login in ("inspector", "executive"):
            ids = self.complaints["internal"].ids
            for method, args in (
                ("write", [{"name": "x"}]), ("action_accept", []), ("action_ask_cancel", []), ("unlink", []),
                ("action_send_confirmation", []), ("action_confirm_content", []),
            ):
                self._try(login, COMPLAINT, method, ids, *args)
            for act in ("answer", "cancel", "dispute", "arbitrate", "reopen"):
                self._try_reason(login, ids, act)
        self._assert_all_refused(20)

    def test_no_state_is_written_past_the_table(self):
        ids = self.complaints["internal"].ids
        for login in ("manager", "leader", "director", "clerk"):
            for state in ("in_progress", "waiting_customer", "disputed", "resolved", "closed", "cancelled"):
                self._try(login, COMPLAINT, "write", ids, {"state": state})
                self._try(login, COMPLAINT, "create", {
                    "name": "x", "partner_id": self.accounts["internal"].partner_id.id, "state": state,
                })
        self._assert_all_refused(40)

    def test_what_the_system_notes_is_written_by_nobody(self):
        ids, now = self.complaints["internal"].ids, fields.Datetime.now()
        for login in ("manager", "director", "clerk"):
            for vals in (
                {"number": "CP1"}, {"responded_on": now}, {"resolved_on": now}, {"closed_on": now},
                {"response_deadline": now}, {"resolution_deadline": now}, {"response_hours": 1000},
                {"resolution_hours": 1000}, {"paused_seconds": 1000000}, {"paused_on": now},
                {"is_response_in_time": True}, {"is_resolution_in_time": True}, {"escalation_level": 3},
                {"next_escalation_on": False}, {"next_deadline": False}, {"reopen_count": 0},
                {"confirmation": "content"}, {"confirmed_on": now}, {"feedback_on": now},
                {"feedback_user_id": self.director.id}, {"cancel_reason": "x"}, {"reopen_reason": "x"},
                {"dispute_reason": "x"}, {"arbitration": "x"}, {"grade_id": self.grade_a.id},
                {"urgency": 0}, {"received_on": now},
            ):
                self._try(login, COMPLAINT, "write", ids, vals)
                if "received_on" not in vals:
                    context = {f"default_{name}": value for name, value in vals.items()}
                    self._try(login, COMPLAINT, "create", {
                        "name": "x", "partner_id": self.accounts["internal"].partner_id.id, **vals,
                    }, context=context)
        self._assert_all_refused(150)

    def test_nobody_rules_on_his_own_dispute(self):
        self.team.user_id = self.director
        complaint = self.complaints["internal"].with_user(self.director)
        complaint._dispute("Who pays?")
        self.env.flush_all()
        self._try_reason("director", complaint.ids, "arbitrate")
        self._try("director", COMPLAINT, "action_approve", complaint.ids)
        self._try("director", COMPLAINT, "write", complaint.ids, {"state": "resolved"})
        self._assert_all_refused(3)

    def test_a_complaint_is_not_hung_on_an_account_out_of_sight(self):
        secret = self.accounts["secret"]
        for login in ("manager2", "leader", "other_manager", "clerk", "service"):
            for vals in (
                {"account_id": secret.id}, {"partner_id": secret.partner_id.id},
                {"partner_id": secret.partner_id.id, "account_id": secret.id},
            ):
                self._try(login, COMPLAINT, "create", {"name": "x", **vals}, named="Veiled")
                context = {f"default_{name}": value for name, value in vals.items()}
                self._try(login, COMPLAINT, "create", {"name": "x", **vals}, context=context)
                found = self._call(login, COMPLAINT, "default_get", list(vals), context=context)
                self.assertFalse(set(found.values()) & {secret.id, secret.partner_id.id})
        self._try("manager2", COMPLAINT, "create", {"name": "x", "account_id": self.accounts["internal"].id})
        self._try("manager2", COMPLAINT, "create", {
            "name": "x", "partner_id": self.accounts["internal"].partner_id.id,
            "user_id": self.manager.id,
        })
        self._assert_all_refused(30)

    def test_nobody_speaks_for_the_customer(self):
        complaint = self.complaints["internal"]
        token = complaint._rating_get_access_token()
        rating = complaint.sudo().rating_ids
        for login in ("manager", "leader", "director", "clerk", "nobody"):
            self._try(login, "rating.rating", "write", rating.ids, {"rating": 5, "consumed": True})
            self._try(login, COMPLAINT, "rating_apply", complaint.ids, 5, token=token)
            self._try(login, COMPLAINT, "message_post", complaint.ids, body="x", rating_value=5)
            self._try(login, "rating.rating", "create", {
                "res_model_id": self.env["ir.model"]._get_id(COMPLAINT), "res_id": complaint.id, "rating": 5,
                "consumed": True,
            })
            # one of something else, made one of the complaint afterwards
            elsewhere = self.env["rating.rating"].create({
                "res_model_id": self.env["ir.model"]._get_id("res.partner"), "rating": 5, "consumed": True,
                "res_id": self.users["nobody"].partner_id.id,
            })
            self._try(login, "rating.rating", "write", elsewhere.ids, {
                "res_model_id": self.env["ir.model"]._get_id(COMPLAINT), "res_id": complaint.id,
            })
            self._try(login, "rating.rating", "read", rating.ids, ["access_token"])
            self._try(login, "rating.rating", "reset", rating.ids)
        self._assert_all_refused(35)

    def test_categories_are_the_directors(self):
        category = self.env.ref("key_account_mgmt.complaint_category_quality")
        for login in ("manager", "leader", "clerk", "service", "inspector", "executive"):
            self._try(login, category._name, "write", category.ids, {"name": "x"})
            self._try(login, category._name, "create", {"name": "x"})
            self._assert_allowed(login, category._name, "read", category.ids, ["name"])
        self._assert_allowed("director", category._name, "write", category.ids, {"name": "x"})
        self._assert_all_refused(12)

    def test_a_user_hands_in_no_mail_for_the_complaints(self):
        mail = "From: li@works.example\nTo: x@y.example\nMessage-Id: <1@x>\nSubject: x\n\nx"
        for login in ("nobody", "manager", "clerk"):
            self._try(login, "mail.thread", "message_process", COMPLAINT, mail)
        self._assert_all_refused(3)
