"""The accounts: taken over on the first day, or nominated, surveyed, applied for and decided on."""

from datetime import timedelta

GROUNDS = {
    "工程机械": ("production", "output", "主机产量连续两年增长，油缸与多路阀用量大"),
    "注塑压铸": ("market", "strong", "伺服油泵改造需求明确，采购预算充足"),
    "风电新能源": ("market", "potential", "在建基地两处，变桨与偏航液压系统需求将放量"),
    "船舶海工": ("market", "key", "锚绞与舱盖液压系统长期配套，行业示范作用明显"),
    "冶金矿山": ("production", "area", "多个厂区同步技改，备件消耗稳定"),
    "机床自动化": ("costing", "profit", "小批量高附加值订单为主，毛利率高于平均水平"),
    "汽车装备": ("fund", "payment", "回款及时，近两年无逾期"),
    "农业机械": ("market", "potential", "采棉机与拖拉机国产化配套空间大"),
    "石油化工": ("costing", "profit", "防爆泵站单价高，配套备件利润好"),
    "轨道交通": ("market", "strong", "车辆检修液压装备的主要采购单位"),
    "航空装备": ("market", "key", "参与重点型号配套，具有重大战略意义"),
}
LEADERS = {"east": "leader1", "south": "leader2", "north": "leader2"}
LEVELS = {"A": "company", "B": "branch"}
SUSPENSION_NOTE = "对方货款逾期超过 90 天，经与财务确认，暂停合作，款清后恢复。"
IN_PIPELINE = ("candidate", "survey", "applied", "applied2")


def with_plan(world, *plans):
    """Return the customers whose accounts are to take one of these courses."""
    return [customer for customer in world.customers if customer.plan in plans]


def get_accounts(world, customers):
    """Return the accounts of customers."""
    ids = [customer.account.id for customer in customers if customer.account]
    return world.env["key.account"].browse(ids)


def get_grade(world, letter, scheme="share"):
    """Return a grade of one of the addon's own schemes."""
    return world.env.ref(f"key_account_mgmt.scheme_{scheme}_grade_{letter.lower()}")


# === THE FIRST DAY === #

def take_over(world, days_ago):
    """The director takes over the accounts that the department had on paper."""
    customers = with_plan(world, "first", "strategic", "suspended", "ended")
    with world.at(days_ago):
        accounts = world.act("director", world.quiet_env["key.account"]).create([
            _get_account_values(world, customer, days_ago) | {
                "state": "active",
                "number": f"{number:05}",
                "admission_date": world.day(days_ago + world.random.randrange(150, 1500)),
                "grade_id": get_grade(world, customer.grade).id,
                "management_level": LEVELS.get(customer.grade, "none"),
            }
            for number, customer in enumerate(customers, 1)
        ])
        for customer, account in zip(customers, accounts):
            customer.account = account


def _get_account_values(world, customer, days_ago):
    department, ground, reason = GROUNDS[customer.industry]
    sold = get_sold(world, customer, days_ago)
    return {
        "partner_id": customer.partner.id,
        "team_id": world.teams[customer.team].id,
        "manager_id": world.users[customer.owner].id,
        "confidentiality": customer.confidentiality,
        "has_growth_potential": customer.potential == "1",
        "nominating_department": department,
        "nominating_ground": ground,
        "desk_survey": f"{reason}。近一年订货约 {sold / 10000:.0f} 万元。",
        "purchase_volume": round(max(sold, 200_000) * world.random.uniform(1.3, 4), -4),
        "member_ids": [
            (0, 0, _get_member_values(world, login, role, days_ago)) for login, role in customer.members
        ],
    }


def get_sold(world, customer, days_ago):
    """Return what the customer ordered in the year before a day, or in the first year of the ledger."""
    until = max(world.day(days_ago), world.day(365))
    return sum(amount for day, amount in customer.orders if until - timedelta(days=365) < day <= until)


def _get_member_values(world, login, role, days_ago):
    values = {"user_id": world.users[login].id, "role": role, "date_from": world.day(days_ago)}
    if role == "deputy":
        values |= {"date_from": world.day(20), "date_to": world.day(-40)}
    return values


# === ADMISSION === #

