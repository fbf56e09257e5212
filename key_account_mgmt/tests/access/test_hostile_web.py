import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .hostile import BLIND, OUTSIDERS, STRANGERS, HostileCase


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

    def _get_reports(self, model):
        """Return the names of the addon's prints of a model."""
        return self.env["ir.actions.report"].search([
            ("report_name", "=like", "key_account_mgmt.%"), ("model", "=", model),
        ]).mapped("report_name")

    def _print(self, report, record, kind="html"):
        """Ask the server for a print; in tests a PDF comes as the page that it is made of."""
        with mute_logger("odoo.http"):
            response = self.url_open(f"/report/{kind}/{report}/{record.id}")
        self.assertFalse(response.content.startswith(b"%PDF"), "what is in it would not be found")
        return response.text

    def _assert_not_printed(self, login, report, record, mark):
        for kind in ("html", "pdf"):
            self.tried += 1
            with self.subTest(role=login, report=report, kind=kind, record=record):
                self.assertNotIn(mark, self._print(report, record, kind))

    def test_no_print_of_a_hidden_account_is_served(self):
        reports = self._get_reports("key.account")
        self.assertGreaterEqual(len(reports), 4)
        for level, logins in BLIND.items():
            for login in (*logins, *OUTSIDERS):
                self._log_in(login)
                for report in reports:
                    self._assert_not_printed(login, report, self.accounts[level], f"Veiled {level}")
        self._log_in("manager")
        for report in reports:
            text = self._print(report, self.accounts["internal"])
            self.assertIn("Veiled internal", text, "the owner gets the form")
        self.assertGreater(self.tried, 200)

    def test_no_print_of_a_hidden_hand_over_or_of_its_hidden_lines_is_served(self):
        reports = self._get_reports("key.account.handover")
        self.assertGreaterEqual(len(reports), 2)
        for login in (*STRANGERS, *OUTSIDERS):
            self._log_in(login)
            for report in reports:
                self._assert_not_printed(login, report, self.handover, "Veiled")
        for login in ("leader", "clerk", "inspector"):
            self._log_in(login)
            for report in reports:
                self._assert_not_printed(login, report, self.handover, "Veiled secret")
                self.assertIn("Veiled internal", self._print(report, self.handover))
        self.assertGreater(self.tried, 40)

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
