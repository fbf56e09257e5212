from . import test_tours
from . import test_handover_tour
from . import test_satisfaction_tour
from . import test_month_tour
from . import test_complaint_tour
from . import test_visits_tour
from . import test_appraisal_tour
from . import test_settlement_tour
