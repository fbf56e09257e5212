# Targets, plans and money
from . import key_account_document_mixin
from . import crm_lead
from . import key_account
from . import key_account_ledger_entry
from . import key_account_target_decision_mixin
from . import key_account_target
from . import key_account_target_actual
from . import key_account_target_evidence
from . import key_account_target_submit
from . import key_account_target_change

# Work reports

# Key figures and appraisals

# Pay
