import json
from contextlib import closing, suppress

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase

OUTSIDERS = ("nobody", "salesman", "service", "document", "portal", "public")
INSIDERS = (
    "manager", "manager2", "assistant", "leader", "other_leader", "other_manager", "director",
    "clerk", "inspector", "executive", "executive2",
)
# The window by which somebody of another department asks for a customer; it shows each his own only.
OPEN_TO_SELLERS = {"key.account.ownership.request"}
STRANGERS = ("manager2", "assistant", "other_leader", "other_manager")
# Who may not see an account of each level (it belongs to manager, of the team of leader)
BLIND = {
    "internal": STRANGERS,
    "confidential": STRANGERS,
    "secret": (*STRANGERS, "leader", "clerk", "inspector"),
}


class HostileCase(KeyAccountCase):
    """Three accounts of the three levels, graded; everything that hangs on an account exists once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["document"] = cls._new_user("document", "key_account_mgmt.group_key_account_document")
        cls.today = cls.company._get_key_account_today()
        cls.accounts = {}
        for level in BLIND:
            customer = cls._new_customer(f"Veiled {level}")
            cls._new_order(customer, 100, cls.today)
            cls.accounts[level] = cls._new_account(
                customer, confidentiality=level, grade_id=cls.grade_b.id,
                member_ids=[Command.create({"user_id": cls.executive2.id, "role": "other"})],
            )
            cls._fill_file(cls.accounts[level])
            cls.env["key.account.ownership.exception"].with_user(cls.director).create({
                "account_id": cls.accounts[level].id, "kind": "unfit", "reason": "Absent for months",
                "proposed_manager_id": cls.manager2.id,
            })
        cls.handover = cls.env["key.account.handover"].with_user(cls.director).create({
            "user_id": cls.manager.id, "company_id": cls.company.id, "receiver_id": cls.executive2.id,
        })
        cls.applied_run = cls._new_run()
        cls.applied_run.action_compute()
        cls._apply_run(cls.applied_run)
        cls.computed_run = cls._new_run()
        cls.computed_run.action_compute()
        cls.scored_run = cls._new_run(scheme_id=cls.env.ref("key_account_mgmt.scheme_scoring").id)
        cls.scored_run.action_compute()
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.tried, self.got_through = 0, []

    def _call(self, login, model, method, *args, context=None, **kwargs):
        """Call a public method as the web client does, then undo what it did."""
        user = self.users[login]
        env = self.env(user=user.id, su=False, context={})
        context = {"allowed_company_ids": user.company_ids.ids} | (context or {})
        with closing(self.env.cr.savepoint()):
            self.env.invalidate_all()
            try:
                result = call_kw(env[model], method, list(args), {**kwargs, "context": context})
                env.flush_all()
            except IntegrityError as error:
                # the web server makes a message of it as well
                raise ValidationError(str(error)) from error
        return result

    @mute_logger("odoo.sql_db")
    def _try(self, login, model, method, *args, named=False, **kwargs):
        """Note a call that is not refused; anything but a refusal in words is an error.

        :param str named: what the refusal must not tell
        """
        self.tried += 1
        try:
            self._call(login, model, method, *args, **kwargs)
        except UserError as refusal:
            if not named or named not in str(refusal):
                return
        self.got_through.append((login, f"{model}.{method}", args, kwargs))

    def _try_to_find(self, login, model, domain):
        """Ask for hidden records in every way there is: each has to answer with nothing, or refuse."""
        grouped = "kind" if model == "key.account.ledger.entry" else "create_uid"
        for method, args, kwargs in (
            ("search", [domain], {}),
            ("search", [domain], {"context": {"active_test": False, "bypass_search_access": True}}),
            ("search_count", [domain], {}),
            ("search_read", [domain, ["display_name"]], {}),
            ("web_search_read", [domain, {"display_name": {}}], {}),
            ("name_search", [], {"domain": domain}),
            ("read_group", [domain, ["id"], [grouped]], {}),
            ("formatted_read_group", [domain, [grouped], ["__count"]], {}),
        ):
            self.tried += 1
            try:
                found = self._call(login, model, method, *args, **kwargs)
            except AccessError:
                continue
            if found["records"] if method == "web_search_read" else found:
                self.got_through.append((login, f"{model}.{method}", domain))

    def _assert_all_refused(self, at_least):
        self.assertEqual(self.got_through, [], "\n".join(map(str, self.got_through)))
        self.assertGreaterEqual(self.tried, at_least)

    def _assert_allowed(self, login, model, method, *args, **kwargs):
        with self.subTest(role=login, call=f"{model}.{method}", args=args, kwargs=kwargs):
            self._call(login, model, method, *args, **kwargs)

    @classmethod
    def _get_models(cls):
        return sorted(
            name for name, model in cls.env.registry.items()
            if name.startswith("key.account") and not model._abstract
        )

    @classmethod
    def _get_hanging(cls, account):
        """Return the records that hang on an account, by model."""
        models = {
            name: cls.env[name].sudo().search([("account_id", "=", account.id)])
            for name in cls._get_models() if "account_id" in cls.env[name]._fields
        }
        models["key.account.approval"] = account.sudo().approval_ids
        return models


@tagged("post_install", "-at_install")
class TestOutsiders(HostileCase):
    """Who has no role in the department gets at nothing, in whatever way he asks."""

    def test_no_model_opens_to_anyone_without_a_role(self):
        for name in self._get_models():
            ids = self.env[name].sudo().search([], limit=1).ids or [1]
            # whose an internal account is, customer service may know as well (X17)
            reads = {"service"} if name == "key.account.bulletin" else set()
            reads |= {"salesman"} if name in OPEN_TO_SELLERS else set()
            for login in set(OUTSIDERS) - reads:
                for method, args in (
                    ("search", [[]]),
                    ("search_count", [[]]),
                    ("search_read", [[], ["display_name"]]),
                    ("web_search_read", [[], {"display_name": {}}]),
                    ("name_search", []),
                    ("formatted_read_group", [[], [], ["__count"]]),
                    ("read", [ids, ["display_name"]]),
                    ("web_read", [ids, {"display_name": {}}]),
                    ("export_data", [ids, ["id"]]),
                    ("create", [[{}]]),
                    ("web_save", [ids, {}, {}]),
                    ("write", [ids, {"create_uid": 1}]),
                    ("unlink", [ids]),
                    ("copy", [ids]),
                ):
                    self._try(login, name, method, *args)
        self._assert_all_refused(1000)

    def test_no_action_runs_for_anyone_without_a_role(self):
        account, run = self.accounts["internal"], self.computed_run
        row = run.sudo().assessment_ids[:1]
        for record, methods in (
            (account, ("action_start_survey", "action_apply", "action_approve", "action_suspend",
                       "action_resume", "action_reconsider", "action_propose_termination",
                       "action_apply_pricelist", "action_archive")),
            (run, ("action_compute", "action_submit", "action_approve", "action_reset", "action_cancel",
                   "action_apply", "action_simulate")),
            (row, ("action_open_evidence", "action_open_account")),
        ):
            for method in methods:
                for login in OUTSIDERS:
                    self._try(login, record._name, method, record.ids)
        for login in OUTSIDERS:
            self._try(login, "key.account", "get_grade_on", account.ids, "2026-01-01")
        self._assert_all_refused(90)

    def test_the_fields_on_other_models_are_closed_to_those_without_a_role(self):
        order = self.env["sale.order"].search([("key_account_id", "!=", False)], limit=1)
        order.user_id = self.salesman
        lead = self.env["crm.lead"].create({
            "name": "Lead", "partner_id": order.partner_id.id, "user_id": self.salesman.id,
        })
        names = ("key_account_id", "key_account_grade_id", "key_account_manager_id")
        for record, fields_ in (
            (order.partner_id, (*names, "key_account_ids", "key_account_is_secret")),
            (order, names),
            (lead, names),
        ):
            for name in fields_:
                self._try("salesman", record._name, "read", record.ids, [name])
                self._try("salesman", record._name, "search", [(name, "!=", False)])
                self._try("salesman", record._name, "web_read", record.ids, {name: {}})
                self._try("salesman", record._name, "write", record.ids, {name: False})
                self._try(
                    "salesman", record._name, "formatted_read_group", [], [name], ["__count"]
                )
                self._try("salesman", record._name, "search_read", [], [name])
        for name in names:
            self._try(
                "salesman", "sale.report", "formatted_read_group", [], [name], ["price_total:sum"]
            )
            self._try("salesman", "sale.report", "search", [(name, "!=", False)])
        self._assert_all_refused(60)

    def test_everybody_who_may_read_contacts_and_orders_opens_them(self):
        """The fields that the addon adds to a form must not keep anyone out of it."""
        order = self.env["sale.order"].search(
            [("key_account_id", "=", self.accounts["internal"].id)], limit=1
        )
        for login in (*INSIDERS, "service", "nobody", "document", "salesman"):
            for record in (order.partner_id, order):
                order.user_id = self.users[login]
                self.env.invalidate_all()
                if not record.with_user(self.users[login]).has_access("read"):
                    continue
                with self.subTest(role=login, model=record._name):
                    views = self._call(login, record._name, "get_views", [(False, "form")])
                    names = views["models"][record._name]["fields"]
                    shown = {name: {} for name in names if name.startswith("key_account")}
                    self._call(login, record._name, "web_read", record.ids, {"id": {}, **shown})
                    self.tried += 1
        self.assertGreaterEqual(self.tried, 20)


@tagged("post_install", "-at_install")
class TestPerimeterByForce(HostileCase):
    """Who may not see an account gets at nothing of it, also when he guesses ids."""

    def test_hidden_accounts_are_found_in_no_way(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            for login in logins:
                self._try_to_find(login, "key.account", [("id", "=", account.id)])
                self._try_to_find(
                    login, "key.account", [("partner_id.name", "=", f"Veiled {level}")]
                )
                self._try_to_find(login, "key.account", [("number", "=", account.number)])
                for name, records in self._get_hanging(account).items():
                    self.assertTrue(records or name == "key.account.assessment.line", name)
                    self._try_to_find(login, name, [("id", "in", records.ids)])
        self._assert_all_refused(500)

    def test_hidden_accounts_are_not_opened_by_a_guessed_id(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            records_by_model = {"key.account": account, **self._get_hanging(account)}
            for login in logins:
                for name, records in records_by_model.items():
                    for method, args in (
                        ("read", [["display_name"]]),
                        ("web_read", [{"display_name": {}}]),
                        ("export_data", [["id"]]),
                        ("copy", []),
                        ("write", [{"create_uid": self.users[login].id}]),
                        ("unlink", []),
                    ):
                        if records:
                            self._try(login, name, method, records.ids, *args, named="Veiled")
        self._assert_all_refused(500)

    def test_no_action_opens_a_hidden_account(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            row = self._row(self.computed_run, account.partner_id)
            for login in logins:
                for method in (
                    "action_start_survey", "action_apply", "action_approve", "action_suspend",
                    "action_resume", "action_reconsider", "action_propose_termination",
                    "action_apply_pricelist", "action_archive", "action_open_ledger",
                ):
                    self._try(login, "key.account", method, account.ids, named="Veiled")
                self._try(login, "key.account", "get_grade_on", account.ids, "2026-01-01", named="Veiled")
                for method in ("action_open_evidence", "action_open_account"):
                    self._try(login, row._name, method, row.ids, named="Veiled")
        self._assert_all_refused(150)

    def test_the_name_of_a_hidden_account_is_not_made_for_a_stranger(self):
        for level, logins in BLIND.items():
            for login in logins:
                self.env.invalidate_all()
                account = self.accounts[level].with_user(self.users[login])
                with self.subTest(role=login, level=level):
                    name = ""
                    with suppress(AccessError):
                        name = account.display_name
                    self.assertIn(name, ("", "Key Account"))

    def test_nothing_is_hung_on_a_hidden_account(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            model = self.env["ir.model"]._get_id("key.account")
            for login in logins:
                user = self.users[login]
                self._try(login, "key.account", "message_post", account.ids, body="x")
                account.with_user(user).message_subscribe(user.partner_id.ids)
                self.assertNotIn(user.partner_id, account.message_partner_ids)
                self._try(login, "mail.activity", "create", {
                    "res_model_id": model, "res_id": account.id, "user_id": user.id, "summary": "x",
                })
                self._try(login, "mail.followers", "create", {
                    "res_model": "key.account", "res_id": account.id, "partner_id": user.partner_id.id,
                })
                self._try(login, "ir.attachment", "create", {
                    "name": "x", "res_model": "key.account", "res_id": account.id, "raw": b"x",
                })
                self._try(login, "key.account.member", "create", {
                    "account_id": account.id, "user_id": user.id,
                })
                self._try(login, "key.account.grading.run", "create", {
                    "company_id": self.company.id, "scheme_id": self.scheme.id,
                    "account_ids": [Command.create({"partner_id": account.partner_id.id})],
                })
        self._assert_all_refused(90)

    def test_messages_and_activities_of_a_hidden_account_stay_hidden(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            price = "The price is 12."
            message = account.message_post(body=price)
            activity = account.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.manager.id, summary="Call them"
            )
            attachment = self.env["ir.attachment"].create({
                "name": "Offer", "res_model": "key.account", "res_id": account.id, "raw": b"secret",
            })
            for login in logins:
                for record in (message, activity, attachment):
                    self._try_to_find(login, record._name, [("id", "=", record.id)])
                    self._try(login, record._name, "read", record.ids, ["display_name"])
        self._assert_all_refused(1)

    def test_a_member_line_is_not_moved_to_another_account(self):
        """Who puts together the team of his own account does not let himself into another one."""
        own = self._new_account(manager_id=self.manager2.id)
        line = self.env["key.account.member"].create({
            "account_id": own.id, "user_id": self.other_manager.id,
        })
        for account in self.accounts.values():
            self._try("manager2", line._name, "write", line.ids, {"account_id": account.id})
        self._try("manager2", "key.account", "write", own.ids, {
            "member_ids": [Command.update(line.id, {"account_id": self.accounts["secret"].id})],
        })
        self._assert_all_refused(1)

    def test_a_hidden_account_is_not_linked_into_a_line_of_ones_own(self):
        own = self._new_account(manager_id=self.manager2.id)
        theirs = self.accounts["secret"].member_ids
        self._try(
            "manager2", "key.account", "write", own.ids, {"member_ids": [Command.link(theirs.id)]}
        )
        self._try(
            "manager2", "key.account", "write", own.ids, {"member_ids": [Command.delete(theirs.id)]}
        )
        self._assert_all_refused(1)

    def test_totals_leave_hidden_accounts_out(self):
        """Sums over rows and ledger lines count only what the user could list."""
        for login, visible in (
            ("manager", 300), ("manager2", 0), ("assistant", 0), ("leader", 200), ("other_leader", 0),
            ("clerk", 200), ("inspector", 200), ("director", 300), ("executive", 300),
        ):
            for model, domain, measure in (
                ("key.account.assessment", [("run_id", "=", self.applied_run.id)], "sales_amount"),
                ("key.account.ledger.entry", [("kind", "=", "ordered")], "amount"),
            ):
                with self.subTest(role=login, model=model):
                    groups = self._call(
                        login, model, "formatted_read_group", domain, [], [f"{measure}:sum", "__count"]
                    )
                    self.assertEqual(groups[0][f"{measure}:sum"] or 0, visible)
                    self.assertEqual(groups[0]["__count"], visible / 100)

    def test_a_grade_with_one_customer_tells_its_sales_only_to_those_who_see_the_run(self):
        self.env.invalidate_all()
        lines = self.computed_run.sudo().grade_line_ids
        for login in ("manager", "assistant", "manager2", "other_manager"):
            self.assertFalse(self.computed_run.with_user(self.users[login]).has_access("read"))
            self._try_to_find(login, lines._name, [("id", "in", lines.ids)])
            self._try(login, lines._name, "read", lines.ids, ["sales_amount"])
        self._assert_all_refused(1)

    def test_who_is_secret_is_no_question_that_a_stranger_may_ask(self):
        for login in STRANGERS:
            self._try_to_find(login, "res.partner", [("key_account_is_secret", "=", True)])
            for name in ("key_account_id", "key_account_manager_id", "key_account_grade_id"):
                self._try_to_find(
                    login, "res.partner", [(name, "!=", False), ("name", "=like", "Veiled%")]
                )
            self._try_to_find(
                login, "res.partner", [("key_account_manager_id", "=", self.manager.id)]
            )
            self._try_to_find(
                login, "res.partner", [("key_account_ids.confidentiality", "=", "secret")]
            )
        self._assert_all_refused(1)

    def test_decisions_on_an_archived_account_are_still_read(self):
        account = self.accounts["internal"]
        self.assertTrue(account.sudo().approval_ids)
        account.active = False
        self.env.invalidate_all()
        self.assertTrue(account.with_user(self.director).approval_ids)
        self.assertTrue(account.with_user(self.director).grade_history_ids)


@tagged("post_install", "-at_install")
class TestOtherCompany(HostileCase):
    """A company's grading is nobody's outside of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        for role in ("director", "clerk", "leader", "executive", "manager"):
            login = f"foreign_{role}"
            cls.users[login] = cls._new_user(
                login, f"key_account_mgmt.group_key_account_{role}", company=cls.elsewhere
            )
        cls.foreigners = [login for login in cls.users if login.startswith("foreign_")]

    def test_nothing_is_seen_from_another_company(self):
        own_scheme = self.scheme.copy({"company_id": self.company.id})
        for login in self.foreigners:
            for name, records in {
                "key.account": self.accounts["internal"],
                **self._get_hanging(self.accounts["internal"]),
                "key.account.grading.run": self.computed_run | self.applied_run,
                "key.account.grading.run.grade": self.applied_run.sudo().grade_line_ids,
                "key.account.grading.scheme": own_scheme,
                "key.account.grade": own_scheme.grade_ids,
            }.items():
                self._try_to_find(login, name, [("id", "in", records.ids)])
                if records:
                    self._try(login, name, "read", records.ids, ["display_name"])
        self._assert_all_refused(200)

    def test_a_company_that_is_not_ones_own_is_not_chosen(self):
        for login in self.foreigners:
            self._try(
                login, "key.account", "search", [],
                context={"allowed_company_ids": (self.company | self.elsewhere).ids},
            )
        for login in ("foreign_director", "foreign_clerk", "foreign_leader"):
            self._try(login, "key.account.grading.run", "create", {
                "company_id": self.company.id, "scheme_id": self.scheme.id,
            })
        for login in ("foreign_director", "foreign_clerk"):
            self._try(login, "key.account.sales.history", "create", {
                "company_id": self.company.id, "partner_id": self.accounts["internal"].partner_id.id,
                "date": "2026-01-01", "amount": 1,
            })
        self._assert_all_refused(1)

    def test_what_is_ones_own_is_not_moved_into_another_company(self):
        customer = self._new_customer("Home")
        for login, record in (
            ("foreign_clerk", self.env["key.account.grading.run"].create({
                "company_id": self.elsewhere.id, "scheme_id": self.scheme.id,
            })),
            ("foreign_clerk", self.env["key.account.sales.history"].create({
                "company_id": self.elsewhere.id, "partner_id": customer.id,
                "date": "2026-01-01", "amount": 1_000_000,
            })),
            ("foreign_director", self.env["key.account"].create({
                "company_id": self.elsewhere.id, "partner_id": customer.id, "team_id": False,
            })),
        ):
            self._try(
                login, record._name, "write", record.ids, {"company_id": self.company.id}
            )
        self._assert_all_refused(1)

    def test_the_simulation_adds_up_no_other_company(self):
        for login in ("foreign_director", "foreign_clerk", "foreign_leader", "foreign_executive"):
            with self.subTest(role=login), self.assertRaises(UserError):
                self.env.invalidate_all()
                simulation = self.env["key.account.grading.simulation"].with_user(
                    self.users[login]
                ).with_context(allowed_company_ids=self.elsewhere.ids).create({
                    "scheme_id": self.scheme.id, "company_id": self.company.id,
                })
                simulation.action_simulate()


