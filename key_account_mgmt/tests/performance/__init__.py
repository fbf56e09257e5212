# Targets, plans and money
# Plans, expenses and the receivables diary
from . import test_account_plan
from . import test_collection_diary
from . import test_expense

# Work reports
from . import test_hostile_reports
from . import test_reporting_calculation
from . import test_work_report
from . import test_work_report_crons

# Key figures and appraisals

# Pay
