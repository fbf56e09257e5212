# Targets, plans and money

# Work reports

# Key figures and appraisals

# Pay
