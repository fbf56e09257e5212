import re
from collections import Counter
from pathlib import Path

import polib

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from ..common import KeyAccountCase, role_group

I18N = Path(__file__).parents[2] / "i18n"
LANG = "zh_CN"
# a Chinese character, or a mark of Chinese punctuation
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# what the code fills in, and what the browser draws
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\{.*?\}\}|</?\w+")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]")

SELECTIONS = {
    ("key.account", "state"): {
        "candidate": "待认定", "survey": "实地调查", "applied": "认定审批中", "active": "已认定",
        "suspended": "暂停合作", "ended": "终止合作", "rejected": "未通过",
    },
    ("key.account", "confidentiality"): {"internal": "内部", "confidential": "保密", "secret": "机密"},
    ("key.account", "management_level"): {"company": "公司级", "branch": "分公司级"},
    ("key.account", "nominating_department"): {
        "market": "市场开发部", "production": "生产监控部", "costing": "造价合约中心", "fund": "资金中心",
    },
    ("key.account.approval", "role"): {
        "leader": "大客户主管", "director": "大客户总监", "executive": "公司领导",
    },
    ("key.account.grading.run", "state"): {
        "draft": "草稿", "computed": "已计算", "submitted": "已提交", "approved": "已批准",
    },
    ("key.account.grading.run", "kind"): {"grading": "评级", "review": "年终评审"},
    ("key.account.assessment", "review_decision"): {
        "intensify": "加强攻关", "keep": "维持现状", "terminate": "终止合作",
    },
    ("key.account.meeting", "state"): {"held": "已召开"},
    ("key.account.visit", "state"): {"done": "已拜访"},
    ("key.account.assessment", "change"): {"new": "新增", "up": "升级", "same": "不变", "down": "降级"},
}
MODELS = {
    "key.account": "大客户",
    "key.account.grade": "大客户等级",
    "key.account.grading.scheme": "大客户评级方案",
    "key.account.grading.run": "大客户评级批次",
    "key.account.assessment": "大客户评级结果",
    "key.account.ledger.entry": "大客户往来台账明细",
}
LABELS = {
    ("key.account", "code"): "编码",
    ("key.account", "scheme_id"): "评级方案",
    ("key.account", "grade_id"): "等级",
    ("key.account", "manager_id"): "大客户经理",
    ("key.account", "desk_survey"): "一般调查",
    ("key.account.assessment", "run_id"): "评级批次",
    ("key.account.assessment", "review_decision"): "年审结论",
    ("key.account.assessment", "override_reason"): "例外理由",
    ("key.account.spot.check.line", "verdict"): "抽查结论",
    ("key.account.meeting", "attendee_ids"): "参会人员",
    ("key.account.meeting.resolution", "meeting_id"): "会议",
    ("key.account", "stakeholder_ids"): "客户关系人",
    ("key.account.visit", "event_id"): "日程",
}
GROUPS = {
    "assistant": "助理客户经理",
    "manager": "大客户经理",
    "leader": "大客户主管",
    "director": "大客户总监",
    "clerk": "内勤",
    "service": "客户服务",
    "inspector": "督查员",
    "executive": "公司领导",
    "document": "往来单据处理",
}
MENUS = {
    "key_account_menu_root": "大客户",
    "key_account_menu_grading": "评级",
    "key_account_grading_run_menu": "评级批次",
    "key_account_grading_scheme_menu": "评级方案",
    "key_account_grading_simulation_menu": "假设测算",
    "key_account_ledger_entry_menu": "往来台账",
}


