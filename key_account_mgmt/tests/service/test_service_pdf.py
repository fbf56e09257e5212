from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..account import test_pdf
from .common import VisitCase

# What each print says in Chinese, whatever it is of.
TITLES = {
    "visit_plan": ("拜访计划",),
    "visit": ("拜访报告",),
    "return_visit": ("大客户月度回访表",),
    "minutes": ("会议纪要", "送样"),
    "complaint": ("投诉处理记录", "油缸漏油"),
    "satisfaction": ("满意度调查表",),
}
MODELS = (
    "key.account.visit.plan", "key.account.visit", "key.account.monthly.submission", "key.account.meeting",
    "key.account.complaint", "key.account.satisfaction",
)


@tagged("post_install", "-at_install")
class TestServicePdf(VisitCase):
    """The service layer's prints are made as PDFs, and can be read in them: Chinese too."""

    _print = test_pdf.TestPdf._print

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(test_pdf.LANG)
        cls.env.ref("base.module_key_account_mgmt")._update_translations(test_pdf.LANG)
        cls.account = cls._new_graded("苏州岩泰机械")
        cls.records = {
            "visit_plan": cls._new_plan(),
            "visit": cls._report(cls._new_held_call()),
            "return_visit": cls._new_submission(cls.account),
            "minutes": cls._new_meeting(account_id=cls.account.id, minutes="<p>同意报价</p>", resolution_ids=[
                Command.create({
                    "name": "送样", "user_id": cls.manager.id, "deadline": fields.Date.today(),
                }),
            ]),
            "complaint": cls.env["key.account.complaint"].create({
                "name": "油缸漏油", "partner_id": cls.account.partner_id.id, "company_id": cls.company.id,
            }),
            "satisfaction": cls._answer(cls._ask(cls.account), [3, 3, 2]),
        }
        cls.env.flush_all()

    @classmethod
    def _new_held_call(cls):
        visit = cls._new_visit(cls.account)
        visit.action_hold()
        return visit

    def test_no_print_of_the_service_layer_is_forgotten_here(self):
        reports = self.env["ir.actions.report"].search([
            ("report_name", "=like", "key_account_mgmt.%"), ("model", "in", MODELS),
        ])
        names = {name.removeprefix(test_pdf.PREFIX) for name in reports.mapped("report_name")}
        self.assertEqual(names, TITLES.keys())

    def test_every_print_is_a_pdf_in_chinese(self):
        for name, words in TITLES.items():
            with self.subTest(print=name):
                text = self._print(name, records=self.records[name].sudo(False).with_env(self.env))
                for word in (*words, "苏州岩泰机械"):
                    self.assertIn(word, text)
                self.assertGreaterEqual(len(self.pages), 1)
