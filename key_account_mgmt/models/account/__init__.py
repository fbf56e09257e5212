from . import res_company
from . import res_config_settings
from . import key_account
from . import key_account_ledger_entry
from . import res_partner
from . import base_partner_merge
