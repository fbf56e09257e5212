import runpy
from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase

LOW = "not satisfied"


class SatisfactionCase(KeyAccountCase):
    """An account with three people, of whom two have an address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer("Jade Mining", email="office@jade.example", child_ids=[
            Command.create({"name": "Ms Li", "email": "li@jade.example"}),
            Command.create({"name": "Mr Wu", "email": "wu@jade.example"}),
            Command.create({"name": "Mr Zhao"}),
        ])
        cls.li, cls.wu, cls.zhao = cls.customer.child_ids.sorted("id")
        cls.account = cls._new_account(cls.customer, grade_id=cls.grade_a.id, admission_date="2026-01-05")
        cls.account.with_user(cls.manager).stakeholder_ids = [
            Command.create({"partner_id": cls.wu.id, "decision_power": 20}),
            Command.create({"partner_id": cls.li.id, "decision_power": 50}),
            Command.create({"partner_id": cls.zhao.id, "decision_power": 30}),
        ]
        cls.grade_a.survey_interval_months = 3

    def _new_survey(self, user=None, **values):
        return self.env["key.account.satisfaction"].with_user(user or self.manager).create({
            "account_id": self.account.id, **values,
        })

    def _get_mails(self, survey):
        return self.env["mail.mail"].sudo().search([
            ("model", "=", "survey.user_input"), ("res_id", "=", survey.sudo().user_input_id.id),
        ])


@tagged("post_install", "-at_install")
class TestAsking(SatisfactionCase):
    """Whom we ask, and how."""

    def test_the_person_with_the_most_say_and_an_address_is_asked(self):
        survey = self._new_survey()
        self.assertEqual((survey.contact_id, survey.user_id, survey.state), (self.li, self.manager, "draft"))
        self.li.email = False
        self.assertEqual(self.account._get_survey_contact(), self.wu)
        self.account.stakeholder_ids.unlink()
        self.assertEqual(self.account._get_survey_contact(), self.customer)

    def test_the_form_proposes_whom_to_ask_once_the_customer_is_chosen(self):
        form = Form(self.env["key.account.satisfaction"].with_user(self.manager))
        self.assertFalse(form.contact_id)
        form.account_id = self.account
        self.assertEqual((form.contact_id, form.user_id), (self.li, self.manager))
        form.contact_id = self.wu
        self.assertEqual(form.save().contact_id, self.wu)

    def test_sending_mails_a_personal_link_to_the_contact(self):
        with freeze_time("2026-03-10 02:00:00"):
            survey = self._new_survey()
            survey.action_send()
        self.assertEqual((survey.state, survey.channel), ("sent", "mail"))
        self.assertEqual(survey.period, "2026-Q1")
        self.assertEqual(survey.deadline, fields.Date.to_date("2026-03-31"))
        sheet = survey.sudo().user_input_id
        self.assertEqual((sheet.partner_id, sheet.account_id), (self.li, self.account))
        mail = self._get_mails(survey)
        self.assertEqual(mail.recipient_ids, self.li)
        self.assertIn(sheet.get_start_url().replace("&", "&amp;"), mail.body_html)
        self.assertIn("Ms Li", mail.body_html)
        self.assertIn(self.manager.email, mail.email_from)

    def test_the_link_is_read_by_none_of_us(self):
        survey = self._new_survey()
        survey.action_send()
        token = survey.sudo().user_input_id.access_token
        self.env.invalidate_all()
        everything = self.env["mail.message"].search([])
        for user in (self.manager, self.leader, self.director):
            # by its id as well: what one has created one may read
            for message in everything.with_user(user)._filtered_access("read").sudo():
                self.assertNotIn(token, str(message.body))

    def test_the_sheet_closes_at_the_end_of_the_last_day_where_the_company_is(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        with freeze_time("2026-03-09 16:30:00"):
            survey = self._new_survey()
            survey.action_send()
        self.assertEqual(survey.sent_date, fields.Date.to_date("2026-03-10"))
        self.assertEqual(
            survey.sudo().user_input_id.deadline, fields.Datetime.to_datetime("2026-03-31 16:00:00")
        )

    def test_the_customer_reads_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.li.lang = "zh_CN"
        survey = self._new_survey()
        survey.action_send()
        self.assertEqual(survey.sudo().user_input_id.lang_id.code, "zh_CN")

    def test_without_an_address_nothing_is_sent_and_it_says_what_to_do(self):
        survey = self._new_survey(contact_id=self.zhao.id)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            survey.action_send()
        self.assertEqual(survey.state, "draft")

    def test_a_contact_of_another_customer_is_refused(self):
        stranger = self._new_customer("Stranger", email="x@stranger.example")
        with self.assertRaisesRegex(ValidationError, "not one of this customer's"):
            self._new_survey(contact_id=stranger.id)

    def test_a_candidate_is_not_asked(self):
        candidate = self._new_candidate()
        with self.assertRaisesRegex(ValidationError, "once they are admitted"):
            self._new_survey(account_id=candidate.id)

    @mute_logger("odoo.sql_db")
    def test_there_is_no_second_one_while_one_is_open(self):
        survey = self._new_survey()
        for _turn in range(2):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._new_survey()
                self.env.flush_all()
            if survey.state == "draft":
                survey.action_send()
        self._answer(survey, [3])
        self.assertEqual(self._new_survey().state, "draft")

    def test_sent_it_is_nobody_elses(self):
        survey = self._new_survey()
        survey.contact_id = self.wu
        survey.action_send()
        with self.assertRaisesRegex(UserError, "given out for this contact"):
            survey.contact_id = self.li
        with self.assertRaisesRegex(UserError, "sent already"):
            survey.action_send()
        with self.assertRaisesRegex(UserError, "cancelled, not deleted"):
            survey.with_user(self.leader).unlink()

    def test_cancelling_asks_why_and_closes_the_link(self):
        survey = self._new_survey()
        survey.action_send()
        with self.assertRaisesRegex(UserError, "another role"):
            survey.write({"state": "cancelled"})
        survey = survey.with_user(self.leader)
        with self.assertRaisesRegex(UserError, "asks for the reason"):
            survey.write({"state": "cancelled"})
        action = survey.action_ask_cancel()
        window = self.env["key.account.reason"].with_user(self.leader).with_context(
            **action["context"]
        ).create({"reason": "Wrong person"})
        window.action_confirm()
        self.assertEqual((survey.state, survey.cancel_reason), ("cancelled", "Wrong person"))
        self.assertLessEqual(survey.sudo().user_input_id.deadline, fields.Datetime.now())

    def test_what_was_not_sent_may_be_given_up_by_who_prepared_it(self):
        survey = self._new_survey()
        survey._cancel("Twice")
        self.assertEqual(survey.state, "cancelled")

    def test_a_guarded_customers_survey_is_given_to_nobody_outside(self):
        for level in ("confidential", "secret"):
            self.account.with_user(self.director).confidentiality = level
            survey = self._new_survey()
            with self.subTest(level=level), self.assertRaises(RedirectWarning):
                survey.user_id = self.other_manager
            self.env.invalidate_all()
            survey._cancel("Another one")
            with self.subTest(level=level), self.assertRaises(RedirectWarning):
                self._new_survey(user_id=self.other_manager.id)
            self.env.invalidate_all()
        self.account.with_user(self.director).confidentiality = "internal"
        self.assertEqual(self._new_survey(user_id=self.other_manager.id).user_id, self.other_manager)

    def test_of_what_is_due_whoever_may_not_see_it_any_more_is_not_told(self):
        survey = self._ask(self.account, user_id=self.other_manager.id)
        self.account.with_user(self.director).confidentiality = "secret"
        self._answer(survey, [0])
        self.assertEqual(survey.activity_ids.user_id, self.manager | self.director)

    def test_the_account_opens_the_open_survey_or_a_new_one(self):
        account = self.account.with_user(self.manager)
        first = account.action_ask_satisfaction()["res_id"]
        self.assertEqual(account.action_ask_satisfaction()["res_id"], first)
        self.assertEqual(account.satisfaction_count, 1)

    def test_an_interview_gives_out_the_same_sheet_and_says_who_had_it(self):
        survey = self._new_survey(contact_id=self.zhao.id)
        action = survey.action_interview()
        sheet = survey.sudo().user_input_id
        self.assertEqual(action["url"], sheet.get_start_url())
        self.assertEqual((survey.state, survey.channel), ("sent", "interview"))
        self.assertEqual(survey.interviewer_id, self.manager)
        self.assertFalse(self._get_mails(survey))
        survey.with_user(self.leader).action_interview()
        self.assertEqual((survey.sudo().user_input_id, survey.interviewer_id), (sheet, self.leader))
        self._answer(survey, [2])
        with self.assertRaisesRegex(UserError, "closed"):
            survey.action_interview()

    def test_without_a_questionnaire_it_says_where_to_choose_one(self):
        self.env.ref("key_account_mgmt.survey_satisfaction").action_archive()
        with self.assertRaisesRegex(UserError, "chosen in the settings"):
            self._new_survey().action_send()

    def test_a_company_may_have_a_questionnaire_of_its_own(self):
        own = self.env.ref("key_account_mgmt.survey_satisfaction").copy()
        self.company.key_account_survey_id = own
        survey = self._new_survey()
        survey.action_send()
        self.assertEqual(survey.sudo().survey_id, own)
        self._answer(survey, [3, 0])
        self.assertEqual(survey.score, 50)
        self.assertEqual(len(survey.line_ids), 2, "the copied rows ask for the same dimensions")

    def test_surveys_under_way_go_with_the_account(self):
        answered = self._answer(self._ask(self.account), [3])
        survey = self._new_survey()
        self.account.with_user(self.director).manager_id = self.manager2
        self.assertEqual(survey.user_id, self.manager2)
        self.assertEqual(answered.user_id, self.manager, "whose it was stays")


@tagged("post_install", "-at_install")
class TestAnswers(SatisfactionCase):
    """What the answers say."""

    def test_scores_are_computed_once_the_answers_are_in(self):
        survey = self._ask(self.account)
        with freeze_time("2026-03-15 20:00:00"):
            self.company.resource_calendar_id.tz = "Asia/Shanghai"
            self._answer(
                survey, [3, 2, 1, 3, None, 2, None, 3], recommendation=9, comment=" Deliver sooner. "
            )
        self.assertEqual(survey.state, "answered")
        self.assertEqual(survey.answer_date, fields.Date.to_date("2026-03-16"))
        self.assertEqual(
            {line.dimension_id.name: (line.score, line.answer) for line in survey.line_ids},
            {
                "Work Quality": (100, "Very Satisfied"), "Work Schedule": (66.67, "Satisfied"),
                "Technical Management": (33.33, "Fairly Satisfied"),
                "Material Management": (100, "Very Satisfied"),
                "Document Management": (66.67, "Satisfied"), "Service Co-operation": (100, "Very Satisfied"),
            },
        )
        self.assertEqual(survey.score, 77.78, "(3 x 100 + 2 x 66.67 + 33.33) / 6, unrounded until the end")
        self.assertEqual((survey.recommendation, survey.recommendation_group), (9, "promoter"))
        self.assertEqual(survey.comment, "Deliver sooner.")
        self.assertFalse(survey.is_low)
        self.assertFalse(survey.activity_ids)

    def test_a_recommendation_of_zero_is_an_answer(self):
        survey = self._answer(self._ask(self.account), [3], recommendation=0)
        self.assertEqual((survey.recommendation, survey.recommendation_group), (0, "detractor"))

    def test_who_would_not_recommend_us_is_asked_why(self):
        for levels, recommendation, low in (
            ([], 6, True), ([], 7, False), ([3, 3], 5, True), ([3, 3], 8, False), ([], 0, True),
        ):
            with self.subTest(levels=levels, recommendation=recommendation):
                survey = self._answer(self._ask(self.account), levels, recommendation=recommendation)
                self.assertEqual(survey.is_low, low)
                told = survey.activity_ids.filtered(lambda activity: LOW in activity.summary).user_id
                self.assertEqual(told, self.manager | self.leader if low else self.manager.browse())

    def test_without_an_answer_there_is_no_score(self):
        survey = self._answer(self._ask(self.account))
        self.assertEqual(survey.state, "answered")
        self.assertFalse(survey.has_score)
        self.assertFalse(survey.line_ids)
        self.assertFalse(survey.recommendation_group)
        self.assertFalse(survey.is_low)
        self.assertFalse(self.account.satisfaction_date)

    def test_averages_leave_out_what_was_not_answered(self):
        self._answer(self._ask(self.account), [2], recommendation=8)
        self._answer(self._ask(self.account))
        self._new_survey()
        surveys = self.env["key.account.satisfaction"]
        [(score, change, recommendation)] = surveys._read_group(
            [("account_id", "=", self.account.id)], [],
            ["score:avg", "score_change:avg", "recommendation:avg"],
        )
        self.assertEqual((score, recommendation), (66.67, 8))
        self.assertFalse(change)

    def test_the_trend_is_against_the_survey_before(self):
        first = self._answer(self._ask(self.account), [2, 2])
        self.assertFalse(first.previous_id)
        self.assertFalse(self.account.satisfaction_trend)
        self._answer(self._ask(self.account))
        third = self._answer(self._ask(self.account), [3, 2])
        self.assertEqual(third.previous_id, first, "one without a score is no survey before")
        self.assertEqual((third.score, third.score_change), (83.33, 16.66))
        self.env.invalidate_all()
        self.assertEqual((self.account.satisfaction_score, self.account.satisfaction_trend), (83.33, "up"))
        self._answer(self._ask(self.account), [1, 1])
        self.env.invalidate_all()
        self.assertEqual((self.account.satisfaction_change, self.account.satisfaction_trend), (-50, "down"))

    def test_a_low_score_is_followed_up_by_the_responsible_and_the_leader(self):
        for levels in ([1, 1], [3, 3, 3, 0]):
            survey = self._answer(self._ask(self.account), levels)
            self.assertTrue(survey.is_low)
            told = survey.activity_ids.filtered(lambda activity: LOW in activity.summary)
            self.assertEqual(told.user_id, self.manager | self.leader)
            self.assertEqual(len(told), 2)

    def test_a_low_score_of_a_secret_account_goes_to_the_director_not_to_the_leader(self):
        self.account.with_user(self.director).confidentiality = "secret"
        survey = self._answer(self._ask(self.account), [0])
        self.assertEqual(survey.activity_ids.user_id, self.manager | self.director)

    def test_where_the_leader_is_away_who_stands_in_for_him_sees_that_it_is_followed_up(self):
        self.team.write({
            "key_account_deputy_id": self.other_leader.id, "key_account_deputy_from": "2020-01-01",
        })
        survey = self._answer(self._ask(self.account), [0])
        self.assertEqual(survey.activity_ids.user_id, self.manager | self.other_leader)

    def test_the_company_says_from_where_on_a_score_is_low(self):
        self.company.key_account_low_score = 0
        self.assertFalse(self._answer(self._ask(self.account), [1, 1]).is_low)
        self.company.key_account_low_score = 100
        self.assertTrue(self._answer(self._ask(self.account), [3, 2]).is_low)

    def test_answered_a_second_time_nothing_changes(self):
        survey = self._answer(self._ask(self.account), [3, 3], recommendation=10)
        sheet = survey.sudo().user_input_id
        sheet.user_input_line_ids.unlink()
        matrix = sheet.survey_id.question_ids[0]
        sheet._save_lines(matrix, {
            str(matrix.matrix_row_ids[0].id): [str(matrix.suggested_answer_ids[0].id)],
        })
        sheet._mark_done()
        self.assertEqual((survey.score, len(survey.line_ids), survey.recommendation), (100, 2, 10))
        self.assertFalse(survey.activity_ids)

    def test_what_comes_in_for_a_closed_survey_counts_nothing(self):
        survey = self._ask(self.account)
        survey._cancel("Not needed")
        self._answer(survey, [0])
        self.assertEqual(survey.state, "cancelled")
        self.assertFalse(survey.line_ids)

    def test_only_answers_that_the_question_offers_count(self):
        """The visitor's page sends ids; a page of somebody's own may send any."""
        survey = self._ask(self.account)
        sheet = survey.sudo().user_input_id
        matrix, scale, _text = sheet.survey_id.question_ids
        other = self.env.ref("key_account_mgmt.survey_satisfaction").copy()
        foreign_row = other.question_ids[0].matrix_row_ids[0]
        foreign_answer = other.question_ids[0].suggested_answer_ids[0]
        rows, answers = matrix.matrix_row_ids, matrix.suggested_answer_ids
        sheet._save_lines(matrix, {
            str(rows[0].id): [str(foreign_answer.id)],
            str(foreign_row.id): [str(answers[0].id)],
            str(rows[1].id): [str(answers[3].id), str(answers[0].id)],
        })
        sheet._save_lines(scale, "99")
        sheet._mark_done()
        self.assertEqual(survey.line_ids.mapped("score"), [100], "the first answer of a row alone")
        self.assertFalse(survey.recommendation_group)

    def test_questions_with_choices_count_as_well(self):
        quality = self.env.ref("key_account_mgmt.satisfaction_dimension_quality")
        questionnaire = self.env["survey.survey"].create({
            "title": "Short", "access_mode": "token", "questions_layout": "one_page",
            "question_and_page_ids": [
                Command.create({
                    "title": "The quality?", "question_type": "simple_choice",
                    "key_account_dimension_id": quality.id,
                    "suggested_answer_ids": [
                        Command.create({"value": "Bad", "answer_score": 20}),
                        Command.create({"value": "Good", "answer_score": 80}),
                    ],
                }),
                Command.create({
                    "title": "Blue or red?", "question_type": "simple_choice",
                    "suggested_answer_ids": [
                        Command.create({"value": "Blue"}), Command.create({"value": "Red"}),
                    ],
                }),
            ],
        })
        self.company.key_account_survey_id = questionnaire
        survey = self._ask(self.account)
        sheet = survey.sudo().user_input_id
        for question in questionnaire.question_ids:
            sheet._save_lines(question, str(question.suggested_answer_ids[0].id))
        sheet._mark_done()
        found = survey.line_ids.mapped(lambda line: (line.dimension_id, line.score))
        self.assertEqual(found, [(quality, 25)])

    def test_a_scale_counts_for_its_dimension_and_not_as_a_recommendation(self):
        quality, schedule, service = (
            self.env.ref(f"key_account_mgmt.satisfaction_dimension_{name}")
            for name in ("quality", "schedule", "service")
        )
        questionnaire = self.env["survey.survey"].create({
            "title": "Scales", "access_mode": "token", "questions_layout": "one_page",
            "question_and_page_ids": [
                Command.create({
                    "title": title, "question_type": "scale", "scale_min": lowest, "scale_max": highest,
                    "key_account_dimension_id": dimension.id,
                })
                for title, lowest, highest, dimension in (
                    ("The quality?", 0, 10, quality), ("The schedule?", 1, 5, schedule),
                    ("The service?", 0, 10, service), ("Would you recommend us?", 0, 10, quality.browse()),
                )
            ],
        })
        self.company.key_account_survey_id = questionnaire
        survey = self._ask(self.account)
        sheet = survey.sudo().user_input_id
        for question, answer in zip(questionnaire.question_ids, ("10", "2", "99", "9")):
            sheet._save_lines(question, answer)
        sheet._mark_done()
        found = survey.line_ids.mapped(lambda line: (line.dimension_id, line.score))
        self.assertEqual(
            found, [(quality, 100), (schedule, 25)], "what the scale does not offer counts nothing"
        )
        self.assertEqual((survey.score, survey.recommendation), (62.5, 9))

    def test_what_one_of_us_has_filled_in_is_told_apart(self):
        survey = self._new_survey()
        survey.action_interview()
        self._answer(survey, [3])
        self.assertEqual(survey.line_ids.mapped("channel"), ["interview"])
        own = self._answer(self._ask(self.account), [3])
        self.assertEqual(own.line_ids.mapped("channel"), ["mail"])

    def test_the_metric_is_the_mean_of_the_period(self):
        with freeze_time("2026-01-10 04:00:00"):
            self._answer(self._ask(self.account), [0])
        with freeze_time("2026-04-10 04:00:00"):
            self._answer(self._ask(self.account), [3, 3])
        with freeze_time("2026-05-10 04:00:00"):
            self._answer(self._ask(self.account), [2])
        with freeze_time("2026-05-20 04:00:00"):
            self._answer(self._ask(self.account))
        silent = self._new_account()
        run = self._new_run(scheme_id=self.scheme.id, date_to="2026-05-31").sudo()
        run.date_from = "2026-02-01"
        values = run._get_metric_values({"satisfaction"}, [self.customer.id, silent.partner_id.id], {}, {})
        self.assertEqual({key: float(value) for key, value in values["satisfaction"].items()},
                         {self.customer.id: 83.335})
        self.assertNotIn("satisfaction", run._get_metric_values({"years"}, [], {}, {}))

    def test_erasing_a_person_takes_him_from_his_answers_and_keeps_them(self):
        answered = self._answer(self._ask(self.account), [3], comment="Fine")
        open_one = self._ask(self.account)
        person = self.account.stakeholder_ids.filtered(lambda person: person.partner_id == self.li)
        person.with_user(self.manager)._erase("She asked for it")
        self.env.invalidate_all()
        self.assertEqual((answered.score, answered.state), (100, "answered"))
        self.assertEqual(open_one.state, "cancelled")
        self.assertFalse((answered | open_one).contact_id)
        for sheet in (answered | open_one).sudo().user_input_id:
            self.assertFalse(sheet.partner_id or sheet.email or sheet.nickname)
        self.assertIn("Erased", self.li.name)
        self.assertFalse(self.li.email)

    def test_nobody_writes_a_score(self):
        survey = self._ask(self.account)
        for values in (
            {"score": 100}, {"has_score": True}, {"recommendation": 10}, {"comment": "Great"},
            {"line_ids": [Command.create({"dimension_id": 1, "score": 100})]}, {"is_low": False},
            {"user_input_id": False}, {"channel": "mail"}, {"answer_date": "2026-01-01"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                survey.with_user(self.director).write(values)
        for state in ("answered", "expired"):
            with self.assertRaises(UserError):
                survey.with_user(self.director).write({"state": state})


@tagged("post_install", "-at_install")
class TestSatisfactionForm(SatisfactionCase):
    """The questionnaire on paper: empty to be filled in by hand, or with what was answered (C1, C2)."""

    def _print(self, survey, login="manager"):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            "key_account_mgmt.report_key_account_satisfaction", survey.ids
        )
        return html.decode()

    def test_the_empty_form_asks_all_and_answers_nothing(self):
        html = self._print(self._new_survey())
        for text in ("Jade Mining", "Ms Li", "Civilised Site", "Very Satisfied", "What should we do better?"):
            self.assertIn(text, html)
        self.assertEqual(html.count("border: 1px solid #333"), 8 * 4 + 11)
        self.assertNotIn("✓", html)

    def test_the_answered_form_shows_the_answers(self):
        survey = self._answer(self._ask(self.account), [3, None, 1], recommendation=0, comment="Go on")
        html = self._print(survey, "clerk")
        self.assertEqual(html.count("✓"), 3)
        self.assertIn("Go on", html)


@tagged("post_install", "-at_install")
class TestSurveyHandover(SatisfactionCase):
    """Surveys under way go to the receiver when somebody leaves."""

    def test_open_surveys_go_to_the_receiver_and_answered_ones_stay(self):
        answered = self._answer(self._ask(self.account), [3])
        survey = self._new_survey()
        given = self._new_account(manager_id=self.manager2.id)
        other = self._ask(given, user_id=self.manager.id)
        handover = self.env["key.account.handover"].with_user(self.manager).create({
            "user_id": self.manager.id, "company_id": self.company.id, "receiver_id": self.manager2.id,
        })
        lines = handover.sudo().line_ids.filtered(lambda line: line.kind == "satisfaction")
        self.assertEqual(set(lines.mapped("res_id")), set((survey | other).ids))
        handover.action_offer()
        handover.with_user(self.manager2).action_accept()
        handover.with_user(self.leader).action_approve()
        self.env.invalidate_all()
        self.assertEqual((survey | other).with_env(self.env).user_id, self.manager2)
        self.assertEqual(answered.user_id, self.manager)

    def test_who_still_has_a_survey_under_way_is_not_archived(self):
        given = self._new_account(manager_id=self.manager2.id)
        self.account.with_user(self.director).manager_id = self.manager2
        survey = self._ask(given, user_id=self.manager.id)
        with self.assertRaisesRegex(RedirectWarning, "Satisfaction Surveys 1"):
            self.manager.action_archive()
        self._answer(survey, [3])
        self.assertNotIn("satisfaction", self.env["key.account.handover"]._find_held_kinds(self.manager))


@tagged("post_install", "-at_install")
class TestLastAnswer(SatisfactionCase):
    def test_the_list_of_accounts_asks_for_the_last_scores_at_once(self):
        accounts = self.account
        for number in range(11):
            accounts |= self._new_account(self._new_customer(f"C{number}"))
        for account in accounts:
            self._answer(self._ask(account), [3])
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("satisfaction_score")
            return self.env.cr.sql_log_count - before

        few, many = count(accounts[:1]), count(accounts)
        self.assertLessEqual(many, few + 1)

    def test_days_pass_until_the_next_one(self):
        with freeze_time("2026-04-05 04:00:00"):
            self.assertIn(self.account, self.env["key.account"]._find_due_for_survey())
        with freeze_time("2026-04-04 04:00:00"):
            self.assertNotIn(self.account, self.env["key.account"]._find_due_for_survey())
        moment = fields.Datetime.to_datetime("2026-04-05 04:00:00") + timedelta(days=1)
        with freeze_time(moment):
            self._answer(self._ask(self.account), [3])
            self.assertNotIn(self.account, self.env["key.account"]._find_due_for_survey())


@tagged("post_install", "-at_install")
class TestQuestionnaire(SatisfactionCase):
    """What is shipped, and that an update of an older installation brings it."""

    def test_whoever_updates_gets_the_questionnaire_once(self):
        module = self.env["ir.module.module"].search([("name", "=", "key_account_mgmt")])
        path = Path(__file__).parents[2] / "migrations" / "19.0.1.2.0" / "post-satisfaction.py"
        script = runpy.run_path(str(path))
        self.env.ref("key_account_mgmt.survey_satisfaction").unlink()
        self.env["key.account.satisfaction.dimension"].search([]).unlink()
        for _turn in range(2):
            script["migrate"](self.env.cr, module.latest_version)
            survey = self.env.ref("key_account_mgmt.survey_satisfaction")
            matrix, scale, text = survey.question_ids
            self.assertEqual(len(matrix.matrix_row_ids.key_account_dimension_id), 8)
            self.assertEqual(matrix.suggested_answer_ids.mapped("answer_score"), [0, 1, 2, 3])
            self.assertEqual((scale.scale_min, scale.scale_max), (0, 10))
            self.assertEqual(text.question_type, "text_box")

    def test_it_is_answered_by_a_link_without_a_login(self):
        survey = self.env.ref("key_account_mgmt.survey_satisfaction")
        self.assertEqual(survey.access_mode, "token")
        self.assertFalse(survey.users_login_required)
        self.assertTrue(survey.restrict_user_ids)
        self.assertFalse(survey.lang_ids, "in every language of the database")
