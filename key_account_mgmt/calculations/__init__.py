"""Pure functions: no database, no environment, no rounding that their docstrings do not name."""

from . import appraisal
from . import claims
from . import closing
from . import grading
from . import kpi
from . import ownership
from . import position
from . import ranking
from . import sampling
from . import schedule
from . import satisfaction
from . import worktime
from . import service_score
from . import split
from . import collection
from . import reporting
