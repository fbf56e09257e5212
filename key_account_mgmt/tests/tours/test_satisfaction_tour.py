from odoo.tests import HttpCase, tagged

from ..service.test_satisfaction import SatisfactionCase


@tagged("post_install", "-at_install")
class TestSatisfactionTour(SatisfactionCase, HttpCase):
    """A customer is asked, answers in the browser without a login, and somebody talks to him."""

    def _get_survey(self):
        self.env.invalidate_all()
        return self.env["key.account.satisfaction"].search([("account_id", "=", self.account.id)])

    def test_an_outside_visitor_answers_once(self):
        self.start_tour("/odoo", "key_account_satisfaction_send", login=self.manager.login)
        survey = self._get_survey()
        self.assertEqual((survey.state, survey.contact_id), ("sent", self.li))
        link = survey.user_input_id.get_start_url()
        self.assertIn(link.replace("&", "&amp;"), self._get_mails(survey).body_html)
        self.start_tour(link, "key_account_satisfaction_answer", login=None)
        survey = self._get_survey()
        self.assertEqual((survey.state, survey.channel), ("answered", "mail"))
        self.assertEqual(
            [(line.dimension_id.name, line.score) for line in survey.line_ids],
            [("Work Quality", 100), ("Work Schedule", 0), ("Safety Management", 66.67)],
        )
        self.assertEqual((survey.score, survey.recommendation), (55.56, 8))
        self.assertEqual(survey.activity_ids.user_id, self.manager | self.leader)
        self.start_tour(link, "key_account_satisfaction_answered", login=None)
        self.assertEqual(self._get_survey().score, 55.56)
        self.start_tour("/odoo", "key_account_satisfaction_read", login=self.manager.login)

    def test_one_of_us_fills_it_in_with_the_customer(self):
        survey = self._new_survey()
        url = survey.action_interview()["url"]
        self.start_tour(url, "key_account_satisfaction_answer", login=self.manager.login)
        survey = self._get_survey()
        self.assertEqual((survey.state, survey.channel), ("answered", "interview"))
        self.assertEqual(survey.interviewer_id, self.manager)


@tagged("post_install", "-at_install")
class TestSatisfactionPages(SatisfactionCase, HttpCase):
    """The survey app's pages, asked for in ways that no mail asks."""

    def _open(self, url, login=None):
        self.authenticate(login, login and (login + "x" * (8 - len(login))))
        return self.url_open(url)

    def _submit(self, sheet, levels=(3,)):
        """Send answers as the page does; return what the page is told."""
        matrix = sheet.survey_id.question_ids[0]
        params = {
            str(matrix.id): {
                str(row.id): [str(matrix.suggested_answer_ids[level].id)]
                for row, level in zip(matrix.matrix_row_ids, levels)
            },
        }
        path = f"{sheet.survey_id.access_token}/{sheet.access_token}"
        self.make_jsonrpc_request(f"/survey/begin/{path}", {})
        return self.make_jsonrpc_request(f"/survey/submit/{path}", params)

    def setUp(self):
        super().setUp()
        self.survey = self._ask(self.account)
        self.sheet = self.survey.sudo().user_input_id
        self.link = self.sheet.get_start_url()
        self.survey_token = self.sheet.survey_id.access_token

    def test_the_second_answer_is_refused_and_the_score_stays(self):
        self._submit(self.sheet, [3, 3])
        self.assertEqual(self.survey.score, 100)
        refusal = self._submit(self.sheet, [0, 0])
        self.assertEqual(refusal[1], {"error": "unauthorized"})
        self.env.invalidate_all()
        self.assertEqual((self.survey.score, len(self.survey.line_ids)), (100, 2))

    def test_a_guessed_token_opens_nothing(self):
        for url in (
            f"/survey/start/{self.survey_token}?answer_token=00000000-0000-0000-0000-000000000000",
            f"/survey/start/{self.survey_token}",
            f"/survey/{self.survey_token}/guessed",
            f"/survey/print/{self.survey_token}",
            "/survey/start/guessed?answer_token=guessed",
        ):
            with self.subTest(url=url):
                text = self._open(url).text
                self.assertNotIn("How satisfied are you", text)
                self.assertNotIn("Start Survey", text)
        sheets = self.env["survey.user_input"].search([("survey_id", "=", self.sheet.survey_id.id)])
        self.assertEqual(len(sheets), 1)

    def test_the_token_of_another_counts_for_the_other_alone(self):
        other = self._ask(self._new_account(self._new_customer("Other Mining")))
        self._submit(other.sudo().user_input_id, [0])
        self.env.invalidate_all()
        self.assertEqual((self.survey.state, other.state), ("sent", "answered"))
        self.assertEqual(other.line_ids.account_id, other.account_id)

    def test_the_link_of_one_customer_is_closed_to_the_login_of_another(self):
        for user in (self.portal, self.manager2, self.manager):
            with self.subTest(user=user.login):
                self.assertNotIn("Start Survey", self._open(self.link, user.login).text)
        portal = self.portal
        portal.partner_id.parent_id = self.customer
        self.li.user_ids = False
        self.assertIn("Start Survey", self._open(self.link).text, "whoever has the link and no login may")

    def test_only_who_opened_it_with_the_customer_may_fill_it_in(self):
        self.survey.with_user(self.manager).action_interview()
        self.assertIn("Start Survey", self._open(self.link, self.manager.login).text)
        self.assertNotIn("Start Survey", self._open(self.link, self.leader.login).text)
        self.account.with_user(self.director).manager_id = self.manager2
        self.assertNotIn("Start Survey", self._open(self.link, self.manager.login).text)

    def test_trying_again_leads_back_to_the_same_sheet(self):
        self._open(f"/survey/retry/{self.survey_token}/{self.sheet.access_token}")
        self._submit(self.sheet)
        self._open(f"/survey/retry/{self.survey_token}/{self.sheet.access_token}")
        sheets = self.env["survey.user_input"].search([("survey_id", "=", self.sheet.survey_id.id)])
        self.assertEqual(sheets, self.sheet)

    def test_closed_the_page_says_so(self):
        self.survey._cancel("Not needed")
        self.assertIn("now closed", self._open(self.link).text)
        self._submit(self.sheet)
        self.env.invalidate_all()
        self.assertEqual(self.survey.state, "cancelled")

    def test_the_results_page_shows_no_answers_to_those_outside(self):
        self._answer(self.survey, [0], comment="Zephyrine says so")
        url = f"/survey/results/{self.sheet.survey_id.id}"
        surveyor = self._new_user("surveyor", "survey.group_survey_manager")
        inside = self._new_user(
            "inside", "survey.group_survey_manager,key_account_mgmt.group_key_account_director"
        )
        page = self._open(url, surveyor.login)
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Zephyrine", page.text)
        self.assertIn("Zephyrine", self._open(url, inside.login).text)
