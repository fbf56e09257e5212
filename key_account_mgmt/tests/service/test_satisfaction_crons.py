from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common import role_group
from ..grading.test_crons import CronCase
from .test_complaint_escalation import Killed

LOGGER = "odoo.addons.key_account_mgmt.models.account.batches"


@tagged("post_install", "-at_install")
class TestSatisfactionCrons(CronCase):
    """Customers are asked, reminded and no longer waited for; each exactly once, killed or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # only the accounts of the test are due
        cls.env["key.account.grade"].search([]).survey_interval_months = 0
        cls.grade_a.survey_interval_months = 3
        cls.accounts = cls.env["key.account"].union(*(
            cls._new_account(
                cls._new_customer(f"Customer {number}", email=f"c{number}@example.com"),
                grade_id=cls.grade_a.id, admission_date="2026-01-05",
            )
            for number in range(4)
        ))
        cls.due = fields.Datetime.to_datetime("2026-04-05 04:00:00")

    def _run(self, name, moment):
        with freeze_time(moment):
            self._run_cron(f"satisfaction_{name}")

    def _get_surveys(self, accounts=None):
        return self.env["key.account.satisfaction"].search(
            [("account_id", "in", (accounts or self.accounts).ids)]
        ).sorted("id")

    def _count_mails(self):
        return self.env["mail.mail"].search_count([
            ("model", "=", "survey.user_input"),
            ("res_id", "in", self._get_surveys().user_input_id.ids),
        ])

    # === ASKING === #

    def test_on_its_day_each_customer_is_asked_once(self):
        self._run("ask", self.due - timedelta(days=1))
        self.assertFalse(self._get_surveys())
        for days in (0, 0, 1, 20):
            self._run("ask", self.due + timedelta(days=days))
        surveys = self._get_surveys()
        self.assertEqual(surveys.account_id, self.accounts)
        self.assertEqual(len(surveys), 4)
        self.assertEqual(set(surveys.mapped("state")), {"sent"})
        self.assertEqual(set(surveys.mapped("period")), {"2026-Q2"})
        self.assertEqual(self._count_mails(), 4)

    def test_killed_half_way_the_others_are_asked_the_next_time(self):
        patched, _seen = self._failing(
            "key.account", "_ask_satisfaction", RuntimeError("killed"), calls=3, lasting=True
        )
        with patched, self.assertLogs(LOGGER, "WARNING"):
            self._run("ask", self.due)
        self.assertEqual(self._get_surveys().account_id, self.accounts[:2])
        self._run("ask", self.due)
        self.assertEqual(len(self._get_surveys()), 4)
        self.assertEqual(self._count_mails(), 4)

    def test_killed_between_survey_and_mail_neither_is_left(self):
        patched, _seen = self._failing(
            "key.account.satisfaction", "_mail", RuntimeError("killed"), calls=1, lasting=True
        )
        with patched, self.assertLogs(LOGGER, "WARNING"):
            self._run("ask", self.due)
        self.assertFalse(self._get_surveys())
        self._run("ask", self.due)
        self.assertEqual((len(self._get_surveys()), self._count_mails()), (4, 4))

    def test_more_than_a_batch_is_asked_in_one_night(self):
        with patch(f"{LOGGER}.LIMIT", 2):
            self._run("ask", self.due)
        self.assertEqual((len(self._get_surveys()), self._count_mails()), (4, 4))

    def test_more_reminders_than_a_batch_are_not_lost_over_another_company(self):
        second = self.env["res.company"].create({"name": "Second"})
        keeper = self._new_user("keeper", role_group("manager"), company=second)
        team = self.env["crm.team"].create({"name": "Second", "company_id": second.id})
        account = self.env["key.account"].with_company(second).create({
            "partner_id": self._new_customer("Second", email="second@example.com").id,
            "company_id": second.id, "team_id": team.id, "manager_id": keeper.id, "state": "active",
            "scheme_id": self.scheme.id, "grade_id": self.grade_a.id, "admission_date": "2026-01-05",
        })
        self._run("ask", self.due)
        surveys = self._get_surveys(self.accounts | account.with_env(self.env))
        self.assertEqual(set(surveys.mapped("state")), {"sent"})
        with patch(f"{LOGGER}.LIMIT", 2):
            self._run("remind", self.due + timedelta(days=7))
        self.assertEqual(surveys.mapped("reminder_count"), [1] * 5)

    def test_the_next_one_comes_after_the_interval_whatever_came_of_the_last(self):
        self._run("ask", self.due)
        answered, expired, cancelled, waiting = self._get_surveys()
        with freeze_time(self.due + timedelta(days=3)):
            self._answer(answered, [3])
            cancelled.with_user(self.leader)._cancel("Wrong person")
        self._run("expire", self.due + timedelta(days=40))
        self.assertEqual((expired | waiting).mapped("state"), ["expired", "expired"])
        self._run("ask", self.due + timedelta(days=41))
        again = self._get_surveys() - answered - expired - cancelled - waiting
        self.assertEqual(again.account_id, cancelled.account_id, "one that was given up has asked nobody")
        self._run("ask", "2026-07-04 04:00:00")
        self.assertEqual(len(self._get_surveys()), 5)
        self._run("ask", "2026-07-05 04:00:00")
        self.assertEqual(len(self._get_surveys()), 8)
        self.assertEqual(set(self._get_surveys().mapped("period")), {"2026-Q2", "2026-Q3"})

    def test_what_somebody_has_prepared_and_not_sent_keeps_no_customer_from_being_asked(self):
        account = self.accounts[0]
        with freeze_time(self.due - timedelta(days=60)):
            draft = self.env["key.account.satisfaction"].with_user(self.manager).create({
                "account_id": account.id,
            })
        self._run("ask", self.due - timedelta(days=1))
        self.assertEqual(draft.state, "draft", "it is not due")
        for days in (0, 1):
            self._run("ask", self.due + timedelta(days=days))
        self.assertEqual(self._get_surveys(account), draft)
        self.assertEqual((draft.state, draft.date), ("sent", self.due.date()))
        self.assertEqual(draft.period, "2026-Q2")

    def test_whoever_gets_an_address_is_asked_then(self):
        account = self.accounts[0]
        account.partner_id.email = False
        self._run("ask", self.due)
        survey = self._get_surveys(account)
        self.assertEqual(survey.state, "draft")
        person = self.env["res.partner"].create({
            "name": "Ms Li", "parent_id": account.partner_id.id, "email": "li@example.com",
        })
        self.env["key.account.stakeholder"].create({
            "account_id": account.id, "partner_id": person.id, "decision_power": 50,
        })
        self._run("ask", self.due + timedelta(days=1))
        self.assertEqual((survey.state, survey.contact_id), ("sent", person))

    def test_who_could_not_be_asked_in_time_is_told_of_above(self):
        account = self.accounts[0]
        account.partner_id.email = False
        self._run("ask", self.due)
        survey = self._get_surveys(account)
        self._run("expire", self.due + timedelta(days=21))
        self.assertEqual(survey.state, "draft")
        for _turn in range(2):
            self._run("expire", self.due + timedelta(days=22))
        self.assertEqual(survey.state, "expired")
        self.assertEqual(survey.activity_ids.user_id, self.manager | self.leader)
        self._run("ask", self.due + timedelta(days=23))
        self.assertEqual(len(self._get_surveys(account)), 1, "the next one comes after the interval")
        self._run("ask", "2026-07-05 04:00:00")
        self.assertEqual(len(self._get_surveys(account)), 2)

    def test_a_draft_with_an_address_does_not_expire(self):
        with freeze_time(self.due - timedelta(days=60)):
            draft = self.env["key.account.satisfaction"].create({"account_id": self.accounts[0].id})
        self._run("expire", self.due)
        self.assertEqual(draft.state, "draft")

    def test_over_a_year_each_customer_is_asked_at_the_interval_of_its_grade(self):
        self.grade_b.survey_interval_months = 6
        self.accounts[0].sudo().grade_id = self.grade_b
        self.accounts[1].sudo().grade_id = self.grade_c
        self.accounts[2].with_user(self.director).action_suspend()
        for month in range(13):
            for day in (1, 4, 5, 6, 28):
                moment = fields.Datetime.to_datetime(f"2026-01-{day:02} 04:00:00")
                moment = fields.Datetime.add(moment, months=month)
                for name in ("ask", "expire"):
                    self._run(name, moment)
        counts = [len(self._get_surveys(account)) for account in self.accounts]
        self.assertEqual(counts, [2, 0, 0, 4])

    def test_whoever_has_no_address_is_left_to_the_manager_once(self):
        account = self.accounts[0]
        account.partner_id.email = False
        for days in (0, 1, 100):
            self._run("ask", self.due + timedelta(days=days))
        survey = self._get_surveys(account)
        self.assertEqual(survey.state, "draft")
        self.assertEqual(len(survey.activity_ids), 1)
        self.assertEqual(survey.activity_ids.user_id, self.manager)

    def test_without_a_questionnaire_nobody_is_asked_and_nothing_is_lost(self):
        questionnaire = self.env.ref("key_account_mgmt.survey_satisfaction")
        questionnaire.action_archive()
        with self.assertLogs(LOGGER, "WARNING"):
            self._run("ask", self.due)
        self.assertFalse(self._get_surveys())
        questionnaire.action_unarchive()
        self._run("ask", self.due + timedelta(days=1))
        self.assertEqual(len(self._get_surveys()), 4)

    def test_today_is_where_the_company_is(self):
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"
        self._run("ask", "2026-04-04 09:59:00")
        self.assertFalse(self._get_surveys())
        self._run("ask", "2026-04-04 10:01:00")
        self.assertEqual(len(self._get_surveys()), 4)
        self.assertEqual(set(self._get_surveys().mapped("date")), {fields.Date.to_date("2026-04-05")})

    # === REMINDING === #

    def test_reminders_go_out_every_so_many_days_until_the_deadline(self):
        self._run("ask", self.due)
        self._answer(self._get_surveys()[0], [3])
        self._get_surveys()[1].with_user(self.manager).action_interview()
        for days in (6, 7, 7, 8, 13, 14, 14, 21, 22, 30):
            self._run("remind", self.due + timedelta(days=days))
        self.assertEqual(
            self._get_surveys().mapped("reminder_count"), [0, 3, 3, 3],
            "that one of us has opened it is no answer",
        )
        self.assertEqual(self._count_mails(), 4 + 3 * 3)

    def test_whom_nobody_has_mailed_is_not_reminded(self):
        survey = self.env["key.account.satisfaction"].with_user(self.manager).create({
            "account_id": self.accounts[0].id,
        })
        survey.action_interview()
        self._run("remind", fields.Datetime.add(fields.Datetime.now(), days=10))
        self.assertFalse(survey.reminder_count)

    def test_killed_between_the_mark_and_the_mail_neither_is_left(self):
        self._run("ask", self.due)
        model = self.env.registry["key.account.satisfaction"]
        original, seen = model._mail, []

        def killed(survey, template):
            seen.append(survey)
            if len(seen) == 2:
                raise Killed
            return original(survey, template)

        # core's assertRaises would undo what was committed as well
        with (
            suppress(Killed), patch.object(model, "_mail", killed), freeze_time(self.due + timedelta(days=7)),
            self.enter_registry_test_mode(), self.env.registry.cursor() as cr,
        ):
            self.env(cr=cr)["key.account.satisfaction"]._cron_remind()
            self.fail("It was not killed.")
        self.env.invalidate_all()
        self.assertEqual(self._get_surveys().mapped("reminder_count"), [1, 0, 0, 0])
        self.assertEqual(self._count_mails(), 4 + 1)
        self._run("remind", self.due + timedelta(days=7))
        self.assertEqual(self._get_surveys().mapped("reminder_count"), [1, 1, 1, 1])
        self.assertEqual(self._count_mails(), 4 + 4)

    def test_who_answers_meanwhile_is_not_reminded(self):
        self._run("ask", self.due)
        last = self._get_surveys()[-1]
        model = self.env.registry["key.account.satisfaction"]
        original = model._remind

        def answered(survey):
            result = original(survey)
            survey.env.flush_all()
            survey.env.cr.execute(
                "UPDATE key_account_satisfaction SET state = 'answered' WHERE id = %s", [last.id]
            )
            return result

        with patch.object(model, "_remind", answered):
            self._run("remind", self.due + timedelta(days=7))
        self.assertEqual(self._get_surveys().mapped("reminder_count"), [1, 1, 1, 0])

    def test_zero_days_switch_reminders_off(self):
        self._run("ask", self.due)
        self.company.key_account_survey_reminder_days = 0
        self._run("remind", self.due + timedelta(days=10))
        self.assertEqual(self._count_mails(), 4)

    def test_killed_half_way_nobody_is_reminded_twice(self):
        self._run("ask", self.due)
        patched, _seen = self._failing(
            "key.account.satisfaction", "_mail", RuntimeError("killed"), calls=3, lasting=True
        )
        with patched, self.assertLogs(LOGGER, "WARNING"):
            self._run("remind", self.due + timedelta(days=7))
        self.assertEqual(self._get_surveys().mapped("reminder_count"), [1, 1, 0, 0])
        self._run("remind", self.due + timedelta(days=7))
        self.assertEqual(self._get_surveys().mapped("reminder_count"), [1, 1, 1, 1])
        self.assertEqual(self._count_mails(), 8)

    # === NO LONGER WAITING === #

    def test_the_day_after_the_deadline_nobody_waits_any_more(self):
        self._run("ask", self.due)
        self._run("expire", self.due + timedelta(days=21))
        self.assertEqual(set(self._get_surveys().mapped("state")), {"sent"}, "the last day still counts")
        for _turn in range(2):
            self._run("expire", self.due + timedelta(days=22))
        surveys = self._get_surveys()
        self.assertEqual(set(surveys.mapped("state")), {"expired"})
        self.assertEqual([len(survey.activity_ids) for survey in surveys], [1, 1, 1, 1])
        self.assertEqual(surveys.activity_ids.user_id, self.manager)

    def test_killed_half_way_the_rest_expires_the_next_time(self):
        self._run("ask", self.due)
        patched, _seen = self._failing(
            "key.account.satisfaction", "_expire", RuntimeError("killed"), calls=2, lasting=True
        )
        with patched, self.assertLogs(LOGGER, "WARNING"):
            self._run("expire", self.due + timedelta(days=22))
        self.assertEqual(sorted(self._get_surveys().mapped("state")), ["expired", "sent", "sent", "sent"])
        self._run("expire", self.due + timedelta(days=22))
        self.assertEqual(set(self._get_surveys().mapped("state")), {"expired"})
        self.assertEqual(len(self._get_surveys().activity_ids), 4)
