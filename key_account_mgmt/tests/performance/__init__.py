# Targets, plans and money

# Work reports

# Key figures and appraisals
from . import test_kpi_real_ledger

# Pay
