import json
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...calculations.grading import round_half_up
from .key_account_grading_run_compute import PROPOSED_VERDICTS


class KeyAccountGradingRun(models.Model):
    """Writing: all rows of a run in one INSERT."""

    _inherit = "key.account.grading.run"

    def _insert_assessments(self, rows, total):
        """Write all rows with two INSERTs; through the ORM this takes longer than the whole ledger."""
        if not rows:
            return
        teams = self._get_partner_teams([row.partner_id for row in rows if not row.holder])
        explanations = self._get_explanations(rows, total)
        columns = {
            "run_id": [self.id] * len(rows),
            "partner_id": [row.partner_id for row in rows],
            "account_id": [row.holder and row.holder.account_id for row in rows],
            "team_id": [
                row.holder.team_id if row.holder else teams.get(row.partner_id) for row in rows
            ],
            "sales_amount": [row.sales[0] for row in rows],
            "history_amount": [row.sales[1] for row in rows],
            "order_count": [row.sales[2] for row in rows],
            "sales_share": [row.share and round_half_up(row.share, Decimal("0.0001")) for row in rows],
            "score": [row.score for row in rows],
            "explanation": explanations,
            "current_grade_id": [row.holder and row.holder.grade_id for row in rows],
            "proposed_grade_id": [row.proposed for row in rows],
            "final_grade_id": [row.final for row in rows],
            "change": [row.change for row in rows],
            "review_decision": [self._propose_verdict(row) for row in rows],
        }
        carried = [(row.holder and row.holder.exception) or (None,) * 4 for row in rows]
        for name, values in zip(
            ("override_reason", "override_until", "override_user_id", "override_approver_id"),
            zip(*carried),
        ):
            columns[name] = [value or None for value in values]
        ids = self._bulk_insert(self.env["key.account.assessment"], columns)
        if self.method == "score":
            self._insert_lines(rows, ids)
        self.env["key.account.assessment"].invalidate_model()
        self.invalidate_recordset(["assessment_ids"])

    def _insert_lines(self, rows, ids):
        dimensions = {dimension.id: dimension for dimension in self.scheme_id.dimension_ids}
        languages = self._get_languages()
        names = {
            dimension.id: json.dumps({
                lang: dimension.with_context(lang=lang).name for lang in languages
            })
            for dimension in self.scheme_id.dimension_ids
        }
        flat = [
            (assessment_id, row, index, *part)
            for assessment_id, row in zip(ids, rows)
            for index, part in enumerate(row.parts)
        ]
        self._bulk_insert(self.env["key.account.assessment.line"], {
            "assessment_id": [item[0] for item in flat],
            "account_id": [item[1].holder and item[1].holder.account_id for item in flat],
            "sequence": [item[2] for item in flat],
            "dimension_id": [item[3] for item in flat],
            "weight": [item[4] for item in flat],
            "points": [item[5] for item in flat],
            "has_points": [item[5] is not None for item in flat],
            "value": [item[6] for item in flat],
            "has_value": [item[6] is not None for item in flat],
            "name": [names[item[3]] for item in flat],
            "metric": [dimensions[item[3]].metric for item in flat],
            "is_skipped_without_data": [
                dimensions[item[3]].is_skipped_without_data for item in flat
            ],
        })

    @api.model
    def _bulk_insert(self, model, columns):
        """Insert rows given by column, in one statement.

        They have no last writer until somebody writes them by hand: each foreign key of a row costs as
        much as all of its computing.

        :param BaseModel model: an empty recordset of the model
        :param dict columns: {field name: list of values}; translated texts as {lang: text}
        :return: the new ids, in the order of the values
        :rtype: list
        """
        model.flush_model()
        places = range(len(next(iter(columns.values()))))
        given = {"row_number": SQL("%s::int[]", self._get_array_text(places))}
        values = []
        for name, column in columns.items():
            sql_type = SQL(model._fields[name].column_type[1].partition("(")[0])
            if column.count(column[0]) == len(column):  # the same in all rows: sent once
                values.append(SQL("%s::%s", column[0], sql_type))
            else:
                values.append(SQL.identifier(name))
                given[name] = SQL("%s::%s[]", self._get_array_text(column), sql_type)
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO %(table)s (%(names)s, create_uid, create_date, write_date)
            SELECT %(values)s, %(uid)s, %(now)s, %(now)s
              FROM unnest(%(arrays)s) AS given(%(given)s)
             ORDER BY given.row_number
            RETURNING id
            """,
            table=SQL.identifier(model._table),
            names=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(values),
            uid=self.env.uid,
            now=self.env.cr.now(),
            arrays=SQL(", ").join(given.values()),
            given=SQL(", ").join(map(SQL.identifier, given)),
        ))
        return [row_id for row_id, in rows]

    @api.model
    def _get_array_text(self, values):
        """Return PostgreSQL's text form of an array, which it reads quicker than a list of constants."""
        return "{%s}" % ",".join([
            "NULL" if value is None
            else '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"') if isinstance(value, str)
            else str(value)
            for value in values
        ])

    def _get_partner_teams(self, partner_ids):
        """Return the sales team of customers without an account: that of their salesperson."""
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (partner.id) partner.id, member.crm_team_id
              FROM res_partner partner
              JOIN crm_team_member member ON member.user_id = partner.user_id AND member.active
              JOIN crm_team team ON team.id = member.crm_team_id
                   AND (team.company_id IS NULL OR team.company_id = %s)
             WHERE partner.id IN %s
             ORDER BY partner.id, member.id
            """,
            self.company_id.id, tuple(partner_ids) or (0,),
        ))
        return dict(rows)

    def _propose_verdict(self, row):
        """Propose a verdict for a review."""
        if self.kind != "review" or not row.holder:
            return None
        return PROPOSED_VERDICTS.get(row.change)
