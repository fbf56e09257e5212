import json
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...calculations.grading import to_decimal
from ...calculations.payout import add_up, prorate
from .key_account_appraisal_pay import PAYABLE_STATES
from .key_account_settlement_line import PAY_KINDS
from .pay_terms import Terms
from .settlement_draft import ZERO, LineDraft, get_line_key


class Paid(NamedTuple):
    """What was settled by an appraisal so far, corrections included."""

    score: Decimal
    presence: Decimal
    base_counted: Decimal
    department_result: str
    performance: Decimal
    department_amount: Decimal
    allowance: Decimal


class KeyAccountSettlement(models.Model):
    """Drawing up: approved appraisals, what has changed since months were frozen, and awards.

    Everything is asked for all people at once; rewards are in ``key_account_settlement_ledger.py``.
    """

    _inherit = "key.account.settlement"

    def _draw_up(self):
        """Make the lines anew."""
        self.ensure_one()
        # one at a time for a department: two drafts at the same moment would both correct the same month
        self.env.execute_query(SQL(
            "SELECT id FROM crm_team WHERE id = %s FOR NO KEY UPDATE", self.team_id.id
        ))
        self._set_department_result()
        drafts = self._get_drafts()
        self.line_ids.unlink()
        if drafts:
            self._insert_lines(drafts)
        self.invalidate_recordset(["line_ids"])
        self.write({
            "line_count": len(drafts),
            "amount_total": float(add_up(draft.total for draft in drafts)),
            "drawn_on": fields.Datetime.now(),
        })

    def _draw_up_drawn(self):
        """Draw up anew what was drawn up before; the others wait for the clerk."""
        for settlement in self.exists():
            if settlement.state == "draft" and settlement.drawn_on:
                settlement._draw_up()

    def _is_current(self):
        """Return whether drawing it up now would give the same lines."""
        self.ensure_one()
        result, is_chosen = self._find_department_result()
        if (result or False, is_chosen) != (self.department_result, self.is_result_chosen):
            return False
        drafts = sorted(map(repr, (draft.get_key() for draft in self._get_drafts())))
        return drafts == sorted(map(repr, map(get_line_key, self.line_ids)))

    # === THE DEPARTMENT === #

    def _find_department_result(self):
        """Return the result of the department and whether it was chosen by hand: where there is no target."""
        found = self._get_department_result(self.team_id, self.date_from, self.date_to)
        if found:
            return found, False
        return self.chosen_result, bool(self.chosen_result)

    def _set_department_result(self):
        result, is_chosen = self._find_department_result()
        self.write({"department_result": result, "is_result_chosen": is_chosen})

    # === LINES === #

    def _get_drafts(self):
        """Return what everybody is to get, as plain values.

        :return: list of :class:`LineDraft`
        :rtype: list
        """
        self.ensure_one()
        frozen = self._find_frozen()
        drafts = self._draft_appraisals(frozen)
        self._cap_allowances(drafts)
        drafts += self._draft_corrections(frozen)
        self._add_rewards(drafts)
        drafts = [draft for draft in drafts if draft.kind != "correction" or not draft.is_empty]
        self._add_awards(drafts)
        return drafts

    def _find_frozen(self):
        """Return the department's frozen settlements of the months before, by their first day."""
        return self.search([
            ("team_id", "=", self.team_id.id), ("company_id", "=", self.company_id.id),
            ("state", "=", "frozen"), ("date_from", "<", self.date_from),
        ]).grouped("date_from")

    def _find_appraisals(self, frozen):
        """Return the approved appraisals of this month, and those that came too late for a frozen one."""
        paid = Domain("kind", "in", PAY_KINDS) & Domain("settlement_id", "!=", self.id)
        periods = Domain.OR(
            Domain("date_to", ">=", month) & Domain("date_to", "<=", fields.Date.end_of(month, "month"))
            for month in (self.date_from, *frozen)
        )
        return self.env["key.account.appraisal"].search(
            Domain("team_id", "=", self.team_id.id) & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", PAYABLE_STATES) & Domain("template_id.pay_scheme_id", "!=", False)
            & Domain("settlement_line_ids", "not any", paid) & periods,
            order="date_to desc, user_id, id",
        )

    def _draft_appraisals(self, frozen):
        appraisals = self._find_appraisals(frozen)
        terms = appraisals._get_pay_terms(strict=True)
        drafts = []
        for appraisal in appraisals:
            month = appraisal.date_to.replace(day=1)
            is_own = month == self.date_from
            result = self.department_result if is_own else self._get_month_result(frozen[month])
            drafts.append(self._draft_appraisal(appraisal, terms[appraisal], month, result))
        return drafts

    def _draft_appraisal(self, appraisal, terms, month, result):
        base = terms.get_counted_base(appraisal.presence_rate)
        paid = terms.get_payout(appraisal.score, base, result)
        return LineDraft(
            user_id=appraisal.user_id.id,
            month=month,
            kind="month" if month == self.date_from else "late",
            appraisal=appraisal,
            terms=terms,
            score=to_decimal(appraisal.score),
            rate=paid.rate,
            presence=terms.get_presence(appraisal.presence_rate),
            base_counted=base,
            performance=paid.performance,
            department_result=result or "met",
            department_amount=paid.department,
            allowance=terms.get_allowance(appraisal.presence_rate),
        )

    def _get_month_result(self, frozen):
        """Return the department's result of a frozen month as it is today.

        What was chosen by hand stays, as long as there is no target.
        """
        found = self._get_department_result(frozen.team_id, frozen.date_from, frozen.date_to)
        return found or frozen.department_result

    def _cap_allowances(self, drafts):
        """Pay each person one field allowance a month, in however many departments he works."""
        if not drafts:
            return
        groups = self.env["key.account.settlement.line"]._read_group(
            [
                ("user_id", "in", [draft.user_id for draft in drafts]),
                ("month", "in", [draft.month for draft in drafts]),
                ("company_id", "=", self.company_id.id), ("settlement_id", "!=", self.id),
            ],
            ["user_id", "month:day"], ["allowance:sum"],
        )
        paid = {(user.id, day): to_decimal(amount) for user, day, amount in groups}
        for draft in drafts:
            key = (draft.user_id, draft.month)
            left = max(draft.terms.allowance - paid.get(key, ZERO), ZERO)
            draft.allowance = min(draft.allowance, left)
            paid[key] = paid.get(key, ZERO) + draft.allowance

    # === CORRECTIONS === #

    def _draft_corrections(self, frozen):
        """Compare what the frozen months paid with the appraisals and results of today."""
        start = fields.Date.subtract(self.date_from, months=self.company_id.key_account_correction_months)
        months = {month: settlement for month, settlement in frozen.items() if month >= start}
        origins = self.env["key.account.settlement.line"].search([
            ("settlement_id.state", "=", "frozen"), ("team_id", "=", self.team_id.id),
            ("company_id", "=", self.company_id.id), ("kind", "in", PAY_KINDS),
            ("month", "in", list(months)),
        ], order="month, user_id, id")
        paid = self._get_paid(origins)
        results = {month: self._get_month_result(settlement) for month, settlement in months.items()}
        return [
            self._draft_correction(origin, paid[origin], results[origin.month]) for origin in origins
        ]

    def _get_paid(self, origins):
        """Return what each line has paid so far, with the corrections of other settlements.

        :rtype: dict
        :return: {line: Paid}
        """
        corrections = self.env["key.account.settlement.line"].search([
            ("corrected_line_id", "in", origins.ids), ("settlement_id", "!=", self.id),
        ], order="settlement_id, id").grouped("corrected_line_id")
        paid = {}
        for origin in origins:
            lines = origin | corrections.get(origin, origin.browse())
            last = max(lines, key=lambda line: (line.settlement_id.date_from, line.id))
            sums = (
                add_up(lines.mapped(name)) for name in ("performance", "department_amount", "allowance")
            )
            paid[origin] = Paid(
                to_decimal(last.score), to_decimal(last.presence_rate), to_decimal(last.base_counted),
                last.department_result, *sums,
            )
        return paid

    def _draft_correction(self, origin, paid, result):
        """Return the difference between what was paid by an appraisal and what is due by it today."""
        appraisal = origin.appraisal_id
        draft = LineDraft(
            user_id=origin.user_id.id, month=origin.month, kind="correction", appraisal=appraisal,
            origin=origin, terms=Terms.load(origin.terms), score=paid.score, presence=paid.presence,
            base_counted=paid.base_counted, department_result=result, before=paid,
        )
        if appraisal.state == "cancelled":
            draft.score = draft.base_counted = draft.presence = ZERO
        elif appraisal._is_payable():  # while it is taken up again it counts as it was
            draft.score = to_decimal(appraisal.score)
            draft.presence = draft.terms.get_presence(appraisal.presence_rate)
            draft.base_counted = draft.terms.get_counted_base(appraisal.presence_rate)
        now = draft.terms.get_payout(draft.score, draft.base_counted, result)
        draft.rate = now.rate
        draft.performance = now.performance - paid.performance
        draft.department_amount = now.department - paid.department_amount
        if draft.base_counted != paid.base_counted:
            draft.allowance = self._get_due_allowance(draft, paid) - paid.allowance
        return draft

    def _get_due_allowance(self, draft, paid):
        """Return the allowance for the days that somebody was there after all, as it was paid then."""
        whole = paid.allowance / paid.presence if paid.presence else draft.terms.allowance
        return prorate(min(whole, draft.terms.allowance), draft.presence, draft.terms.rounding)

    # === AWARDS === #

    def _add_awards(self, drafts):
        """Put each person's awards on his line of the month, or on one of their own."""
        for user, awards in self.award_ids.grouped("user_id").items():
            draft = next((
                draft for draft in drafts if draft.user_id == user.id and draft.kind == "month"
            ), None)
            if not draft:
                draft = LineDraft(user_id=user.id, month=self.date_from, kind="award")
                drafts.append(draft)
            draft.award = add_up(awards.mapped("amount"))
            draft.award_reason = "\n".join(awards.mapped("reason"))

    # === WRITING === #

    def _insert_lines(self, drafts):
        """Write what was drawn up, a statement a table: some hundred people have thousands of documents."""
        lines = self._insert("key.account.settlement.line", [
            draft.get_values() | {
                "team_id": self.team_id.id,
                "explanation": json.dumps(self._explain(draft)),
                "terms": json.dumps(draft.terms.dump()) if draft.terms else None,
            }
            for draft in drafts
        ])
        pairs = [(line, draft, reward) for line, draft in zip(lines, drafts) for reward in draft.rewards]
        rewards = self._insert("key.account.settlement.reward", [
            {
                "line_id": line, "name": json.dumps(dict(reward.terms.names)), "rate_key": reward.terms.key,
                "basis": reward.terms.basis, "month": reward.month, "document_count": len(reward.documents),
                "amount": reward.amount, "rate": reward.terms.rate * 100,
                "reward": draft.get_reward_of(reward),
            }
            for line, draft, reward in pairs
        ])
        self._insert("key.account.settlement.document", [
            {
                "reward_id": reward_id, "line_id": line, "team_id": self.team_id.id, "user_id": draft.user_id,
                "rate_key": reward.terms.key, "rate": reward.terms.rate * 100, "basis": reward.terms.basis,
                "month": reward.month, "date": document.day, "reference": document.reference,
                "document_id": document.document_id, "document_model": "account.move",
                "amount": document.amount,
            }
            for reward_id, (line, draft, reward) in zip(rewards, pairs) for document in reward.documents
        ])

    def _insert(self, model, rows):
        """Insert rows that share the settlement's company and currency; return their ids in order."""
        if not rows:
            return []
        shared = {
            "settlement_id": self.id, "company_id": self.company_id.id, "currency_id": self.currency_id.id,
        }
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        columns |= {name: [value] * len(rows) for name, value in shared.items()}
        ids = self.env["key.account.grading.run"]._bulk_insert(self.env[model], columns)
        self.env[model].invalidate_model()
        return ids
