from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .hostile import BLIND, INSIDERS, OPEN_TO_SELLERS, OPEN_TO_SERVICE, OUTSIDERS, STRANGERS, HostileCase


@tagged("post_install", "-at_install")
class TestOutsiders(HostileCase):
    """Who has no role in the department gets at nothing, in whatever way he asks."""

    def test_no_model_opens_to_anyone_without_a_role(self):
        for name in self._get_models():
            ids = self.env[name].sudo().search([], limit=1).ids or [1]
            reads = {"service"} if name in OPEN_TO_SERVICE else set()
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
        opened = 0
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
                    opened += 1
        self.assertGreaterEqual(opened, 20)


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
