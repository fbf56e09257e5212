from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from ..common import KeyAccountCase

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
RESULT = "odoo.addons.key_account_mgmt.models.performance.key_account_settlement.KeyAccountSettlement" \
    "._get_department_result"


def make_pay_world(case):
    """Give the departments of a :class:`KeyAccountCase` their clerks, schemes, templates and bases."""
    case.users["other_clerk"] = case.other_clerk = case._new_user(
        "other_clerk", "key_account_mgmt.group_key_account_clerk"
    )
    case.team.key_account_clerk_id = case.clerk
    case.other_team.key_account_clerk_id = case.other_clerk
    currency = {"currency_id": case.company.currency_id.id}
    case.banded = case.env.ref("key_account_mgmt.pay_scheme_banded").copy(currency | {"name": "Banded"})
    case.proportional = case.env.ref("key_account_mgmt.pay_scheme_proportional").copy(
        currency | {"name": "Proportional"}
    )
    case.banded_template = new_template(case, case.banded)
    case.proportional_template = new_template(case, case.proportional)


def new_template(case, scheme):
    """Make an appraisal template whose people are paid by a scheme."""
    return case.env["key.account.appraisal.template"].create({
        "name": f"Template {scheme.name}", "pay_scheme_id": scheme.id,
        "line_ids": [Command.create({"name": "All", "max_points": 100})],
    })


def new_appraisal(case, user, score, month=MARCH, **values):
    """Make an approved appraisal of a person for a month."""
    return case.env["key.account.appraisal"].create({
        "user_id": user.id, "team_id": case.team.id, "company_id": case.company.id,
        "template_id": case.banded_template.id, "date_from": month, "score": score, "state": "approved",
        **values,
    })


def bring_to(appraisal, **values):
    """Let an appraisal be as the people leave it after an objection, another score or a cancellation."""
    appraisal.env.flush_all()
    appraisal.env.cr.execute(SQL(
        "UPDATE key_account_appraisal SET %s WHERE id = %s",
        SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()),
        appraisal.id,
    ))
    appraisal.env.invalidate_all()


def new_base(case, user, amount=3000, **values):
    """Enter a person's own base, from the beginning of the year."""
    return case.env["key.account.pay.base"].create({
        "user_id": user.id, "team_id": case.team.id, "company_id": case.company.id, "amount": amount,
        "date_from": "2026-01-01", **values,
    })


def new_settlement(case, month=MARCH, result="met", user=None, **values):
    """Draft a settlement as the clerk does, and draw it up."""
    settlement = case.env["key.account.settlement"].with_user(user or case.clerk).create({
        "team_id": case.team.id, "company_id": case.company.id, "date_from": month,
        **({"chosen_result": result, "chosen_reason": "No target yet"} if result else {}), **values,
    })
    settlement.action_draw_up()
    return settlement


def make_pay_records(case):
    """Return one record of each model of pay: manager's, of a frozen settlement of team.

    :rtype: dict
    """
    make_pay_world(case)
    base = new_base(case, case.manager)
    appraisal = new_appraisal(case, case.manager, 88)
    award = {"user_id": case.manager.id, "amount": 100, "reason": "The new line"}
    settlement = new_settlement(case, award_ids=[Command.create(award)])
    line = settlement.sudo().line_ids
    shared = {
        "line_id": [line.id], "settlement_id": [settlement.id], "company_id": [case.company.id],
        "currency_id": [case.company.currency_id.id], "basis": ["invoiced"], "month": [line.month],
        "amount": [4567.89],
    }
    insert = case.env["key.account.grading.run"]._bulk_insert
    reward, = insert(case.env["key.account.settlement.reward"], shared | {"reward": [4567.89]})
    document, = insert(case.env["key.account.settlement.document"], shared | {
        "reward_id": [reward], "team_id": [case.team.id], "user_id": [case.manager.id],
        "date": [line.month], "reference": ["4567.89"],
    })
    settlement.action_submit()
    settlement.with_user(case.leader).action_approve()
    settlement.with_user(case.executive).action_approve()
    case.env.invalidate_all()
    return {
        "key.account.appraisal": appraisal,
        "key.account.appraisal.template": appraisal.template_id,
        "key.account.pay.scheme": case.banded,
        "key.account.pay.scheme.band": case.banded.band_ids[:1],
        "key.account.pay.scheme.rate": case.proportional.rate_ids[:1],
        "key.account.pay.base": base,
        "key.account.settlement": settlement,
        "key.account.settlement.award": settlement.sudo().award_ids,
        "key.account.settlement.line": line,
        "key.account.settlement.reward": case.env["key.account.settlement.reward"].browse(reward),
        "key.account.settlement.document": case.env["key.account.settlement.document"].browse(document),
    }


