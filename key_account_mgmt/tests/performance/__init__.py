# Targets, plans and money
from . import test_split_calculations
from . import test_target
from . import test_target_access
from . import test_target_actual
from . import test_target_change
from . import test_target_print
from . import test_target_split

# Work reports

# Key figures and appraisals

# Pay
