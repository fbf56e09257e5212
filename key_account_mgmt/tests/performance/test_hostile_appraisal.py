from odoo.fields import Command
from odoo.tests import tagged

from ..access.hostile import INSIDERS, OUTSIDERS, HostileCase

APPRAISAL, LINE, OBJECTION = (
    "key.account.appraisal", "key.account.appraisal.line", "key.account.appraisal.objection",
)
RANKING, REWARD, VALUE = (
    "key.account.appraisal.ranking", "key.account.reward.record", "key.account.kpi.value",
)
READERS = ("manager", "leader", "director", "executive", "executive2")


@tagged("post_install", "-at_install")
class TestHostileAppraisal(HostileCase):
    """Scores, objections and records: read by those in line, written by the one whose turn it is."""

    def _get_others(self, *readers):
        return [login for login in (*INSIDERS, *OUTSIDERS) if login not in readers]

    def test_nobody_else_reads_a_month_its_items_its_objection_or_a_record(self):
        line, objection = self.appraisal.line_ids, self.appraisal.objection_ids
        for login in self._get_others(*READERS):
            for model, ids in ((APPRAISAL, self.appraisal.ids), (LINE, line.ids), (OBJECTION, objection.ids)):
                self._try(login, model, "read", ids, ["display_name"])
                self._try(login, model, "web_read", ids, {"create_uid": {}})
                self._try(login, model, "export_data", ids, ["id"])
                self._try_to_find(login, model, [("id", "in", ids)])
            self._try(login, APPRAISAL, "message_post", self.appraisal.ids, body="x")
            self._try(login, "key.account.approval", "create", {
                "model": APPRAISAL, "res_id": self.appraisal.id, "decision": "approved",
            })
        for login in self._get_others("leader", "director", "executive", "executive2"):
            self._try(login, REWARD, "read", self.reward.ids, ["facts"])
            self._try_to_find(login, REWARD, [("id", "in", self.reward.ids)])
        self._assert_all_refused(300)

    def test_nobody_writes_a_published_month(self):
        line = self.appraisal.line_ids
        for login in (*INSIDERS, *OUTSIDERS):
            for vals in ({"points": 1}, {"points": 100}, {"comment": "x"}, {"self_points": 1},
                         {"max_points": 1000}, {"appraisal_id": self.appraisal.id}, {"is_measured": False}):
                self._try(login, LINE, "write", line.ids, vals)
            for vals in ({"score": 100}, {"state": "approved"}, {"state": "draft"}, {"discussion": "x"},
                         {"self_summary": "x"}, {"worked_from": "2026-03-20"}, {"presence_rate": 0},
                         {"user_id": self.users[login].id}, {"is_flagged": True},
                         {"line_ids": [Command.update(line.id, {"points": 5})]},
                         {"line_ids": [Command.delete(line.id)]}, {"objection_deadline": "2099-01-01"},
                         {"objection_ids": [Command.create({"reason": "x"})]}):
                self._try(login, APPRAISAL, "write", self.appraisal.ids, vals)
            self._try(login, APPRAISAL, "unlink", self.appraisal.ids)
            self._try(login, LINE, "create", {
                "appraisal_id": self.appraisal.id, "template_line_id": line.template_line_id.id,
                "max_points": 9, "scoring": "superior", "points": 9,
            })
            self._try(login, OBJECTION, "create", {"appraisal_id": self.appraisal.id, "reason": "x"})
            for method in ("action_approve", "action_self_assess", "action_publish", "action_refresh"):
                self._try(login, APPRAISAL, method, self.appraisal.ids)
        self._assert_all_refused(400)

    def test_nobody_opens_or_takes_over_a_month_for_himself(self):
        for login in (*INSIDERS, *OUTSIDERS):
            user = self.users[login]
            for vals in ({}, {"state": "published"}, {"score": 100}, {"state": "approved", "score": 99}):
                self._try(login, APPRAISAL, "create", {
                    "user_id": user.id, "team_id": self.team.id, "company_id": self.company.id,
                    "template_id": self.appraisal.template_id.id, "date_from": "2026-01-01", **vals,
                })
            self._try(login, REWARD, "create", {
                "user_id": user.id, "team_id": self.team.id, "facts": "I am good", "amount": 1000,
            })
            self._try(login, REWARD, "write", self.reward.ids, {"state": "approved"})
            self._try(login, VALUE, "create", {
                "kpi_id": self.env.ref("key_account_mgmt.kpi_empty_drum_recovery").id, "level": "person",
                "user_id": user.id, "team_id": self.team.id, "value": 100,
            })
        self._assert_all_refused(100)

    def test_an_objection_is_answered_by_those_above_alone(self):
        objection = self.appraisal.objection_ids
        for login in self._get_others("director"):
            self._try(login, OBJECTION, "action_uphold", objection.ids)
            self._try(login, OBJECTION, "action_reject", objection.ids)
            for vals in ({"answer": "x"}, {"state": "upheld"}, {"score_after": 100}, {"reason": "x"}):
                self._try(login, OBJECTION, "write", objection.ids, vals)
            if login != "manager":
                self._try(login, OBJECTION, "action_withdraw", objection.ids)
        self._assert_all_refused(80)

    def test_places_are_the_departments_own(self):
        inside = ("manager", "manager2", "assistant", "leader", "director", "executive", "executive2")
        for login in self._get_others(*inside):
            self._try(login, RANKING, "read", self.appraisal.ids, ["score"])
            self._try(login, RANKING, "web_read", self.appraisal.ids, {"user_id": {}, "score": {}})
            self._try(login, RANKING, "export_data", self.appraisal.ids, ["score"])
        for login in inside:
            self._try(login, RANKING, "write", self.appraisal.ids, {"score": 100})
            self._try(login, RANKING, "unlink", self.appraisal.ids)
        self._assert_all_refused(40)
