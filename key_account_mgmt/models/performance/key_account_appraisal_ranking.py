from odoo import fields, models
from odoo.tools import SQL


class KeyAccountAppraisalRanking(models.Model):
    """What a department may know of its people's published months: person, month, score, place (P13).

    A view of those columns alone; figures, words, points and pay are not in it. Where the company does not
    publish scores within departments, only superiors see it.
    """

    _name = "key.account.appraisal.ranking"
    _description = "Key Account Ranking"
    _auto = False
    _order = "date_from desc, team_id, place, user_id"
    _rec_name = "user_id"
    _depends = {
        "key.account.appraisal": ["user_id", "team_id", "company_id", "date_from", "score", "state",
                                  "template_id"],
        "key.account.appraisal.template": ["is_ranked"],
        "res.company": ["key_account_publish_scores"],
    }

    user_id = fields.Many2one(comodel_name="res.users", string="Person", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Department", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    period = fields.Char(string="Month", readonly=True)
    score = fields.Float(digits=(6, 2), readonly=True, aggregator="avg")
    place = fields.Integer(
        string="Rank", readonly=True, aggregator=None,
        help="Equal scores share the better place, and the next is left out.",
    )
    ranked_count = fields.Integer(string="Of", readonly=True, aggregator=None, help="How many were ranked.")
    is_open = fields.Boolean(
        string="Open Within the Department", readonly=True, help="As the company's settings say."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT appraisal.id, appraisal.user_id, appraisal.team_id, appraisal.company_id,
                   appraisal.date_from, to_char(appraisal.date_from, 'YYYY-MM') AS period, appraisal.score,
                   RANK() OVER (month ORDER BY appraisal.score DESC)::int AS place,
                   COUNT(*) OVER (month)::int AS ranked_count,
                   COALESCE(company.key_account_publish_scores, FALSE) AS is_open
              FROM key_account_appraisal appraisal
              JOIN key_account_appraisal_template template ON template.id = appraisal.template_id
              JOIN res_company company ON company.id = appraisal.company_id
             WHERE appraisal.state = 'published' AND template.is_ranked
            WINDOW month AS (PARTITION BY appraisal.company_id, appraisal.team_id, appraisal.date_from)
            """
        )
