# Core looks for test modules in this namespace: each folder brings its own in.
from .access import *
from .account import *
from .grading import *
from .service import *
from .performance import *
from .tours import *