class PayCase(KeyAccountCase):
    """Manager is paid 3000 by bands in March 2026; clerk drafts for team, other_clerk for other_team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_pay_world(cls)
        cls.users["accountant"] = cls._new_user("accountant", "account.group_account_manager")
        cls.users["administrator"] = cls._new_user("administrator", "base.group_system")
        cls.administrator = cls.users["administrator"]
        cls.base = new_base(cls, cls.manager)
        cls.appraisal = new_appraisal(cls, cls.manager, 88)

    @contextmanager
    def _refused(self, exception, text=""):
        """Expect a refusal in words, and undo what was done before it, as a request does."""
        with self.assertRaisesRegex(exception, text), self.cr.savepoint(), mute_logger("odoo.sql_db"):
            yield
            self.env.flush_all()

    # === BUILDERS === #

    def _new_appraisal(self, user, score, month=MARCH, **values):
        return new_appraisal(self, user, score, month, **values)

    def _new_base(self, user, amount=3000, **values):
        return new_base(self, user, amount, **values)

    def _new_settlement(self, month=MARCH, result="met", user=None, **values):
        return new_settlement(self, month, result, user, **values)

    def _freeze(self, settlement, leader=None):
        """Hand a settlement in and have it approved by the leader and an executive."""
        settlement.action_submit()
        settlement.with_user(leader or self.leader).action_approve()
        settlement.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        self.assertEqual(settlement.state, "frozen")
        return settlement

    def _set_result(self, results):
        """Let the department's sales targets end so: {first of month: result}."""
        patcher = patch(RESULT, lambda self, team, date_from, date_to: results.get(date_from, False))
        patcher.start()
        self.addCleanup(patcher.stop)

    def _line(self, settlement, user=None, kind="month"):
        self.env.invalidate_all()
        return settlement.sudo().line_ids.filtered(
            lambda line: line.user_id == (user or self.manager) and line.kind == kind
        )

    def _reopen(self, appraisal, score):
        """Take an appraisal up again after an objection, and approve it with another score."""
        bring_to(appraisal, state="scored")
        bring_to(appraisal, score=score, state="approved")

    def _assert_adds_up(self, settlement):
        lines = settlement.sudo().line_ids
        for line in lines:
            self.assertAlmostEqual(line.reward, sum(line.reward_ids.mapped("reward")), 2)
            self.assertAlmostEqual(
                line.total, line.performance + line.department_amount + line.reward + line.allowance
                + line.award, 2,
            )
            for reward in line.reward_ids:
                documents = line.document_ids.grouped("reward_id")[reward]
                self.assertAlmostEqual(reward.amount, sum(documents.mapped("amount")), 2)
                self.assertEqual(reward.document_count, len(documents))
        self.assertAlmostEqual(settlement.amount_total, sum(lines.mapped("total")), 2)
        self.assertEqual(settlement.line_count, len(lines))


class RewardCase(PayCase):
    """The company keeps accounts; manager's account buys, and he is paid in proportion with rewards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.company.currency_id = cls.env.ref("base.CNY")  # that chart's is another one
        cls.customer = cls._new_customer("Works")
        cls.account = cls._new_account(cls.customer)
        cls.base.amount = 800
        cls.appraisal.write({"template_id": cls.proportional_template.id, "score": 85})
        cls.rate = cls.proportional.rate_ids
        cls.rate.basis = "invoiced"

    def _new_invoice(self, amount, day, partner=None, lines=None, **values):
        move = self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": (partner or self.customer).id, "invoice_date": day,
            "date": day, "company_id": self.company.id,
            "invoice_line_ids": lines or [Command.create({
                "product_id": self.product.id, "price_unit": amount, "tax_ids": False,
            })],
            **values,
        })
        move.action_post()
        return move

    def _refund(self, invoice, amount, day):
        refund = invoice._reverse_moves([{"invoice_date": day, "date": day}])
        refund.invoice_line_ids[0].price_unit = amount
        refund.action_post()
        return refund

    def _pay(self, invoices, amount, day):
        return self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"amount": amount, "payment_date": day})._create_payments()
