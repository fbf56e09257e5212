# Targets, plans and money

# Work reports

# Key figures and appraisals

# Pay
from . import test_payout
from . import test_pay_scheme
from . import test_settlement
from . import test_settlement_reward
from . import test_settlement_correction
from . import test_hostile_pay
from . import test_settlement_prints
