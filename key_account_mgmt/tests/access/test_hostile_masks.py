from contextlib import closing, suppress

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .hostile import FileCase


@tagged("post_install", "-at_install")
class TestMasks(FileCase):
    """Sensitive fields and the access log, asked in ways that no screen asks."""

    def test_an_unsaved_change_unmasks_nothing(self):
        """In a form, the account may be internal, or one's own, for as long as it is not saved."""
        account = self.accounts["confidential"]
        account.with_user(self.manager).write({"credit_payment": "Chess"})
        person, rival = account.stakeholder_ids, account.competitor_ids
        own = self._new_account(manager_id=self.leader.id)
        for login in ("leader", "executive", "director"):
            user = self.users[login]
            for record, several in (
                (account, (
                    {"confidentiality": "internal"}, {"manager_id": user.id},
                    {"member_ids": [Command.create({"user_id": user.id, "date_from": "2020-01-01"})]},
                    {"allowed_user_ids": [Command.link(user.id)]},
                )),
                (person, ({"account_id": False}, {"account_id": own.id})),
                (rival, ({"account_id": False}, {"account_id": own.id})),
            ):
                spec = {name: {} for name in (*record._sensitive_fields, "is_masked")}
                for values in several:
                    self.tried += 1
                    with suppress(UserError):
                        answer = self._call(login, record._name, "onchange", record.ids, values,
                                            list(values), {**spec, **{name: {} for name in values}})
                        self.assertNotIn("Chess", str(answer), f"{login} {record._name} {values}")
                        self.assertNotIn("35", str(answer.get("value", {}).get("share", "")), login)
        self.assertGreater(self.tried, 20)

    def test_what_is_read_past_the_screens_leaves_a_line_as_well(self):
        account = self.accounts["confidential"]
        account.with_user(self.manager).write({"desk_survey": "They grow.", "product_mix": "Rings"})
        order = self._new_order(account.partner_id, 3, user_id=self.executive2.id)
        domain = [("id", "=", account.id)]
        for login, model, method, args in (
            ("leader", "key.account", "search_read", [domain, ["desk_survey"]]),
            ("leader", "key.account", "read_group", [domain, ["desk_survey"], ["desk_survey"]]),
            ("leader", "key.account", "formatted_read_group", [domain, ["product_mix"], ["__count"]]),
            ("leader", "key.account", "formatted_read_group", [domain, [], ["product_mix:array_agg"]]),
            ("leader", "key.account", "web_read_group", [domain, ["product_mix"]]),
            ("leader", "key.account.stakeholder", "search_read",
             [[("account_id", "=", account.id)], ["note"]]),
            ("leader", "key.account.stakeholder", "formatted_read_group",
             [[("account_id", "=", account.id)], ["note"], ["__count"]]),
            ("leader", "key.account.stakeholder", "formatted_read_group",
             [[("account_id", "=", account.id)], ["account_id.product_mix"], ["__count"]]),
            ("executive2", "sale.order", "export_data", [order.ids, ["key_account_id/desk_survey"]]),
            ("executive2", "sale.order", "web_read", [
                order.ids, {"key_account_id": {"fields": {"desk_survey": {}}}}]),
            ("executive2", "sale.order", "formatted_read_group", [
                [("id", "=", order.id)], ["key_account_id.product_mix"], ["__count"]]),
        ):
            self.tried += 1
            user = self.users[login]
            user.group_ids += self.env.ref("base.group_allow_export")
            with self.subTest(model=model, method=method, args=args), closing(self.env.cr.savepoint()):
                self.env.cr.execute("DELETE FROM key_account_access_log")
                self.env.invalidate_all()
                env = self.env(user=user.id, su=False, context={})
                answer = call_kw(env[model], method, list(args), {"context": {
                    "allowed_company_ids": user.company_ids.ids,
                }})
                self.assertTrue(answer)
                lines = self.env["key.account.access.log"].search([("user_id", "=", user.id)])
                self.assertIn(account.id, lines.mapped("res_id"))
        self.assertGreater(self.tried, 8)

    def test_a_reveal_ends_whatever_the_context_or_the_defaults_say(self):
        person = self.accounts["internal"].stakeholder_ids
        for context, default in (
            ({"default_date": "2099-01-01 00:00:00"}, False),
            ({"default_user_id": self.inspector.id, "default_kind": "open"}, False),
            ({}, "2099-01-01 00:00:00"),
        ):
            self.tried += 1
            with closing(self.env.cr.savepoint()):
                if default:
                    self._set_default("clerk", "key.account.access.log", "date", default)
                self.env.invalidate_all()
                window = self.env["key.account.reveal"].with_user(self.clerk).with_context(**context).create({
                    "model": person._name, "res_ids": str(person.id), "reason": "To congratulate",
                })
                window.action_confirm()
                line = self.env["key.account.access.log"].search([("kind", "=", "reveal")], limit=1)
                self.assertLessEqual(line.date, fields.Datetime.now())
                self.assertEqual((line.user_id, line.reason), (self.clerk, "To congratulate"))

    def test_a_decision_is_dated_and_signed_by_the_system(self):
        account = self._new_candidate()
        account.action_start_survey()
        account.write({
            "survey_date": "2026-01-15", "survey_user_id": account.manager_id.id, "survey_findings": "x",
            "application_reason": "x",
        })
        self._set_default("manager", "key.account.approval", "step", 2)
        account.with_context(
            default_date="2020-01-01 00:00:00", default_role="executive", default_comment="Fine",
        ).action_apply()
        row = account.sudo().approval_ids[:1]
        self.assertEqual((row.step, row.role, row.comment), (0, False, False))
        self.assertGreater(row.date.year, 2020)

    def test_windows_take_ids_that_no_screen_sends(self):
        account = self.accounts["internal"]
        for res_ids in ("99999999999999999999", f"{account.id},99999999999999999999", "-1", "²", "", "x",
                        "999999999", "1e3", "0"):
            for model, vals, method in (
                ("key.account.reveal", {"model": "key.account"}, "action_confirm"),
                ("key.account.reason", {"model": "key.account.agreement", "act": "terminate"},
                 "action_confirm"),
                ("key.account.decision", {"model": "key.account", "decision": "rejected", "comment": "x"},
                 "action_confirm"),
            ):
                self.tried += 1
                values = {**vals, "res_ids": res_ids}
                if model != "key.account.decision":
                    values["reason"] = "x"
                with self.subTest(model=model, res_ids=res_ids), mute_logger("odoo.sql_db"):
                    with suppress(UserError), self.env.cr.savepoint():
                        self.env.invalidate_all()
                        getattr(self.env[model].with_user(self.leader).create(values), method)()
                    self.env.cr.execute("SELECT 1")
        self.assertGreater(self.tried, 20)

    def test_a_window_is_its_makers_alone(self):
        person = self.accounts["internal"].stakeholder_ids
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.salesman.id})
        for record in (
            self.env["key.account.reveal"].with_user(self.clerk).create({
                "model": person._name, "res_ids": str(person.id), "reason": "Veiled reason"}),
            self.env["key.account.reason"].with_user(self.manager).create({
                "model": person._name, "res_ids": str(person.id), "act": "erase", "reason": "Veiled"}),
            self.env["key.account.decision"].with_user(self.executive).create({
                "model": "key.account", "res_ids": "1", "decision": "rejected", "comment": "Veiled"}),
            self.env["key.account.ownership.request"].with_user(self.salesman).create({
                "model": "crm.lead", "res_id": lead.id, "reason": "Veiled"}),
            self.env["key.account.handover.decline"].with_user(self.executive2).create({
                "handover_id": self.handover.id, "reason": "Veiled"}),
            self.env["key.account.viewer"].with_user(self.manager).create({
                "user_id": self.manager.id, "scope": "file", "reason": "Veiled"}),
        ):
            for login in ("leader", "inspector", "executive", "manager2", "salesman"):
                if self.users[login] != record.create_uid:
                    self._try_to_find(login, record._name, [("id", "=", record.id)])
                    self._try(login, record._name, "read", record.ids, [record._rec_name or "create_uid"])
                    self._try(login, record._name, "write", record.ids, {})
                    if hasattr(record, "action_confirm"):
                        self._try(login, record._name, "action_confirm", record.ids)
        self._assert_all_refused(60)
