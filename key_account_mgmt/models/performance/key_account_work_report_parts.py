from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...calculations import reporting
from .key_account_work_report import FIGURES, WORDS


class KeyAccountWorkReport(models.Model):
    """What a report takes over from the shorter ones: a week's from its days, a month's from its weeks.

    A week belongs to the month in which it ends, so the parts of a month may begin in the one before; the
    month's own figures are those of its own days.
    """

    _inherit = "key.account.work.report"

    part_ids = fields.Many2many(
        comodel_name="key.account.work.report",
        string="Shorter Reports",
        compute="_compute_parts",
        help="Those that end in the period; a department's month shows its people's months.",
    )
    missing_parts = fields.Char(
        compute="_compute_parts", string="Missing", help="Periods of which nothing was submitted or excused."
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "date_from", "date_to", "user_id", "team_id", "scope")
    def _compute_parts(self):
        found = self._find_parts()
        for report in self:
            parts = found.filtered(lambda part, report=report: report._has_part(part)).sorted(
                lambda part: (part.date_from, part.user_id.name or "")
            )
            report.part_ids = parts
            settled = set(parts.filtered(lambda part: part.state != "draft").mapped("date_from"))
            report.missing_parts = ", ".join(
                reporting.get_label(kind, first)
                for kind, first in report._get_expected_parts() if first not in settled
            )

    # === ACTION METHODS === #

    def action_gather_words(self):
        """Take over what the shorter reports say; what is written already stays above it.

        :raise UserError: when there is nothing to take over
        """
        self.check_access("write")
        for report in self:
            parts = report.part_ids.filtered(lambda part: part.state in ("submitted", "read"))
            if not parts:
                raise UserError(self.env._(
                    "%(report)s has no submitted shorter reports: write it yourself.",
                    report=report.display_name,
                ))
            report.write({
                name: "\n".join(filter(None, (
                    report[name], *(f"{part.display_name}: {part[name]}" for part in parts if part[name])
                )))
                for name in WORDS
            })
        return True

    # === BUSINESS METHODS === #

    def _get_part_kind(self):
        return "month" if self.scope == "department" else reporting.get_part_kind(self.kind or "day")

    def _find_parts(self):
        """Return the parts of all these reports, among those that the user may read, by one search."""
        whole = self.filtered(lambda report: report.date_from and report._get_part_kind())
        if not whole:
            return self.browse()
        return self.search(
            Domain("scope", "=", "person")
            & Domain("kind", "in", list({report._get_part_kind() for report in whole}))
            & Domain("date_to", ">=", min(whole.mapped("date_from")))
            & Domain("date_to", "<=", max(whole.mapped("date_to")))
            & (
                Domain("user_id", "in", whole.user_id.ids)
                | Domain("team_id", "in", whole.filtered(lambda one: one.scope == "department").team_id.ids)
            )
        )

    def _has_part(self, part):
        is_within = self.date_from <= part.date_to <= self.date_to and part.kind == self._get_part_kind()
        owner = "user_id" if self.scope == "person" else "team_id"
        return is_within and part.company_id == self.company_id and part[owner] == self[owner]

    def _get_expected_parts(self):
        """Return the parts that have to be there by today: those with a working day.

        :return: (kind, first day) pairs
        :rtype: list
        """
        kind = self._get_part_kind()
        if self.scope == "department" or not kind or not self.date_from:
            return []
        today = self.company_id._get_key_account_today()
        periods = [
            (first, last) for first, last in reporting.get_periods(kind, self.date_from, self.date_to)
            if last < today
        ]
        if not periods:
            return []
        days = self.company_id._get_key_account_working_days(periods[0][0], periods[-1][1])
        return [
            (kind, first) for first, last in periods if any(first <= day <= last for day in days)
        ]

    def _get_part_totals(self):
        """Return the sums of what the shorter reports say.

        :return: {name of :data:`FIGURES`: number}
        :rtype: dict
        """
        self.ensure_one()
        parts = self.part_ids.filtered(lambda part: part.state in ("submitted", "read"))
        return {name: sum(parts.mapped(name)) for name in FIGURES}
