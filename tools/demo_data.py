"""Fill the demo database, in Odoo's shell: a Chinese company, then the addon's own data."""
import os
import traceback

env = globals()["env"]
try:
    env["ir.default"].set("res.partner", "lang", "zh_CN")
    env["res.users"].with_context(active_test=False).search([]).partner_id.lang = "zh_CN"
    company = env.ref("base.main_company")
    company.country_id = env.ref("base.cn")
    env["account.chart.template"].try_loading("cn", company=company, install_demo=False)
    env["key.account"]._load_demo_data()
    env.cr.commit()
except BaseException:  # noqa: BLE001 - whatever it is, the database is not to be kept
    traceback.print_exc()
    os._exit(1)
print("demo data loaded")
