from . import key_account_decision
from . import key_account_grading_simulation
from . import key_account_reveal
from . import key_account_viewer
from . import key_account_reason
from . import key_account_handover_decline
from . import key_account_user_archive
from . import key_account_ownership_request
