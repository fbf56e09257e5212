from contextlib import closing, suppress

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .pay_case import APRIL, PayCase

LINE = "key.account.settlement.line"
REWARD = "key.account.settlement.reward"
DOCUMENT = "key.account.settlement.document"
AWARD = "key.account.settlement.award"
SETTLEMENT = "key.account.settlement"
BASE = "key.account.pay.base"
APPRAISAL = "key.account.appraisal"
# what of the pay must not come back in whatever answer
FIGURES = ("4567.89", "4,567.89", "4019.74", "4,019.74", "987.65", "4,220.73", "4220.73")
# who has nothing to do with manager's pay
OUTSIDERS = (
    "manager2", "assistant", "other_leader", "other_manager", "other_clerk", "inspector", "service",
    "salesman", "nobody", "accountant", "administrator", "portal", "public", "foreign_director",
)
NOTE = "Paid 4567.89"
READERS = ("leader", "clerk", "director", "executive", "executive2")


@tagged("post_install", "-at_install")
class TestPayByForce(PayCase):
    """The pay of manager, asked for by everybody else in every way there is (what must be shown, 4).

    March is frozen, April a draft; manager's base is 4567.89, his score 88, his award 987.65.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.users["foreign_director"] = cls._new_user(
            "foreign_director", "key_account_mgmt.group_key_account_director", other_company
        )
        cls.base.amount = 4567.89
        case = cls()
        cls.april_appraisal = case._new_appraisal(cls.manager, 88, APRIL)
        award = {"user_id": cls.manager.id, "amount": 987.65, "reason": "The new line"}
        cls.march = case._new_settlement(result="challenge", award_ids=[Command.create(award)])
        cls.march.action_submit()
        cls.march.with_user(cls.leader).action_approve()
        cls.march.with_user(cls.executive).action_approve()
        cls.april = case._new_settlement(APRIL, result="challenge", award_ids=[Command.create(award)])
        cls.march.sudo().message_post(body=NOTE)
        line = cls.march.sudo().line_ids
        attachment = cls.env["ir.attachment"].create({
            "name": "Sheet 4567.89", "res_model": SETTLEMENT, "res_id": cls.march.id, "raw": b"4567.89",
        })
        rows = cls.env["key.account.grading.run"]._bulk_insert
        shared = {
            "line_id": [line.id], "settlement_id": [cls.march.id], "company_id": [cls.company.id],
            "currency_id": [cls.company.currency_id.id], "basis": ["invoiced"], "month": [line.month],
            "amount": [4567.89],
        }
        reward, = rows(cls.env[REWARD], shared | {"reward": [4567.89]})
        document, = rows(cls.env[DOCUMENT], shared | {
            "reward_id": [reward], "team_id": [cls.team.id], "user_id": [cls.manager.id],
            "date": [line.month], "reference": ["4567.89"],
        })
        cls.env.invalidate_all()
        cls.targets = {
            SETTLEMENT: (cls.march | cls.april).ids, LINE: (cls.march | cls.april).sudo().line_ids.ids,
            AWARD: (cls.march | cls.april).sudo().award_ids.ids, REWARD: [reward], DOCUMENT: [document],
            BASE: cls.base.ids, "ir.attachment": attachment.ids,
            "mail.message": cls.march.sudo().message_ids.ids,
            "key.account.approval": cls.march.sudo().approval_ids.ids,
        }
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.got_through = []

    def _call(self, login, model, method, *args, context=None, **kwargs):
        """Call a public method as the web client does, then undo what it did."""
        user = self.users[login]
        env = self.env(user=user.id, su=False, context={})
        context = {"allowed_company_ids": user.company_ids.ids} | (context or {})
        with closing(self.env.cr.savepoint()):
            self.env.invalidate_all()
            result = call_kw(env[model], method, list(args), {**kwargs, "context": context})
            env.flush_all()
        return result

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.http")
    def _probe(self, login, model, method, *args, **kwargs):
        """Note an answer that holds any of the figures; a refusal or an answer without them is fine."""
        self.tried += 1
        with suppress(UserError, AccessError):
            answer = str(self._call(login, model, method, *args, **kwargs))
            if any(figure in answer for figure in FIGURES):
                self.got_through.append((login, f"{model}.{method}", args, kwargs))

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.http")
    def _try(self, login, model, method, *args, **kwargs):
        """Note a call that is not refused."""
        self.tried += 1
        try:
            self._call(login, model, method, *args, **kwargs)
        except UserError:
            return
        self.got_through.append((login, f"{model}.{method}", args, kwargs))

    def _assert_all_refused(self, at_least):
        self.assertEqual(self.got_through, [], "\n".join(map(str, self.got_through)))
        self.assertGreaterEqual(self.tried, at_least)

    # === READING === #

    def test_no_outsider_finds_or_reads_anybodys_pay(self):
        for login in OUTSIDERS:
            for model, ids in self.targets.items():
                domain = [("id", "in", ids)]
                names = [name for name, field in self.env[model]._fields.items() if field.exportable]
                self._try(login, model, "read", ids)
                self._try(login, model, "read", ids, ["display_name"])
                self._try(login, model, "web_read", ids, {"display_name": {}})
                self._try(login, model, "export_data", ids, names)
                for method, args in (
                    ("search_read", [domain]), ("web_search_read", [domain, {"display_name": {}}]),
                    ("name_search", ["", domain]), ("search", [domain]),
                    ("formatted_read_group", [domain, ["create_uid"], ["__count"]]),
                    ("read_group", [domain, ["id"], ["create_uid"]]),
                ):
                    self.tried += 1
                    with suppress(UserError):
                        found = self._call(login, model, method, *args)
                        found = found.get("records") if isinstance(found, dict) else found
                        if found:
                            self.got_through.append((login, model, method))
        self._assert_all_refused(1000)

    def test_no_sum_group_or_filter_tells_a_figure(self):
        for login in OUTSIDERS:
            for model, amounts in (
                (LINE, ("total", "base", "award", "payout")), (AWARD, ("amount",)), (BASE, ("amount",)),
                (REWARD, ("amount", "reward")), (DOCUMENT, ("amount",)), (SETTLEMENT, ("amount_total",)),
            ):
                for name in amounts:
                    self._probe(login, model, "formatted_read_group", [], [], [f"{name}:sum"])
                    self._probe(login, model, "read_group", [], [f"{name}:sum"], [])
                    self._probe(login, model, "search_count", [(name, ">", 1)])
                    self.tried += 1
                    with suppress(UserError):
                        self.assertFalse(self._call(login, model, "search_count", [(name, ">", 1)]), login)
        self._assert_all_refused(400)

    def test_the_appraisal_tells_nothing_to_its_other_readers(self):
        """Even where somebody else reads the appraisal, for example where it is published to the team."""
        self.env["ir.rule"].create({
            "name": "Published openly", "model_id": self.env["ir.model"]._get_id(APPRAISAL),
            "domain_force": "[(1, '=', 1)]", "groups": [Command.set(self.env.ref("base.group_user").ids)],
        })
        self.env["ir.model.access"].create({
            "name": "Published openly", "model_id": self.env["ir.model"]._get_id(APPRAISAL),
            "group_id": self.env.ref("base.group_user").id, "perm_read": True,
        })
        pay = ["base_pay", "department_result", "payout", "can_see_pay", "settlement_line_ids"]
        ids = (self.appraisal | self.april_appraisal).ids
        for login in OUTSIDERS:
            for method, args in (
                ("read", [ids, pay]), ("search_read", [[("id", "in", ids)], pay]),
                ("export_data", [ids, pay]),
                ("web_read", [ids, {name: {} for name in pay}]),
                ("web_read", [ids, {"settlement_line_ids": {"fields": {"total": {}, "explanation": {}}}}]),
                ("search_read", [[("settlement_line_ids.total", ">", 1)], ["id"]]),
            ):
                self._probe(login, APPRAISAL, method, *args)
            self.tried += 1
            with suppress(UserError):
                rows = self._call(login, APPRAISAL, "read", ids, ["payout", "base_pay", "can_see_pay"])
                self.assertFalse(any(row["payout"] or row["base_pay"] or row["can_see_pay"] for row in rows))
            self.tried += 1
            with suppress(UserError):
                domain = [("settlement_line_ids.total", ">", 1)]
                self.assertFalse(self._call(login, APPRAISAL, "search", domain), login)
        self._assert_all_refused(100)

    def test_superuser_code_computes_no_pay_for_an_outsider(self):
        for login in OUTSIDERS:
            self.env.invalidate_all()
            user = self.users[login]
            appraisal = self.appraisal.with_user(user).sudo().with_context(
                allowed_company_ids=user.company_ids.ids
            )
            self.assertEqual((appraisal.payout, appraisal.base_pay), (0, 0), login)

    def test_nobody_prints_anothers_pay(self):
        for login in OUTSIDERS:
            report = self.env["ir.actions.report"].with_user(self.users[login])
            for name, model in (("pay_sheet", LINE), ("settlement", SETTLEMENT)):
                self.tried += 1
                self.env.invalidate_all()
                with suppress(AccessError):
                    report._render_qweb_html(
                        f"key_account_mgmt.report_key_account_{name}", self.targets[model]
                    )
                    self.got_through.append((login, name))
        self._assert_all_refused(20)

    # === ONE'S OWN === #

    def test_a_person_sees_his_own_frozen_line_and_nothing_else(self):
        line = self.march.sudo().line_ids
        self.assertEqual(self._call("manager", LINE, "search", []), line.ids, "not the draft")
        row, = self._call("manager", LINE, "read", line.ids, ["total", "explanation"])
        self.assertEqual(row["total"], line.total)
        self.assertEqual(self._call("manager", BASE, "search", []), self.base.ids)
        for model in (SETTLEMENT, AWARD):
            self._try("manager", model, "search", [])
            self._try("manager", model, "read", self.targets[model])
        draft = self.april.sudo().line_ids
        self._try("manager", LINE, "read", draft.ids)
        self._try("manager", LINE, "web_read", line.ids, {"settlement_id": {"fields": {"amount_total": {}}}})
        self._assert_all_refused(6)

    def test_the_line_ends_with_the_role_in_it(self):
        for login in READERS:
            self.assertEqual(
                set(self._call(login, LINE, "search", [])), set(self.targets[LINE]), login
            )
        self.team.key_account_clerk_id = self.other_clerk
        self.team.user_id = self.other_leader
        self.env.flush_all()
        for login in ("clerk", "leader"):
            self.assertFalse(self._call(login, LINE, "search", []))
        for login in ("other_clerk", "other_leader"):
            self.assertEqual(set(self._call(login, LINE, "search", [])), set(self.targets[LINE]))

    def test_the_export_is_for_those_who_may_export_and_see_it(self):
        names = ["user_id/name", "score", "base_counted", "reward", "allowance", "total", "explanation"]
        ids = self.march.sudo().line_ids.ids
        for login in READERS:
            self._try(login, LINE, "export_data", ids, names)  # without the right to export at all
        export = self.env.ref("base.group_allow_export")
        for login in (*READERS, *OUTSIDERS):
            if not self.users[login].share:
                self.users[login].group_ids = [Command.link(export.id)]
        for login in READERS:
            rows = self._call(login, LINE, "export_data", ids, names)["datas"]
            self.assertEqual(
                rows[0][:6], ["Manager", 88, 4567.89, 0, 0, self.march.sudo().line_ids.total], login
            )
        for login in OUTSIDERS:
            self._try(login, LINE, "export_data", ids, names)
        self._assert_all_refused(18)

    # === MAILS, ACTIVITIES AND FOLLOWERS === #

    def test_no_outsider_follows_or_is_told(self):
        partners = self.env["res.partner"].union(*(self.users[login].partner_id for login in OUTSIDERS))
        settlement = self.april.with_context(tracking_disable=False)
        settlement.sudo().message_subscribe(partners.ids)
        self.assertFalse(settlement.sudo().message_partner_ids & partners)
        message = settlement.with_user(self.clerk).message_post(
            body=NOTE, partner_ids=partners.ids, message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertFalse(message.sudo().notified_partner_ids & partners)
        mails = self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        self.assertFalse(mails.recipient_ids & partners)
        for login in OUTSIDERS:
            self._try(login, "mail.message", "read", message.ids, ["body"])
        self._assert_all_refused(14)

    def test_an_activity_tells_the_month_and_the_department_alone(self):
        activity = self.april.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.manager2.id, summary="Look"
        )
        row, = self._call("manager2", "mail.activity", "read", activity.ids, ["res_name", "summary"])
        self.assertEqual(row["res_name"], "2026-04 East")
        self.assertFalse(self.env[SETTLEMENT].sudo().search([]).message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.ttype in ("monetary", "float")
        ), "no amount is tracked")

    # === CHANGING === #

    def test_nobody_who_is_not_asked_changes_anything(self):
        self.banded.company_id = self.company  # without one it is every director's
        april_line = self.april.sudo().line_ids
        for login in (*OUTSIDERS, "manager"):
            user = self.users[login]
            for record, vals in (
                (self.april, {"chosen_result": "missed", "chosen_reason": "x"}),
                (self.april, {"state": "frozen"}),
                (self.april, {"award_ids": [Command.create({
                    "user_id": user.id, "amount": 1, "reason": "x",
                })]}),
                (april_line, {"total": 1}), (self.april.award_ids, {"amount": 1}), (self.base, {"amount": 1}),
                (self.banded, {"department_rate": 50}), (self.banded.band_ids[:1], {"rate": 1}),
            ):
                self._try(login, record._name, "write", record.sudo().ids, vals)
                self._try(login, record._name, "unlink", record.sudo().ids)
            for method in ("action_draw_up", "action_submit", "action_approve", "action_ask_cancel"):
                self._try(login, SETTLEMENT, method, self.april.ids)
            self._try(login, SETTLEMENT, "create", {"team_id": self.team.id, "company_id": self.company.id})
            self._try(login, BASE, "create", {
                "user_id": user.id, "team_id": self.team.id, "company_id": self.company.id, "amount": 10**6,
            })
            self._try(login, AWARD, "create", {
                "settlement_id": self.april.id, "user_id": user.id, "amount": 1, "reason": "x",
            })
            self._try(login, LINE, "create", {"settlement_id": self.april.id, "user_id": user.id})
            self._try(login, "key.account.approval", "create", {
                "model": SETTLEMENT, "res_id": self.april.id, "decision": "approved",
                "user_id": self.leader.id,
            })
            reason = {"model": SETTLEMENT, "res_ids": str(self.april.id), "act": "cancel", "reason": "x"}
            with suppress(UserError):
                wizard = self.env["key.account.reason"].with_user(user).create(reason)
                self._try(login, "key.account.reason", "action_confirm", wizard.ids)
        self._assert_all_refused(350)

    def test_readers_change_nothing_either(self):
        for login in READERS:
            for model in (LINE, REWARD, DOCUMENT):
                field = "amount" if model != LINE else "total"
                self._try(login, model, "write", self.targets[model], {field: 1})
                self._try(login, model, "unlink", self.targets[model])
                self._try(login, model, "copy", self.targets[model])
            self._try(login, SETTLEMENT, "write", self.march.ids, {"chosen_reason": "x"})
            self._try(login, SETTLEMENT, "action_draw_up", self.march.ids)
            self._try(login, SETTLEMENT, "unlink", self.march.ids)
        self._assert_all_refused(60)
