# Targets, plans and money
from . import test_split_calculations
from . import test_target
from . import test_target_access
from . import test_target_actual
from . import test_target_change
from . import test_target_print
from . import test_target_split
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
from . import test_kpi
from . import test_kpi_real_ledger
from . import test_performance_calculations
from . import test_performance_migration
from . import test_appraisal
from . import test_appraisal_objection
from . import test_appraisal_bad_input
from . import test_appraisal_crons
from . import test_appraisal_prints
from . import test_hostile_appraisal
from . import test_appraisal_ranking
from . import test_reward_record

# Pay
from . import test_payout
from . import test_pay_scheme
from . import test_settlement
from . import test_settlement_reward
from . import test_settlement_correction
from . import test_hostile_pay
from . import test_settlement_prints
