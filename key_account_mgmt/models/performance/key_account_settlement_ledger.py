from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ...calculations.grading import to_decimal
from ...calculations.payout import add_up, spread
from .key_account_appraisal_pay import PAYABLE_STATES
from .pay_terms import to_fraction
from .settlement_draft import DocumentDraft, RewardDraft


class Entry(NamedTuple):
    """What the ledger counts of a document in a month, and the department of its account."""

    document_id: int
    reference: str
    day: date
    team_id: int
    amount: Decimal


class Known(NamedTuple):
    """What was counted of a document before, by the reward's key and rate, and in which department."""

    team_id: int
    reference: str
    day: date
    amounts: dict


class KeyAccountSettlement(models.Model):
    """Marketing rewards: the ledger's invoices and payments by the manager who stands on them (P9).

    Each entry is rounded to the currency and counted once. A credit note counts against whoever had the
    reward of its invoice. For a month that was settled before, only the difference is counted.
    """

    _inherit = "key.account.settlement"

    def _add_rewards(self, drafts):
        """Give each draft what its person's documents of its month earn; the month's first line gets all."""
        drafts = [draft for draft in drafts if draft.terms and draft.terms.rates]
        if not drafts:
            return
        user_ids = sorted({draft.user_id for draft in drafts})
        months = sorted({draft.month for draft in drafts})
        settled = self._get_settled_documents(user_ids, months)
        entries = {
            basis: self._get_ledger_documents(basis, user_ids, months)
            for basis in sorted({rate.basis for draft in drafts for rate in draft.terms.rates})
        }
        kinds = self._get_document_kinds(drafts, entries)
        homes = self._get_homes(user_ids, months)
        done = set()
        # a month that was settled is first compared by the terms of then
        for draft in sorted(drafts, key=lambda draft: draft.kind != "correction"):
            for basis in sorted({rate.basis for rate in draft.terms.rates}):
                key = (draft.user_id, draft.month, basis)
                if key not in done:
                    done.add(key)
                    self._add_documents(draft, basis, entries[basis], settled, kinds, homes)

    def _add_documents(self, draft, basis, entries, settled, kinds, homes):
        rewards = {}
        own = entries.get((draft.user_id, draft.month), {})
        before = settled.get((draft.user_id, draft.month, basis), {})
        for document_id in sorted(own.keys() | before.keys()):
            entry = own.get(document_id)
            known = before.get(document_id)
            if not self._is_counted_here(draft, entry, known, homes):
                continue
            parts = self._split_document(draft.terms, basis, entry, kinds)
            for rate, amount in self._get_differences(draft.terms, basis, parts, known):
                reward = rewards.setdefault((rate.key, rate.rate), RewardDraft(rate, draft.month))
                reward.documents.append(DocumentDraft(
                    document_id, entry.reference if entry else known.reference,
                    entry.day if entry else known.day, amount,
                ))
        draft.rewards += [reward for reward in rewards.values() if reward.documents]

    def _is_counted_here(self, draft, entry, known, homes):
        """Return whether a document counts in this department: where it did before, else its account's.

        Somebody's account of a department in which he is not paid counts in the first one in which he is.
        """
        if known:
            return known.team_id == self.team_id.id
        teams = homes.get((draft.user_id, draft.month), set()) | {self.team_id.id}
        home = entry.team_id if entry.team_id in teams else min(teams)
        return home == self.team_id.id

    def _split_document(self, terms, basis, entry, kinds):
        """Return what of a document earns which reward of a basis: {rate: amount}."""
        if not entry:
            return {}
        weights = kinds.get(entry.document_id) if terms.has_kinds else None
        by_rate = defaultdict(Decimal)
        for path, weight in (weights or {(): 1}).items():
            by_rate[terms.find_rate(path)] += to_decimal(weight)
        return {
            rate: amount for rate, amount in spread(entry.amount, by_rate, terms.rounding).items()
            if rate and rate.basis == basis and amount
        }

    def _get_differences(self, terms, basis, parts, known):
        """Return what is to be counted now: all of a new document, of a known one what has changed."""
        if not known:
            return list(parts.items())
        if add_up(parts.values()) == add_up(known.amounts.values()):
            return []  # its products may have been sorted anew since: that is no change of the business
        now = {(rate.key, rate.rate): amount for rate, amount in parts.items()}
        by_key = {(rate.key, rate.rate): rate for rate in terms.rates if rate.basis == basis}
        found = []
        for key in sorted(now.keys() | known.amounts.keys()):
            difference = now.get(key, Decimal(0)) - known.amounts.get(key, Decimal(0))
            if difference and key in by_key:
                found.append((by_key[key], difference))
        return found

    # === THE LEDGER === #

    def _get_ledger_documents(self, basis, user_ids, months):
        """Return what the ledger counts of each document, by whose it is and month; one query.

        :param str basis: ``invoiced`` or ``collected``
        :return: {(user id, first of month): {move id: Entry}}
        :rtype: dict
        """
        ledger = self.env["key.account.ledger.entry"]
        ledger._flush_ledger()
        source = ledger._get_source(
            basis, self.company_id, months[0], fields.Date.end_of(months[-1], "month")
        )
        rows = self.env.execute_query(SQL(
            """
            SELECT COALESCE(origin.key_account_manager_id, move.key_account_manager_id) AS user_id,
                   date_trunc('month', source.date)::date AS month, move.id, MIN(source.reference),
                   MIN(source.date), MIN(account.team_id),
                   SUM(ROUND(source.amount / %(step)s) * %(step)s)::text
              FROM (%(source)s) source
              JOIN account_move move ON move.id = source.document_id
              LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
              LEFT JOIN key_account account
                     ON account.id = COALESCE(origin.key_account_id, move.key_account_id)
             WHERE COALESCE(origin.key_account_manager_id, move.key_account_manager_id) IN %(users)s
             GROUP BY 1, 2, 3
            """,
            step=to_decimal(self.currency_id.rounding), source=source, users=tuple(user_ids),
        ))
        found = defaultdict(dict)
        for user_id, month, move_id, reference, day, team_id, amount in rows:
            found[user_id, month][move_id] = Entry(move_id, reference, day, team_id, Decimal(amount))
        return found

    def _get_settled_documents(self, user_ids, months):
        """Return what other settlements have counted of each document.

        :return: {(user id, month, basis): {move id: Known}}
        :rtype: dict
        """
        documents = self.env["key.account.settlement.document"]
        documents.flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT user_id, month, basis, document_id, MIN(team_id), MIN(reference), MIN(date), rate_key,
                   rate::text, SUM(amount)::text
              FROM key_account_settlement_document
             WHERE user_id IN %s AND month IN %s AND company_id = %s AND settlement_id != %s
             GROUP BY user_id, month, basis, document_id, rate_key, rate
            """,
            tuple(user_ids), tuple(months), self.company_id.id, self.id,
        ))
        found = defaultdict(dict)
        for user_id, month, basis, move_id, team_id, reference, day, key, rate, amount in rows:
            known = found[user_id, month, basis].setdefault(move_id, Known(team_id, reference, day, {}))
            known.amounts[key, to_fraction(Decimal(rate))] = Decimal(amount)
        return found

    def _get_document_kinds(self, drafts, entries):
        """Return what the lines of each document come to by product category, where a scheme asks for it.

        :return: {move id: {path of category ids: amount}}
        :rtype: dict
        """
        if not any(draft.terms.has_kinds for draft in drafts):
            return {}
        move_ids = {move_id for found in entries.values() for own in found.values() for move_id in own}
        if not move_ids:
            return {}
        rows = self.env.execute_query(SQL(
            """
            SELECT line.move_id, category.parent_path, SUM(-line.balance)::text
              FROM account_move_line line
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN product_category category ON category.id = template.categ_id
             WHERE line.move_id IN %s AND line.display_type = 'product'
             GROUP BY line.move_id, category.parent_path
            """,
            tuple(move_ids),
        ))
        kinds = defaultdict(dict)
        for move_id, path, amount in sorted(rows, key=lambda row: (row[0], row[1] or "")):
            ids = tuple(int(part) for part in (path or "").split("/") if part)
            kinds[move_id][ids] = Decimal(amount)
        return kinds

    def _get_homes(self, user_ids, months):
        """Return in which departments these people are paid in these months.

        :return: {(user id, month): team ids}
        :rtype: dict
        """
        groups = self.env["key.account.appraisal"]._read_group(
            [
                ("user_id", "in", user_ids), ("company_id", "=", self.company_id.id),
                ("state", "in", PAYABLE_STATES), ("template_id.pay_scheme_id", "!=", False),
                ("date_to", ">=", months[0]), ("date_to", "<=", fields.Date.end_of(months[-1], "month")),
            ],
            ["user_id", "date_to:month", "team_id"],
        )
        homes = defaultdict(set)
        for user, month, team in groups:
            homes[user.id, month].add(team.id)
        return homes
