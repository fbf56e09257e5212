from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase, role_group


class MonthCase(KeyAccountCase):
    """An account of manager's, whose month closes on 25 May 2026 in Shanghai."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.team.key_account_clerk_id = cls.clerk
        with freeze_time("2026-05-10 04:00:00"):
            cls.account = cls._new_account(cls._new_customer("Works"), admission_date="2025-01-01")
            cls.submission = cls._new_submission(cls.account)

    def _hand_in(self, moment, submission=None, user=None):
        submission = submission or self.submission
        with freeze_time(moment):
            submission.with_user(user or self.manager).write({
                "visit_missing_reason": "On holiday", "minutes_missing_reason": "No meeting",
            })
            submission.with_user(user or self.manager).action_submit()
        self.env.invalidate_all()

    def _send_back(self, moment, submission=None):
        with freeze_time(moment):
            (submission or self.submission).with_user(self.clerk)._decline("returned", "Nothing in it")
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestMonthlySubmission(MonthCase):
    """V7: both documents of a month, in by the 25th; late stays late."""

    # === DOCUMENTS === #

    def test_it_is_opened_with_its_period_and_the_accounts_people(self):
        self.assertEqual(self.submission.month, "2026-05")
        self.assertEqual(str(self.submission.date_from), "2026-04-26")
        self.assertEqual(str(self.submission.deadline), "2026-05-25")
        self.assertEqual((self.submission.user_id, self.submission.team_id), (self.manager, self.team))
        self.assertEqual(self.submission.display_name, f"2026-05 {self.account.display_name}")

    def test_both_documents_or_a_reason_for_each(self):
        mine = self.submission.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Return-visit form.*Meeting minutes"):
            mine.action_submit()
        mine.visit_missing_reason = "On holiday"
        with self.assertRaisesRegex(UserError, "^Meeting minutes"):
            mine.action_submit()
        mine.minutes_missing_reason = "   "
        with self.assertRaisesRegex(UserError, "^Meeting minutes"):
            mine.action_submit()
        mine.minutes_missing_reason = "No meeting"
        mine.action_submit()
        self.assertEqual(self.submission.state, "submitted")

    def test_scans_count_as_documents(self):
        scans = self.env["ir.attachment"].create([
            {"name": name, "raw": b"x", "res_model": self.submission._name, "res_id": self.submission.id}
            for name in ("form.pdf", "minutes.pdf")
        ])
        mine = self.submission.with_user(self.manager)
        mine.write({
            "form_attachment_ids": [Command.link(scans[0].id)],
            "minutes_attachment_ids": [Command.link(scans[1].id)],
        })
        mine.feedback = "  "
        with self.assertRaisesRegex(UserError, "what the customer said"):
            mine.action_submit()
        mine.feedback = "They are content."
        mine.action_submit()
        self.assertTrue(self.submission.has_return_visit and self.submission.has_minutes)

    def test_visits_and_calls_held_in_the_period_are_the_return_visits(self):
        for day, values, counts in (
            ("2026-04-25", {}, False),
            ("2026-04-26", {}, True),
            ("2026-05-24", {"visit_type": "call"}, True),
            ("2026-05-25", {"start": "2026-05-25 15:30:00", "stop": "2026-05-25 16:30:00"}, True),
            ("2026-05-25", {"start": "2026-05-25 16:00:00", "stop": "2026-05-25 16:30:00"}, False),
        ):
            with self.subTest(day=day, **values):
                visit = self._new_held_visit(self.account, day, **values)
                self.submission.invalidate_recordset()
                self.assertEqual(visit in self.submission.visit_ids, counts)
        planned = self.env["key.account.visit"].with_user(self.manager).create({
            "account_id": self.account.id, "start": "2026-05-20 02:00:00",
        })
        self.submission.invalidate_recordset()
        self.assertNotIn(planned, self.submission.visit_ids)
        self.assertTrue(self.submission.has_return_visit)

    def _new_call(self):
        return self.env["key.account.visit"].with_user(self.manager).create({
            "account_id": self.account.id, "start": "2026-05-18 02:00:00", "visit_type": "call",
        })

    def test_a_visit_that_nobody_has_reported_is_no_return_visit(self):
        call = self._new_call()
        with freeze_time("2026-05-19 04:00:00"):
            call.action_hold()
        self.env.invalidate_all()
        self.assertFalse(self.submission.has_return_visit)
        with self.assertRaisesRegex(UserError, "hand in its report"):
            self.submission.with_user(self.manager).action_submit()
        with freeze_time("2026-05-19 05:00:00"):
            call.write({"report": "They want more.", "outcome": "met"})
            call.action_report()
        self.env.invalidate_all()
        self.assertEqual(self.submission.visit_ids, call)
        mine = self.submission.with_user(self.manager)
        mine.minutes_missing_reason = "No meeting"
        with self.assertRaisesRegex(UserError, "what the customer said"):
            mine.action_submit()
        mine.feedback = "They want more."
        with freeze_time("2026-05-20 04:00:00"):
            mine.action_submit()
        self.assertEqual(self.submission.reported_visit_ids, call)

    def test_a_visit_that_a_month_reports_was_held(self):
        call = self._new_call()
        with freeze_time("2026-05-19 04:00:00"):
            call.action_hold()
            call.write({"report": "They want more.", "outcome": "met"})
            call.action_report()
            self.submission.with_user(self.manager).feedback = "They want more."
            self._hand_in("2026-05-20 04:00:00")
            call.with_user(self.leader)._decline("returned", "Who said so?")
            with self.assertRaisesRegex(UserError, "return visit of 2026-05"):
                call.action_undo_hold()
            self._send_back("2026-05-21 04:00:00")
            call.action_undo_hold()
        self.assertEqual(call.state, "planned")

    def test_minutes_of_the_period_count_about_the_account_or_of_its_departments_regular_meeting(self):
        other = self._new_account(self._new_customer("Other"))
        with freeze_time("2026-05-20 04:00:00"):
            for values, counts in (
                ({}, True),
                ({"minutes": False}, False),
                ({"kind": "topical"}, False),
                ({"kind": "topical", "account_id": self.account.id}, True),
                ({"account_id": other.id}, False),
                ({"team_id": self.other_team.id, "user": self.other_leader}, False),
                ({"start": "2026-04-25 15:59:00"}, False),
                ({"start": "2026-04-25 16:00:00"}, True),
            ):
                with self.subTest(**values):
                    meeting = self._new_meeting(**{"minutes": "<p>We met.</p>", "user": self.leader} | values)
                    self.submission.invalidate_recordset()
                    self.assertNotIn(meeting, self.submission.meeting_ids, "not held yet")
                    meeting.action_hold()
                    self.submission.invalidate_recordset()
                    self.assertEqual(meeting in self.submission.meeting_ids, counts)

    def test_what_was_handed_in_stays_as_it_was(self):
        with freeze_time("2026-05-20 04:00:00"):
            meeting = self._new_meeting(self.leader, minutes="<p>We met.</p>")
            meeting.action_hold()
            self._hand_in("2026-05-20 04:00:00")
            later = self._new_meeting(self.leader, minutes="<p>Again.</p>")
            later.action_hold()
        self.env.invalidate_all()
        self.assertEqual(self.submission.meeting_ids, meeting)
        with self.assertRaisesRegex(UserError, "sent back"):
            self.submission.with_user(self.manager).feedback = "More"
        self._send_back("2026-05-21 04:00:00")
        self.submission.with_user(self.manager).feedback = "More"
        self.assertEqual(self.submission.meeting_ids, meeting | later)

    # === WHO ACCEPTS === #

    def test_the_clerk_or_the_inspector_accepts_and_nobody_his_own(self):
        self._hand_in("2026-05-20 04:00:00")
        activity = self.submission.activity_ids
        self.assertEqual(activity.user_id, self.clerk)
        for login in ("manager", "assistant", "leader", "director", "executive"):
            with self.assertRaises(UserError, msg=login):
                self.submission.with_user(self.users[login]).action_approve()
        self.assertTrue(self.submission.with_user(self.inspector).can_approve)
        self.submission.with_user(self.inspector).action_approve()
        self.assertEqual(self.submission.state, "accepted")
        self.assertEqual(self.submission.approval_ids[:1].role, "clerk")

    def test_a_clerk_who_owns_the_account_leaves_it_to_another(self):
        both = self._new_user("both", f"{role_group('manager')},{role_group('clerk')}")
        self.account.with_user(self.director).manager_id = both
        self._hand_in("2026-05-20 04:00:00", user=both)
        with self.assertRaisesRegex(UserError, "your own matter"):
            self.submission.with_user(both).action_approve()
        self.submission.with_user(self.clerk).action_approve()

    def test_of_a_secret_account_the_director_accepts(self):
        self.account.with_user(self.director).confidentiality = "secret"
        self._hand_in("2026-05-20 04:00:00")
        self.assertEqual(self.submission.activity_ids.user_id, self.director)
        with self.assertRaises(AccessError):
            self.submission.with_user(self.clerk).action_approve()
        self.submission.with_user(self.director).action_approve()
        self.assertEqual(self.submission.approval_ids[:1].role, "director")

    def test_sent_back_it_is_owed_again_with_the_comment(self):
        self._hand_in("2026-05-20 04:00:00")
        self._send_back("2026-05-21 04:00:00")
        self.assertEqual(self.submission.state, "returned")
        self.assertEqual(self.submission.approval_ids[:1].comment, "Nothing in it")
        self.assertIn("Sent back", self.submission.activity_ids.filtered(
            lambda activity: activity.user_id == self.manager
        ).summary)
        self._hand_in("2026-05-22 04:00:00")
        self.assertFalse(self.submission.is_late)

    # === LATE === #

    def test_in_until_midnight_of_the_25th_where_the_company_is(self):
        for moment, late in (
            ("2026-05-25 15:59:59", False), ("2026-05-25 16:00:00", True), ("2026-05-25 17:00:00", True),
        ):
            with self.subTest(moment=moment):
                account = self._new_account(self._new_customer(moment))
                with freeze_time("2026-05-10 04:00:00"):
                    submission = self._new_submission(account)
                self._hand_in(moment, submission)
                self.assertEqual(submission.is_late, late)

    def test_late_stays_late(self):
        self._hand_in("2026-05-26 04:00:00")
        self.assertTrue(self.submission.is_late)
        self._send_back("2026-05-27 04:00:00")
        self._hand_in("2026-05-28 04:00:00")
        self.submission.with_user(self.clerk).action_approve()
        self.assertTrue(self.submission.is_late)
        for user in (self.manager, self.clerk, self.director):
            with self.assertRaises(AccessError):
                self.submission.with_user(user).write({"is_late": False})

    def test_what_was_in_on_time_is_not_late_when_it_comes_back_again(self):
        self._hand_in("2026-05-25 04:00:00")
        self._send_back("2026-05-26 04:00:00")
        self._hand_in("2026-05-28 04:00:00")
        self.assertFalse(self.submission.is_late)

    def test_what_was_sent_back_before_the_deadline_and_not_mended_is_late(self):
        self._hand_in("2026-05-20 04:00:00")
        self._send_back("2026-05-25 04:00:00")
        self._hand_in("2026-05-26 04:00:00")
        self.assertTrue(self.submission.is_late)

    def test_sent_back_after_the_deadline_it_is_in_time_for_some_days_more(self):
        for redo_days, moment, late in (
            (3, "2026-05-29 15:59:59", False), (3, "2026-05-29 16:00:00", True),
            (0, "2026-05-26 15:59:59", False), (0, "2026-05-26 16:00:00", True),
        ):
            with self.subTest(days=redo_days, moment=moment):
                self.company.key_account_redo_days = redo_days
                account = self._new_account(self._new_customer(moment))
                with freeze_time("2026-05-10 04:00:00"):
                    submission = self._new_submission(account)
                self._hand_in("2026-05-25 04:00:00", submission)
                self._send_back("2026-05-26 04:00:00", submission)
                self.assertEqual(submission.redo_deadline.day, 26 + redo_days)
                todo = submission.activity_ids.filtered(lambda one: one.user_id == self.manager)
                self.assertEqual(todo.date_deadline, submission.redo_deadline)
                self._hand_in(moment, submission)
                self.assertEqual(submission.is_late, late)

    def test_each_return_begins_its_days_anew_and_one_before_the_deadline_begins_none(self):
        self._hand_in("2026-05-20 04:00:00")
        self._send_back("2026-05-21 04:00:00")
        self.assertFalse(self.submission.redo_deadline)
        self._hand_in("2026-05-25 04:00:00")
        for day in (26, 29):
            self._send_back(f"2026-05-{day} 04:00:00")
            self.assertEqual(self.submission.redo_deadline.day, {26: 29, 29: 1}[day])
            with freeze_time(f"2026-05-{day} 05:00:00"):
                self.assertEqual(self.submission.light, "amber")
            self._hand_in(f"2026-05-{day} 06:00:00")
        self.assertFalse(self.submission.is_late)
        with self.assertRaises(AccessError):
            self.submission.with_user(self.manager).write({"redo_deadline": "2030-01-01"})

    # === THE BOARD === #

    def test_the_colours_are_found_and_counted_as_they_are_shown(self):
        accounts = [self._new_account(self._new_customer(f"C{number}")) for number in range(3)]
        with freeze_time("2026-05-10 04:00:00"):
            submissions = [self._new_submission(account) for account in accounts]
        self._hand_in("2026-05-12 04:00:00", submissions[0])
        submissions[1].sudo().state = "waived"
        self.env.flush_all()
        model = self.env["key.account.monthly.submission"].with_user(self.director)
        mine = [("company_id", "=", self.company.id)]
        for moment, colour in (
            ("2026-05-19 04:00:00", "grey"), ("2026-05-19 16:00:00", "amber"),
            ("2026-05-25 15:00:00", "amber"), ("2026-05-25 16:00:00", "red"),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                for record in model.search(mine):
                    self.assertIn(record, model.search([("light", "=", record.light)]))
                    self.assertNotIn(record, model.search([("light", "!=", record.light)]))
                groups = dict(model._read_group(mine, ["light"], ["__count"]))
                self.assertEqual(groups, {colour: 2, "green": 1, False: 1})
                self.assertEqual(
                    model.read_progress_bar(mine, "team_id", {
                        "field": "light", "colors": {"red": "danger", "amber": "warning", "grey": "muted"},
                    })[str(self.team.id)].get(colour), 2,
                )

    # === WHO IT GOES WITH === #

    def test_what_is_owed_goes_with_the_account_and_what_is_in_stays(self):
        self._hand_in("2026-05-20 04:00:00")
        with freeze_time("2026-06-10 04:00:00"):
            later = self._new_submission(self.account)
        self.account.with_user(self.director).write({
            "team_id": self.other_team.id, "manager_id": self.other_manager.id,
        })
        self.env.invalidate_all()
        self.assertEqual((later.user_id, later.team_id), (self.other_manager, self.other_team))
        self.assertEqual((self.submission.user_id, self.submission.team_id), (self.manager, self.team))

    def test_what_comes_back_after_the_account_changed_hands_is_the_new_managers(self):
        self._hand_in("2026-05-20 04:00:00")
        self.account.with_user(self.director).write({
            "team_id": self.other_team.id, "manager_id": self.other_manager.id,
        })
        self.manager.sudo().active = False
        self.env.invalidate_all()
        self._send_back("2026-05-21 04:00:00")
        owner = (self.submission.user_id, self.submission.team_id)
        self.assertEqual(owner, (self.other_manager, self.other_team))
        self.assertEqual(self.submission.activity_ids.user_id, self.other_manager)
        self._hand_in("2026-05-22 04:00:00", user=self.other_manager)
        self.assertEqual(self.submission.state, "submitted")

    def test_a_visit_sent_back_when_its_leader_has_gone_is_told_to_whoever_has_the_account(self):
        visit = self.env["key.account.visit"].with_user(self.manager).create({
            "account_id": self.account.id, "start": "2026-05-18 02:00:00", "visit_type": "call",
        })
        visit.action_hold()
        visit.write({"report": "They want more.", "outcome": "met"})
        visit.action_report()
        self.account.with_user(self.director).manager_id = self.manager2
        self.env.invalidate_all()
        visit.with_user(self.leader)._decline("returned", "Who said so?")
        told = visit.sudo().activity_ids.filtered(lambda one: "Sent back" in (one.summary or ""))
        self.assertEqual(told.user_id, self.manager2, "the former manager does not read the visit any more")

    def test_what_the_month_asks_of_the_manager_goes_on_to_the_next_one(self):
        with freeze_time("2026-05-20 04:00:00"):
            self.submission._follow_deadline()
        self.assertEqual(self.submission.activity_ids.user_id, self.manager)
        self.account.with_user(self.director).manager_id = self.manager2
        self.env.invalidate_all()
        self.assertEqual(self.submission.activity_ids.user_id, self.manager2)

    # === WHAT WAS HANDED IN === #

    def test_documents_stay_while_the_month_is_in(self):
        scans = self.env["ir.attachment"].create([
            {"name": name, "raw": b"x", "res_model": self.submission._name, "res_id": self.submission.id}
            for name in ("form.pdf", "minutes.pdf")
        ])
        loose = self.env["ir.attachment"].with_user(self.manager).create({"name": "loose.pdf", "raw": b"x"})
        self.submission.with_user(self.manager).write({
            "form_attachment_ids": [Command.set([scans[0].id, loose.id])],
            "minutes_attachment_ids": [Command.link(scans[1].id)], "feedback": "They are content.",
        })
        scans[0].with_user(self.manager).name = "signed.pdf"
        self._hand_in("2026-05-20 04:00:00")

        def assert_kept():
            self.env.invalidate_all()
            for scan in scans | loose:
                for user in (self.manager, self.leader, self.director):
                    mine = scan.with_user(user)
                    for act in (
                        mine.unlink, lambda mine=mine: mine.write({"raw": b"y"}),
                        lambda mine=mine: mine.write({"res_id": 0}),
                        lambda mine=mine: mine.write({"name": "z"}),
                    ):
                        with self.assertRaises(UserError), self.env.cr.savepoint():
                            act()
            self.assertEqual({scan.raw for scan in scans | loose}, {b"x"})

        assert_kept()
        with freeze_time("2026-05-21 04:00:00"):
            self.submission.with_user(self.clerk).action_approve()
        assert_kept()

    def test_documents_of_what_was_sent_back_are_replaced(self):
        scan = self.env["ir.attachment"].create({
            "name": "form.pdf", "raw": b"x", "res_model": self.submission._name, "res_id": self.submission.id,
        })
        self.submission.with_user(self.manager).write({
            "form_attachment_ids": [Command.link(scan.id)], "feedback": "They are content.",
        })
        self._hand_in("2026-05-20 04:00:00")
        self._send_back("2026-05-21 04:00:00")
        scan.with_user(self.manager).unlink()

    # === SUSPENDED === #

    def test_what_fell_away_is_owed_again_when_the_account_is_active_again(self):
        with freeze_time("2026-05-12 04:00:00"):
            self.account.with_user(self.leader).action_suspend()
        self.assertEqual((self.submission.state, self.submission.is_late), ("waived", False))
        with freeze_time("2026-05-14 04:00:00"):
            self.account.with_user(self.leader).state = "active"
        self.env.invalidate_all()
        self.assertEqual((self.submission.state, self.submission.redo_deadline), ("open", False))
        with freeze_time("2026-05-24 04:00:00"):
            self.account.with_user(self.leader).action_suspend()
        with freeze_time("2026-05-26 04:00:00"):
            self.account.with_user(self.leader).state = "active"
        self.env.invalidate_all()
        self.assertEqual((self.submission.state, self.submission.redo_deadline.day), ("open", 29))
        self.assertFalse(self.submission.is_late, "suspended over the deadline: some days more, and no less")
        self._hand_in("2026-05-30 04:00:00")
        self.assertTrue(self.submission.is_late)

    def test_suspending_wipes_no_late_month(self):
        with freeze_time("2026-05-26 04:00:00"):
            self.account.with_user(self.leader).action_suspend()
        self.assertEqual((self.submission.state, self.submission.is_late), ("waived", True))

    def test_what_fell_away_long_ago_stays_so(self):
        with freeze_time("2026-05-12 04:00:00"):
            self.account.with_user(self.leader).action_suspend()
        with freeze_time("2026-07-12 04:00:00"):
            self.account.with_user(self.leader).state = "active"
        self.assertEqual(self.submission.state, "waived")

    def test_one_a_month_and_account(self):
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            with freeze_time("2026-05-11 04:00:00"):
                self._new_submission(self.account)
            self.env.flush_all()

    def test_a_changed_closing_day_leaves_no_day_out(self):
        self.company.key_account_closing_day = 20
        with freeze_time("2026-06-10 04:00:00"):
            june = self._new_submission(self.account)
        self.assertEqual((str(june.date_from), str(june.deadline)), ("2026-05-26", "2026-06-20"))
        self.company.key_account_closing_day = 25
        with freeze_time("2026-07-10 04:00:00"):
            july = self._new_submission(self.account)
        self.assertEqual((str(july.date_from), str(july.deadline)), ("2026-06-21", "2026-07-25"))

    def test_only_a_day_of_the_month_closes_it(self):
        for day in (-1, 32):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.company.key_account_closing_day = day
                self.env.flush_all()

    def test_the_project_contacts_are_named_with_post_and_phone(self):
        person = self.env["key.account.stakeholder"].create({
            "account_id": self.account.id, "name": "Ms Li", "function": "Buyer", "phone": "0571-2",
        })
        projects = self.env["key.account.project"].create([
            {"account_id": self.account.id, "name": "Line 2", "contact_ids": [Command.set(person.ids)]},
            {"account_id": self.account.id, "name": "Old", "state": "completed"},
        ])
        self.assertEqual(self.submission.project_ids, projects[0])
        self.assertEqual(projects[0].contact_summary, "Ms Li, Buyer, 0571-2")

    def test_another_companys_months_are_closed_to_its_neighbours(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "ka_stranger", groups=role_group("director"), company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.env.invalidate_all()
        theirs = self.submission.with_user(stranger).with_context(allowed_company_ids=company.ids)
        self.assertFalse(theirs.has_access("read"))
