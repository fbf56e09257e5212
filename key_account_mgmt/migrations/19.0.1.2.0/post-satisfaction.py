from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    """Bring in the questionnaire: an update leaves out seeds that users may delete."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    if env.ref("key_account_mgmt.survey_satisfaction", raise_if_not_found=False):
        return
    convert_file(env, "key_account_mgmt", "data/satisfaction_data.xml", None, mode="init", noupdate=True)
