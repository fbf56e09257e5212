from odoo import fields, models
from odoo.tools import SQL

from .key_account_visit import AHEAD_STATES, HELD_STATES, MEETING_TYPES


class KeyAccountVisitCoverage(models.Model):
    """What each account of a plan's department is promised in its period, and what it gets.

    Nothing is stored, so it is right at any time; the formula is that of
    ``calculations.schedule.count_promised`` (a test compares them).
    """

    _name = "key.account.visit.coverage"
    _description = "Key Account Visit Coverage"
    _inherit = ["key.account.access.mixin"]
    _auto = False
    _order = "missing_count desc, account_id"
    _rec_name = "account_id"

    _is_audited = False

    account_id = fields.Many2one(readonly=True)
    plan_id = fields.Many2one(comodel_name="key.account.visit.plan", string="Visit Plan", readonly=True)
    grade_id = fields.Many2one(comodel_name="key.account.grade", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", string="Key Account Manager", readonly=True)
    interval_days = fields.Integer(string="Promised Every (Days)", readonly=True)
    last_date = fields.Date(string="Last Visit Before", readonly=True)
    promised_count = fields.Integer(string="Promised", readonly=True)
    planned_count = fields.Integer(string="In the Plan", readonly=True)
    held_count = fields.Integer(string="Held", readonly=True)
    urgent_count = fields.Integer(
        string="Of Which Urgent", readonly=True, help="Visits that could not wait for a plan (X19)."
    )
    missing_count = fields.Integer(string="Missing", readonly=True)

    @property
    def _table_query(self):
        for name in ("key.account", "key.account.grade", "key.account.visit", "key.account.visit.plan"):
            self.env[name].flush_model()
        return SQL(
            """
            SELECT counted.*, GREATEST(promised_count - planned_count, 0) AS missing_count
              FROM (
                SELECT plan.id::bigint * 10000000 + account.id AS id,
                       plan.id AS plan_id, account.id AS account_id, account.grade_id, account.manager_id,
                       COALESCE(grade.visit_interval_days, 0) AS interval_days, last.date AS last_date,
                       CASE WHEN grade.visit_interval_days > 0 AND due.first <= plan.date_to
                            THEN (plan.date_to - due.first) / grade.visit_interval_days + 1
                            ELSE 0 END AS promised_count,
                       visits.planned_count, visits.held_count, visits.urgent_count
                  FROM key_account_visit_plan plan
                  JOIN key_account account ON account.team_id = plan.team_id
                       AND account.company_id = plan.company_id
                       AND account.state = 'active' AND account.active
                  LEFT JOIN key_account_grade grade ON grade.id = account.grade_id
                 CROSS JOIN LATERAL (
                    SELECT max(visit.date) AS date
                      FROM key_account_visit visit
                     WHERE visit.account_id = account.id AND visit.date < plan.date_from
                       AND visit.state IN %(kept)s AND visit.visit_type IN %(types)s
                       AND visit.ratification IS DISTINCT FROM 'refused'
                       ) last
                 CROSS JOIN LATERAL (
                    SELECT GREATEST(
                               plan.date_from, account.admission_date,
                               last.date + grade.visit_interval_days
                           ) AS first
                       ) due
                 CROSS JOIN LATERAL (
                    SELECT count(*) AS planned_count,
                           count(*) FILTER (WHERE visit.state IN %(held)s) AS held_count,
                           count(*) FILTER (WHERE visit.is_urgent) AS urgent_count
                      FROM key_account_visit visit
                     WHERE visit.account_id = account.id
                       AND visit.date BETWEEN plan.date_from AND plan.date_to
                       AND visit.visit_type IN %(types)s
                       AND visit.ratification IS DISTINCT FROM 'refused'
                       AND (visit.state IN %(kept)s OR visit.state = 'draft' AND visit.plan_id = plan.id)
                       ) visits
                   ) counted
            """,
            kept=AHEAD_STATES + HELD_STATES, held=HELD_STATES, types=MEETING_TYPES,
        )

    # === ACTION METHODS === #

    def action_open_account(self):
        """Open the account."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account",
            "res_id": self.account_id.id,
            "view_mode": "form",
        }
