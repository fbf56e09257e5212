from . import res_company
from . import res_config_settings

# Visits and visit plans
from . import key_account_grade
from . import key_account_grade_history
from . import key_account_visit
from . import key_account_visit_changes
from . import key_account_visit_steps
from . import key_account_visit_meeting
from . import key_account_visit_cron
from . import key_account_visit_check_in
from . import key_account_visit_photo
from . import key_account_visit_plan
from . import key_account_visit_plan_generate
from . import key_account_visit_coverage
from . import key_account
from . import key_account_handover
from . import calendar_event

# The life cycle of the service
from . import key_account_service_stage

# Monthly submissions, spot checks and meetings
from . import key_account_project
from . import key_account_meeting
from . import key_account_meeting_kept
from . import key_account_meeting_calendar
from . import calendar_event_meeting
from . import key_account_meeting_resolution
from . import key_account_monthly_submission
from . import key_account_monthly_submission_cron
from . import key_account_month
from . import key_account_spot_check
from . import key_account_spot_check_line
from . import key_account_visit_spot_check
from . import key_account_visit_month
from . import key_account_handover_month
from . import ir_attachment
from . import ir_attachment_photo
from . import mail_activity

# Satisfaction
from . import survey_question
from . import survey_user_input
from . import survey_survey
from . import key_account_satisfaction_dimension
from . import key_account_satisfaction
from . import key_account_satisfaction_answer
from . import key_account_satisfaction_cron
from . import key_account_satisfaction_line
from . import key_account_satisfactions
from . import key_account_grading_run_satisfaction
from . import key_account_handover_satisfaction
from . import key_account_stakeholder_satisfaction

# Complaints
from . import key_account_complaint_category
from . import key_account_complaint
from . import key_account_complaint_owner
from . import key_account_complaint_clock
from . import key_account_complaint_escalation
from . import key_account_complaint_result
from . import key_account_complaint_customer
from . import key_account_complaint_gateway
from . import key_account_complaints
from . import key_account_grading_run_complaint
from . import key_account_handover_complaint
from . import mail_thread
from . import rating_rating
from . import res_users
from . import key_account_complaint_source

# The promise kept
from . import key_account_service_score
