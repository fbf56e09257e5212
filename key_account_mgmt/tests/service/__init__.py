from . import test_schedule
from . import test_visit
from . import test_visit_calendar
from . import test_visit_crons
from . import test_visit_plan
