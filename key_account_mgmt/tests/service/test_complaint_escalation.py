from contextlib import suppress
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .complaint_case import ComplaintCronCase
from .test_complaint_clock import ClockCase

ESCALATION = "odoo.addons.key_account_mgmt.models.service.key_account_complaint_escalation"


class Killed(BaseException):
    """What no code of ours catches, as when the server is stopped."""


@tagged("post_install", "-at_install")
class TestEscalation(ClockCase, ComplaintCronCase):
    """Owner, leader, director: each is told once of a missed deadline."""

    def setUp(self):
        super().setUp()
        # only the complaints of the test are due
        self.complaint = self._at("2027-05-04 09:00:00")
        self.due = "2027-05-04 14:00:00"

    def _escalate(self, text):
        with freeze_time(self._local(text)):
            self._run_cron("complaint_escalate")

    def _get_told(self, complaint=None):
        activities = (complaint or self.complaint).sudo().activity_ids
        kind = self.env.ref("key_account_mgmt.mail_activity_type_complaint")
        return activities.filtered(lambda activity: activity.activity_type_id == kind).sorted("id")

    def test_each_level_is_told_once_however_often_it_runs(self):
        for text, told in (
            ("2027-05-04 13:59:00", []),
            ("2027-05-04 14:01:00", [self.manager]),
            ("2027-05-04 14:01:00", [self.manager]),
            ("2027-05-04 17:30:00", [self.manager]),
            ("2027-05-05 09:01:00", [self.manager, self.leader]),
            ("2027-05-05 09:01:00", [self.manager, self.leader]),
            ("2027-05-05 14:01:00", [self.manager, self.leader, self.director]),
            ("2027-09-05 14:01:00", [self.manager, self.leader, self.director]),
        ):
            with self.subTest(text=text):
                self._escalate(text)
                self.assertEqual(list(self._get_told().mapped("user_id")), told)
        self.assertEqual(self.complaint.escalation_level, 3)
        self.assertFalse(self.complaint.next_escalation_on)

    def test_a_scheduler_that_was_down_for_days_tells_one_after_the_other(self):
        self._escalate("2027-06-01 09:00:00")
        self.assertEqual(self._get_told().user_id, self.manager)
        self._escalate("2027-06-01 09:10:00")
        self.assertEqual(list(self._get_told().mapped("user_id")), [self.manager, self.leader])

    def test_an_answer_ends_it_and_the_solution_is_a_promise_of_its_own(self):
        self._escalate("2027-05-04 14:01:00")
        with freeze_time(self._local("2027-05-04 15:00:00")):
            self.complaint._answer("Called Ms Li")
        self.assertFalse(self._get_told())
        self.assertEqual(self.complaint.escalation_level, 0)
        self.assertEqual(self.complaint.next_escalation_on, self.complaint.resolution_deadline)
        self._escalate("2027-06-04 14:01:00")
        self.assertEqual(self._get_told().user_id, self.manager)

    def test_nobody_is_told_while_the_customer_has_the_next_step(self):
        with freeze_time(self._local("2027-05-04 10:00:00")):
            self.complaint.action_accept()
            self.complaint.action_start()
            self.complaint._wait("Which one?")
        self._escalate("2027-08-04 14:01:00")
        self.assertFalse(self._get_told())

    def test_a_level_without_a_person_is_passed_over_and_the_next_has_its_own_time(self):
        self.complaint.sudo().user_id = False
        self._escalate("2027-05-04 14:01:00")
        self.assertFalse(self._get_told())
        self._escalate("2027-05-04 17:30:00")
        self.assertFalse(self._get_told(), "the leader's four working hours are not over")
        self._escalate("2027-05-05 09:01:00")
        self.assertEqual(self._get_told().user_id, self.leader)
        self.assertEqual(self.complaint.escalation_level, 2)
        self.assertIn("nobody handles", self._get_told().summary)

    def test_a_leader_who_owns_it_is_told_once_and_the_director_not_sooner(self):
        self.complaint.with_user(self.director).user_id = self.leader
        for text, told in (
            ("2027-05-04 14:01:00", [self.leader]), ("2027-05-05 09:01:00", [self.leader]),
            ("2027-05-05 13:30:00", [self.leader]), ("2027-05-05 14:01:00", [self.leader, self.director]),
        ):
            self._escalate(text)
            self.assertEqual(list(self._get_told().mapped("user_id")), told, text)

    def test_a_new_owner_makes_nobody_told_twice(self):
        self._escalate("2027-05-04 14:01:00")
        self.complaint.with_user(self.leader).user_id = self.leader
        self._escalate("2027-05-05 09:01:00")
        self.assertEqual(list(self._get_told().mapped("user_id")), [self.manager, self.leader])
        self.assertEqual(self.complaint.told_user_ids, self.manager | self.leader)
        self.complaint.with_user(self.leader).user_id = self.manager
        self._escalate("2027-05-05 14:01:00")
        self.assertEqual(len(self._get_told()), 3)
        self.assertEqual(self.complaint.told_user_ids, self.manager | self.leader | self.director)

    def test_who_stands_in_for_the_leader_is_told_in_his_place(self):
        self.team.write({
            "key_account_deputy_id": self.other_leader.id, "key_account_deputy_from": "2027-05-01",
            "key_account_deputy_to": "2027-05-31",
        })
        self.env.add_to_compute(self.team._fields["key_account_acting_deputy_id"], self.team)
        with freeze_time("2027-05-04 00:00:00"):
            self.env.flush_all()
        self._escalate("2027-05-04 14:01:00")
        self._escalate("2027-05-05 09:01:00")
        self.assertEqual(list(self._get_told().mapped("user_id")), [self.manager, self.other_leader])

    def test_without_a_named_director_another_one_is_told_and_nobody_who_has_left(self):
        self.company.key_account_director_id = False
        self.env.flush_all()
        # he has left, without a hand-over
        self.env.cr.execute("UPDATE res_users SET active = false WHERE id = %s", [self.leader.id])
        self.env.invalidate_all()
        for text in ("2027-05-04 14:01:00", "2027-05-05 09:01:00", "2027-05-05 14:01:00"):
            self._escalate(text)
        told = self._get_told().mapped("user_id")
        self.assertEqual(told[0], self.manager)
        self.assertEqual(len(told), 2)
        self.assertTrue(told[1].has_group("key_account_mgmt.group_key_account_director"))

    def test_each_is_told_in_his_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.leader.lang = "zh_CN"
        seen = []
        texts = type(self.complaint)._get_escalation_text

        def noted(records, env, level, owner):
            seen.append((level, env.lang))
            return texts(records, env, level, owner)

        self.patch(self.env.registry["key.account.complaint"], "_get_escalation_text", noted)
        self._escalate("2027-05-04 14:01:00")
        self._escalate("2027-05-05 09:01:00")
        self.assertEqual(seen, [(1, self.manager.lang), (2, "zh_CN")])

    def test_of_a_secret_account_nobody_outside_is_told(self):
        self.account.with_user(self.director).confidentiality = "secret"
        for _level in range(3):
            self._escalate("2027-05-06 14:01:00")
        self.assertEqual(list(self._get_told().mapped("user_id")), [self.manager, self.director])

    def test_one_that_fails_keeps_nobody_waiting(self):
        others = [self._at("2027-05-04 09:00:00") for _number in range(3)]
        original = type(self.complaint)._get_escalation_user

        def failing(record, level):
            if record.id == others[1].id:
                raise RuntimeError("cannot be told")
            return original(record, level)

        self.patch(self.env.registry["key.account.complaint"], "_get_escalation_user", failing)
        with self.assertLogs("odoo.addons.key_account_mgmt.models.account.batches", "WARNING") as logs:
            self._escalate("2027-05-04 14:01:00")
        self.assertEqual(len(logs.output), 1)
        told = [len(self._get_told(one)) for one in (self.complaint, *others)]
        self.assertEqual(told, [1, 1, 0, 1])

    def test_killed_between_the_activity_and_its_mark_neither_is_left_and_each_is_told_once(self):
        others = [self._at("2027-05-04 09:00:00") for _number in range(3)]
        everybody = [self.complaint, *others]
        self.startPatcher(patch(f"{ESCALATION}.GROUP", 2))
        model = self.env.registry["key.account.complaint"]
        original = model.write

        def killed(records, vals):
            if "escalation_level" in vals and self.complaint.id not in records.ids:
                raise Killed
            return original(records, vals)

        # core's assertRaises would undo what was committed as well
        with (
            suppress(Killed), patch.object(model, "write", killed),
            freeze_time(self._local("2027-05-04 14:01:00")),
            self.enter_registry_test_mode(), self.env.registry.cursor() as cr,
        ):
            self.env(cr=cr)[self.complaint._name]._cron_escalate_complaints()
            self.fail("It was not killed.")
        self.env.invalidate_all()
        marks = [(len(self._get_told(one)), one.escalation_level) for one in everybody]
        self.assertEqual(marks, [(1, 1), (1, 1), (0, 0), (0, 0)], "the group under way is undone as a whole")
        for _turn in range(2):
            self._escalate("2027-05-04 14:02:00")
        self.assertEqual([len(self._get_told(one)) for one in everybody], [1, 1, 1, 1])

    def test_what_was_answered_meanwhile_is_not_told_of(self):
        other = self._at("2027-05-04 09:00:00")
        self.startPatcher(patch(f"{ESCALATION}.GROUP", 1))
        model = self.env.registry["key.account.complaint"]
        original = model._escalate

        def answered(records):
            result = original(records)
            if records == self.complaint.with_env(records.env):
                # by somebody else, who is not seen by what was read before
                records.env.flush_all()
                records.env.cr.execute(
                    "UPDATE key_account_complaint SET next_escalation_on = '2027-06-01' WHERE id = %s",
                    [other.id],
                )
            return result

        with patch.object(model, "_escalate", answered):
            self._escalate("2027-05-04 14:01:00")
        self.assertEqual((len(self._get_told()), len(self._get_told(other))), (1, 0))

    def test_more_than_a_batch_is_worked_through_in_one_run(self):
        self.patch(self.env.registry["key.account.complaint"], "_escalate", lambda record: record.write({
            "escalation_level": 3,
        }))
        self.startPatcher(patch("odoo.addons.key_account_mgmt.models.account.batches.LIMIT", 2))
        self.startPatcher(patch(f"{ESCALATION}.GROUP", 2))
        more = [self._at("2027-05-04 09:00:00") for _number in range(6)]
        self._escalate("2027-05-04 14:01:00")
        self.assertEqual({one.escalation_level for one in more}, {3})

    def test_however_many_fail_the_others_have_their_turn(self):
        more = self.complaint.browse().union(*(self._at("2027-05-04 09:00:00") for _number in range(5)))
        self.startPatcher(patch("odoo.addons.key_account_mgmt.models.account.batches.LIMIT", 2))
        self.startPatcher(patch(f"{ESCALATION}.GROUP", 1))
        model = self.env.registry["key.account.complaint"]
        original = model._escalate

        def failing(records):
            if records.id != more[-1].id:
                raise RuntimeError("cannot be told")
            return original(records)

        logger = "odoo.addons.key_account_mgmt.models.account.batches"
        with patch.object(model, "_escalate", failing), self.assertLogs(logger, "WARNING"):
            self._escalate("2027-05-04 14:01:00")
        self.assertEqual(len(self._get_told(more[-1])), 1)

    def test_due_ones_are_found_by_their_index(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM key_account_complaint"
            " WHERE next_escalation_on <= now() at time zone 'UTC' ORDER BY next_escalation_on, id LIMIT 501"
        )
        plan = "\n".join(line for line, in self.env.cr.fetchall())
        self.assertIn("next_escalation_on_index", plan)
