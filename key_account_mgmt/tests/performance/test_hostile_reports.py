from odoo.fields import Command
from odoo.tests import tagged

from ..access.hostile import BLIND, INSIDERS, OUTSIDERS, HostileCase

REPORT = "key.account.work.report"
PLAN = "key.account.plan"
LINE = "key.account.plan.line"
EXPENSE = "key.account.expense"
ENTRY = "key.account.collection.entry"
BUDGET = "key.account.expense.budget"


@tagged("post_install", "-at_install")
class TestReportsByForce(HostileCase):
    """Work reports, plans, expenses and the diary, asked in ways that no screen asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.accounts["internal"]
        cls.expense = cls.env[EXPENSE].search([("account_id", "=", cls.account.id)])
        cls.entry = cls.env[ENTRY].search([("account_id", "=", cls.account.id)])
        cls.plan = cls.account.plan_ids
        cls.month = cls.env[REPORT]._draft_month(
            cls.team, cls.company, cls.today.replace(day=1).replace(month=1)
        ).with_env(cls.env)
        cls.env.flush_all()

    def test_a_persons_report_is_found_by_nobody_but_those_above_and_the_inspector(self):
        readers = {"manager", "leader", "director", "executive", "executive2", "inspector"}
        for login in self.users.keys() - readers:
            self._try_to_find(login, REPORT, [("id", "=", self.work_report.id)])
            for method, args in (("read", [["work_done"]]), ("web_read", [{"call_count": {}}]), ("copy", []),
                                 ("export_data", [["work_done"]]), ("action_open_evidence", [])):
                self._try(login, REPORT, method, self.work_report.ids, *args)
        self._assert_all_refused(90)

    def test_nobody_writes_another_ones_report_or_a_figure(self):
        for login in self.users:
            for vals in (
                {"call_count": 99}, {"ordered_amount": 10**6}, {"submitted_on": "2020-01-01 00:00:00"},
                {"is_late": False}, {"user_id": self.users[login].id}, {"comment": "Great"},
                {"excuse_reason": "x"}, {"state": "read"}, {"state": "submitted"}, {"state": "excused"},
                {"told_steps": 2}, {"scope": "department"}, {"team_id": self.other_team.id},
            ):
                self._try(login, REPORT, "write", self.work_report.ids, vals)
            self._try(login, REPORT, "action_approve", self.work_report.ids)
            if login != "manager":
                self._try(login, REPORT, "write", self.work_report.ids, {"work_done": "Nothing"})
                self._try(login, REPORT, "action_submit", self.work_report.ids)
                self._try(login, REPORT, "unlink", self.work_report.ids)
                self._try(login, REPORT, "create", {
                    "user_id": self.manager.id, "company_id": self.company.id, "kind": "week",
                })
            self._try(login, REPORT, "create", {
                "company_id": self.company.id, "kind": "month", "state": "read", "work_done": "x",
            })
            self._try(login, REPORT, "create", {
                "company_id": self.company.id, "kind": "month", "visit_count": 99, "work_done": "x",
            })
        self._assert_all_refused(250)

    def test_nobody_but_those_above_comments_and_excuses_by_the_window(self):
        for act in ("comment", "excuse"):
            for login in set(INSIDERS) - {"leader", "director", "executive", "executive2", "inspector"}:
                self._confirm(login, act)
        self._assert_all_refused(10)

    def _confirm(self, login, act):
        vals = {"model": REPORT, "res_ids": str(self.work_report.id), "act": act, "reason": "x"}
        windows = self.env["key.account.reason"].with_user(self.users[login])
        if not windows.has_access("create"):
            self._try(login, "key.account.reason", "create", [vals])
            return
        wizard = windows.create(vals)
        self._try(login, "key.account.reason", "action_confirm", wizard.ids)

    def test_the_departments_month_is_written_by_its_clerk_alone(self):
        self.team.key_account_clerk_id = self.executive2
        for login in self.users:
            self._try(login, REPORT, "write", self.month.ids, {"work_done": "Mine"})
            self._try(login, REPORT, "action_submit", self.month.ids)
            self._try(login, REPORT, "write", self.month.ids, {"state": "read"})
        self._assert_all_refused(45)

    def test_a_plan_is_written_by_those_who_work_for_the_account(self):
        for login in self.users.keys() - {"manager", "leader", "director", "executive2"}:
            for vals in ({"plan": "x"}, {"state": "submitted"}, {"date_from": "2020-01-01"},
                         {"line_ids": [Command.create({"name": "x", "deadline": "2030-01-01"})]}):
                self._try(login, PLAN, "write", self.plan.ids, vals)
            for method in ("unlink", "action_submit", "action_approve", "action_revise"):
                self._try(login, PLAN, method, self.plan.ids)
            for method in ("unlink", "action_done", "action_drop"):
                self._try(login, LINE, method, self.plan.line_ids.ids)
        for login in self.users:
            self._try(login, PLAN, "write", self.plan.ids, {"state": "approved"})
            self._try(login, PLAN, "write", self.plan.ids, {"account_id": self.accounts["secret"].id})
            self._try(login, LINE, "write", self.plan.line_ids.ids, {"account_id": False})
        self._assert_all_refused(150)

    def test_an_expense_is_its_makers_and_decided_by_those_above(self):
        for login in self.users:
            for vals in ({"company_amount": 1}, {"needs_director": False}, {"user_id": self.users[login].id},
                         {"state": "approved"}, {"state": "reviewed"}, {"state": "rejected"}):
                self._try(login, EXPENSE, "write", self.expense.ids, vals)
            self._try(login, EXPENSE, "action_approve", self.expense.ids)
            if login != "manager":
                self._try(login, EXPENSE, "write", self.expense.ids, {"amount": 1})
                self._try(login, EXPENSE, "action_submit", self.expense.ids)
                self._try(login, EXPENSE, "unlink", self.expense.ids)
            if login != "director":
                self._try(login, BUDGET, "write", self.budget.ids, {"amount": 10**6})
                self._try(login, BUDGET, "unlink", self.budget.ids)
        self._assert_all_refused(180)

    def test_the_diary_is_changed_by_its_author_and_settled_by_the_system(self):
        for login in self.users:
            for vals in ({"outcome": "kept"}, {"paid_amount": 70}, {"company_balance": 0},
                         {"user_id": self.users[login].id}, {"withdrawal_reason": "x"},
                         {"account_id": self.accounts["secret"].id}):
                self._try(login, ENTRY, "write", self.entry.ids, vals)
            if login != "manager":
                self._try(login, ENTRY, "write", self.entry.ids, {"promised_amount": 1})
                self._try(login, ENTRY, "unlink", self.entry.ids)
                self._try(login, ENTRY, "action_ask_withdraw", self.entry.ids)
        self._assert_all_refused(150)

    def test_no_button_opens_what_hangs_on_a_hidden_account(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            entry = self.env[ENTRY].search([("account_id", "=", account.id)])
            row = self.env["key.account.collection.month"].search([("account_id", "=", account.id)], limit=1)
            for login in (*logins, *OUTSIDERS):
                for record, methods in (
                    (account, ("action_open_operations", "action_open_diary", "action_open_expenses")),
                    (account.plan_ids, ("action_submit", "action_revise", "action_approve")),
                    (account.plan_ids.line_ids, ("action_done",)),
                    (entry, ("action_ask_withdraw",)),
                    (row, ("action_open_diary", "action_open_ledger")),
                ):
                    for method in methods:
                        self._try(login, record._name, method, record.ids, named="Veiled")
        self._assert_all_refused(200)
