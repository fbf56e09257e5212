# Targets, plans and money

# Work reports

# Key figures and appraisals
from . import key_account_appraisal_template
from . import key_account_appraisal

# Pay
from . import res_company_pay
from . import res_config_settings_pay
from . import key_account_pay_scheme
from . import key_account_pay_scheme_band
from . import key_account_pay_scheme_rate
from . import key_account_pay_base
from . import key_account_settlement_part_mixin
from . import key_account_settlement_line
from . import key_account_settlement_reward
from . import key_account_settlement_document
from . import key_account_settlement_award
from . import key_account_settlement
from . import key_account_settlement_decide
from . import key_account_settlement_draw
from . import key_account_settlement_ledger
from . import key_account_settlement_explain
from . import key_account_appraisal_template_pay
from . import key_account_appraisal_pay
