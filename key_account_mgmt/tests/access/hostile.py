from contextlib import closing

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from ..common import KeyAccountCase

OUTSIDERS = ("nobody", "salesman", "service", "document", "portal", "public")
INSIDERS = (
    "manager", "manager2", "assistant", "leader", "other_leader", "other_manager", "director",
    "clerk", "inspector", "executive", "executive2",
)
# The window by which somebody of another department asks for a customer; it shows each his own only.
OPEN_TO_SELLERS = {"key.account.ownership.request"}
# What customer service works with: complaints, and whose an internal account is (X17).
OPEN_TO_SERVICE = {
    "key.account.bulletin", "key.account.complaint", "key.account.complaint.category", "key.account.reason",
    "key.account.handover", "key.account.handover.acceptance", "key.account.handover.decline",
    "key.account.handover.line",
    # each his own pay
    "key.account.pay.base", "key.account.settlement.line", "key.account.settlement.reward",
    "key.account.settlement.document",
}
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
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.accounts = {}
        for level in BLIND:
            customer = cls._new_customer(f"Veiled {level}")
            cls._new_order(customer, 100, cls.today)
            cls.accounts[level] = cls._new_account(
                customer, confidentiality=level, grade_id=cls.grade_b.id,
                member_ids=[Command.create({"user_id": cls.executive2.id, "role": "other"})],
            )
            cls._fill_file(cls.accounts[level])
            cls._fill_month(cls.accounts[level])
            cls._fill_performance(cls.accounts[level])
            cls.env["key.account.complaint"].with_user(cls.manager).create({
                "name": "It leaks", "partner_id": customer.id, "company_id": cls.company.id,
            })
            cls.env["key.account.ownership.exception"].with_user(cls.director).create({
                "account_id": cls.accounts[level].id, "kind": "unfit", "reason": "Absent for months",
                "proposed_manager_id": cls.manager2.id,
            })
            cls.env["key.account.visit"].with_user(cls.manager).create({
                "account_id": cls.accounts[level].id, "visit_type": "call", "purpose": "Veiled purpose",
            })
            # targets
            target = cls._new_target(
                cls.director, level="account", account_id=cls.accounts[level].id, approve=True
            )
            cls._new_change(target, 900, cls.director)
        cls._make_appraisal()
        cls.work_report = cls.env["key.account.work.report"].with_user(cls.manager).create({
            "company_id": cls.company.id, "work_done": "Called the buyers",
        })
        cls.budget = cls.env["key.account.expense.budget"].with_user(cls.director).create({
            "team_id": cls.team.id, "company_id": cls.company.id, "amount": 1000,
            "category_id": cls.env.ref("key_account_mgmt.expense_category_travel").id,
        })
        cls.visit_plan = cls.env["key.account.visit.plan"].with_user(cls.director).create({
            "company_id": cls.company.id, "team_id": cls.team.id,
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

    @classmethod
    def _make_appraisal(cls):
        """Let manager have a published month with an objection, values of each account, and a praise."""
        template = cls.env["key.account.appraisal.template"].create({
            "name": "Veiled template", "line_ids": [Command.create({
                "name": "All", "max_points": 100, "band_ids": [Command.create({"lower": 0, "name": "Any"})],
            })],
        })
        cls.appraisal = cls.env["key.account.appraisal"].create({
            "user_id": cls.manager.id, "team_id": cls.team.id, "company_id": cls.company.id,
            "template_id": template.id, "date_from": "2026-01-01",
        })
        cls.env["key.account.appraisal.objection"].create({
            "appraisal_id": cls.appraisal.id, "reason": "Too few points", "state": "open",
        })
        cls.reward = cls.env["key.account.reward.record"].create({
            "user_id": cls.manager.id, "team_id": cls.team.id, "company_id": cls.company.id,
            "facts": "Won back a customer", "applicant_id": cls.leader.id,
        })
        kpi = cls.env.ref("key_account_mgmt.kpi_empty_drum_recovery")
        for account in cls.accounts.values():
            cls.env["key.account.kpi.value"].create({
                "kpi_id": kpi.id, "company_id": cls.company.id, "level": "account", "account_id": account.id,
                "team_id": cls.team.id, "value": 90,
            })
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE key_account_appraisal SET state = 'published' WHERE id = %s", [cls.appraisal.id]
        )
        cls.env.invalidate_all()

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
        # views without a table have no such column
        grouped = "create_uid" if self.env[model]._log_access else "account_id"
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
            for name in cls._get_models()
            if "account_id" in cls.env[name]._fields and not cls.env[name]._transient
        }
        models["key.account.approval"] = account.sudo().approval_ids
        return models


class FileCase(HostileCase):
    """Hostile calls with a user's own stored defaults beside those of the context."""

    def _set_default(self, login, model, name, value):
        """Let somebody store a default of his own, as the web client's developer menu does."""
        env = self.env(user=self.users[login].id, su=False)
        env["ir.default"].set(model, name, value, user_id=True)
