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

    def test_the_page_of_results_counts_what_one_sees_and_nothing_else(self):
        """Core hands on the answers that one sees, and counts all where there are none."""
        questionnaire = self.env.ref("key_account_mgmt.survey_satisfaction")
        self.env.invalidate_all()
        for login, count in (("surveyor", 0), ("survey_leader", 0), ("survey_director", 3)):
            lines = self._find(login, "survey.user_input.line", [("survey_id", "=", questionnaire.id)])
            mine = questionnaire.with_user(self.users[login])
            with self.subTest(login=login):
                self.assertEqual(mine._prepare_statistics(lines)["count_all"], count)
                self.assertEqual(mine._prepare_statistics(lines)["count_finished"], count)
        other = self.env["survey.survey"].create({"title": "Another one"})
        sheet = other._create_answer(email="x@example.com", check_attempts=False)
        sheet.state = "done"
        self.assertEqual(other.with_user(self.users["surveyor"])._prepare_statistics()["count_all"], 1)

    def test_outsiders_export_neither_sheets_nor_answers(self):
        export = self.env.ref("base.group_allow_export")
        for login in ("surveyor", "survey_user", "survey_leader"):
            self.users[login].group_ids += export
            for survey in self.surveys.values():
                sheet = survey.sudo().user_input_id
                for records, names in (
                    (sheet, ["partner_id/name", "user_input_line_ids/value_text_box", "access_token"]),
                    (sheet.user_input_line_ids, ["value_text_box", "display_name"]),
                ):
                    self.env.invalidate_all()
                    with self.subTest(login=login, model=records._name), self.assertRaises(AccessError):
                        records.with_user(self.users[login]).export_data(names)
        self.users["survey_director"].group_ids += export
        sheet = self.surveys["internal"].sudo().user_input_id
        mine = sheet.with_user(self.users["survey_director"])
        rows = mine.export_data(["user_input_line_ids/value_text_box"])
        self.assertIn(WORDS, str(rows))

    def test_a_director_with_a_role_in_the_survey_app_edits_the_questionnaire(self):
        self.users["editor"] = self._new_user(
            "editor", "survey.group_survey_user,key_account_mgmt.group_key_account_director"
        )
        questionnaire = self.env.ref("key_account_mgmt.survey_satisfaction")
        other = self.env["survey.survey"].create({
            "title": "Another one", "restrict_user_ids": [(6, 0, self.env.user.ids)],
        })
        for login, sees in (("editor", True), ("survey_user", False)):
            self.env.invalidate_all()
            mine = questionnaire.with_user(self.users[login])
            with self.subTest(login=login):
                self.assertEqual(mine.has_access("write"), sees)
                questions = mine.sudo().question_ids.sudo(False)
                for records in (questions, (questions.sudo().matrix_row_ids).sudo(False)):
                    self.assertEqual(records.with_user(self.users[login]).has_access("write"), sees)
                self.assertFalse(other.with_user(self.users[login]).has_access("read"))
        mine = questionnaire.with_user(self.users["editor"])
        mine.question_ids[0].title = "How satisfied are you?"
        mine.question_ids[0].matrix_row_ids[0].value = "Quality"
        mine.question_ids.create({"survey_id": mine.id, "title": "Why?", "question_type": "text_box"})

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
