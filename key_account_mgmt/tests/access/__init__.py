from . import test_approval
from . import test_layers
from . import test_perimeter
from . import test_hostile
from . import test_translation
