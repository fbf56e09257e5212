from odoo import api, fields, models


class KeyAccountSatisfactionLine(models.Model):
    """What a customer thinks of one dimension; written by the system when the answers come in."""

    _name = "key.account.satisfaction.line"
    _description = "Satisfaction with a Dimension"
    _inherit = ["key.account.guard.mixin", "key.account.access.mixin"]
    _order = "answer_date desc, satisfaction_id desc, sequence, id"
    _rec_name = "dimension_id"

    satisfaction_id = fields.Many2one(
        comodel_name="key.account.satisfaction",
        string="Survey",
        required=True,
        index=True,
        ondelete="cascade",
    )
    account_id = fields.Many2one(related="satisfaction_id.account_id", store=True, precompute=True)
    company_id = fields.Many2one(related="satisfaction_id.company_id", store=True, index=True)
    team_id = fields.Many2one(related="satisfaction_id.team_id", store=True)
    user_id = fields.Many2one(related="satisfaction_id.user_id", store=True)
    answer_date = fields.Date(related="satisfaction_id.answer_date", store=True, index=True)
    channel = fields.Selection(related="satisfaction_id.channel", store=True)
    sequence = fields.Integer(related="dimension_id.sequence", store=True)
    dimension_id = fields.Many2one(
        comodel_name="key.account.satisfaction.dimension", required=True, index=True, ondelete="restrict"
    )
    answer_id = fields.Many2one(
        comodel_name="survey.question.answer", readonly=True, index="btree_not_null", ondelete="set null"
    )
    answer = fields.Char(related="answer_id.value")
    score = fields.Float(digits=(5, 2), aggregator="avg", help="0 not satisfied, 100 very satisfied.")

    _dimension_unique = models.UniqueIndex(
        "(satisfaction_id, dimension_id)", "A dimension is judged once in a survey."
    )

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "satisfaction_id", "account_id", "company_id", "team_id", "user_id", "answer_date", "channel",
            "sequence",
            "dimension_id", "answer_id", "score",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | self._get_system_fields() | {"answer"}
