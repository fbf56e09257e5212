from odoo.fields import Command
from odoo.tests import tagged

from .pay_case import APRIL, MARCH, RewardCase


@tagged("post_install", "-at_install")
class TestSettlementReward(RewardCase):
    """P9, X7: 5 % of what is invoiced or collected, and the field allowance; evidence to the cent."""

    def _evidence(self, line, user=None):
        entries = self.env["key.account.ledger.entry"].with_user(user or self.executive).search(
            list(line._get_ledger_domain())
        )
        return sum(round(entry.amount, 2) for entry in entries)

    def test_the_example_of_the_post_office(self):
        """800 at 85 is 680, 10,000 at 5 % is 500, 150 for the field: 1330."""
        self._new_invoice(4000, "2026-03-05")
        self._new_invoice(6000, "2026-03-31")
        settlement = self._new_settlement()
        line = self._line(settlement)
        self.assertEqual(
            (line.performance, line.reward, line.allowance, line.award, line.total), (680, 500, 150, 0, 1330)
        )
        self.assertEqual((line.reward_ids.amount, line.reward_ids.document_count), (10000, 2))
        self.assertIn(
            "All Business: 10,000.00 invoiced by 2 documents of 2026-03 × 5 % = 500.00.", line.explanation
        )
        self._assert_adds_up(settlement)
        self.assertEqual(self._evidence(line), 10000)

    def test_only_the_months_own_documents_of_the_manager_count(self):
        self._new_invoice(1000, "2026-02-28")
        self._new_invoice(2000, "2026-04-01")
        self._new_account(self._new_customer("Mill"), manager_id=self.manager2.id)
        self._new_invoice(4000, "2026-03-10", partner=self.env["res.partner"].search([("name", "=", "Mill")]))
        self._new_invoice(8000, "2026-03-10", partner=self._new_customer("No Key Account"))
        draft = self._new_invoice(500, "2026-03-11")
        draft.button_draft()
        self._new_invoice(100, "2026-03-12")
        self.assertEqual(self._line(self._new_settlement()).reward_ids.amount, 100)

    def test_who_managed_the_account_then_gets_the_reward(self):
        self._new_base(self.manager2, 800)
        self._new_appraisal(self.manager2, 85, template_id=self.proportional_template.id)
        self._new_invoice(10000, "2026-03-05")
        self.account.with_user(self.director).manager_id = self.manager2
        self._new_invoice(2000, "2026-03-20")
        settlement = self._new_settlement()
        self.assertEqual(self._line(settlement).reward, 500)
        self.assertEqual(self._line(settlement, self.manager2).reward, 100)

    def test_what_is_collected_counts_untaxed_and_in_its_month(self):
        self.rate.basis = "collected"
        tax = self.env["account.tax"].create({
            "name": "13 %", "amount": 13, "type_tax_use": "sale", "company_id": self.company.id,
            "country_id": self.company.account_fiscal_country_id.id,
        })
        invoice = self._new_invoice(0, "2026-02-05", lines=[Command.create({
            "product_id": self.product.id, "price_unit": 1000, "tax_ids": [Command.set(tax.ids)],
        })])
        self._pay(invoice, 565, "2026-03-10")
        self._pay(invoice, 100.01, "2026-03-11")
        self._pay(invoice, 300, "2026-04-02")
        line = self._line(self._new_settlement())
        # 565 ÷ 1.13 = 500, 100.01 ÷ 1.13 = 88.50
        self.assertEqual((line.reward_ids.amount, line.reward), (588.5, 29.43))
        self.assertAlmostEqual(self._evidence(line), 588.5, 2)
        self.assertIn("588.50 collected on 1 documents in 2026-03", line.explanation)

    def test_each_kind_of_business_has_its_rate(self):
        parcels, bulk = self.env["product.category"].create([{"name": "Parcels"}, {"name": "Bulk"}])
        below = self.env["product.category"].create({"name": "Letters", "parent_id": parcels.id})
        parcel, letter, sand = self.env["product.product"].create([
            {"name": category.name, "categ_id": category.id, "taxes_id": False}
            for category in (parcels, below, bulk)
        ])
        self.proportional.rate_ids = [
            Command.create({
                "name": category.name, "category_ids": [Command.link(category.id)], "basis": basis,
                "rate": rate,
            })
            for category, basis, rate in ((parcels, "invoiced", 10), (bulk, "collected", 1))
        ]
        self._new_invoice(0, "2026-03-10", lines=[
            Command.create({"product_id": product.id, "price_unit": price, "tax_ids": False})
            for product, price in ((parcel, 100), (letter, 33.33), (sand, 1000), (self.product, 10))
        ])
        settlement = self._new_settlement()
        line = self._line(settlement)
        self.assertEqual(
            {reward.name: (reward.amount, reward.reward) for reward in line.reward_ids},
            {"Parcels": (133.33, 13.33), "All Business": (10, 0.5)},
        )
        self._assert_adds_up(settlement)

    def test_a_document_in_another_currency_counts_at_its_own_rate(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create({
            "currency_id": dollar.id, "name": "2026-01-01", "rate": 0.125, "company_id": self.company.id,
        })
        self._new_invoice(1000, "2026-03-10", currency_id=dollar.id)
        self._new_invoice(2000, "2026-03-10")
        line = self._line(self._new_settlement())
        self.assertEqual((line.reward_ids.amount, line.reward, line.currency_id.name), (10000, 500, "CNY"))

    def test_the_allowance_is_paid_whatever_the_score(self):
        self.appraisal.score = 0
        line = self._line(self._new_settlement())
        self.assertEqual((line.performance, line.allowance, line.total), (0, 150, 150))

    # === PEOPLE IN TWO DEPARTMENTS === #

    def test_a_person_in_two_departments_is_paid_in_each_and_once(self):
        self._new_appraisal(
            self.manager, 50, team_id=self.other_team.id, template_id=self.proportional_template.id
        )
        self._new_base(self.manager, 400, team_id=self.other_team.id)
        theirs = self._new_account(self._new_customer("Mill"), team_id=self.other_team.id)
        self._new_invoice(10000, "2026-03-05")
        self._new_invoice(2000, "2026-03-05", partner=theirs.partner_id)
        first = self._line(self._new_settlement())
        second = self._line(self._new_settlement(user=self.other_clerk, team_id=self.other_team.id))
        self.assertEqual((first.performance, first.reward, first.allowance), (680, 500, 150))
        self.assertEqual((second.performance, second.reward, second.allowance), (200, 100, 0))

    def test_an_account_of_a_third_department_counts_once_as_well(self):
        self._new_appraisal(
            self.manager, 50, team_id=self.other_team.id, template_id=self.proportional_template.id
        )
        self._new_base(self.manager, 400, team_id=self.other_team.id)
        self._new_invoice(10000, "2026-03-05")
        self.account.with_user(self.director).team_id = self._new_team("Third", self.leader, self.manager)
        second = self._line(self._new_settlement(user=self.other_clerk, team_id=self.other_team.id))
        first = self._line(self._new_settlement())
        self.assertEqual((first.reward, second.reward), (500, 0))

    # === AFTER THE MONTH WAS FROZEN === #

    def test_a_refund_after_the_month_counts_in_its_own_month(self):
        invoice = self._new_invoice(10000, "2026-03-05")
        march = self._freeze(self._new_settlement())
        self.account.with_user(self.director).manager_id = self.manager2
        self._refund(invoice, 2000, "2026-04-10")
        self._new_appraisal(self.manager, 85, APRIL, template_id=self.proportional_template.id)
        line = self._line(self._new_settlement(APRIL))
        self.assertEqual((line.reward_ids.amount, line.reward, line.total), (-2000, -100, 730))
        self.assertEqual(self._line(march).reward, 500)

    def test_an_invoice_taken_back_after_the_month_froze_is_corrected_in_the_next(self):
        kept = self._new_invoice(4000, "2026-03-05")
        gone = self._new_invoice(6000, "2026-03-06")
        march = self._freeze(self._new_settlement())
        gone.button_draft()
        gone.button_cancel()
        late = self._new_invoice(1000, "2026-03-20")
        april = self._new_settlement(APRIL)
        line = self._line(april, kind="correction")
        self.assertEqual((line.reward_ids.amount, line.reward, line.total), (-5000, -250, -250))
        self.assertEqual(
            {document.document_id: document.amount for document in line.document_ids},
            {gone.id: -6000, late.id: 1000},
        )
        self.assertEqual((line.corrected_line_id, line.appraisal_id), (self._line(march), self.appraisal))
        self.assertIn("Correction of 2026-03, which is frozen.", line.explanation)
        self.assertIn(
            "2 documents of 2026-03 have changed by -5,000.00 since; × 5 % = -250.00", line.explanation
        )
        self.assertEqual(self._line(march).reward_ids.amount, 10000)
        self._assert_adds_up(april)
        self._freeze(april)
        may = self._new_settlement(APRIL.replace(month=5))
        self.assertFalse(may.line_ids, "it is corrected once")
        kept.button_draft()
        kept.button_cancel()
        may.action_draw_up()
        self.assertEqual(self._line(may, kind="correction").total, -200)

    def test_a_correction_is_by_the_rate_of_then(self):
        gone = self._new_invoice(6000, "2026-03-06")
        self._freeze(self._new_settlement())
        self.rate.rate = 50
        gone.button_draft()
        gone.button_cancel()
        self.assertEqual(self._line(self._new_settlement(APRIL), kind="correction").total, -300)

    def test_a_scheme_that_gets_a_reward_later_pays_nothing_back(self):
        self.rate.unlink()
        self._new_invoice(10000, "2026-03-05")
        self._freeze(self._new_settlement())
        self.proportional.rate_ids = [Command.create({"name": "All", "basis": "invoiced", "rate": 5})]
        self._new_appraisal(self.manager, 85, APRIL, template_id=self.proportional_template.id)
        april = self._new_settlement(APRIL)
        self.assertEqual(len(april.line_ids), 1)
        self.assertEqual(self._line(april).reward, 0)

    def test_an_order_cancelled_after_the_month_changes_the_departments_result(self):
        self.banded_template.pay_scheme_id.department_rate = 5
        self.appraisal.write({"template_id": self.banded_template.id, "score": 88})
        self.base.amount = 3000
        results = {MARCH: "challenge", APRIL: "met"}
        self._set_result(results)
        self._freeze(self._new_settlement(result=None))
        results[MARCH] = "missed"
        line = self._line(self._new_settlement(APRIL, result=None), kind="correction")
        self.assertEqual((line.performance, line.department_amount, line.total), (0, -264, -264))
        self.assertIn("was “Challenge Target Met” and is “Target Missed”", line.explanation)

    def test_corrections_look_back_as_far_as_the_setting_says(self):
        gone = self._new_invoice(6000, "2026-03-06")
        self._freeze(self._new_settlement())
        gone.button_draft()
        gone.button_cancel()
        self.company.key_account_correction_months = 0
        self.assertFalse(self._new_settlement(APRIL).line_ids)

    def test_more_people_take_no_more_queries(self):
        def count(users):
            for user in users:
                self._new_base(user, 800)
                self._new_appraisal(user, 80, template_id=self.proportional_template.id)
                customer = self._new_customer(user.name)
                self._new_account(customer, manager_id=user.id)
                self._new_invoice(1000, "2026-03-10", partner=customer)
            settlement = self._new_settlement()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            settlement.action_draw_up()
            settlement.action_submit()
            self.env.flush_all()
            asked = self.cr.sql_log_count - before
            lines = len(settlement.line_ids)
            settlement.with_user(self.leader)._decline("returned", "Once more")
            settlement._cancel("Counted")
            return lines, asked

        few = count([self.manager2])
        many = count([
            self._new_user(f"seller{number}", "key_account_mgmt.group_key_account_manager")
            for number in range(20)
        ])
        self.assertEqual((few[0], many[0]), (2, 22))
        self.assertLessEqual(many[1], few[1] + 5, "a query for each person")
