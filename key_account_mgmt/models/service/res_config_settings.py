from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # Visits
    key_account_visit_move_days = fields.Integer(
        related="company_id.key_account_visit_move_days", readonly=False
    )
    key_account_ratification_days = fields.Integer(
        related="company_id.key_account_ratification_days", readonly=False
    )
    key_account_report_days = fields.Integer(related="company_id.key_account_report_days", readonly=False)
    key_account_missed_days = fields.Integer(related="company_id.key_account_missed_days", readonly=False)
    key_account_is_position_asked = fields.Boolean(
        related="company_id.key_account_is_position_asked", readonly=False
    )
    key_account_position_days = fields.Integer(
        related="company_id.key_account_position_days", readonly=False
    )
    # Monthly submissions, spot checks and meetings
    key_account_closing_day = fields.Integer(related="company_id.key_account_closing_day", readonly=False)
    key_account_redo_days = fields.Integer(related="company_id.key_account_redo_days", readonly=False)
    # Satisfaction
    key_account_survey_id = fields.Many2one(related="company_id.key_account_survey_id", readonly=False)
    key_account_survey_reminder_days = fields.Integer(
        related="company_id.key_account_survey_reminder_days", readonly=False
    )
    key_account_survey_expiry_days = fields.Integer(
        related="company_id.key_account_survey_expiry_days", readonly=False
    )
    key_account_low_score = fields.Float(related="company_id.key_account_low_score", readonly=False)
    # Complaints
    key_account_complaint_user_id = fields.Many2one(
        related="company_id.key_account_complaint_user_id", readonly=False
    )
    key_account_complaint_response_hours = fields.Float(
        related="company_id.key_account_complaint_response_hours", readonly=False
    )
    key_account_complaint_resolution_hours = fields.Float(
        related="company_id.key_account_complaint_resolution_hours", readonly=False
    )
    key_account_complaint_critical_rate = fields.Float(
        related="company_id.key_account_complaint_critical_rate", readonly=False
    )
    key_account_complaint_warning_hours = fields.Float(
        related="company_id.key_account_complaint_warning_hours", readonly=False
    )
    key_account_complaint_leader_hours = fields.Float(
        related="company_id.key_account_complaint_leader_hours", readonly=False
    )
    key_account_complaint_director_hours = fields.Float(
        related="company_id.key_account_complaint_director_hours", readonly=False
    )
    key_account_complaint_acknowledge = fields.Boolean(
        related="company_id.key_account_complaint_acknowledge", readonly=False
    )
    key_account_complaint_alias_name = fields.Char(
        related="company_id.key_account_complaint_alias_name", readonly=False
    )
