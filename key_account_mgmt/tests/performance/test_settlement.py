from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .pay_case import APRIL, MARCH, PayCase, bring_to


@tagged("post_install", "-at_install")
class TestSettlement(PayCase):
    """P10: drafted by the clerk from approved appraisals, approved by leader and executive, then frozen."""

    # === WHAT IS PAID === #

    def test_the_example_of_the_regulation_is_a_line_with_its_parts(self):
        """P7: 3000*88%=2640元; 2640*5%=132元; 2772元."""
        settlement = self._new_settlement(result="challenge")
        line = self._line(settlement)
        self.assertEqual(
            (line.score, line.rate, line.base, line.base_counted, line.performance, line.department_amount,
             line.payout, line.total),
            (88, 88, 3000, 3000, 2640, 132, 2772, 2772),
        )
        self.assertEqual((settlement.amount_total, settlement.line_count), (2772, 1))
        self._assert_adds_up(settlement)

    def test_the_departments_result_takes_or_gives_nothing(self):
        for result, expected in (("missed", 2508), ("met", 2640), ("challenge", 2772)):
            with self.subTest(result=result):
                settlement = self._new_settlement(result=result)
                self.assertEqual(self._line(settlement).total, expected)
                settlement.sudo().unlink()

    def test_the_target_decides_and_not_the_clerk(self):
        self._set_result({MARCH: "missed"})
        settlement = self._new_settlement(result="challenge")
        self.assertEqual((settlement.department_result, settlement.is_result_chosen), ("missed", False))
        self.assertEqual(self._line(settlement).total, 2508)

    def test_a_result_is_chosen_by_hand_with_a_reason_alone(self):
        with self._refused(ValidationError, "Say why"):
            self._new_settlement(result=None, chosen_result="met")
        settlement = self._new_settlement(result=None)
        with self._refused(UserError, "choose its result by hand"):
            settlement.action_submit()
        settlement.write({"chosen_result": "met", "chosen_reason": "The first month"})
        with self._refused(UserError, "draw it up again|choose its result"):
            settlement.action_submit()
        settlement.action_draw_up()
        settlement.action_submit()
        self.assertTrue(settlement.is_result_chosen)

    def test_the_explanation_leads_from_the_score_to_the_total(self):
        settlement = self._new_settlement(result="challenge", award_ids=[Command.create({
            "user_id": self.manager.id, "amount": 100, "reason": "The new line",
        })])
        self.assertEqual(self._line(settlement).explanation.split("\n"), [
            "Score 88.00: the band from 60 to below 90 pays the score's own per cent, 88 %.",
            "Performance pay: 3,000.00 × 88 % = 2,640.00.",
            "Department: Challenge Target Met; +5 % of 2,640.00 = 132.00.",
            "Awards: 100.00 (The new line).",
            "Total: 2,872.00.",
        ])

    def test_only_approved_appraisals_with_a_scheme_are_paid(self):
        for state, user in (("scored", self.manager2), ("draft", self.assistant), ("published", self.leader)):
            self._new_base(user)
            self._new_appraisal(user, 90, state=state)
        self._new_appraisal(
            self.other_manager, 90, template_id=self.banded_template.copy({"pay_scheme_id": False}).id
        )
        settlement = self._new_settlement()
        self.assertEqual(settlement.line_ids.user_id, self.manager | self.leader)
        self.assertEqual(settlement.waiting_for_appraisals, "Assistant, Manager2")

    def test_who_came_in_mid_month_is_paid_by_days(self):
        self.appraisal.presence_rate = 0.5
        self.banded.field_allowance = 150
        line = self._line(self._new_settlement())
        self.assertEqual((line.base_counted, line.performance, line.allowance), (1500, 1320, 75))
        self.assertIn("3,000.00 × 50.00 % of the days = 1,500.00", line.explanation)

    def test_pro_rata_is_a_setting(self):
        self.appraisal.presence_rate = 0.5
        self.banded.is_prorated = False
        line = self._line(self._new_settlement())
        self.assertEqual((line.base_counted, line.presence_rate, line.performance), (3000, 1, 2640))

    def test_an_award_needs_a_reason_and_is_on_the_persons_line(self):
        settlement = self._new_settlement(award_ids=[Command.create({
            "user_id": self.manager.id, "amount": 500, "reason": "The three-year project",
        })])
        line = self._line(settlement)
        self.assertEqual((line.award, line.award_reason, line.total), (500, "The three-year project", 3140))
        with self._refused(UserError, "Say what the award is for"):
            settlement.award_ids.create({
                "settlement_id": settlement.id, "user_id": self.manager.id, "amount": 1, "reason": " ",
            })
        settlement.award_ids.amount = 600
        self.assertEqual(self._line(settlement).total, 3240, "the line follows")
        settlement.award_ids.unlink()
        self.assertEqual(self._line(settlement).total, 2640)

    def test_an_award_without_an_appraisal_is_a_line_of_its_own(self):
        settlement = self._new_settlement()
        settlement.award_ids = [Command.create({
            "user_id": self.assistant.id, "amount": 50, "reason": "Help at the fair",
        })]
        line = self._line(settlement, self.assistant, "award")
        self.assertEqual((line.total, line.performance), (50, 0))
        self._assert_adds_up(settlement)

    # === THE WAY === #

    def test_it_goes_from_the_clerk_to_the_leader_to_the_executive_and_is_frozen(self):
        settlement = self._new_settlement()
        settlement.action_submit()
        self.assertEqual((settlement.state, settlement.activity_ids.user_id), ("submitted", self.leader))
        settlement.with_user(self.leader).action_approve()
        self.assertEqual((settlement.state, settlement.activity_ids.user_id), ("reviewed", self.executive))
        settlement.with_user(self.executive).action_approve()
        self.assertEqual(settlement.state, "frozen")
        self.assertTrue(settlement.frozen_on)
        self.assertFalse(settlement.activity_ids)

    def test_it_is_sent_back_with_a_comment_and_drawn_up_again(self):
        settlement = self._new_settlement()
        settlement.action_submit()
        settlement.with_user(self.leader)._decline("returned", "The award is missing")
        self.assertEqual(settlement.state, "draft")
        settlement.action_draw_up()
        self._freeze(settlement)

    def test_nobody_approves_a_settlement_that_pays_himself(self):
        self._new_base(self.leader)
        self._new_appraisal(self.leader, 90)
        self._new_base(self.executive)
        self._new_appraisal(self.executive, 90)
        settlement = self._new_settlement()
        settlement.action_submit()
        for user in (self.leader, self.executive, self.clerk, self.manager):
            with self._refused(UserError):
                settlement.with_user(user).action_approve()
        self.assertEqual(settlement.activity_ids.user_id, self.director, "the director stands in")
        settlement.with_user(self.director).action_approve()
        with self._refused(UserError):
            settlement.with_user(self.executive).action_approve()
        settlement.with_user(self.executive2).action_approve()
        self.assertEqual(settlement.state, "frozen")

    def test_an_administrator_with_all_roles_is_not_exempt_where_it_pays_himself(self):
        admin = self._new_user("all_roles", ",".join((
            "base.group_system", "key_account_mgmt.group_key_account_director",
            "key_account_mgmt.group_key_account_executive",
        )))
        self._new_base(admin)
        self._new_appraisal(admin, 90)
        settlement = self._new_settlement()
        settlement.action_submit()
        settlement.with_user(self.leader).action_approve()
        with self._refused(UserError, "your own matter"):
            settlement.with_user(admin).action_approve()

    def test_the_clerk_does_not_decide_on_what_he_drafted(self):
        settlement = self._new_settlement()
        settlement.action_submit()
        for state in ("reviewed", "frozen"):
            with self._refused(UserError):
                settlement.write({"state": state})
        with self._refused(UserError):
            settlement.action_approve()

    def test_a_draft_is_given_up_with_a_reason_and_the_month_is_free_again(self):
        settlement = self._new_settlement()
        with self._refused(UserError, "by the button"):
            settlement.write({"state": "cancelled"})
        settlement._cancel("Drawn up too early")
        self.assertEqual(
            (settlement.state, settlement.line_count, settlement.amount_total), ("cancelled", 0, 0)
        )
        self.assertFalse(settlement.line_ids)
        self._freeze(self._new_settlement())

    # === BAD INPUT === #

    def test_who_is_still_to_be_decided_is_named_and_nobody_without_a_department(self):
        self._new_appraisal(self.manager2, 0, state="self_assessed")
        settlement = self._new_settlement()
        self.assertEqual(settlement.waiting_for_appraisals, "Manager2")
        new = self.env["key.account.settlement"].with_user(self.director).new({"date_from": MARCH})
        self.assertFalse(new.team_id)
        self.assertFalse(new.waiting_for_appraisals)

    def test_a_month_is_not_settled_twice(self):
        self._new_settlement()
        with self._refused(UserError, "2026-03 East exists already"):
            self._new_settlement()
        with self._refused(UserError, "exists already"):
            self._new_settlement(date_from="2026-03-17")

    def test_the_period_is_the_whole_month(self):
        settlement = self._new_settlement(date_from="2026-03-17")
        self.assertEqual((settlement.month, str(settlement.date_from), str(settlement.date_to)),
                         ("2026-03", "2026-03-01", "2026-03-31"))
        with Form(self.env["key.account.settlement"].with_user(self.clerk)) as form:
            self.assertEqual(form.team_id, self.team)
            form.date_from = "2026-02-10"
        self.assertEqual(form.record.month, "2026-02")

    def test_a_month_that_is_not_over_is_not_handed_in(self):
        settlement = self._new_settlement()
        with freeze_time("2026-03-31 08:00:00"), self._refused(UserError, "not over yet"):
            settlement.action_submit()
        with freeze_time("2026-04-01 08:00:00"):
            settlement.action_submit()

    def test_nothing_to_pay_is_not_handed_in(self):
        settlement = self._new_settlement(month=APRIL)
        with self._refused(UserError, "nobody to be paid"):
            settlement.action_submit()

    def test_people_without_a_base_are_named(self):
        for user in (self.manager2, self.assistant):
            self._new_appraisal(user, 90)
        with self._refused(UserError, "no pay base.*Manager2.*Assistant|no pay base.*Assistant.*Manager2"):
            self._new_settlement()
        self.banded.base_amount = 500
        settlement = self._new_settlement()
        self.assertEqual(self._line(settlement, self.manager2).total, 500, "the scheme's own base")
        self.assertEqual(self._line(settlement).total, 2640)

    def test_amounts_of_another_currency_are_not_paid(self):
        self.banded.currency_id = self.env.ref("base.USD")
        with self._refused(UserError, "“Banded” is in USD and Rainbow Bearings is settled in CNY"):
            self._new_settlement()

    def test_an_appraisal_taken_up_again_stops_the_approval(self):
        settlement = self._new_settlement()
        settlement.action_submit()
        bring_to(self.appraisal, state="scored")
        with self._refused(UserError, "taken up again.*Manager"):
            settlement.with_user(self.leader).action_approve()
        bring_to(self.appraisal, state="approved", score=90)
        with self._refused(UserError, "taken up again"):
            settlement.with_user(self.leader).action_approve()
        settlement.with_user(self.leader)._decline("returned", "Draw it up again")
        settlement.action_draw_up()
        self._freeze(settlement)
        self.assertEqual(self._line(settlement).total, 3000)

    def test_what_has_changed_since_it_was_drawn_up_is_drawn_up_again_first(self):
        settlement = self._new_settlement()
        self.appraisal.score = 90
        with self._refused(UserError, "draw it up again"):
            settlement.action_submit()
        settlement.action_draw_up()
        settlement.action_submit()

    def test_what_is_handed_in_stands_still(self):
        settlement = self._new_settlement(award_ids=[Command.create({
            "user_id": self.manager.id, "amount": 10, "reason": "x",
        })])
        settlement.action_submit()
        with self._refused(UserError, "stands still"):
            settlement.chosen_result = "challenge"
        with self._refused(UserError):
            settlement.award_ids.amount = 20
        with self._refused(UserError):
            settlement.award_ids.unlink()
        with self._refused(UserError, "not a draft"):
            settlement.action_draw_up()
        with self._refused(UserError, "is kept"):
            settlement.unlink()

    def test_nobody_writes_figures_by_hand(self):
        settlement = self._new_settlement()
        line = settlement.line_ids
        for login in ("clerk", "leader", "director", "executive", "manager"):
            user = self.users[login]
            for vals in ({"total": 9999}, {"score": 100}, {"award": 1}, {"explanation": "x"}):
                with self._refused(AccessError):
                    line.with_user(user).write(vals)
            with self._refused(AccessError):
                line.with_user(user).copy()
            with self._refused(AccessError):
                line.with_user(user).unlink()
            for vals in (
                {"amount_total": 1}, {"department_result": "challenge"}, {"team_id": self.other_team.id},
                {"date_from": "2026-01-01"}, {"is_result_chosen": True},
            ):
                with self._refused(AccessError):
                    settlement.with_user(user).write(vals)

    def test_nobody_awards_himself(self):
        settlement = self._new_settlement()
        for user in (self.clerk, self.director):
            with self._refused(AccessError, "himself"):
                settlement.with_user(user).award_ids = [Command.create({
                    "user_id": user.id, "amount": 1000, "reason": "Good work",
                })]
        award = settlement.award_ids.create({
            "settlement_id": settlement.id, "user_id": self.manager.id, "amount": 1, "reason": "x",
        })
        with self._refused(AccessError, "himself"):
            award.with_user(self.clerk).user_id = self.clerk

    def test_a_clerk_drafts_for_his_own_department_alone(self):
        with self._refused(AccessError):
            self._new_settlement(user=self.other_clerk)
        for login in ("leader", "executive", "manager", "inspector", "service", "nobody", "accountant"):
            with self._refused(AccessError):
                self._new_settlement(user=self.users[login])
        self._new_settlement(user=self.director)
