# The order of the layers: each knows only those before it.
from . import access
from . import account
from . import grading
from . import service
from . import performance
