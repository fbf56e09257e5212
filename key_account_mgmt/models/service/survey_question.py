from odoo import fields, models


class SurveyQuestion(models.Model):
    """A question with choices, or with a scale, that asks for one dimension of satisfaction."""

    _inherit = "survey.question"

    key_account_dimension_id = fields.Many2one(
        comodel_name="key.account.satisfaction.dimension",
        string="Satisfaction Dimension",
        index="btree_not_null",
        ondelete="restrict",
        help="Which dimension of key accounts' satisfaction the answers count for.",
    )


class SurveyQuestionAnswer(models.Model):
    """A row of a matrix that asks for one dimension of satisfaction."""

    _inherit = "survey.question.answer"

    key_account_dimension_id = fields.Many2one(
        comodel_name="key.account.satisfaction.dimension",
        string="Satisfaction Dimension",
        index="btree_not_null",
        ondelete="restrict",
        help="Which dimension of key accounts' satisfaction the answers in this row count for.",
    )
