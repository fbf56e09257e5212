import csv
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..common import role_group
from ..performance.pay_case import make_pay_records
from .hostile import HostileCase

FILE = Path(__file__).parents[1] / "access_matrix.csv"
LEVELS = ("internal", "confidential", "secret")
NOTE = "A note"
LETTERS = {"read": "r", "write": "w", "create": "c", "unlink": "d"}


@tagged("post_install", "-at_install")
class TestMatrix(HostileCase):
    """Role by model by level: what tests/access_matrix.csv says is what everybody may, and no more.

    The accounts are manager's, of leader's department; assistant is on their team today.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other_company = cls.env["res.company"].create({"name": "Other Company"})
        yesterday = fields.Date.subtract(cls.today, days=1)
        cls.users |= {
            "former_member": cls._new_user("former_member", role_group("manager")),
            "other_company": new_test_user(
                cls.env, "ka_other_company", groups=role_group("director"),
                company_id=other_company.id, company_ids=[Command.set(other_company.ids)],
            ),
            "accountant": cls._new_user("accountant", "account.group_account_user"),
        }
        cls.answer = cls.env["key.account.handover.acceptance"].create({
            "handover_id": cls.handover.id, "user_id": cls.executive2.id,
        })
        cls.pay_records = make_pay_records(cls)
        cls.users.pop("other_clerk")
        cls.records = {}
        for level, account in cls.accounts.items():
            for login, date_to in (("assistant", False), ("former_member", yesterday)):
                cls.env["key.account.member"].create({
                    "account_id": account.id, "user_id": cls.users[login].id, "date_from": yesterday,
                    "date_to": date_to,
                })
            cls.users[f"customer_{level}"] = mail_new_test_user(
                cls.env, f"customer_{level}", groups="base.group_portal", company_id=cls.company.id,
            )
            cls.users[f"customer_{level}"].partner_id.parent_id = account.partner_id
            cls.records[level] = cls._make_records(level, account)
        cls.env.flush_all()

    @classmethod
    def _make_records(cls, level, account):
        """Return one record of each model that has to do with an account."""
        order = cls._new_order(account.partner_id, 50, user_id=cls.manager.id)
        order.message_subscribe(cls.users[f"customer_{level}"].partner_id.ids)
        invoice = order._create_invoices()
        invoice.invoice_user_id = cls.manager
        invoice.action_post()
        invoice.message_subscribe(cls.users[f"customer_{level}"].partner_id.ids)
        payment = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        lead = cls.env["crm.lead"].create({
            "name": "Lead", "partner_id": account.partner_id.id, "user_id": cls.manager.id,
            "team_id": cls.team.id,
        })
        meeting = cls.env["calendar.event"].create({
            "name": "Meeting", "start": "2026-05-05 08:00:00", "stop": "2026-05-05 09:00:00",
            "user_id": cls.manager.id, "opportunity_id": lead.id,
            "partner_ids": [Command.set(cls.manager.partner_id.ids)],
        })
        account.message_subscribe(cls.manager.partner_id.ids)
        lead.activity_schedule("mail.mail_activity_data_call", user_id=cls.manager.id).action_feedback()
        cls.env.flush_all()
        records = {
            **cls._make_overall_records(),
            "key.account": account,
            "key.account.bulletin": cls.env["key.account.bulletin"].browse(account.id),
            "key.account.sales.history": cls.env["key.account.sales.history"].create({
                "partner_id": account.partner_id.id, "company_id": cls.company.id, "date": "2020-01-01",
                "amount": 5,
            }),
            "res.partner": account.partner_id,
            "res.partner.bank": cls.env["res.partner.bank"].create({
                "partner_id": account.partner_id.id, "acc_number": f"62 {level}",
            }),
            "sale.order": order,
            "sale.order.line": order.order_line,
            "account.move": invoice,
            "account.move.line": invoice.invoice_line_ids,
            "account.payment": payment,
            "account.partial.reconcile": invoice.line_ids.matched_credit_ids,
            "sale.report": cls.env["sale.report"].search(
                [("partner_id", "=", account.partner_id.id)], limit=1
            ),
            "account.invoice.report": cls.env["account.invoice.report"].search(
                [("move_id", "=", invoice.id)], limit=1
            ),
            "crm.lead": lead,
            "crm.activity.report": cls.env["crm.activity.report"].search(
                [("lead_id", "=", lead.id)], limit=1
            ),
            "calendar.event": meeting,
            "calendar.attendee": meeting.attendee_ids,
            "mail.message": account.message_post(body=NOTE),
            "mail.activity": account.activity_schedule(
                "mail.mail_activity_data_todo", summary="Call", user_id=cls.manager.id
            ),
            "mail.followers": account.message_follower_ids.filtered(
                lambda follower: follower.partner_id == cls.manager.partner_id
            ),
            "ir.attachment": cls.env["ir.attachment"].create({
                "name": "Offer", "res_model": "key.account", "res_id": account.id, "raw": b"x",
            }),
            "key.account.access.log": cls._log_something(account),
        }
        for name, found in cls._get_hanging(account).items():
            records[name] = found[:1]
        return records | cls._make_service_records(account) | cls._make_performance_records()

    @classmethod
    def _make_service_records(cls, account):
        """Return what the service layer keeps in other applications, or for several accounts."""
        sheet = account.sudo().satisfaction_ids.user_input_id
        complaint = account.sudo().complaint_ids[:1]
        complaint._rating_get_access_token()
        return {
            "survey.user_input": sheet,
            "survey.user_input.line": sheet.user_input_line_ids[:1],
            "rating.rating": complaint.rating_ids[:1],
            "key.account.complaint.category": cls.env.ref("key_account_mgmt.complaint_category_quality"),
            "key.account.satisfaction.dimension": cls.env.ref(
                "key_account_mgmt.satisfaction_dimension_quality"
            ),
            "key.account.spot.check": account.sudo().visit_ids.spot_check_line_ids.check_id[:1],
            "key.account.visit.plan": cls.visit_plan,
        }

    @classmethod
    def _make_performance_records(cls):
        """Return what belongs to a person or to the company; values hang on the account."""
        appraisal = cls.appraisal
        return {
            # Key figures and appraisals
            "key.account.kpi": cls.env.ref("key_account_mgmt.kpi_sales_attainment"),
            "key.account.appraisal.template": appraisal.template_id,
            "key.account.appraisal.template.line": appraisal.template_id.line_ids,
            "key.account.appraisal.template.band": appraisal.template_id.line_ids.band_ids,
            "key.account.appraisal": appraisal,
            "key.account.appraisal.line": appraisal.line_ids,
            "key.account.appraisal.objection": appraisal.objection_ids,
            "key.account.appraisal.ranking": cls.env["key.account.appraisal.ranking"].browse(appraisal.id),
            "key.account.reward.record": cls.reward,
        }

    @classmethod
    def _make_overall_records(cls):
        """Return one record of each model that belongs to no account, or to several."""
        run = cls.applied_run.sudo()
        dimension = cls.env.ref("key_account_mgmt.scheme_scoring_value")
        return cls.pay_records | {
            "key.account.handover": cls.handover,
            "key.account.handover.acceptance": cls.answer,
            "key.account.grading.scheme": cls.scheme,
            "key.account.grade": cls.grade_a,
            "key.account.grading.dimension": dimension,
            "key.account.grading.dimension.band": dimension.band_ids[:1],
            "key.account.grading.run": run,
            "key.account.grading.run.grade": run.grade_line_ids[:1],
            "key.account.work.report": cls.work_report,
            "key.account.expense.budget": cls.budget,
            "key.account.expense.category": cls.budget.category_id,
        }

    @classmethod
    def _log_something(cls, account):
        log = cls.env["key.account.access.log"]
        log.with_user(cls.manager)._log("reveal", account, reason="Test")
        return log.search([("res_id", "=", account.id)], limit=1)

    def _get_rights(self, record, login):
        """Return the letters of what a user may do with a record."""
        user = self.users[login]
        mine = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        self.env.invalidate_all()
        rights = "".join(letter for operation, letter in LETTERS.items() if self._may(mine, operation))
        self._check_search_agrees(mine, "r" in rights)
        return rights or "-"

    def _may(self, record, operation):
        try:
            return record.has_access(operation)
        except MissingError:
            # the sales analysis holds the rows of the companies that are asked for
            return False

    def _check_search_agrees(self, record, readable):
        self.env.invalidate_all()
        try:
            found = bool(record.with_context(active_test=False).search([("id", "=", record.id)]))
        except AccessError:
            found = False
        # core finds activities by the right to write the document, and shows them by the right to read it
        expected = found if record._name == "mail.activity" and readable else readable
        self.assertEqual(found, expected, f"{record} {record.env.user.login}: search and read differ")

    def _get_roles(self, level):
        """Return the logins by their role in the matrix."""
        roles = {login: login for login in self.users if not login.startswith("customer_")}
        return {**roles, "customer": f"customer_{level}"}

    def _measure(self):
        """Return the matrix as it is: {(model, role): (rights on each level)}."""
        measured = {}
        for level in LEVELS:
            for name, record in self.records[level].items():
                for role, login in self._get_roles(level).items():
                    rights = self._get_rights(record, login) if record else ""
                    measured.setdefault((name, role), []).append(rights)
        return measured

    def test_everybody_may_what_the_matrix_says(self):
        with FILE.open(encoding="utf-8", newline="") as file:
            rows = {
                (row["model"], row["role"]): [row[level] for level in LEVELS] for row in csv.DictReader(file)
            }
        measured = self._measure()
        self.assertGreater(len(measured), 300)
        self.assertEqual(measured.keys(), rows.keys(), "a model or a role is not in the matrix")
        different = {
            key: {"is": rights, "should be": rows[key]}
            for key, rights in measured.items() if rights != rows[key]
        }
        self.assertEqual(different, {}, "\n".join(map(str, different.items())))

    def test_the_matrix_holds_every_model_that_has_to_do_with_accounts(self):
        asked = {
            name for name, model in self.env.registry.items()
            if name.startswith("key.account") and not model._abstract and not model._transient
        }
        # the applications' models that a global rule of the addon closes
        rules = self.env["ir.model.data"].search([
            ("module", "=", "key_account_mgmt"), ("model", "=", "ir.rule"),
        ])
        closed = self.env["ir.rule"].browse(rules.mapped("res_id")).filtered("global").model_id
        asked |= {name for name in closed.mapped("model") if not self.env[name]._transient}
        for level in LEVELS:
            self.assertEqual(asked - self.records[level].keys(), set())
            empty = {name for name, record in self.records[level].items() if not record}
            self.assertEqual(empty, set(), level)
