import io
import re
import unicodedata

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..common import KeyAccountCase

LANG = "zh_CN"
# A PDF gives some characters back as the radicals that look the same.
RADICALS = str.maketrans("戶⻔⻆⻅⻓", "户门角见长")
PREFIX = "key_account_mgmt.report_key_account_"
# What each print says in Chinese, whatever it is of.
TITLES = {
    "application": ("大客户认定申请表", "申请等级", "公司领导意见"),
    "summary": ("大客户档案汇总表", "附件1", "单位性质"),
    "file": ("大客户信息管理档案", "附件2", "资金与付款", "信用评估"),
    "people": ("大客户相关人员档案", "附件3", "决策能力"),
    "operations": ("大客户经理经营档案", "附件4", "当季经营总结", "下季度经营策划"),
    "handover": ("大客户交接单", "移交人", "接收人"),
    "handover_letter": ("尊敬的客户",),
}


@tagged("post_install", "-at_install")
class TestPdf(KeyAccountCase):
    """Every print is made as a PDF by wkhtmltopdf, and can be read in it: Chinese too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(LANG)
        cls.env.ref("base.module_key_account_mgmt")._update_translations(LANG)
        cls.team.key_account_clerk_id = cls.clerk
        cls.clerk.name = "周晓敏"
        cls.account = cls._new_account(cls._new_customer("苏州岩泰机械", lang=LANG))
        cls._fill_file(cls.account)
        cls.account.with_user(cls.manager).write({
            "payment_note": "月结六十天", "website": "https://works.example", "unit_nature": "joint",
        })
        cls.account.stakeholder_ids.write({"relationship": "strong"})
        cls.plan = cls.env["key.account.plan"].with_user(cls.manager).create({
            "account_id": cls.account.id, "summary": "订货持平", "plan": "完成样机试用",
        })
        cls.handover = cls.env["key.account.handover"].with_user(cls.director).create({
            "user_id": cls.manager.id, "company_id": cls.company.id, "receiver_id": cls.manager2.id,
        })
        cls.env.flush_all()

    def _print(self, name, lang=LANG, login="director", records=None):
        """Return the text of a print as a PDF, without the blanks that the layout brings in."""
        records = records or {
            "handover": self.handover, "handover_letter": self.handover, "operations": self.plan,
        }.get(name, self.account)
        reports = self.env["ir.actions.report"].with_user(self.users[login]).with_context(
            lang=lang, force_report_rendering=True
        )
        self.env.invalidate_all()
        with self.allow_pdf_render():
            content, kind = reports._render_qweb_pdf(f"{PREFIX}{name}", records.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        self.pages = PdfFileReader(io.BytesIO(content)).pages
        text = unicodedata.normalize("NFKC", "".join(page.extract_text() for page in self.pages))
        return re.sub(r"\s+", "", text.translate(RADICALS))

    def test_no_print_of_the_file_and_the_hand_over_is_forgotten_here(self):
        reports = self.env["ir.actions.report"].search([
            ("report_name", "=like", "key_account_mgmt.%"),
            ("model", "in", ("key.account", "key.account.handover", "key.account.plan")),
        ])
        self.assertEqual({name.removeprefix(PREFIX) for name in reports.mapped("report_name")}, TITLES.keys())

    def test_every_print_is_a_pdf_in_chinese(self):
        for name, words in TITLES.items():
            with self.subTest(print=name):
                text = self._print(name)
                for word in (*words, "苏州岩泰机械"):
                    self.assertIn(word, text)
                self.assertEqual(len(self.pages), 1)

    def test_a_print_is_in_the_language_of_who_prints_it(self):
        self.assertIn("CustomerFileofaKeyAccount", self._print("file", lang="en_US"))

    def test_annex_2_shows_payment_website_dealings_and_insights(self):
        text = self._print("file")
        for word in ("月结六十天", "works.example", "往来", "Anewplantisplanned"):
            self.assertIn(word, text)

    def test_annex_3_shows_how_strong_the_relationship_is(self):
        text = self._print("people")
        for word in ("关系强度", "牢固"):
            self.assertIn(word, text)

    def test_annex_4_shows_what_the_manager_wrote_and_leaves_lines_where_he_did_not(self):
        text = self._print("operations")
        for word in ("订货持平", "完成样机试用"):
            self.assertIn(word, text)
        self.plan.plan = False
        self.assertNotIn("完成样机试用", self._print("operations"))

    def test_each_annex_names_the_one_who_keeps_it_for_whoever_prints_it(self):
        for name in ("summary", "file", "people", "operations"):
            for login in ("manager", "clerk", "executive"):
                with self.subTest(print=name, role=login):
                    self.assertIn("建档人:周晓敏", self._print(name, login=login))

    def test_a_long_summary_goes_over_pages_without_losing_a_row(self):
        accounts = self.account
        for number in range(60):
            accounts |= self._new_account(self._new_customer(f"客户{number:02}号"))
        text = self._print("summary", records=accounts)
        self.assertGreater(len(self.pages), 1)
        for number in range(60):
            self.assertIn(f"客户{number:02}号", text)

    def test_each_customer_gets_a_letter_on_a_page_of_its_own(self):
        for number in range(2):
            self._new_account(self._new_customer(f"客户{number}号"))
        self.handover.action_refresh()
        text = self._print("handover_letter")
        self.assertEqual(len(self.pages), 3)
        self.assertIn("客户1号", text)