@tagged("post_install", "-at_install")
class TestForgery(HostileCase):
    """What is not entered by hand cannot be entered by a forged call either."""

    def test_system_fields_of_accounts_are_not_written(self):
        account = self.accounts["internal"]
        for vals in (
            {"number": "77777"},
            {"code": "A-77777"},
            {"grade_id": self.grade_a.id},
            {"grade_id": False},
            {"admission_date": "2020-01-01"},
            {"allowed_user_ids": [Command.link(self.manager2.id)]},
            {"grade_history_ids": [Command.clear()]},
            {"grade_history_ids": [Command.create({"date_from": "2020-01-01"})]},
            {"approval_ids": [Command.create({
                "model": "key.account", "decision": "approved", "user_id": self.executive.id,
            })]},
            {"approval_ids": [Command.link(account.sudo().approval_ids[:1].id)], "number": "1"},
            {"state": "ended"},
            {"state": "candidate"},
            {"state": "applied"},
            {"state": "rejected"},
        ):
            for login in INSIDERS:
                self._try(login, "key.account", "write", account.ids, vals)
                self._try(login, "key.account", "web_save", account.ids, vals, {})
        self._assert_all_refused(250)

    def test_a_candidate_is_not_born_with_what_admission_gives(self):
        base = {"company_id": self.company.id, "team_id": self.team.id}
        for vals in (
            {"state": "active"}, {"state": "applied"}, {"state": "ended"}, {"state": "suspended"},
            {"number": "77777"}, {"state": "active", "number": "77777"},
            {"grade_id": self.grade_a.id}, {"admission_date": "2020-01-01"},
            {"allowed_user_ids": [Command.link(self.manager2.id)]},
        ):
            for login in ("manager", "leader"):
                partner = self._new_customer()
                self._try(login, "key.account", "create", {
                    **base, "partner_id": partner.id, "manager_id": self.users[login].id, **vals,
                })
        self._assert_all_refused(1)

    def test_defaults_in_the_context_set_no_field_that_the_system_sets(self):
        """``default_x`` in the context reaches every field of a new record; guarded ones too."""
        base = {
            "company_id": self.company.id, "team_id": self.team.id, "scheme_id": self.scheme.id,
        }
        for name, value in (
            ("number", "77777"), ("grade_id", self.grade_a.id), ("admission_date", "2020-01-01"),
            ("state", "active"), ("code", "A-77777"),
        ):
            for login in ("manager", "leader"):
                self.tried += 1
                with self.subTest(role=login, name=name):
                    self.assertFalse(self._create_with_default(
                        login, "key.account", name, value,
                        {**base, "partner_id": self._new_customer().id, "manager_id": self.users[login].id},
                    ))
        for name, value in (
            ("state", "approved"), ("computed_on", "2026-01-01 00:00:00"), ("total_amount", 1.0),
            ("is_apply_requested", True), ("is_partial", True), ("applied_on", "2026-01-01 00:00:00"),
        ):
            for login in ("clerk", "leader", "director"):
                self.tried += 1
                with self.subTest(role=login, name=name):
                    self.assertFalse(self._create_with_default(
                        login, "key.account.grading.run", name, value,
                        {"company_id": self.company.id, "scheme_id": self.scheme.id},
                    ))
        self.assertGreaterEqual(self.tried, 28)

    def _create_with_default(self, login, model, name, value, vals):
        """Return whether the default in the context came through on the new record."""
        self.env.invalidate_all()
        records = self.env[model].with_user(self.users[login])
        with closing(self.env.cr.savepoint()):
            try:
                record = records.with_context(**{f"default_{name}": value}).create(vals)
                self.env.flush_all()
            except UserError:
                return False
            self.env.invalidate_all()
            field, record = records._fields[name], record.sudo()
            return field.convert_to_cache(value, record) == field.convert_to_cache(record[name], record)

    def test_a_default_does_not_let_anyone_into_a_new_account(self):
        account = self.env["key.account"].with_user(self.manager).with_context(
            default_allowed_user_ids=[Command.link(self.manager2.id)]
        )
        try:
            account = account.create({
                "partner_id": self._new_customer().id, "company_id": self.company.id,
                "team_id": self.team.id, "manager_id": self.manager.id,
            })
        except UserError:
            return
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(account.sudo().allowed_user_ids, self.manager)

    def test_runs_take_no_forged_figures_or_states(self):
        for run in (self.computed_run, self.applied_run):
            for vals in (
                {"state": "submitted"}, {"state": "reviewed"}, {"state": "approved"}, {"state": "applied"},
                {"is_apply_requested": True}, {"computed_on": False}, {"total_amount": 1},
                {"date_from": "2000-01-01"}, {"method": "manual"}, {"is_partial": True},
                {"include_history": False}, {"customer_count": 0},
                {"assessment_ids": [Command.delete(run.sudo().assessment_ids[0].id)]},
                {"assessment_ids": [Command.create({"partner_id": self.accounts["internal"].partner_id.id})]},
                {"grade_line_ids": [Command.clear()]},
                {"approval_ids": [Command.create({
                    "model": run._name, "decision": "approved", "user_id": self.executive.id,
                })]},
            ):
                for login in INSIDERS:
                    if vals != {"state": run.state}:
                        self._try(login, run._name, "write", run.ids, vals)
        self._assert_all_refused(300)

    def test_assessments_take_no_forged_figures(self):
        row = self._row(self.computed_run, self.accounts["internal"].partner_id)
        line = self._row(self.scored_run, self.accounts["internal"].partner_id).line_ids[:1]
        for record, several in (
            (row, (
                {"sales_amount": 1_000_000}, {"sales_share": 99}, {"score": 100}, {"change": "up"},
                {"proposed_grade_id": self.grade_a.id}, {"current_grade_id": False},
                {"account_id": self.accounts["secret"].id}, {"partner_id": self.company.partner_id.id},
                {"run_id": self.applied_run.id}, {"is_applied": True}, {"explanation": "x"},
                {"override_approver_id": self.executive.id}, {"override_user_id": self.executive.id},
                {"team_id": self.other_team.id}, {"company_id": self.env.ref("base.main_company").id},
                {"line_ids": [Command.create({"points": 100})]},
            )),
            (line, (
                {"weight": 1000}, {"value": 1e9}, {"metric": "assessor"}, {"has_points": True},
                {"assessment_id": row.id}, {"account_id": self.accounts["secret"].id},
                {"dimension_id": False}, {"is_skipped_without_data": True},
            )),
        ):
            for vals in several:
                for login in INSIDERS:
                    self._try(login, record._name, "write", record.ids, vals)
        for record in (row, line):
            for login in INSIDERS:
                self._try(login, record._name, "unlink", record.ids)
                self._try(login, record._name, "copy", record.ids)
                self._try(login, record._name, "create", {})
        self._assert_all_refused(300)

    def test_figures_are_not_smuggled_in_beside_an_exception(self):
        """The exception is written by the system for the director, but nothing else with it."""
        row = self._row(self.computed_run, self.accounts["internal"].partner_id)
        exception = {
            "final_grade_id": self.grade_b.id, "override_reason": "Strategic",
            "override_until": fields.Date.add(self.today, years=1),
        }
        self._assert_allowed("director", row._name, "write", row.ids, exception)
        for vals in (
            {"sales_amount": 1_000_000}, {"proposed_grade_id": self.grade_b.id}, {"is_applied": True},
            {"account_id": self.accounts["secret"].id}, {"run_id": self.applied_run.id},
            {"partner_id": self.company.partner_id.id}, {"change": "up"}, {"explanation": "x"},
        ):
            self._try("director", row._name, "write", row.ids, exception | vals)
        self._assert_all_refused(1)

    def test_figures_are_not_smuggled_in_beside_points(self):
        row = self._row(self.scored_run, self.accounts["internal"].partner_id)
        line = row.line_ids.filtered(lambda line: line.metric == "assessor")[:1]
        other = self._row(self.scored_run, self.accounts["secret"].partner_id)
        for login in ("leader", "director"):
            self._assert_allowed(login, line._name, "write", line.ids, {"points": 80})
            for vals in (
                {"weight": 1000}, {"value": 1e9}, {"assessment_id": other.id},
                {"account_id": self.accounts["secret"].id}, {"metric": "sales"},
            ):
                self._try(login, line._name, "write", line.ids, {"points": 80, **vals})
        self._assert_all_refused(1)

    def test_a_judged_grade_smuggles_nothing_in_either(self):
        manual = self.env.ref("key_account_mgmt.scheme_relationship")
        run = self._new_run(scheme_id=manual.id)
        run.action_compute()
        row = self._row(run, self.accounts["internal"].partner_id)
        final = {"final_grade_id": manual.grade_ids[0].id}
        self._assert_allowed("leader", row._name, "write", row.ids, final)
        for vals in (
            {"account_id": self.accounts["secret"].id}, {"is_applied": True}, {"sales_amount": 5},
            {"run_id": self.applied_run.id}, {"team_id": self.other_team.id},
        ):
            self._try("leader", row._name, "write", row.ids, final | vals)
        self._assert_all_refused(1)

    def test_history_and_decisions_are_nobodys_to_make_or_change(self):
        account = self.accounts["internal"]
        for record, vals in (
            (account.grade_history_ids[:1], {"date_from": "2000-01-01"}),
            (account.grade_history_ids[:1], {"is_expiry_told": True}),
            (account.sudo().approval_ids[:1], {"user_id": self.executive.id}),
            (self.applied_run.sudo().approval_ids[:1], {"decision": "rejected"}),
            (self.applied_run.sudo().grade_line_ids[:1], {"threshold": 99}),
        ):
            for login in INSIDERS:
                self._try(login, record._name, "write", record.ids, vals)
                self._try(login, record._name, "unlink", record.ids)
                self._try(login, record._name, "copy", record.ids)
        for login in INSIDERS:
            self._try(login, "key.account.grade.history", "create", {
                "account_id": account.id, "grade_id": self.grade_a.id, "date_from": "2026-01-01",
            })
            self._try(login, "key.account.approval", "create", {
                "model": "key.account", "res_id": account.id, "decision": "approved",
                "user_id": self.users[login].id,
            })
            self._try(login, "key.account.grading.run.grade", "create", {
                "run_id": self.computed_run.id, "grade_id": self.grade_a.id, "code": "A",
            })
            self._try(login, "key.account.ledger.entry", "create", {"amount": 1})
        self._assert_all_refused(200)

    def test_a_decided_run_keeps_its_name(self):
        for login in ("clerk", "leader", "director"):
            self._try(
                login, "key.account.grading.run", "write", self.applied_run.ids, {"name": "GR1999-001"}
            )
        self._assert_all_refused(1)

    def test_private_methods_are_not_called(self):
        account, run = self.accounts["internal"], self.computed_run
        row = self._row(run, account.partner_id)
        for record, methods in (
            (account, ("_set_grade", "_admit", "_write_grade_history", "_record_decision", "_approve",
                       "_decline", "_submit", "_cron_refresh_access", "_cron_tell_expired_grades",
                       "_get_snapshot_values", "_sync_salesperson", "sudo", "with_user", "with_env")),
            (run, ("_apply_batch", "_compute_assessments", "_cron_apply_runs", "_cron_propose_runs",
                   "_approve_exceptions", "_insert_assessments", "_bulk_insert", "_get_sales",
                   "_forget_results", "_create_termination_review")),
            (row, ("_apply", "_refresh_score", "_create_candidate", "_write_explanation")),
            (self.env["key.account.ledger.entry"], ("_sum_by_customer", "_get_source")),
        ):
            for method in methods:
                self.assertTrue(hasattr(record, method), method)
                for login in ("manager", "clerk", "director", "executive"):
                    self._try(login, record._name, method, record.ids)
        self._assert_all_refused(100)

    def test_thresholds_are_checked_whatever_the_context_says(self):
        self._try(
            "director", "key.account.grade", "write", self.grade_a.ids, {"threshold": 0.5},
            context={"key_account_scheme_lines": True},
        )
        dimension = self.env.ref("key_account_mgmt.scheme_scoring_value")
        self._try(
            "director", dimension._name, "write", dimension.ids, {"weight": 99},
            context={"key_account_scheme_lines": True},
        )
        self._assert_all_refused(1)

    def test_grading_is_configured_by_the_director_alone(self):
        dimension = self.env.ref("key_account_mgmt.scheme_scoring_value")
        for record, vals in (
            (self.scheme, {"name": "x"}), (self.grade_a, {"threshold": 6}), (dimension, {"name": "x"}),
            (dimension.band_ids[:1], {"points": 1}),
        ):
            for login in set(INSIDERS) - {"director"}:
                self._try(login, record._name, "write", record.ids, vals)
                self._try(login, record._name, "unlink", record.ids)
                self._try(login, record._name, "copy", record.ids)
            self._assert_allowed("director", record._name, "write", record.ids, vals)
        self._assert_all_refused(1)

    def test_an_application_is_not_changed_between_its_two_approvals(self):
        """The executive decides on what the leader has approved, not on something else."""
        account = self._new_applied(requested_grade_id=self.grade_b.id)
        account.with_user(self.leader).action_approve()
        for vals in (
            {"requested_grade_id": self.grade_a.id}, {"application_reason": "Else."},
            {"scheme_id": self.env.ref("key_account_mgmt.scheme_consumption").id},
            {"survey_findings": "Else."},
        ):
            self._try("manager", "key.account", "write", account.ids, vals)
        self._assert_all_refused(1)

    def test_the_management_level_is_decided_on_and_not_typed_in(self):
        """G8: the committee approves the company list."""
        for login in ("manager", "executive2", "leader"):
            self._try(
                login, "key.account", "write", self.accounts["internal"].ids,
                {"management_level": "company"},
            )
        self._assert_all_refused(1)


