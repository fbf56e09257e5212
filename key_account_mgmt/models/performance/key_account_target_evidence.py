from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...calculations.grading import plain
from ..service.key_account_visit import HELD_STATES, MEETING_TYPES
from .key_account_target_actual import LEDGER_KINDS


class KeyAccountTarget(models.Model):
    """Why a figure is what it is: in words, and the records that add up to it."""

    _inherit = "key.account.target"

    explanation = fields.Text(string="How It Stands", compute="_compute_explanation")

    @api.depends("amount", "challenge_amount", "closed_amount")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for target in self:
            sentences = target._explain() if target.date_from and target.company_id else ()
            target.explanation = " ".join(sentence for sentence in sentences if sentence)

    # === ACTION METHODS === #

    def action_open_evidence(self):
        """Open the records that add up to what was reached; each sees those that he may see."""
        self.ensure_one()
        self.check_access("read")
        name = "key_account_visit" if self.kind == "visits" else "key_account_ledger_entry"
        action = self.env["ir.actions.act_window"]._for_xml_id(f"key_account_mgmt.{name}_action")
        views = [(False, "list"), (False, "form" if self.kind == "visits" else "pivot")]
        return action | {
            "domain": list(self._get_evidence_domain()), "context": {}, "views": views,
            "view_mode": ",".join(view for _id, view in views), "display_name": self.display_name,
        }

    def action_open_pipeline(self):
        """Open the opportunities from which the forecast comes."""
        self.ensure_one()
        self.check_access("read")
        if self.kind != "sales":
            raise UserError(self.env._("Only a forecast of sales comes from opportunities."))
        domain = (
            Domain("type", "=", "opportunity") & Domain("won_status", "=", "pending")
            & Domain("date_deadline", ">=", self.date_from) & Domain("date_deadline", "<=", self.date_to)
            & self._get_lead_subject_domain()
            & (
                Domain("company_id", "=", self.company_id.id)
                | Domain("company_id", "=", False)
                & Domain("key_account_id.company_id", "=", self.company_id.id)
            )
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Expected"),
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form",
            "domain": list(domain),
        }

    # === BUSINESS METHODS === #

    def _explain(self):
        """Return the sentences that say what was reached, how it stands, and what moved."""
        self.ensure_one()
        values = {
            "actual": plain(self.actual_amount), "count": self.record_count, "target": plain(self.amount),
            "date_from": format_date(self.env, self.date_from),
            "date_to": format_date(self.env, self.date_to), "rate": plain(self.attainment),
        }
        figure = {
            "sales": self.env._(
                "%(actual)s in %(count)s confirmed orders, %(date_from)s to %(date_to)s", **values
            ),
            "collection": self.env._(
                "%(actual)s in %(count)s payments, %(date_from)s to %(date_to)s", **values
            ),
            "new_customers": self.env._(
                "%(actual)s customers whose first order was confirmed, %(date_from)s to %(date_to)s", **values
            ),
            "visits": self.env._("%(actual)s visits held, %(date_from)s to %(date_to)s", **values),
        }[self.kind]
        if self.amount:
            yield self.env._("%(figure)s, is %(rate)s %% of %(target)s.", figure=figure, **values)
        else:
            yield self.env._("%(figure)s; nothing is to be reached.", figure=figure)
        yield self._explain_distance()
        yield self._explain_forecast()
        yield self.missing_rate_count and self.env._(
            "%(count)s orders in a foreign currency have no exchange rate and are not counted.",
            count=self.missing_rate_count,
        )
        yield self.closed_on and self.moved_amount and self.env._(
            "When the period was closed on %(day)s it was %(closed)s; what was cancelled, refunded or "
            "entered since then makes %(moved)s.",
            day=format_date(self.env, self.closed_on), closed=plain(self.closed_amount),
            moved=f"{self.moved_amount:+,.2f}",
        )

    def _explain_distance(self):
        """Say what is missing to the target, or to the challenge target."""
        if self.actual_amount < self.amount:
            return self.env._("%(gap)s are missing.", gap=plain(self.amount - self.actual_amount))
        if not self.challenge_amount:
            return False
        if self.actual_amount < self.challenge_amount:
            return self.env._(
                "The target is met; %(gap)s are missing to the challenge target of %(challenge)s.",
                gap=plain(self.challenge_amount - self.actual_amount), challenge=plain(self.challenge_amount),
            )
        return self.env._(
            "The challenge target of %(challenge)s is met.", challenge=plain(self.challenge_amount)
        )

    def _explain_forecast(self):
        expected = self.forecast_amount - self.actual_amount
        return expected > 0 and self.env._(
            "With %(expected)s still expected it would be %(forecast)s.",
            expected=plain(expected), forecast=plain(self.forecast_amount),
        )

    def _get_evidence_domain(self):
        """Return the domain of the records behind the figure: of visits, else of ledger entries.

        :rtype: odoo.fields.Domain
        """
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)
        )
        if self.kind == "visits":
            domain &= Domain("state", "in", HELD_STATES) & Domain("visit_type", "in", MEETING_TYPES)
        if self.kind == "new_customers":
            return Domain("kind", "=", "ordered") & Domain("document_id", "in", self._get_first_order_ids())
        if self.kind in LEDGER_KINDS:
            domain &= Domain("kind", "=", LEDGER_KINDS[self.kind])
        return domain & self._get_subject_domain()

    def _get_subject_domain(self):
        """Return the domain that says whose a record is, on ledger entries and visits alike."""
        if self.level == "company":
            return Domain.TRUE
        if self.level == "account":
            return Domain("account_id", "=", self.account_id.id)
        domain = Domain("team_id", "=", self.team_id.id)
        return domain & Domain("user_id", "=", self.user_id.id) if self.level == "person" else domain

    def _get_lead_subject_domain(self):
        """Return the domain that says whose an opportunity is: its account's people, else its own."""
        if self.level == "company":
            return Domain.TRUE
        if self.level == "account":
            return Domain("key_account_id", "=", self.account_id.id)

        def is_of(kept, own, subject):
            return Domain(kept, "=", subject.id) | Domain(kept, "=", False) & Domain(own, "=", subject.id)

        domain = is_of("key_account_team_id", "team_id", self.team_id)
        if self.level == "person":
            domain &= is_of("key_account_manager_id", "user_id", self.user_id)
        return domain

    def _get_first_order_ids(self):
        """Return the ids of the first orders of the customers that are counted."""
        self._flush_sources()
        source = self.env["key.account.ledger.entry"]._get_first_orders(
            self.company_id, self.level, self.date_from, self.date_to
        )
        rows = self.env.execute_query(source)
        is_person = self.level == "person"
        return [
            document_id for _date, subject_id, team_id, _amount, _countable, document_id, _customer in rows
            if subject_id == self._get_subject().id and (not is_person or team_id == self.team_id.id)
        ]

    def _get_printed_lines(self):
        """Return the lines of the decomposition sheet: (depth, target), each followed by its parts.

        Only those that the reader may see.

        :rtype: list
        """
        self.ensure_one()
        below = self.search(
            [("id", "child_of", self.id)], order="date_from, level_sequence, team_id, user_id, id"
        )
        by_parent = below.grouped("parent_id")

        def walk(target, depth):
            yield depth, target
            for part in by_parent.get(target, ()):
                yield from walk(part, depth + 1)

        return list(walk(self, 0))
