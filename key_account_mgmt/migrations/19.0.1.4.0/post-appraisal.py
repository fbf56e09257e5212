from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    """Bring in KPI definitions and templates: an update leaves out seeds that users may delete."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    if env.ref("key_account_mgmt.kpi_sales_attainment", raise_if_not_found=False):
        return
    convert_file(
        env, "key_account_mgmt", "data/performance_appraisal_data.xml", None, mode="init", noupdate=True
    )
