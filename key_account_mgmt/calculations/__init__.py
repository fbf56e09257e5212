"""Pure functions: no database, no environment, no rounding that their docstrings do not name."""

from . import claims
from . import grading
from . import ownership
from . import schedule