@tagged("post_install", "-at_install")
class TestTranslationFile(BaseCase):
    """The Chinese file says everything that the template says, with the same gaps to fill."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = polib.pofile(str(I18N / "key_account_mgmt.pot"))
        cls.chinese = polib.pofile(str(I18N / f"{LANG}.po"))

    def test_every_term_is_translated(self):
        self.assertGreater(len(self.template), 500, "the template was not found")
        translations = {entry.msgid: entry.msgstr for entry in self.chinese if not entry.obsolete}
        missing = [entry.msgid for entry in self.template if not translations.get(entry.msgid)]
        self.assertEqual(missing, [], "run `make pot`, then translate these in i18n/zh_CN.po")

    def test_no_term_is_uncertain_or_said_twice(self):
        self.assertEqual([entry.msgid for entry in self.chinese if entry.fuzzy], [])
        counts = Counter(entry.msgid for entry in self.chinese)
        self.assertEqual([msgid for msgid, count in counts.items() if count > 1], [])

    def test_translations_are_chinese(self):
        self.assertEqual([entry.msgid for entry in self.chinese if not CHINESE.search(entry.msgstr)], [])

    def test_placeholders_and_tags_are_the_same(self):
        for entry in self.chinese:
            with self.subTest(msgid=entry.msgid):
                self.assertEqual(
                    Counter(PLACEHOLDER.findall(entry.msgstr)), Counter(PLACEHOLDER.findall(entry.msgid))
                )

    def test_chinese_sentences_have_chinese_punctuation(self):
        self.assertEqual([
            entry.msgstr for entry in self.chinese if HALF_WIDTH.search(re.sub(r"<[^>]*>", "", entry.msgstr))
        ], [])


@tagged("post_install", "-at_install")
class TestTranslation(KeyAccountCase):
    """What a Chinese user meets: the words of the regulations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(LANG)
        cls.env.ref("base.module_key_account_mgmt")._update_translations(LANG)
        cls.env.invalidate_all()
        cls.zh = cls.env(context=dict(cls.env.context, lang=LANG))

    def _assert_message(self, error, method, expected):
        with self.assertRaises(error) as caught:
            method()
        self.assertIn(expected, str(caught.exception))

    # === WORDS === #

    def test_the_table_of_words_is_long_enough(self):
        tables = (*SELECTIONS.values(), MODELS, LABELS, GROUPS, MENUS)
        self.assertGreaterEqual(sum(map(len, tables)), 30)

    def test_selections(self):
        for (model, name), words in SELECTIONS.items():
            labels = dict(self.zh[model]._fields[name]._description_selection(self.zh))
            for value, word in words.items():
                with self.subTest(field=f"{model}.{name}", value=value):
                    self.assertEqual(labels[value], word)

    def test_models(self):
        for name, word in MODELS.items():
            with self.subTest(model=name):
                self.assertEqual(self.zh["ir.model"]._get(name).name, word)

    def test_fields(self):
        for (model, name), word in LABELS.items():
            with self.subTest(field=f"{model}.{name}"):
                self.assertEqual(self.zh[model].fields_get([name])[name]["string"], word)

    def test_roles(self):
        for role, word in GROUPS.items():
            with self.subTest(role=role):
                self.assertEqual(self.zh.ref(role_group(role)).name, word)

    def test_menus(self):
        for name, word in MENUS.items():
            with self.subTest(menu=name):
                self.assertEqual(self.zh.ref(f"key_account_mgmt.{name}").name, word)

    def test_presets_use_the_words_of_the_regulations(self):
        grade = self.grade_a.with_env(self.zh)
        self.assertEqual(grade.display_name, "A 战略")
        self.assertIn("年销售额占公司总销售额的比例达到 5% 以上", grade.clause)
        self.assertIn("专属客户经理", grade.benefits)
        self.assertEqual(self.scheme.with_env(self.zh).name, "销售额占比")
        tier = self.zh.ref("key_account_mgmt.scheme_consumption_grade_e")
        self.assertIn("15 万元以上（包含 15 万元）", tier.clause)

    # === SENTENCES === #

    def test_a_refused_step_is_explained(self):
        candidate = self._new_candidate(self._new_customer("虹桥轴承")).with_env(self.zh)
        self._assert_message(
            UserError, lambda: candidate.write({"state": "active"}),
            "“虹桥轴承”当前为“待认定”，不能直接变为“已认定”。",
        )
        self._assert_message(
            UserError, lambda: candidate.with_user(self.leader).action_approve(), "“虹桥轴承”当前无需审批。"
        )

    def test_who_is_waited_for_is_named(self):
        account = self._new_applied().with_env(self.zh)
        self.assertEqual(account.waiting_for, f"大客户主管（{self.leader.name}）")
        self._assert_message(
            UserError, lambda: account.with_user(self.executive).action_approve(),
            f"正在等待大客户主管（{self.leader.name}）审批。",
        )

    def test_a_stranger_is_sent_to_the_director(self):
        account = self._new_account().with_env(self.zh).with_user(self.other_manager)
        self._assert_message(AccessError, lambda: account.read(["code"]), "请联系大客户总监。")

    def test_an_unsaved_account_has_a_chinese_name(self):
        self.assertEqual(self.zh["key.account"].new({}).display_name, "新大客户")

    def test_the_application_form_is_chinese(self):
        account = self._new_applied().with_env(self.zh)
        html, _format = self.zh["ir.actions.report"]._render_qweb_html(
            "key_account_mgmt.report_key_account_application", account.ids
        )
        text = html.decode() if isinstance(html, bytes) else str(html)
        for word in ("大客户认定申请表", "推荐部门", "市场开发部", "实地调查", "部门意见", "公司领导意见"):
            with self.subTest(word=word):
                self.assertIn(word, text)
        for word in ("Signature", "Opinion", "Nominated"):
            self.assertNotIn(word, text)

    def test_the_form_view_is_chinese(self):
        arch = self.zh["key.account"].with_user(self.director).get_view(
            self.env.ref("key_account_mgmt.key_account_view_form").id, "form"
        )["arch"]
        texts = re.findall(r'\b(?:string|placeholder|title|confirm)="([^"]*[A-Za-z][^"]*)"', arch)
        self.assertEqual([text for text in texts if not CHINESE.search(text)], [])

    # === EXPLANATIONS === #

    def _explain(self, amount, total=100000, customer=None, **run_values):
        """Compute a run on a customer's order and a rest, and return the run and its Chinese words."""
        today = self.company._get_key_account_today()
        customer = customer or self._new_customer()
        self._new_order(customer, amount, today)
        self._new_order(self._new_customer("Rest"), total - amount, today)
        run = self._new_run(**run_values)
        run.action_compute()
        row = self._row(run, customer)
        self.assertTrue(row)
        return run, row.with_context(lang=LANG).explanation

    def test_a_share_is_explained(self):
        run, explanation = self._explain(5300)
        self.assertEqual(
            explanation,
            f"{run.date_from} 至 {run.date_to} 共 1 张订单，金额 5,300.00，"
            "占总额 100,000.00 的 5.30 %；A 级起点为 5 %。",
        )

    def test_no_grade_is_explained(self):
        customer = self._new_customer()
        self._new_account(customer, grade_id=self.grade_b.id)
        explanation = self._explain(500, customer=customer)[1]
        self.assertIn("占总额 100,000.00 的 0.50 %；未达到任何等级：最低的 C 级起点为 0 %。", explanation)
        self.assertTrue(explanation.endswith("。该等级仅授予标记为具备发展潜力的客户。"), explanation)

    def test_an_amount_over_all_time_is_explained(self):
        scheme = self.env.ref("key_account_mgmt.scheme_consumption")
        run, explanation = self._explain(160000, total=200000, scheme_id=scheme.id)
        self.assertIn(f"最早记录 至 {run.date_to} 共 1 张订单，金额 160,000.00；", explanation)
        self.assertRegex(explanation, r"E 级起点为 150,?000(\.00)?。$")

    def test_a_score_is_explained(self):
        scheme = self.env.ref("key_account_mgmt.scheme_scoring")
        customer = self._new_customer()
        self._new_account(customer, scheme_id=scheme.id)
        explanation = self._explain(90000, customer=customer, scheme_id=scheme.id)[1]
        self.assertRegex(explanation, r"^得分 \d+\.\d\d")
        for word in ("价值", "影响力", "规模", "市场份额", "忠诚度", "（实测值 ", "级起点为 "):
            self.assertIn(word, explanation)
        self.assertNotRegex(explanation, r"[a-z]{3}")