def admit(world, customers, days_ago):
    """Take customers from nomination to admission in some weeks."""
    nominate(world, customers, days_ago)
    survey(world, customers, days_ago - 8)
    apply_for(world, customers, days_ago - 20)
    approve_first(world, customers, days_ago - 23)
    for customer in customers:
        with world.at(days_ago - 27):
            world.act("executive", customer.account).action_approve()


def nominate(world, customers, days_ago):
    """The managers propose candidates."""
    for customer in customers:
        with world.at(days_ago - world.random.randrange(4)):
            customer.account = world.act(customer.owner, world.env["key.account"]).create(
                _get_account_values(world, customer, days_ago)
            )


def survey(world, customers, days_ago):
    """The managers visit the candidates."""
    for customer in customers:
        with world.at(days_ago - world.random.randrange(4)):
            account = world.act(customer.owner, customer.account)
            account.action_start_survey()
            if customer.plan != "survey" or customer.owner == "manager3":
                account.write({
                    "survey_date": world.day(days_ago - 3),
                    "survey_user_id": world.users[customer.owner].id,
                    "survey_findings": "现场走访采购、设备、财务三个部门：在用液压件以外资品牌为主，"
                    "交期与价格是主要不满；设备部愿意安排我方产品上机试用。",
                })


def apply_for(world, customers, days_ago):
    """The managers fill in the application form and submit it."""
    for customer in customers:
        with world.at(days_ago):
            account = world.act(customer.owner, customer.account)
            letter = customer.grade or "C"
            account.write({
                "application_reason": f"{GROUNDS[customer.industry][2]}；申请认定为 {letter} 级大客户，"
                "由专人负责，纳入年度拜访计划。",
                "requested_grade_id": get_grade(world, letter).id,
            })
            account.action_apply()


def approve_first(world, customers, days_ago):
    """The leaders of the departments approve."""
    for customer in customers:
        with world.at(days_ago):
            world.act(LEADERS[customer.team], customer.account).action_approve()


def decline(world, records, login, decision, comment):
    """Send back or reject as one of the people, through the window that asks why."""
    world.act(login, world.env["key.account.decision"]).create({
        "model": records._name,
        "res_ids": ",".join(map(str, records.ids)),
        "decision": decision,
        "comment": comment,
    }).action_confirm()


def reject(world, days_ago):
    """Applications that the leaders, and one that the executive, turned down."""
    customers = with_plan(world, "rejected")
    nominate(world, customers, days_ago)
    survey(world, customers, days_ago - 10)
    apply_for(world, customers, days_ago - 25)
    approve_first(world, customers[-1:], days_ago - 28)
    for customer in customers[:-1]:
        with world.at(days_ago - 30):
            decline(
                world, customer.account, LEADERS[customer.team], "rejected",
                "年采购量偏小且增长有限，暂按普通客户维护，明年再议。",
            )
    with world.at(days_ago - 33):
        decline(
            world, customers[-1].account, "executive", "rejected",
            "账期要求超出公司信用政策，待对方回款记录改善后重新申报。",
        )


def suspend(world, days_ago):
    """The leaders pause the co-operation with some."""
    for customer in with_plan(world, "suspended"):
        with world.at(days_ago - world.random.randrange(20)):
            account = world.act(LEADERS[customer.team], customer.account)
            account.action_suspend()
            account.message_post(body=SUSPENSION_NOTE)


def fill_pipeline(world, days_ago):
    """What is on the way today: candidates, surveys, and applications with their decisions pending."""
    nominate(world, with_plan(world, *IN_PIPELINE), days_ago)
    survey(world, with_plan(world, "survey", "applied", "applied2"), days_ago - 12)
    sent_back = [
        customer for customer in with_plan(world, "survey") if customer.account.survey_findings
    ]
    apply_for(world, with_plan(world, "applied2") + sent_back, days_ago - 30)
    for customer in sent_back:
        with world.at(days_ago - 32):
            decline(
                world, customer.account, LEADERS[customer.team], "returned",
                "请补充设备部长的拜访记录和试用计划，再提交。",
            )
    approve_first(world, with_plan(world, "applied2"), days_ago - 33)
    apply_for(world, with_plan(world, "applied"), days_ago - 36)
