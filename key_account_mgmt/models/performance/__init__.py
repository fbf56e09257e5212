# Targets, plans and money
from . import key_account_document_mixin
from . import crm_lead
from . import key_account
from . import key_account_ledger_entry
from . import key_account_target_decision_mixin
from . import key_account_target
from . import key_account_target_actual
from . import key_account_target_forecast
from . import key_account_target_evidence
from . import key_account_target_submit
from . import key_account_target_change
# Plans, expenses and the receivables diary
from . import key_account_plan
from . import key_account_plan_figures
from . import key_account_plan_line
from . import key_account_plans
from . import mail_activity
from . import key_account_expense_category
from . import key_account_expense
from . import key_account_expense_budget
from . import key_account_collection_entry
from . import key_account_collection_month
from . import key_account_handover_reports

# Work reports
from . import key_account_work_report
from . import key_account_work_report_figures
from . import key_account_work_report_parts
from . import key_account_work_report_cron
from . import key_account_work_report_month
from . import res_company_reports
from . import res_config_settings_reports

# Key figures and appraisals
from . import res_company_appraisal
from . import res_config_settings_appraisal
from . import crm_team_member
from . import key_account_kpi
from . import key_account_kpi_measure
from . import key_account_kpi_evidence
from . import key_account_kpi_value
from . import key_account_appraisal_template
from . import key_account_appraisal_template_line
from . import key_account_appraisal_template_band
from . import key_account_appraisal
from . import key_account_appraisal_line
from . import key_account_appraisal_steps
from . import key_account_appraisal_figures
from . import key_account_appraisal_place
from . import key_account_appraisal_ranking
from . import key_account_appraisal_objection
from . import key_account_reward_record
from . import key_account_spot_check_line

# Pay
from . import res_company_pay
from . import res_config_settings_pay
from . import key_account_pay_scheme
from . import key_account_pay_scheme_band
from . import key_account_pay_scheme_rate
from . import key_account_pay_base
from . import key_account_settlement_part_mixin
from . import key_account_settlement_line
from . import key_account_settlement_reward
from . import key_account_settlement_document
from . import key_account_settlement_award
from . import key_account_settlement
from . import key_account_settlement_decide
from . import key_account_settlement_draw
from . import key_account_settlement_ledger
from . import key_account_settlement_explain
from . import key_account_appraisal_template_pay
from . import key_account_appraisal_pay
