# Targets, plans and money

# Work reports

# Key figures and appraisals
from . import test_kpi
from . import test_kpi_real_ledger
from . import test_performance_calculations
from . import test_appraisal
from . import test_appraisal_objection
from . import test_appraisal_bad_input
from . import test_appraisal_crons
from . import test_appraisal_prints
from . import test_appraisal_ranking
from . import test_reward_record

# Pay
