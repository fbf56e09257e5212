from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import VisitCase

TODAY = "2026-11-25 02:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestRevisedPlan(VisitCase):
    """What was approved is changed by another approval alone, also while its plan is revised (V2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One")
        cls.second = cls._new_graded("Two", grade=cls.grade_a)
        cls.account.with_user(cls.director).write({
            "member_ids": [Command.create({"user_id": cls.manager2.id})],
        })
        cls.plan = cls._approve_plan(cls._new_plan())
        own = cls.plan.visit_ids.filtered(lambda visit: visit.account_id == cls.account)
        cls.visit = own.sorted("start")[0]

    def _revise(self):
        self.plan.with_user(self.leader).action_revise()
        return self.visit.with_user(self.manager)

    def _assert_not_held(self, visit):
        with freeze_time("2027-03-31 02:00:00"), self._refused("approved again"):
            visit.action_hold()

    def test_a_visit_that_was_changed_is_held_only_when_its_plan_was_approved_again(self):
        for values in (
            {"user_id": self.manager2.id},
            {"start": self.visit.start + timedelta(days=20)},
            {"purpose": "Something else"},
            {"expected_effect": "Less"},
            {"content": "Golf"},
        ):
            with self.env.cr.savepoint() as savepoint:
                visit = self._revise()
                visit.write(values)
                self.assertTrue(visit.is_changed, values)
                self._assert_not_held(visit)
                self.plan.with_user(self.manager).action_submit()
                self._assert_not_held(visit)
                self._approve_plan(self.plan)
                self.assertFalse(visit.is_changed)
                self.assertEqual(visit.planned_start, visit.start)
                with freeze_time("2027-03-31 02:00:00"):
                    visit.action_hold()
                self.assertEqual(visit.state, "done")
                savepoint.rollback()
            self.env.invalidate_all()

    def test_neither_is_one_that_is_held_and_changed_by_the_same_call(self):
        visit = self._revise()
        for values in ({"user_id": self.manager2.id}, {"purpose": "x"}):
            with freeze_time("2027-03-31 02:00:00"), self._refused("approved again"):
                visit.write({"state": "done", **values})

    def test_moving_the_meeting_far_away_is_such_a_change_too(self):
        visit = self._revise()
        start = visit.start + timedelta(days=20)
        visit.sudo().event_id.with_user(self.manager).write({
            "start": start, "stop": start + timedelta(hours=1),
        })
        self.env.invalidate_all()
        self.assertTrue(visit.is_changed)

    def test_what_is_not_changed_goes_on_while_the_plan_is_revised(self):
        visit = self._revise()
        visit.write({"place": "Their new plant", "start": visit.start + timedelta(days=3)})
        self.assertFalse(visit.is_changed)
        with freeze_time("2027-03-31 02:00:00"):
            visit.action_hold()
        self.assertEqual(visit.state, "done")

    def test_what_is_changed_stands_still_while_it_is_decided_on(self):
        visit = self._revise()
        visit.start += timedelta(days=20)
        self.plan.with_user(self.manager).action_submit()
        for values in (
            {"start": visit.start + timedelta(days=1)}, {"place": "x"}, {"purpose": "x"},
            {"user_id": self.manager2.id}, {"contact_ids": [Command.clear()]},
        ):
            with self._refused("is being decided on"):
                visit.write(values)
        other = self.plan.visit_ids.filtered(
            lambda visit: visit.account_id == self.second
        )[:1].with_user(self.manager)
        other.start += timedelta(days=2)
        with self._refused("is a change of"):
            other.purpose = "x"

    def test_small_moves_do_not_add_up_over_revisions(self):
        visit = self._revise()
        approved = visit.planned_start
        visit.start += timedelta(days=10)
        self.plan.with_user(self.manager).action_submit()
        self._approve_plan(self.plan)
        self.assertEqual(visit.planned_start, approved)
        with self._refused("approved for another time"):
            visit.start += timedelta(days=10)

    def test_the_purpose_of_a_visit_of_an_approved_plan_stays(self):
        visit = self.visit.with_user(self.manager)
        for name in ("purpose", "content", "expected_effect"):
            with self._refused("is a change of"):
                visit[name] = "x"

    def test_changes_of_place_and_contacts_are_noted(self):
        contact = self.env["res.partner"].create({
            "name": "Ms Li", "parent_id": self.account.partner_id.id,
        })
        visit = self.visit.with_user(self.manager).with_context(tracking_disable=False)
        visit.write({"place": "Their new plant", "contact_ids": [Command.link(contact.id)]})
        self.env.cr.flush()
        values = visit.sudo().message_ids.sudo().tracking_value_ids
        self.assertEqual(set(values.field_id.mapped("name")), {"place", "contact_ids"})

    # === ITS END === #

    def test_a_plan_that_was_approved_once_is_cancelled_by_leader_or_director_alone(self):
        self._revise()
        mine = self.plan.with_user(self.manager)
        self.assertFalse(mine.can_cancel)
        with self._refused("the leader or the director cancels it"):
            self._reason(mine, "cancel")
        self.assertEqual(set(self.plan.visit_ids.mapped("state")), {"planned"})
        self._reason(self.plan.with_user(self.director), "cancel")
        self.assertEqual(self.plan.state, "cancelled")
        draft = self._new_plan(period_date="2027-05-01")
        self.assertTrue(draft.can_cancel)
        self._reason(draft, "cancel")

    def test_no_other_plan_takes_its_place_while_it_is_revised(self):
        self._revise()
        twin = self._new_plan(period="month", period_date="2027-02-01", generate=False)
        self.assertIn(self.plan.name, twin.overlap_warning)
        self._new_visit(
            self.account, visit_type="outbound", plan_id=twin.id, start=self._local("2027-02-03 10:00:00")
        )
        with self._refused("overlaps", ValidationError):
            twin.action_submit()
        self.plan.with_user(self.manager).action_submit()

    def test_one_plan_of_a_department_after_the_other_is_decided_on(self):
        def get_version():
            self.env.cr.execute("SELECT ctid FROM crm_team WHERE id = %s", [self.team.id])
            return self.env.cr.fetchone()

        plan = self._new_plan(period_date="2027-05-01")
        before = get_version()
        plan.action_submit()
        # whoever submits at the same moment meets a row that was changed after he began, and starts anew
        self.assertNotEqual(get_version(), before)

    def test_who_drafted_a_plan_does_not_approve_it(self):
        plan = self._new_plan(user=self.leader, period_date="2027-05-01")
        plan.with_user(self.manager).action_submit()
        with self._refused("your own matter"):
            plan.with_user(self.leader).action_approve()
        plan.with_user(self.director).action_approve()
        named = self._new_plan(user=self.manager, period_date="2027-08-01", user_id=self.leader.id)
        named.action_submit()
        with self._refused("your own matter"):
            named.with_user(self.leader).action_approve()

    # === BEFORE IT IS SUBMITTED === #

    def test_a_plan_says_whom_the_visits_are_to_where_somebody_is_known(self):
        contact = self.env["res.partner"].create({
            "name": "Ms Li", "parent_id": self.account.partner_id.id,
        })
        plan = self._new_plan(period_date="2027-05-01")
        mine = plan.visit_ids.filtered(lambda visit: visit.account_id == self.account)
        self.assertEqual(mine.contact_ids, contact, "where nobody has a say, a contact")
        self.assertIn("Accounts without a contact", plan.generation_note)
        self.assertIn("Two", plan.generation_note)
        mine[0].contact_ids = False
        with self._refused("whom they are to"):
            plan.action_submit()
        mine[0].contact_ids = contact
        mine[0].write({"visit_type": "reception", "place": False})
        with self._refused("place"):
            plan.action_submit()
        mine[0].visit_type = "online"
        plan.action_submit()

    def test_what_was_planned_is_complete_too_when_it_is_submitted_again(self):
        self._revise().expected_effect = False
        with self._refused("effect: 1"):
            self.plan.with_user(self.manager).action_submit()

    def test_a_guarded_customer_is_not_named_in_the_note(self):
        self._new_graded("Veiled", confidentiality="confidential")
        plan = self._new_plan(user=self.director, period_date="2027-05-01")
        self.assertNotIn("Veiled", plan.generation_note)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPastVisit(VisitCase):
    """What was held, missed or cancelled is not rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("One")
        cls.member = cls.manager2
        cls.account.with_user(cls.director).write({
            "member_ids": [Command.create({"user_id": cls.member.id})],
        })

    def _held(self, **values):
        visit = self._new_visit(self.account, purpose="To see", **values)
        visit.action_hold()
        return visit

    def test_purpose_and_expectation_stay_as_they_were_once_it_was_held(self):
        visit = self._held()
        for name in ("purpose", "content", "expected_effect"):
            with self._refused("stays as it was"):
                visit[name] = "As it happened"
        visit.write({"place": "In the canteen", "purpose": "To see"})
        self._report(visit)
        for step in range(2):
            for name in ("purpose", "content", "expected_effect", "place"):
                for user in (self.manager, self.leader, self.director):
                    with self._refused("has been handed in"):
                        visit.with_user(user).write({name: "x"})
            if not step:
                visit.with_user(self.leader).action_approve()
        self.assertEqual(visit.state, "verified")

    def test_nobody_is_taken_off_a_visit_that_was_held(self):
        visit = self._held(
            user=self.leader, user_id=self.leader.id, visit_type="outbound", is_urgent=True,
            visitor_ids=[Command.set((self.leader | self.manager).ids)],
        ).with_user(self.manager)
        with self._refused("stays as it was"):
            visit.user_id = self.manager
        for command in (
            Command.unlink(self.leader.id), Command.set(self.manager.ids), Command.clear(),
            Command.delete(self.leader.id),
        ):
            with self._refused("only added"):
                visit.visitor_ids = [command]
        visit.visitor_ids = [Command.link(self.assistant.id)]
        self.assertEqual(visit.visitor_ids, self.leader | self.manager | self.assistant)
        with self.assertRaises(UserError):
            visit.with_user(self.leader).action_ratify()

    def test_a_visit_was_not_held_later_than_now(self):
        visit = self._held()
        for later in (timedelta(minutes=1), timedelta(days=9)):
            with self._refused("later than now", ValidationError):
                visit.start = fields.Datetime.now() + later
        visit.start -= timedelta(days=1)
        ahead = self._new_visit(self.account, start=fields.Datetime.now() + timedelta(days=1))
        with self.assertRaises(UserError):
            ahead.write({"state": "done"})

    def test_what_was_missed_or_cancelled_keeps_its_time_and_people(self):
        for act in ("miss", "cancel"):
            visit = self._new_visit(self.account)
            visit.action_plan()
            self._reason(visit, act)
            for values in (
                {"start": "2026-11-01 02:00:00"}, {"stop": "2026-12-01 02:00:00"},
                {"user_id": self.member.id}, {"place": "x"},
            ):
                with self._refused("stays as it was"):
                    visit.write(values)

    def test_what_was_missed_by_mistake_asks_for_a_reason_the_next_time(self):
        visit = self._new_visit(self.account)
        visit.action_plan()
        self._reason(visit, "miss", "Nobody was there")
        visit.with_user(self.leader).action_hold()
        self.assertFalse(visit.closing_reason)
        visit.action_undo_hold()
        with self._refused("asks for the reason"):
            visit.write({"state": "missed"})

    def test_a_visit_that_is_moved_lasts_as_long_as_before(self):
        start = self._local("2026-12-01 10:00:00")
        visits = self.env["key.account.visit"].union(*(
            self._new_visit(self.account, start=start, stop=start + timedelta(minutes=minutes))
            for minutes in (45, 150)
        ))
        for moved in (start + timedelta(days=2), start - timedelta(hours=1)):
            visits.write({"start": moved})
            self.assertEqual(
                [(visit.stop - visit.start) for visit in visits],
                [timedelta(minutes=45), timedelta(minutes=150)],
            )

    def test_who_comes_along_is_warned_of_what_he_is_on_at_that_time(self):
        start = fields.Datetime.now() - timedelta(hours=2)
        self._held(visitor_ids=[Command.set((self.manager | self.member).ids)], start=start)
        second = self._new_visit(
            self.account, user=self.member, user_id=self.member.id, start=start + timedelta(minutes=10)
        )
        self.assertIn(self.member.name, second.conflict_warning)
        second.action_hold()
        self.assertIn(self.member.name, second.conflict_warning)

    def test_the_director_takes_over_no_visit_of_his_own_nor_one_to_come(self):
        values = {"state": "verified", "visit_type": "outbound", "start": "2025-05-05 02:00:00"}
        visits = self.env["key.account.visit"].with_user(self.director)
        for own in ({"user_id": self.director.id}, {"visitor_ids": [Command.link(self.director.id)]}):
            with self._refused("your own matter"):
                visits.create({"account_id": self.account.id, "user_id": self.manager.id, **values, **own})
        with self._refused("later than now", ValidationError):
            visits.create({
                "account_id": self.account.id, "user_id": self.manager.id, **values,
                "start": "2027-05-05 02:00:00",
            })

    def test_the_director_imports_visits_that_were_held_from_a_table(self):
        names = ["account_id/.id", "user_id/.id", "visitor_ids/.id", "state", "visit_type", "start", "report"]
        result = self.env["key.account.visit"].with_user(self.director).load(names, [[
            str(self.account.id), str(self.manager.id), f"{self.manager.id},{self.member.id}", "verified",
            "outbound", "2025-05-05 02:00:00", "They were content",
        ]])
        self.assertFalse([message for message in result["messages"] if message["type"] == "error"])
        visit = self.env["key.account.visit"].browse(result["ids"])
        self.assertEqual((visit.state, visit.date), ("verified", date(2025, 5, 5)))
        self.assertEqual(visit.visitor_ids, self.manager | self.member)

    # === URGENT === #

    def test_an_urgent_visit_that_nobody_could_ratify_does_not_go_on(self):
        self.env.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE id IN %s",
            [(self.leader.id, self.director.id, self.executive.id, self.executive2.id)],
        )
        self.env.invalidate_all()
        visit = self._new_visit(self.account, visit_type="outbound", is_urgent=True)
        for action in (visit.action_plan, visit.action_hold):
            with self._refused("Nobody could ratify"):
                action()

    def test_when_it_was_ratified_is_noted(self):
        visit = self._held(visit_type="outbound", is_urgent=True)
        visit.with_user(self.leader).action_ratify()
        self.assertEqual(visit.ratified_on, fields.Datetime.to_datetime(TODAY))

    def test_what_was_not_ratified_keeps_no_promise_and_urgent_ones_are_counted_apart(self):
        plan = self._new_plan(period="month", period_date="2026-11-01", generate=False)
        for _time in range(2):
            self._held(visit_type="outbound", is_urgent=True)
        row = self.env["key.account.visit.coverage"].search([
            ("plan_id", "=", plan.id), ("account_id", "=", self.account.id),
        ])
        self.env.invalidate_all()
        self.assertEqual((plan.urgent_count, row.urgent_count, row.held_count), (2, 2, 2))
        visit = self.account.visit_ids[0].with_user(self.leader)
        self._reason(visit, "refuse_ratification")
        self.assertEqual((row.urgent_count, row.held_count, plan.urgent_count), (1, 1, 2))
        self._reason(self.account.visit_ids[1].with_user(self.leader), "refuse_ratification")
        self.assertFalse(self.account.last_visit_date)
        self.assertEqual(self.account.urgent_visit_count, 2)
        groups = self.env["key.account.visit"]._read_group(
            [("account_id", "=", self.account.id)], ["is_urgent", "ratification"], ["__count"]
        )
        self.assertEqual(groups, [(True, "refused", 2)])

    # === THE END OF THE CO-OPERATION === #

    def test_with_the_co_operation_what_was_not_held_yet_ends(self):
        plan = self._approve_plan(self._new_plan())
        held = self._held()
        planned = plan.visit_ids.filtered(lambda visit: visit.account_id == self.account)
        self.assertTrue(planned.event_id)
        self.account.with_user(self.leader).action_suspend()
        self.env.invalidate_all()
        self.assertEqual(set(planned.mapped("state")), {"cancelled"})
        self.assertIn("Suspended", planned[0].closing_reason)
        self.assertFalse(planned.event_id)
        self.assertEqual(held.state, "done")

    def test_nothing_is_planned_with_a_customer_with_whom_it_ended(self):
        self.account.sudo().env.cr.execute(
            "UPDATE key_account SET state = 'ended' WHERE id = %s", [self.account.id]
        )
        self.env.invalidate_all()
        ahead = self._new_visit(
            self.account, start=fields.Datetime.now() + timedelta(days=2), visit_type="reception"
        )
        with self._refused("no visits are planned"):
            ahead.action_plan()
        plan = self._new_plan(generate=False)
        with self._refused("no visits are planned"):
            self._new_visit(
                self.account, visit_type="outbound", plan_id=plan.id,
                start=self._local("2027-02-03 10:00:00"),
            )
        self._held()

    def test_a_next_step_has_an_owner(self):
        visit = self._held()
        window = self.env["mail.activity.schedule"].with_user(self.manager).with_context(
            **visit.action_add_next_step()["context"]
        ).create({"summary": "Send the offer", "activity_user_id": False})
        with self._refused("has an owner", ValidationError):
            window.action_schedule_activities()

    def test_a_visit_that_is_planned_soon_after_it_was_due_is_not_overdue(self):
        self.account.sudo().admission_date = "2026-10-20"
        self.assertEqual(self.account.visit_due_date, date(2026, 11, 19))
        self.assertTrue(self.account.is_visit_overdue)
        visit = self._new_visit(
            self.account, visit_type="reception", start=self._local("2026-11-27 10:00:00")
        )
        visit.action_plan()
        self.env.invalidate_all()
        self.assertFalse(self.account.is_visit_overdue)
        visit.start += timedelta(days=5)
        self.env.invalidate_all()
        self.assertTrue(self.account.is_visit_overdue)

    # === IN WHOSE LANGUAGE === #

    def test_meetings_and_reminders_are_in_the_language_of_whoever_leads_the_visit(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search([("name", "=", "key_account_mgmt")])._update_translations("zh_CN")
        self.manager.lang = "zh_CN"
        ahead = self._new_visit(
            self.account, visit_type="reception", start=fields.Datetime.now() + timedelta(days=2)
        )
        ahead.with_context(lang="en_US").action_plan()
        self.assertIn("接待", ahead.sudo().event_id.name)
        unheard = self._new_visit(self.account, start=fields.Datetime.now() - timedelta(days=2))
        unheard.action_plan()
        unheard.sudo().with_context(lang="en_US")._remind()
        summary = unheard.sudo().activity_ids.summary
        self.assertTrue(summary.isascii() is False, summary)
        unheard.sudo().with_context(lang="en_US")._miss_unheard()
        self.assertFalse(unheard.closing_reason.isascii())
