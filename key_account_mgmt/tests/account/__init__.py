from . import test_admission
from . import test_documents
from . import test_bad_input
