from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .pay_case import APRIL, MARCH, MAY, PayCase, bring_to

NOTE = "Well done"
LINE_VALUES = (
    {"total": 1}, {"score": 1}, {"user_id": False}, {"explanation": "x"}, {"terms": {}}, {"award": 5},
)


@tagged("post_install", "-at_install")
class TestSettlementCorrection(PayCase):
    """What turns out after a month was frozen is a line of the next settlement (DESIGN §3)."""

    def test_an_appraisal_corrected_after_the_freeze_is_a_line_of_the_next(self):
        self._set_result({MARCH: "challenge", APRIL: "met"})
        march = self._freeze(self._new_settlement(result=None))
        self._reopen(self.appraisal, 90)
        april = self._new_settlement(APRIL, result=None)
        line = self._line(april, kind="correction")
        # 3000 + 150 instead of 2640 + 132
        self.assertEqual(
            (line.score, line.performance, line.department_amount, line.total), (90, 360, 18, 378)
        )
        self.assertEqual(line.explanation.split("\n"), [
            "Correction of 2026-03, which is frozen.",
            "The score was 88.00 and is 90.00.",
            "Payout: 3,150.00 instead of 2,772.00 = 378.00.",
            "Total: 378.00.",
        ])
        self.assertEqual(self._line(march).total, 2772)
        self.assertEqual(self.appraisal.with_user(self.executive).payout, 3150)

    def test_a_correction_is_corrected_in_its_turn_and_paid_once(self):
        self._freeze(self._new_settlement())
        self._reopen(self.appraisal, 90)
        self._freeze(self._new_settlement(APRIL))
        self._reopen(self.appraisal, 50)
        may = self._new_settlement(MAY)
        self.assertEqual(self._line(may, kind="correction").total, -3000)
        self._freeze(may)
        self.assertFalse(self._new_settlement(MAY.replace(month=6)).line_ids)

    def test_an_appraisal_that_is_taken_up_again_counts_as_it_was_until_it_is_decided(self):
        self._freeze(self._new_settlement())
        bring_to(self.appraisal, state="scored", score=10)
        self.assertFalse(self._new_settlement(APRIL).line_ids)

    def test_an_appraisal_approved_after_the_freeze_is_paid_with_the_next(self):
        self._new_base(self.manager2)
        late = self._new_appraisal(self.manager2, 80, state="scored")
        self._freeze(self._new_settlement(result="missed"))
        bring_to(late, state="approved")
        april = self._new_settlement(APRIL)
        line = self._line(april, self.manager2, "late")
        self.assertEqual((line.month, line.department_result, line.total), (MARCH, "missed", 2280))
        self.assertIn("For 2026-03, whose settlement was frozen before", line.explanation)
        self._freeze(april)
        self.assertFalse(self._new_settlement(MAY).line_ids)

    def test_a_month_that_was_never_settled_waits_for_its_own_settlement(self):
        april = self._new_settlement(APRIL)
        self.assertFalse(april.line_ids)
        self.assertEqual(self._line(self._new_settlement()).total, 2640)

    def test_an_appraisal_is_not_paid_by_two_drafts_at_the_same_time(self):
        self._freeze(self._new_settlement())
        self._reopen(self.appraisal, 90)
        self.assertEqual(self._line(self._new_settlement(APRIL), kind="correction").total, 360)
        self.assertFalse(self._new_settlement(MAY).line_ids)

    def test_a_cancelled_appraisal_is_taken_back(self):
        self.banded.field_allowance = 150
        self._freeze(self._new_settlement())
        bring_to(self.appraisal, state="cancelled")
        line = self._line(self._new_settlement(APRIL), kind="correction")
        self.assertEqual((line.performance, line.allowance, line.total), (-2640, -150, -2790))
        self.assertIn("The appraisal was cancelled.", line.explanation)

    def test_days_that_were_counted_wrongly_are_put_right(self):
        self.banded.field_allowance = 100
        self.appraisal.presence_rate = 0.5
        self._freeze(self._new_settlement())
        self.appraisal.presence_rate = 0.25
        line = self._line(self._new_settlement(APRIL), kind="correction")
        self.assertEqual((line.base_counted, line.performance, line.allowance), (750, -660, -25))

    def test_a_scheme_or_base_changed_later_changes_nothing_that_was_settled(self):
        self._freeze(self._new_settlement())
        self.banded.mode = "proportional"
        self.banded.department_rate = 50
        self.base.amount = 9999
        self.assertFalse(self._new_settlement(APRIL).line_ids)
        self._reopen(self.appraisal, 95)
        line = self._line(self._new_settlement(MAY), kind="correction")
        self.assertEqual(line.total, 3150 - 2640, "by the bands of then")

    def test_nothing_in_a_frozen_settlement_is_changed_by_anybody(self):
        march = self._freeze(self._new_settlement(award_ids=[Command.create({
            "user_id": self.manager.id, "amount": 100, "reason": "x",
        })]))
        line = march.sudo().line_ids
        before = line.read(["total", "explanation", "score", "award"])
        system = march.sudo()
        for change in (
            lambda: system.write({"state": "draft"}),
            lambda: system.write({"state": "cancelled"}),
            lambda: system.write({"amount_total": 1}),
            lambda: system.write({"chosen_reason": "x"}),
            lambda: system.write({"line_ids": [Command.clear()]}),
            lambda: system.write({"line_ids": [Command.update(line.id, {"total": 0})]}),
            system.unlink,
            line.unlink,
            line.copy,
            lambda: line.update_field_translations("explanation", {"en_US": "x"}),
            lambda: system.award_ids.write({"amount": 1}),
            system.award_ids.unlink,
            lambda: system.award_ids.create({
                "settlement_id": march.id, "user_id": self.manager2.id, "amount": 1, "reason": "x",
            }),
            lambda: line.create({"settlement_id": march.id, "user_id": self.manager.id}),
            self.appraisal.unlink,
            *((lambda vals=vals: line.write(vals)) for vals in LINE_VALUES),
        ):
            with self._refused((UserError, IntegrityError)):
                change()
        with self._refused(UserError, "is frozen"):
            line.write({"total": 1})
        for login in ("clerk", "leader", "director", "executive", "manager"):
            with self._refused(UserError):
                march.with_user(self.users[login]).write({"chosen_reason": "x"})
            with self._refused(UserError):
                march.with_user(self.users[login])._cancel("x")
            with self._refused(UserError):
                march.with_user(self.users[login]).action_draw_up()
        self.env.invalidate_all()
        self.assertEqual(line.read(["total", "explanation", "score", "award"]), before)

    def test_a_frozen_settlement_may_still_be_talked_about(self):
        march = self._freeze(self._new_settlement())
        march.with_user(self.executive).message_post(body=NOTE)
        march.message_subscribe(self.director.partner_id.ids)
        march.activity_schedule("mail.mail_activity_data_todo", user_id=self.clerk.id)

    def test_who_is_renamed_or_moves_changes_no_frozen_line(self):
        march = self._freeze(self._new_settlement())
        self.team.company_id = False
        self.team.company_id = self.company
        self.appraisal.write({"team_id": self.other_team.id})
        line = self._line(march)
        self.assertEqual((line.team_id, line.company_id, line.total), (self.team, self.company, 2640))