@tagged("post_install", "-at_install")
class TestButtons(HostileCase):
    """Each button for those whose it is, and for nobody else: also where the screen does not show it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pricelist = cls.env["product.pricelist"].create({"name": "Graded"})
        (cls.grade_a | cls.grade_b).pricelist_id = pricelist
        cls.scheme_amount = cls.env.ref("key_account_mgmt.scheme_consumption")
        cls.scheme_amount.grade_ids.sorted("sequence", reverse=True)[0].threshold = 1
        cls.scheme_factors = cls.env.ref("key_account_mgmt.scheme_factors")
        cls.scheme_factors.basis = "ordered"
        cls.suspended = cls._new_account(cls._new_customer("Suspended"))
        cls.suspended.with_user(cls.leader).action_suspend()
        cls.ended = cls._new_account(cls._new_customer("Ended"))
        cls.ended.sudo().write({"state": "ended"})
        cls.candidate = cls._new_candidate(cls._new_customer("Candidate"))
        cls.surveyed = cls._new_applied(partner=cls._new_customer("Surveyed"))
        cls.surveyed.with_user(cls.leader)._decline("returned", "Again.")
        cls.rejected = cls._new_applied(partner=cls._new_customer("Rejected"))
        cls.rejected.with_user(cls.leader)._decline("rejected", "No.")
        cls.applied = cls._new_applied(partner=cls._new_customer("Applied"))
        cls.draft_run = cls._new_run()
        cls.submitted_run = cls._new_computed(cls.scheme)
        cls.submitted_run.action_submit()
        cls.reviewed_run = cls._new_computed(cls.scheme_amount)
        cls.reviewed_run.action_submit()
        cls.reviewed_run.with_user(cls.director).action_approve()
        cls.approved_run = cls._approve_run(cls._new_computed(cls.scheme_factors))

    @classmethod
    def _new_computed(cls, scheme):
        run = cls._new_run(scheme_id=scheme.id)
        run.action_compute()
        return run

    def test_each_button_obeys_its_roles_and_refuses_all_others(self):
        active, director = self.accounts["internal"], ("director",)
        preparers = ("clerk", "leader", "other_leader", "director")
        leaders = ("leader", "director")
        owners = ("manager", "leader", "director")
        executives = ("executive", "executive2")
        for record, method, allowed in (
            (active, "action_suspend", leaders),
            (active, "action_propose_termination", leaders),
            (active, "action_apply_pricelist", director),
            (self.suspended, "action_resume", leaders),
            (self.ended, "action_reconsider", leaders),
            (self.rejected, "action_reconsider", owners),
            (self.candidate, "action_start_survey", owners),
            (self.surveyed, "action_apply", owners),
            (self.applied, "action_approve", ("leader",)),
            (self.draft_run, "action_compute", preparers),
            (self.computed_run, "action_compute", preparers),
            (self.scored_run, "action_submit", preparers),
            (self.computed_run, "action_reset", preparers),
            (self.computed_run, "action_cancel", preparers),
            (self.submitted_run, "action_approve", director),
            (self.reviewed_run, "action_approve", executives),
            (self.approved_run, "action_apply", (*director, *executives)),
            (self.approved_run, "action_cancel", director),
            (self.computed_run, "action_simulate", (*preparers, *executives)),
        ):
            for login in (*INSIDERS, *OUTSIDERS):
                check = self._assert_allowed if login in allowed else self._try
                check(login, record._name, method, record.ids)
        self._assert_all_refused(200)

    def test_no_button_works_in_a_state_that_is_not_its_own(self):
        accounts = (
            self.candidate, self.surveyed, self.applied, self.accounts["internal"], self.suspended,
            self.ended, self.rejected,
        )
        own_states = {
            "action_start_survey": ("candidate",),
            "action_apply": ("survey",),
            "action_approve": ("applied",),
            "action_suspend": ("active",),
            "action_resume": ("suspended",),
            "action_reconsider": ("rejected", "ended"),
        }
        for method, states in own_states.items():
            for account in accounts:
                if account.state not in states:
                    for login in ("leader", "director"):
                        self._assert_wrong_state(login, account, method)
        runs = (
            self.draft_run, self.computed_run, self.submitted_run, self.reviewed_run, self.approved_run,
            self.applied_run,
        )
        own_states = {
            "action_compute": ("draft", "computed"),
            "action_submit": ("computed",),
            "action_reset": ("computed",),
            "action_approve": ("submitted", "reviewed"),
            "action_apply": ("approved",),
            "action_cancel": ("draft", "computed", "approved"),
        }
        for method, states in own_states.items():
            for run in runs:
                if run.state not in states:
                    self._assert_wrong_state("director", run, method)
        self.assertGreater(self.tried, 60)

    def _assert_wrong_state(self, login, record, method):
        """A button in the wrong state refuses, or changes nothing where the state is reached already."""
        self.tried += 1
        before = record.sudo().state
        with self.subTest(role=login, method=method, state=before):
            with suppress(UserError), self.env.cr.savepoint():
                self.env.invalidate_all()
                getattr(record.with_user(self.users[login]), method)()
            self.env.invalidate_all()
            self.assertEqual(record.sudo().state, before)


@tagged("post_install", "-at_install")
class TestForgedWindows(HostileCase):
    """The comment window and the simulation, with what the screen would never send."""

    def test_the_comment_window_decides_on_nothing_that_is_not_the_users(self):
        applied = self._new_applied(partner=self._new_customer("Applied"))
        strangers, run_id = ("other_leader", "director", "executive"), str(self.computed_run.id)
        for login, model, res_ids in (
            *((login, "key.account", str(applied.id)) for login in strangers),
            *((login, "key.account.grading.run", run_id) for login in ("leader", *strangers)),
            *((login, "key.account", str(self.accounts["secret"].id)) for login in ("leader", *strangers)),
            ("leader", "key.account", f"{applied.id},{self.accounts['internal'].id}"),
            ("leader", "key.account", "999999999"),
            ("leader", "key.account", "x"),
            ("leader", "key.account", ""),
            ("leader", "key.account", f"{applied.id},"),
            ("leader", "key.account", "1.5"),
        ):
            self.tried += 1
            with self.subTest(role=login, model=model, res_ids=res_ids), self.assertRaises(UserError):
                self.env.invalidate_all()
                self.env["key.account.decision"].with_user(self.users[login]).create({
                    "model": model, "res_ids": res_ids, "decision": "rejected", "comment": "x",
                }).action_confirm()
        self.assertEqual(applied.state, "applied")
        self.assertGreater(self.tried, 12)

    def test_the_comment_window_touches_no_other_model(self):
        for model in ("res.users", "key.account.grade", "key.account.approval.mixin", "no.such.model"):
            with self.subTest(model=model):
                window = self.env["key.account.decision"].with_user(self.leader).create({
                    "model": model, "res_ids": "2", "decision": "rejected", "comment": "x",
                })
                window.action_confirm()
        self.assertTrue(self.env["res.users"].browse(2).active)

    def test_the_simulation_names_no_hidden_customer(self):
        for login, named in (("leader", 2), ("clerk", 2), ("director", 3), ("executive", 3)):
            with self.subTest(role=login):
                self.env.invalidate_all()
                simulation = self.env["key.account.grading.simulation"].with_user(
                    self.users[login]
                ).create({"scheme_id": self.scheme.id, "company_id": self.company.id})
                simulation.grade_line_ids[0].new_threshold = 50
                simulation.action_simulate()
                names = simulation.mover_ids.partner_id.sudo().mapped("name")
                self.assertEqual(len(names), named)
                if named == 2:
                    self.assertNotIn("Veiled secret", names)

    def test_the_simulation_refuses_what_it_cannot_compute(self):
        for vals in (
            {"scheme_id": self.env.ref("key_account_mgmt.scheme_relationship").id},
            {"scheme_id": self.scheme.id, "date_to": "1999-12-31"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.env["key.account.grading.simulation"].with_user(self.clerk).create(
                    {"company_id": self.company.id, **vals}
                ).action_simulate()

    def test_a_simulation_is_its_makers_alone(self):
        simulation = self.env["key.account.grading.simulation"].with_user(self.director).create(
            {"scheme_id": self.scheme.id, "company_id": self.company.id}
        )
        simulation.grade_line_ids[0].new_threshold = 50
        simulation.action_simulate()
        for record in (simulation, simulation.grade_line_ids, simulation.mover_ids):
            self.assertTrue(record)
            for login in ("clerk", "leader", "executive"):
                self._try_to_find(login, record._name, [("id", "in", record.ids)])
                self._try(login, record._name, "read", record.ids, ["display_name"])
        self._assert_all_refused(1)


@tagged("post_install", "-at_install")
class TestHostileWeb(HostileCase, HttpCase):
    """The same over the wire: what the server answers, and that it names nothing in doing so."""

    def _post(self, model, method, args, kwargs=None):
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": {
                "model": model, "method": method, "args": args, "kwargs": kwargs or {},
            }}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    def _log_in(self, login):
        if login == "public":
            self.authenticate(None, None)
        else:
            name = self.users[login].login
            self.authenticate(name, name.ljust(8, "x"))

    @mute_logger("odoo.http")
    def test_every_call_on_a_hidden_account_is_refused_without_naming_it(self):
        account, secret = self.accounts["internal"], self.accounts["secret"]
        row = self._row(self.computed_run, secret.partner_id)
        for login, record in (
            *((login, account) for login in (*STRANGERS, *OUTSIDERS)),
            *((login, secret) for login in ("leader", "clerk", "inspector")),
            *((login, row) for login in (*STRANGERS, "leader", "clerk", "inspector", "manager")),
        ):
            self._log_in(login)
            for method, args in (
                ("read", [record.ids, ["display_name"]]),
                ("web_read", [record.ids, {"display_name": {}}]),
                ("write", [record.ids, {"active": False}]),
                ("unlink", [record.ids]),
                ("action_approve" if record._name == "key.account" else "action_open_account", [record.ids]),
                ("_apply", [record.ids]),
            ):
                self.tried += 1
                with self.subTest(role=login, model=record._name, method=method):
                    answer = self._post(record._name, method, args)
                    self.assertIn("error", answer)
                    self.assertNotIn("Veiled", json.dumps(answer))
                    if login != "public":
                        name = answer["error"]["data"]["name"]
                        self.assertRegex(name, r"^odoo\.exceptions\.(AccessError|UserError|MissingError)$")
        self.assertGreaterEqual(self.tried, 100)

    def test_the_printed_application_of_a_hidden_account_is_not_served(self):
        route = "/report/html/key_account_mgmt.report_key_account_application"
        for level, logins in BLIND.items():
            for login in (*logins, *OUTSIDERS):
                self._log_in(login)
                with self.subTest(role=login, level=level), mute_logger("odoo.http"):
                    self.tried += 1
                    response = self.url_open(f"{route}/{self.accounts[level].id}")
                    self.assertNotIn(f"Veiled {level}", response.text)
        self._log_in("manager")
        response = self.url_open(f"{route}/{self.accounts['internal'].id}")
        self.assertIn("Veiled internal", response.text, "the owner gets the form")
        self.assertGreater(self.tried, 30)

    def test_a_second_account_is_refused_in_words(self):
        self._log_in("manager")
        answer = self._post("key.account", "create", [{
            "partner_id": self.accounts["internal"].partner_id.id, "manager_id": self.manager.id,
            "company_id": self.company.id, "team_id": self.team.id,
        }])
        self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.ValidationError")
        self.assertIn("already has a key account", answer["error"]["data"]["message"])

    def test_aggregates_over_hidden_rows_are_empty(self):
        for login in ("manager2", "assistant", "other_manager"):
            self._log_in(login)
            for model, measure in (
                ("key.account.assessment", "sales_amount:sum"), ("key.account.ledger.entry", "amount:sum"),
            ):
                with self.subTest(role=login, model=model):
                    answer = self._post(model, "formatted_read_group", [[], [], [measure, "__count"]])
                    self.assertEqual(answer["result"][0]["__count"], 0)

    def test_a_customer_is_hidden_in_no_export(self):
        self._log_in("director")
        with mute_logger("odoo.http"):
            answer = self._post("key.account", "export_data", [self.accounts["secret"].ids, ["code"]])
        self.assertIn("error", answer, "exporting is a right of its own")


