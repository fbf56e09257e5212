from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCase


class PartCase(KeyAccountCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account(cls._new_customer("Works"))
        cls.other_account = cls._new_account(cls._new_customer("Mill"))
        cls.today = cls.company._get_key_account_today()
        cls.tomorrow = fields.Date.add(cls.today, days=1)

    def _new(self, model, user=None, **values):
        return self.env[f"key.account.{model}"].with_user(user or self.manager).create({
            "account_id": self.account.id, "name": "Something", **values,
        })

    def _assert_refused(self, regex, method):
        with self.assertRaisesRegex(UserError, regex), self.env.cr.savepoint():
            method()


@tagged("post_install", "-at_install")
class TestProject(PartCase):
    """F6, R8, V9: past, running and upcoming projects, their steps and their contacts."""

    def test_a_project_goes_from_planned_to_completed(self):
        project = self._new("project")
        self.assertEqual(project.state, "planned")
        self._assert_refused("cannot become", project.action_complete)
        project.action_start()
        project.action_complete()
        self._assert_refused("cannot become", project.action_cancel)
        project.action_reopen()
        self.assertEqual(project.state, "running")
        project.action_cancel()
        project.action_reopen()
        self.assertEqual(project.state, "planned")

    def test_past_projects_are_entered_as_such(self):
        for state in ("planned", "running", "completed", "cancelled"):
            self.assertEqual(self._new("project", state=state).state, state)

    def test_steps_have_an_owner_and_a_deadline(self):
        project = self._new("project", milestone_ids=[
            Command.create({"step": "setup", "name": "Kick-off", "deadline": "2026-01-10"}),
            Command.create({"step": "plan", "name": "Drawings", "deadline": "2026-02-10"}),
        ])
        first, second = project.milestone_ids
        self.assertEqual((first.user_id, first.account_id), (self.manager, self.account))
        self.assertEqual(str(project.next_deadline), "2026-01-10")
        self.assertTrue(first.is_overdue)
        first.done_date = self.today
        self.assertFalse(first.is_overdue)
        self.assertEqual(str(project.next_deadline), "2026-02-10")
        self._assert_refused("not in the future", lambda: second.write({"done_date": self.tomorrow}))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            second.write({"account_id": self.other_account.id})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["key.account.project.milestone"].with_user(self.other_manager).create({
                "project_id": project.id, "name": "x", "deadline": self.today,
            })

    def test_the_contacts_are_people_of_the_same_account(self):
        own = self._new("stakeholder", name="Ms Li")
        stranger = self._new("stakeholder", account_id=self.other_account.id)
        project = self._new("project", contact_ids=[Command.set(own.ids)])
        self.assertEqual(own.project_ids, project)
        self._assert_refused("same key account", lambda: project.write(
            {"contact_ids": [Command.link(stranger.id)]}
        ))
        self._assert_refused("same key account", lambda: stranger.write(
            {"project_ids": [Command.link(project.id)]}
        ))

    @mute_logger("odoo.sql_db")
    def test_what_cannot_be_is_refused(self):
        for vals in ({"date_from": "2026-02-01", "date_to": "2026-01-31"}, {"amount": -1}):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._new("project", **vals)


@tagged("post_install", "-at_install")
class TestCompetitor(PartCase):
    """F9: who else sells to the customer, and what they leave to us."""

    def test_what_the_competitors_leave_is_our_own_share(self):
        self.assertEqual(self.account.own_share, 0)
        self._new("competitor", share=35.5)
        second = self._new("competitor", share=20)
        self.assertEqual(self.account.own_share, 44.5)
        second.action_archive()
        self.assertEqual(self.account.own_share, 64.5)

    def test_more_than_a_hundred_percent_is_refused(self):
        self._new("competitor", share=60)
        second = self._new("competitor", share=40)
        hidden = self._new("competitor", active=False)
        hidden.share = 10
        for way, method in (
            ("create", lambda: self._new("competitor", share=0.01)),
            ("write", lambda: second.write({"share": 41})),
            ("superuser", lambda: second.sudo().write({"share": 41})),
            ("unarchive", hidden.action_unarchive),
        ):
            with self.subTest(way=way):
                self._assert_refused("more than 100 %", method)
        for share in (-1, 101):
            self._assert_refused("between 0 and 100|more than 100", lambda s=share: self._new(
                "competitor", account_id=self.other_account.id, share=s
            ))

    def test_who_does_not_see_the_shares_enters_none_that_exceed(self):
        account = self._new_account(self._new_customer("Veil"), confidentiality="confidential")
        self._new("competitor", account_id=account.id, share=90)
        self.env.invalidate_all()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._new("competitor", user=self.leader, account_id=account.id, share=20)

    def test_a_company_lends_its_name_and_the_customer_is_no_competitor(self):
        rival = self._new_customer("Rival Ltd.")
        competitor = self.env["key.account.competitor"].create({
            "account_id": self.account.id, "partner_id": rival.id,
        })
        self.assertEqual(competitor.name, "Rival Ltd.")
        with self.assertRaisesRegex(ValidationError, "own competitor"), self.env.cr.savepoint():
            competitor.partner_id = self.account.partner_id
        self._assert_refused("today or before", lambda: competitor.write({"as_of_date": self.tomorrow}))


@tagged("post_install", "-at_install")
class TestInsight(PartCase):
    """F12: news, risk alerts and proposals to intensify, and what follows from them."""

    def _get_told(self, insight):
        return insight.sudo().activity_ids.filtered(lambda activity: "High risk" in (activity.summary or ""))

    def test_a_measure_becomes_the_owners_activity_with_the_deadline(self):
        insight = self._new("insight", kind="intensify", proposal="Visit the board")
        self._assert_refused("fill in the deadline", insight.action_start)
        insight.write({"deadline": self.tomorrow, "user_id": self.leader.id})
        insight.action_start()
        activity = insight.sudo().activity_ids
        self.assertEqual((activity.user_id, activity.date_deadline), (self.leader, self.tomorrow))
        self.assertIn("Visit the board", str(activity.note))
        insight.write({"user_id": self.manager.id})
        self.assertEqual(insight.sudo().activity_ids.user_id, self.manager)
        insight.action_done()
        self.assertFalse(insight.sudo().activity_ids)
        insight.action_reopen()
        self.assertEqual(insight.state, "open")

    def test_dismissing_takes_a_reason(self):
        insight = self._new("insight")
        self._assert_refused("asks for the reason", lambda: insight.write({"state": "dismissed"}))
        self.assertEqual(insight.action_ask_dismiss()["res_model"], "key.account.reason")
        self.env["key.account.reason"].with_user(self.manager).create({
            "model": insight._name, "res_ids": str(insight.id), "act": "dismiss", "reason": "A rumour",
        }).action_confirm()
        self.assertEqual((insight.state, insight.dismissal_reason), ("dismissed", "A rumour"))
        insight.action_reopen()
        self.assertFalse(insight.dismissal_reason)
        self._assert_refused("asks for the reason", lambda: insight.write({"state": "dismissed"}))

    def test_a_high_risk_is_told_to_the_leader_at_once_and_once(self):
        insight = self._new("insight", kind="risk", severity="medium")
        self.assertFalse(self._get_told(insight))
        insight.severity = "high"
        self.assertEqual(self._get_told(insight).user_id, self.leader)
        insight.write({"severity": "low"})
        insight.write({"severity": "high"})
        self.assertEqual(len(self._get_told(insight)), 1)
        self.assertFalse(self._get_told(self._new("insight", kind="news", severity="high")))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            insight.write({"is_alert_told": False})

    def test_a_high_risk_of_a_secret_account_is_told_to_the_director(self):
        secret = self._new_account(self._new_customer("Veil"), confidentiality="secret")
        insight = self._new("insight", account_id=secret.id, kind="risk", severity="high")
        self.assertEqual(self._get_told(insight).user_id, self.director)

    def test_the_account_counts_what_is_open(self):
        self._new("insight")
        self._new("insight", kind="risk")
        self._new("insight", kind="risk").action_done()
        self.assertEqual((self.account.open_insight_count, self.account.risk_alert_count), (2, 1))

    def test_a_new_insight_is_open(self):
        for state in ("in_progress", "done", "dismissed"):
            self._assert_refused("starts as", lambda s=state: self._new("insight", state=s))


@tagged("post_install", "-at_install")
class TestWhoWrites(PartCase):
    """Everybody of the account and its leaders write its file; those who read all do not; others see none."""

    def test_each_role_on_each_part(self):
        parts = [
            self._new("stakeholder"), self._new("competitor"), self._new("insight"),
            self._new("project", milestone_ids=[Command.create({"name": "x", "deadline": self.today})]),
            self._new("agreement", date_from=self.today),
        ]
        parts.append(parts[3].milestone_ids)
        for login, rights in (
            ("manager", "rw"), ("leader", "rwu"), ("director", "rwu"), ("clerk", "r"), ("inspector", "r"),
            ("executive", "r"), ("manager2", ""), ("assistant", ""), ("other_leader", ""), ("service", ""),
            ("salesman", ""), ("nobody", ""), ("portal", ""), ("public", ""),
        ):
            for part in parts:
                self.env.invalidate_all()
                record = part.with_user(self.users[login])
                with self.subTest(role=login, model=part._name):
                    self.assertEqual(record.has_access("read"), "r" in rights)
                    self.assertEqual(record.has_access("write"), "w" in rights)
                    if not part._name.endswith("milestone"):
                        self.assertEqual(record.has_access("unlink"), "u" in rights)

    def test_nothing_is_moved_to_another_account(self):
        for part in (
            self._new("stakeholder"), self._new("competitor"), self._new("insight"), self._new("project"),
            self._new("agreement", date_from=self.today),
        ):
            for user in (self.manager, self.director):
                with self.subTest(model=part._name, user=user.name):
                    self._assert_refused("not moved", lambda p=part, u=user: p.with_user(u).write(
                        {"account_id": self.other_account.id}
                    ))
