"""The company, its departments and the people who log in."""

from datetime import timedelta

from .world import read_csv

ROLE = "key_account_mgmt.group_key_account_"

# by login: name, job title, groups
PEOPLE = {
    "director": ("沈知远", "大客户总监", [f"{ROLE}director"]),
    "leader1": ("顾明川", "华东大客户部主管", [f"{ROLE}leader"]),
    "leader2": ("黎佩珊", "华南大客户部主管", [f"{ROLE}leader"]),
    "manager1": ("陆景行", "大客户经理", [f"{ROLE}manager"]),
    "manager2": ("苏婉清", "大客户经理", [f"{ROLE}manager"]),
    "manager3": ("梁志诚", "大客户经理", [f"{ROLE}manager"]),
    "manager4": ("赵启航", "大客户经理", [f"{ROLE}manager"]),
    "assistant1": ("许念慈", "助理客户经理", [f"{ROLE}assistant"]),
    "assistant2": ("何嘉怡", "助理客户经理", [f"{ROLE}assistant"]),
    "clerk": ("周晓敏", "大客户部内勤", [f"{ROLE}clerk"]),
    "service": ("孙立群", "客户服务工程师", [f"{ROLE}service"]),
    "inspector": ("郑严正", "督查员", [f"{ROLE}inspector"]),
    "executive": ("江海峰", "总经理", [f"{ROLE}executive"]),
    "executive2": ("冯雅琴", "副总经理", [f"{ROLE}executive"]),
    "accountant": ("曹慧芳", "会计", ["account.group_account_manager", f"{ROLE}document"]),
    "warehouse": ("马国栋", "仓储主管", [f"{ROLE}document"]),
    "salesman": ("罗俊杰", "渠道销售", ["sales_team.group_sale_salesman_all_leads"]),
}

# the departments: name, login of the leader, logins of the people
TEAMS = {
    "east": ("华东大客户部", "leader1", ("manager1", "manager2", "assistant1")),
    "south": ("华南大客户部", "leader2", ("manager3", "assistant2")),
    "north": ("北方大客户部", "leader2", ("manager4",)),
    "channel": ("渠道销售部", "salesman", ("salesman",)),
    "export": ("海外销售部", False, ()),
}


def exist(env):
    """Return whether the demonstration has been loaded."""
    # sudo: whoever loads the demo, all logins count
    return bool(env["res.users"].sudo().with_context(active_test=False).search_count(
        [("login", "=", "director")], limit=1
    ))


def make(world):
    """Make the company Chinese where it is, and the users and departments."""
    _make_company(world)
    _make_users(world)
    _make_teams(world)
    scheme = world.env.ref("key_account_mgmt.scheme_share")
    world.company.write({
        "key_account_director_id": world.users["director"].id,
        "key_account_executive_id": world.users["executive"].id,
        "key_account_scheme_id": scheme.id,
        "key_account_next_run_date": world.today + timedelta(days=175),
        "key_account_next_review_date": world.today + timedelta(days=356),
    })


def _make_company(world):
    company = world.company
    company.resource_calendar_id.tz = "Asia/Shanghai"
    world.today = company._get_key_account_today()
    if company.currency_id.name != "CNY":
        return  # with the other addons' demo data it is another company already
    world.env.ref("base.user_admin").name = "系统管理员"
    company.write({
        "name": "浙江岚澈精密液压有限公司",
        "country_id": world.env.ref("base.cn").id,
        "state_id": world.env.ref("base.state_cn_ZJ").id,
        "city": "杭州市",
        "street": "余杭区澈源路88号",
        "zip": "311100",
        "phone": "0571-8800 6600",
        "email": "info@example.com",
        "website": "https://www.example.com",
    })


def make_user(world, login, name, groups):
    """Make somebody of the company; his password equals his login.

    :param list groups: xml ids beside that of internal users
    :rtype: res.users
    """
    return world.quiet_env["res.users"].create({
        "name": name,
        "login": login,
        "password": login,
        "email": f"{login}@example.com",
        "lang": world.lang,
        "tz": "Asia/Shanghai",
        "company_id": world.company.id,
        "company_ids": [(6, 0, world.company.ids)],
        # notes in Odoo: there is no mail server in a demonstration
        "notification_type": "inbox",
        # no robot that greets everybody at the first login
        "odoobot_state": "disabled",
        "group_ids": [
            (6, 0, [world.env.ref(xml_id).id for xml_id in ("base.group_user", *groups)]),
        ],
    })


def _make_users(world):
    users = [make_user(world, login, name, groups) for login, (name, _title, groups) in PEOPLE.items()]
    for user, (_name, title, _groups) in zip(users, PEOPLE.values()):
        user.partner_id.function = title
    world.users = {user.login: user for user in users}
    listed = {row["login"] for row in read_csv("logins")}
    if listed != world.users.keys():
        raise ValueError(f"logins.csv and people.py differ: {listed ^ world.users.keys()}")


def _make_teams(world):
    users = world.users
    for key, (name, leader, logins) in TEAMS.items():
        world.teams[key] = world.quiet_env["crm.team"].create({
            "name": name,
            "company_id": world.company.id,
            "user_id": leader and users[leader].id,
            "member_ids": [(6, 0, [users[login].id for login in logins])],
        })
    for key in ("east", "south", "north"):
        world.teams[key].key_account_clerk_id = users["clerk"]
    world.teams["east"].write({
        "key_account_deputy_id": users["leader2"].id,
        "key_account_deputy_from": world.today + timedelta(days=20),
        "key_account_deputy_to": world.today + timedelta(days=34),
    })
    # the leader of two departments is away: the other one stands in for the smaller
    world.teams["north"].write({
        "key_account_deputy_id": users["leader1"].id,
        "key_account_deputy_from": world.today - timedelta(days=3),
        "key_account_deputy_to": world.today + timedelta(days=11),
    })
