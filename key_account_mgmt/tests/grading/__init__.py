from . import test_calculations
from . import test_presets
from . import test_methods
from . import test_run
from . import test_real_ledger
from . import test_sales_history
from . import test_demo_data
from . import test_bad_input_grading
