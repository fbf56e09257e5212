from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_satisfaction import SatisfactionCase

WORDS = "Zephyrine says so"


@tagged("post_install", "-at_install")
class TestAnswerSheets(SatisfactionCase):
    """Answers of key accounts are part of their files, in the survey app as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, groups in {
            "surveyor": "survey.group_survey_manager",
            "survey_user": "survey.group_survey_user",
            "survey_director": "survey.group_survey_manager,key_account_mgmt.group_key_account_director",
            "survey_leader": "survey.group_survey_manager,key_account_mgmt.group_key_account_leader",
        }.items():
            cls.users[login] = cls._new_user(login, groups)
        # whoever answers surveys in the survey app may still see the others
        questionnaire = cls.env.ref("key_account_mgmt.survey_satisfaction")
        cls.own_sheet = questionnaire._create_answer(email="x@example.com", check_attempts=False)
        cls.surveys = {}
        for level in ("internal", "confidential", "secret"):
            account = cls._new_account(cls._new_customer(f"{level} customer"), confidentiality=level)
            cls.surveys[level] = cls._answer(cls._ask(account), [3, 0], comment=WORDS)
        cls.env.flush_all()

    def _find(self, login, model, domain):
        self.env.invalidate_all()
        return self.env[model].with_user(self.users[login]).search(domain)

    def test_the_survey_app_shows_answers_to_those_alone_who_see_the_account(self):
        for level, survey in self.surveys.items():
            sheet = survey.sudo().user_input_id
            lines = sheet.user_input_line_ids
            self.assertTrue(lines)
            for login, sees in (
                ("surveyor", False), ("survey_user", False), ("survey_director", True),
                ("survey_leader", False),
            ):
                with self.subTest(level=level, login=login):
                    self.assertEqual(
                        self._find(login, "survey.user_input", [("id", "=", sheet.id)]).ids, sheet.ids * sees
                    )
                    self.assertEqual(
                        len(self._find(login, "survey.user_input.line", [("id", "in", lines.ids)])),
                        len(lines) * sees,
                    )
                    for record in (sheet, lines):
                        self.assertEqual(record.with_user(self.users[login]).has_access("read"), sees)

    def test_the_department_sees_no_answer_sheets_in_the_survey_app(self):
        sheet = self.surveys["internal"].sudo().user_input_id
        for login in ("manager", "leader", "director", "executive", "clerk"):
            with self.subTest(login=login), self.assertRaises(AccessError):
                sheet.with_user(self.users[login]).read(["access_token"])

    def test_answers_of_other_surveys_are_the_survey_apps(self):
        self.assertEqual(
            self._find("surveyor", "survey.user_input", [("id", "=", self.own_sheet.id)]), self.own_sheet
        )

    def test_survey_users_do_not_find_the_questionnaire(self):
        questionnaire = self.env.ref("key_account_mgmt.survey_satisfaction")
        self.assertFalse(self._find("survey_user", "survey.survey", [("id", "=", questionnaire.id)]))
        mine = [("survey_id", "=", questionnaire.id)]
        self.assertFalse(self._find("survey_user", "survey.user_input", mine))

    def test_the_counts_of_the_survey_app_count_what_one_sees(self):
        questionnaire = self.env.ref("key_account_mgmt.survey_satisfaction")
        self.env.invalidate_all()
        self.assertEqual(questionnaire.with_user(self.users["surveyor"]).answer_done_count, 0)

    def test_no_survey_user_moves_a_sheet_to_another_account(self):
        sheet = self.surveys["internal"].sudo().user_input_id
        other = self.surveys["confidential"].account_id
        for login in ("surveyor", "survey_director"):
            for values in ({"account_id": other.id}, {"account_id": False}):
                with self.subTest(login=login, values=values), self.assertRaises(AccessError):
                    sheet.with_user(self.users[login]).write(values)
            with self.assertRaises(AccessError):
                self.env["survey.user_input"].with_user(self.users[login]).create({
                    "survey_id": sheet.survey_id.id, "account_id": other.id,
                })

    def test_an_answer_that_a_survey_user_makes_up_counts_for_nobody(self):
        account = self.surveys["internal"].account_id
        survey = self._ask(account)
        sheet = survey.sudo().survey_id._create_answer(partner=account.partner_id, check_attempts=False)
        sheet.with_user(self.users["surveyor"])._mark_done()
        self.assertEqual(survey.state, "sent")

    def test_opening_answers_of_a_confidential_account_leaves_a_line(self):
        sheet = self.surveys["confidential"].sudo().user_input_id
        log = self.env["key.account.access.log"].sudo()
        before = log.search_count([("user_id", "=", self.users["survey_director"].id)])
        sheet.with_user(self.users["survey_director"]).read(["user_input_line_ids"])
        self.assertEqual(log.search_count([("user_id", "=", self.users["survey_director"].id)]), before + 1)
