from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading.test_crons import CronCase
from .appraisal_case import IN_JUNE, MAY, AppraisalCase

FIGURES = "odoo.addons.key_account_mgmt.models.performance.key_account_appraisal_figures"


@tagged("post_install", "-at_install")
class TestAppraisalCrons(CronCase, AppraisalCase):
    """The month that is over is drafted for everybody with a template: once, killed and resumed or not."""

    def _run_on(self, moment=IN_JUNE, name="appraisal_draft"):
        with freeze_time(moment):
            self._run_cron(name)

    def _get_drafted(self, month=MAY):
        return self.env["key.account.appraisal"].search([
            ("company_id", "=", self.company.id), ("date_from", "=", month),
        ])

    # === WHO === #

    def test_members_and_the_clerk_have_a_draft_with_their_items(self):
        self._reach(self.manager, 50)
        self._run_on()
        drafted = self._get_drafted()
        self.assertEqual(drafted.user_id, self.manager | self.manager2 | self.assistant | self.clerk)
        self.assertEqual(set(drafted.mapped("state")), {"draft"})
        by_user = {appraisal.user_id: appraisal for appraisal in drafted}
        self.assertEqual(by_user[self.manager].template_id, self.template)
        self.assertEqual(by_user[self.clerk].template_id, self.template_clerk)
        self.assertEqual(by_user[self.manager].line_ids[0].points, 30)
        for user, appraisal in by_user.items():
            self.assertEqual(appraisal.activity_ids.user_id, user)
            self.assertEqual(str(appraisal.self_deadline), "2026-06-07")

    def test_shipped_templates_appraise_nobody_before_departments_are_named(self):
        (self.template | self.template_clerk).team_ids = False
        self._run_on()
        self.assertFalse(self._get_drafted())

    def test_who_is_named_goes_by_that_template(self):
        self.template_manager.user_ids = self.manager | self.leader
        self._run_on()
        by_user = {appraisal.user_id: appraisal.template_id for appraisal in self._get_drafted()}
        self.assertEqual(by_user[self.manager], self.template_manager)
        self.assertEqual(by_user[self.leader], self.template_manager)
        self.assertEqual(by_user[self.manager2], self.template)
        self.assertNotIn(self.other_manager, by_user)

    def test_a_leader_has_the_template_of_leaders(self):
        template = self.plain_template
        template.write({"role": "leader", "team_ids": self.team.ids})
        self._run_on()
        by_user = {appraisal.user_id: appraisal.template_id for appraisal in self._get_drafted()}
        self.assertEqual(by_user[self.leader], template)

    def test_archived_templates_appraise_nobody(self):
        self.template.active = False
        self._run_on()
        self.assertEqual(self._get_drafted().user_id, self.clerk)

    def test_a_person_in_two_departments_has_two_drafts(self):
        self.env["ir.config_parameter"].sudo().set_param("sales_team.membership_multi", "True")
        self.other_team.member_ids += self.manager
        self.template.team_ids = self.team | self.other_team
        self._run_on()
        own = self._get_drafted().filtered(lambda appraisal: appraisal.user_id == self.manager)
        self.assertEqual(own.team_id, self.team | self.other_team)

    # === JOINED AND LEFT === #

    def _get_membership(self, user):
        return self.env["crm.team.member"].with_context(active_test=False).search([
            ("user_id", "=", user.id), ("crm_team_id", "=", self.team.id),
        ])

    def test_who_joined_or_left_during_the_month_has_his_part_of_it(self):
        self._get_membership(self.manager).key_account_date_from = "2026-05-11"
        with freeze_time("2026-05-20 16:30:00"):  # the 21st in Shanghai
            self.team.member_ids -= self.manager2
        self.assertEqual(str(self._get_membership(self.manager2).key_account_date_to), "2026-05-21")
        self._get_membership(self.assistant).key_account_date_from = "2026-06-01"
        self._run_on()
        parts = {
            appraisal.user_id: (str(appraisal.worked_from), str(appraisal.worked_to), appraisal.presence_rate)
            for appraisal in self._get_drafted()
        }
        self.assertEqual(parts[self.manager], ("2026-05-11", "False", 0.6774))
        self.assertEqual(parts[self.manager2], ("False", "2026-05-21", 0.6774))
        self.assertNotIn(self.assistant, parts, "he joined afterwards")

    def test_who_left_long_ago_is_not_appraised_and_who_comes_back_is(self):
        membership = self._get_membership(self.manager)
        with freeze_time("2026-04-20 04:00:00"):
            membership.action_archive()
        self._run_on()
        self.assertNotIn(self.manager, self._get_drafted().user_id)
        membership.action_unarchive()
        self.assertFalse(membership.key_account_date_to)
        self._run_on()
        self.assertIn(self.manager, self._get_drafted().user_id)

    # === ONCE === #

    def test_a_second_time_drafts_nothing_more_whatever_became_of_it(self):
        self._run_on()
        first = self._get_drafted()
        first[0].with_user(self.director)._cancel("On parental leave")
        self._run_on("2026-06-30 04:00:00")
        self.assertEqual(self._get_drafted(), first)
        self._run_on("2026-06-30 16:00:00")
        self.assertEqual(len(self._get_drafted(date(2026, 6, 1))), 4, "in Shanghai July has begun")

    @mute_logger("odoo.addons.base.models.ir_cron", "odoo.sql_db", FIGURES)
    def test_killed_and_resumed_each_has_one(self):
        for killed_at in (1, 2, 3, 4):
            with self.subTest(killed_at=killed_at):
                month = date(2026, 5 + killed_at, 1)
                moment = f"2026-{6 + killed_at:02}-05 04:00:00"
                patching, _seen = self._failing(
                    "key.account.appraisal", "_draft", KeyboardInterrupt(), killed_at
                )
                with self._batches_of(1), patching, self.assertRaises(KeyboardInterrupt):
                    self._run_on(moment)
                self.env.invalidate_all()
                with self._batches_of(2):
                    self._run_on(moment)
                users = self._get_drafted(month).mapped("user_id.id")
                self.assertEqual(len(users), 4)
                self.assertEqual(len(set(users)), 4)

    def _batches_of(self, size):

        return patch(f"{FIGURES}.BATCH", size)

    @mute_logger("odoo.sql_db", FIGURES)
    def test_one_that_fails_keeps_no_other_waiting(self):
        original = type(self.env["key.account.appraisal"])._draft

        def draft(appraisals, vals_list):
            if any(vals["user_id"] == self.manager.id for vals in vals_list):
                raise ValueError("broken")
            return original(appraisals, vals_list)


        with patch.object(self.env.registry["key.account.appraisal"], "_draft", draft):
            self._run_on()
        self.assertEqual(self._get_drafted().user_id, self.manager2 | self.assistant | self.clerk)
        self._run_on()
        self.assertEqual(len(self._get_drafted()), 4)

    def test_the_number_of_queries_does_not_depend_on_the_people(self):
        def count(people):
            users = self.env["res.users"].union(*(
                self._new_user(f"p{len(people)}_{number}", "key_account_mgmt.group_key_account_assistant")
                for number in people
            ))
            due = [{
                "user_id": user.id, "team_id": self.team.id, "company_id": self.company.id,
                "template_id": self.template_manager.id, "date_from": MAY, "self_deadline": "2026-06-07",
            } for user in users]
            appraisals = self.env["key.account.appraisal"].create(due)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            appraisals._refresh_figures()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(range(2))
        self.assertEqual(count(range(4)), count(range(40)))

    # === WITHOUT A SELF-ASSESSMENT === #

    def test_after_its_deadline_it_goes_on_without_a_self_assessment(self):
        self._run_on()
        drafted = self._get_drafted()
        self._run_on("2026-06-07 15:00:00", "appraisal_go_on")
        self.assertEqual(set(drafted.mapped("state")), {"draft"}, "the last day is not over in Shanghai")
        self._run_on("2026-06-07 16:30:00", "appraisal_go_on")
        self.assertEqual(set(drafted.mapped("state")), {"self_assessed"})
        own = drafted.filtered(lambda appraisal: appraisal.user_id == self.manager)
        self.assertEqual(own.activity_ids.user_id, self.leader)
        self.assertEqual(own.self_score, 0)
        self._score(own)
        self._approve(own)

    def test_somebody_who_left_goes_on_as_well(self):
        with freeze_time("2026-05-20 04:00:00"):
            self.team.member_ids -= self.manager2
            self.manager2.active = False
        self._run_on()
        own = self._get_drafted().filtered(lambda appraisal: appraisal.user_id == self.manager2)
        self.assertFalse(own.activity_ids, "he is not there to be asked")
        self._run_on("2026-06-08 04:00:00", "appraisal_go_on")
        self._score(own)
        self.assertEqual(own.state, "scored")
