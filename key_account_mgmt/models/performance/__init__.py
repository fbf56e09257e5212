# Targets, plans and money
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

# Pay
