from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .test_hostile import BLIND, OUTSIDERS, HostileCase

SUBMISSION = "key.account.monthly.submission"
MEETING = "key.account.meeting"
RESOLUTION = "key.account.meeting.resolution"
CHECK = "key.account.spot.check"
LINE = "key.account.spot.check.line"


@tagged("post_install", "-at_install")
class TestMonthByForce(HostileCase):
    """Months, meetings and spot checks, asked in ways that no screen asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.accounts["internal"]
        cls.submission = cls.account.monthly_submission_ids
        cls.meeting = cls.account.meeting_ids
        cls.resolution = cls.meeting.resolution_ids
        cls._new_held_visit(cls.account, "2026-03-10")
        cls.line = cls._draw_spot_check("2026-03-10").line_ids
        cls.env.flush_all()

    # === SUBMISSIONS === #

    def test_nobody_opens_deletes_or_dates_a_month(self):
        for login in self.users:
            self._try(login, SUBMISSION, "create", {
                "account_id": self.account.id, "month": "2030-01", "date_from": "2030-01-01",
                "deadline": "2030-01-25",
            })
            self._try(login, SUBMISSION, "copy", self.submission.ids)
            self._try(login, SUBMISSION, "unlink", self.submission.ids)
            for name, value in (
                ("deadline", "2099-01-25"), ("date_from", "2020-01-01"), ("month", "2020-01"),
                ("is_late", True), ("told_steps", 5), ("submitted_on", "2020-01-01 00:00:00"),
                ("user_id", self.users[login].id), ("team_id", self.other_team.id),
                ("account_id", self.accounts["secret"].id),
                ("reported_visit_ids", [Command.clear()]), ("reported_meeting_ids", [Command.clear()]),
                ("state", "accepted"), ("state", "waived"), ("state", "submitted"),
            ):
                self._try(login, SUBMISSION, "write", self.submission.ids, {name: value})
        self._assert_all_refused(250)

    def test_nobody_accepts_his_own_or_what_was_not_handed_in(self):
        for login in self.users:
            self._try(login, SUBMISSION, "action_approve", self.submission.ids)
        self.submission.with_user(self.manager).write({
            "visit_missing_reason": "x", "minutes_missing_reason": "x",
        })
        self.submission.with_user(self.manager).action_submit()
        self.env.flush_all()
        for login in self.users.keys() - {"clerk", "inspector"}:
            self._try(login, SUBMISSION, "action_approve", self.submission.ids)
            self._try(login, SUBMISSION, "write", self.submission.ids, {"state": "accepted"})
            self._try(login, SUBMISSION, "write", self.submission.ids, {"state": "open"})
            self._try(login, SUBMISSION, "write", self.submission.ids, {"feedback": "Better"})
            self._try(login, "key.account.approval", "create", {
                "model": SUBMISSION, "res_id": self.submission.id, "decision": "approved",
                "user_id": self.clerk.id,
            })
        for login in ("clerk", "inspector"):
            self._try(login, SUBMISSION, "write", self.submission.ids, {"state": "accepted"})
            self._try(login, SUBMISSION, "write", self.submission.ids, {"feedback": "Better"})
            self._assert_allowed(login, SUBMISSION, "action_approve", self.submission.ids)
        self._assert_all_refused(80)

    def test_no_button_opens_a_hidden_month(self):
        for level, logins in BLIND.items():
            account = self.accounts[level]
            for login in (*logins, *OUTSIDERS):
                for record, methods in (
                    (account.monthly_submission_ids, ("action_submit", "action_approve")),
                    (account.meeting_ids, ("action_hold", "action_ask_cancel")),
                    (account.meeting_ids.resolution_ids, ("action_done", "action_ask_drop")),
                ):
                    for method in methods:
                        self._try(login, record._name, method, record.ids, named="Veiled")
        self._assert_all_refused(100)

    # === MEETINGS === #

    def test_who_may_not_write_a_meeting_changes_nothing_of_it(self):
        meeting = self._new_meeting(self.leader, resolution_ids=[Command.create({
            "name": "Call", "user_id": self.manager.id, "deadline": "2026-12-31",
        })])
        resolution = meeting.resolution_ids
        self.env.flush_all()
        for login in self.users.keys() - {"leader", "director", "clerk"}:
            user = self.users[login]
            for vals in (
                {"minutes": "<p>Mine</p>"}, {"user_id": user.id}, {"note_taker_id": user.id},
                {"attendee_ids": [Command.link(user.id)]}, {"state": "held"}, {"account_id": self.account.id},
                {"resolution_ids": [Command.create({
                    "name": "x", "user_id": user.id, "deadline": "2026-12-31",
                })]},
                {"resolution_ids": [Command.update(resolution.id, {"deadline": "2099-01-01"})]},
                {"resolution_ids": [Command.delete(resolution.id)]},
            ):
                self._try(login, MEETING, "write", meeting.ids, vals)
            self._try(login, MEETING, "unlink", meeting.ids)
            self._try(login, RESOLUTION, "create", {
                "meeting_id": meeting.id, "name": "x", "user_id": user.id, "deadline": "2026-12-31",
            })
            for vals in ({"deadline": "2099-01-01"}, {"user_id": user.id}, {"name": "x"},
                         {"state": "dropped"}, {"settled_by_id": user.id}, {"drop_reason": "x"},
                         {"account_id": self.account.id}):
                self._try(login, RESOLUTION, "write", resolution.ids, vals)
            self._try(login, RESOLUTION, "unlink", resolution.ids)
        self._assert_all_refused(200)

    def test_a_hidden_account_is_not_put_into_a_meeting_of_ones_own(self):
        secret = self.accounts["secret"]
        mine = self._new_meeting(self.manager2)
        now = fields.Datetime.now()
        for login in BLIND["secret"]:
            self._try(login, MEETING, "create", {
                "name": "x", "start": now, "account_id": secret.id, "team_id": self.team.id,
            }, named="Veiled")
            defaults = self._call(login, MEETING, "default_get", ["account_id", "team_id"], context={
                "default_account_id": secret.id,
            }) if login in ("manager2", "leader") else {}
            self.assertNotIn("Veiled", str(defaults))
        self._try("manager2", MEETING, "write", mine.ids, {"account_id": secret.id}, named="Veiled")
        self._try("manager2", MEETING, "write", mine.ids, {
            "guest_ids": [Command.link(secret.stakeholder_ids.id)],
        }, named="Veiled")
        self._try("manager2", MEETING, "write", mine.ids, {
            "resolution_ids": [Command.link(secret.meeting_ids.resolution_ids.id)],
        }, named="Veiled")
        self._try("manager2", RESOLUTION, "create", {
            "meeting_id": secret.meeting_ids.id, "name": "x", "user_id": self.manager2.id,
            "deadline": "2026-12-31",
        }, named="Veiled")
        self._assert_all_refused(10)

    # === SPOT CHECKS === #

    def test_no_verdict_from_those_who_do_not_check(self):
        for login in self.users.keys() - {"inspector", "director"}:
            for vals in ({"verdict": "true", "method": "phone"}, {"comment": "x"},
                         {"checker_id": self.users[login].id}):
                self._try(login, LINE, "write", self.line.ids, vals)
            if not login.startswith("executive"):
                self._try(login, LINE, "read", self.line.ids, ["verdict"])
            self._try(login, CHECK, "action_draw", self.line.check_id.ids)
            self._try(login, CHECK, "action_close", self.line.check_id.ids)
            self._try(login, CHECK, "create", {"date_from": "2026-03-01", "date_to": "2026-03-31"})
        self._assert_all_refused(80)

    def test_what_is_checked_is_not_chosen(self):
        other = self._new_held_visit(self.account, "2026-03-11")
        for login in ("inspector", "director"):
            for vals in (
                {"visit_id": other.id}, {"user_id": self.manager2.id}, {"account_id": self.account.id},
                {"check_id": self.line.check_id.id}, {"date": "2020-01-01"}, {"checker_id": self.director.id},
            ):
                self._try(login, LINE, "write", self.line.ids, vals)
            self._try(login, LINE, "create", {"check_id": self.line.check_id.id, "visit_id": other.id})
            self._try(login, LINE, "unlink", self.line.ids)
            for vals in (
                {"line_ids": [Command.create({"visit_id": other.id})]},
                {"line_ids": [Command.delete(self.line.id)]},
                {"seed": 5}, {"population": [other.id]}, {"population_count": 1}, {"size": 1},
            ):
                self._try(login, CHECK, "write", self.line.check_id.ids, vals)
            self._try(login, CHECK, "create", {
                "date_from": "2026-03-11", "date_to": "2026-03-11", "seed": 7, "population": [other.id],
            })
            self._try(login, CHECK, "create", {
                "date_from": "2026-03-11", "date_to": "2026-03-11", "state": "drawn",
            })
        self._try("inspector", CHECK, "create", {
            "date_from": "2026-03-11", "date_to": "2026-03-11", "scope": "secret",
        })
        self._assert_all_refused(25)
