from . import key_account_decision
from . import key_account_grading_simulation
