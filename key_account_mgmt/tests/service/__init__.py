from . import test_schedule
from . import test_visit_plan
