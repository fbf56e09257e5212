from . import test_admission
from . import test_documents
