"""The customer files: basics, people, projects, agreements, competitors, and what was heard."""

import random

from .accounts import LEADERS
from .customers import GIVEN, STREETS, SURNAMES

# by industry: main products, production lines, growth plans
PRODUCTION = {
    "工程机械": (
        "挖掘机、装载机、压路机", "总装线 3 条，结构件焊接线 6 条", "二期厂房明年投产，主机产能增加三成",
    ),
    "注塑压铸": ("伺服注塑机、压铸岛", "总装线 2 条，机加工中心 18 台", "两板机系列放量，扩建大型机车间"),
    "风电新能源": ("变桨系统、偏航系统、机舱总成", "机舱总装线 2 条", "海上机型批量交付，在北方设第二基地"),
    "船舶海工": ("锚绞机、舵机、舱口盖", "总装船台 2 座", "承接海工平台配套，新增试验台"),
    "冶金矿山": (
        "矿用卡车、液压支架、轧机附件", "总装线 2 条，热处理线 1 条", "多个矿区同步技改，备件业务扩大",
    ),
    "机床自动化": ("加工中心、自动化产线", "装配车间 2 个", "五轴机型国产化，年增两成"),
    "汽车装备": ("车桥、制动部件、试验台", "机加工线 5 条", "新能源商用车配套定点，扩产在建"),
    "农业机械": ("拖拉机、采棉机", "总装线 2 条", "大马力机型国产化补贴延续"),
    "石油化工": ("压裂泵撬、阀门、防爆泵站", "总装线 1 条，试压间 2 个", "海外 EPC 订单增加"),
    "轨道交通": ("检修装备、转向架部件", "检修线 4 条", "城轨检修基地建设，三年规划五个"),
    "航空装备": ("起落架液压、试验台", "洁净装配间 2 个", "重点型号批产爬坡"),
}
COMPETITORS = (
    ("博岭液压（外资）", "柱塞泵、多路阀", "品牌强，样本齐全", "交期长，价格高两成"),
    ("川岳重工液压", "柱塞马达", "高压性能稳定", "售后网点少"),
    ("恒砥液压", "油缸", "价格低，账期宽松", "泄漏率偏高，批次不稳"),
    ("台屿油压", "齿轮泵、叶片泵", "小规格现货充足", "大排量规格缺"),
    ("力翊流体", "泵站集成", "就近建厂，响应快", "设计能力弱"),
)
# role, post, decision power, attitude, relationship, position of the superior in this list
PEOPLE = (
    ("decision_maker", "总经理", 40, "neutral", "weak", None),
    ("influencer", "生产副总", 20, "supporter", "good", 0),
    ("purchaser", "采购经理", 15, "neutral", "good", 1),
    ("technical", "设备部部长", 15, "champion", "strong", 1),
    ("gatekeeper", "财务主管", 5, "opponent", "weak", 0),
    ("user", "车间主任", 5, "supporter", "good", 3),
)
HOBBIES = ("太极拳、书法", "钓鱼", "羽毛球，每周三晚", "徒步、摄影", "象棋", "跑步，参加过半程马拉松")
FAMILIES = ("配偶为中学教师，一子在读大学", "已婚，女儿上小学", "父母同住，双胞胎儿子", "未婚")
PROJECTS = (
    ("{name}主机液压系统国产化替代", "running", "good"),
    ("{name}伺服节能改造一期", "completed", "good"),
    ("{name}新厂区泵站成套", "planned", False),
    ("{name}试验台升级", "running", "delayed"),
    ("{name}出口机型配套", "cancelled", False),
    ("{name}备件库共建", "completed", "disputed"),
)
STEPS = (
    ("setup", "立项评审，明确双方负责人", -160), ("plan", "技术协议与供货计划签字", -110),
    ("execution", "首批样机装机试验", -15), ("execution", "小批量供货", 35), ("wrap_up", "验收与总结", 90),
)
INSIGHTS = (
    (
        "risk", "high", "open", "客户拟引入第二供应商", "采购部月度例会透露，竞品已送样",
        "由技术与商务联合拜访，锁定年度框架",
    ),
    (
        "risk", "medium", "in_progress", "应收账款有拖延迹象", "财务主管称集团统一资金归集",
        "与财务总监面谈，约定分期付款计划",
    ),
    ("risk", "low", "dismissed", "传闻客户将搬迁厂区", "展会上听说", "向生产副总求证"),
    (
        "intensify", "high", "in_progress", "新机型立项，建议加强攻关", "设备部长透露明年三款新机型",
        "派驻技术支持，参与前期设计",
    ),
    ("intensify", "medium", "open", "客户对国产泵接受度提高", "技术交流会反馈", "安排样机免费试用三个月"),
    ("news", "low", "done", "客户获得出口大单", "客户官网新闻", "跟进配套需求，备足产能"),
    ("news", "medium", "open", "行业排放标准升级", "协会通知", "准备新标准产品样本"),
)
AGREEMENTS = (
    ("strategic", "战略合作协议", "draft"),
    ("proposal", "年度技术服务方案", "submitted"),
    ("tender", "新厂区泵站投标文件", "approved"),
    ("framework", "年度采购框架协议", "signed"),
    ("supply", "柱塞泵供货合同", "superseded"),
    ("project", "试验台改造合同", "terminated"),
    ("service", "设备维保服务合同", "expired"),
)
MANAGERS = ("manager1", "manager2", "manager3", "manager4")


def make(world):
    """Fill the files of the accounts that are alive, and let some grow old."""
    chance = random.Random(2020)  # noqa: S311 - the same day gives the same data; nothing secret comes from it
    for login in MANAGERS:
        customers = [
            customer for customer in world.customers
            if customer.owner == login and customer.account
            and customer.account.state in ("active", "suspended")
        ]
        # on these the manager's assistant works as well, and the leader decides: all see every state
        shared = [
            customer for customer in customers
            if customer.account.state == "active" and customer.confidentiality != "secret"
            and any(member.startswith("assistant") for member, _role in customer.members)
        ]
        for customer in customers[:7]:
            _fill_basics(world, chance, customer)
            _enter_people(world, chance, customer)
            _enter_competitors(world, chance, customer)
        _enter_projects(world, chance, shared)
        _conclude_agreements(world, chance, shared, LEADERS[customers[0].team])
        _hear(world, chance, shared)
    _let_grow_old(world, chance)
    _reveal(world)


# === THE ACCOUNT ITSELF === #

def _fill_basics(world, chance, customer):
    products, lines, plans = PRODUCTION[customer.industry]
    size = chance.choice(("large", "medium", "medium", "small"))
    with world.at(chance.randrange(15, 80)):
        account = world.act(customer.owner, customer.account.with_env(world.quiet_env))
        account.write({
            "zip": f"{chance.randrange(21, 60)}{chance.randrange(1000, 9999)}",
            "vat": f"9133{chance.randrange(10**13, 10**14)}",
            "fax": f"0{chance.randrange(510, 799)}-8{chance.randrange(10**6, 10**7)}",
            "unit_nature": chance.choice(("private", "private", "state", "joint", "listed")),
            "unit_scale": size,
            "employee_count": {"large": 1800, "medium": 420, "small": 95}[size],
            "main_products": products,
            "production_lines": lines,
            "growth_plans": plans,
            "yearly_output": f"{chance.randrange(3, 40)} 亿元",
            "reputation": chance.choice(("excellent", "good", "good", "fair")),
            "total_assets": chance.randrange(8, 90) * 10_000_000,
            "shareholders": chance.choice((
                "创始人 65%，员工持股 35%", "省国资平台 51%，战略投资人 49%", "母公司全资",
            )),
            "customer_source": chance.choice(("公司总部", "华东分公司", "华南分公司", "行业协会推荐")),
            "customer_kind": chance.choice(("direct", "direct", "contract", "dealer")),
            "star_tag": {"A": "star", "B": "potential"}.get(customer.grade, "ordinary"),
            "payment_mode": chance.choice(("progress", "monthly", "prepayment", "advance")),
            "funding_nature": chance.choice(("own", "loan", "state")),
            "funding_status": chance.choice(("in_place", "in_place", "partly")),
            "payment_note": "月结，次月 25 日前电汇；每季度末由财务双方对账。",
            "product_mix": "主机约七成，备件两成，改造与服务一成",
            "website": f"https://{account.email.split('@')[0]}.example.com",
        })
        if account.payment_mode == "advance":
            account.advance_degree = 30
        if chance.random() < 0.8:
            account.write({
                "credit_grade": chance.choice(("aaa", "aa", "a", "a", "b")),
                "credit_limit": chance.randrange(2, 30) * 100_000,
                "credit_performance": "近三年合同履约率 98%，未发生违约诉讼。",
                "credit_payment": "平均回款 52 天，年末略有拖延。",
                "credit_contract_form": "年度框架协议加月度订单",
                "credit_bidding_habits": "金额五十万元以上招标，技术分占六成",
                "credit_contract_habits": "要求质保金 5%，质保期 18 个月",
                "credit_price_level": "中等，重视全寿命成本",
                "credit_project_ability": "自有研发团队，系统集成能力较强",
            })


# === PEOPLE === #

def _enter_people(world, chance, customer):
    contacts = {contact.function: contact for contact in customer.partner.child_ids if contact.function}
    roles = PEOPLE[:chance.randrange(4, 7)]
    is_neglected = chance.random() < 0.3
    people = []
    with world.at(chance.randrange(15, 80)):
        model = world.act(customer.owner, world.quiet_env["key.account.stakeholder"])
        for index, (role, post, power, attitude, relationship, superior) in enumerate(roles):
            contact = contacts.get(post)
            met = chance.randrange(100, 260) if is_neglected and index == 0 else chance.randrange(2, 85)
            values = {
                "account_id": customer.account.id,
                "role": role,
                "decision_power": power,
                "attitude": attitude,
                "relationship": relationship,
                "parent_id": superior is not None and people[superior].id,
                "last_met_date": world.day(met),
                "consent": chance.choice(("given", "given", "not_asked")),
                "hobbies": chance.choice(HOBBIES),
                "family_members": chance.choice(FAMILIES),
                "home_address": f"{customer.row['city']}{chance.choice(STREETS)}{chance.randrange(1, 300)}号",
                "birthday": f"{chance.randrange(1966, 1992)}-{chance.randrange(1, 13):02}-"
                            f"{chance.randrange(1, 29):02}",
                "note": chance.choice((
                    "决策看重交期，不喜欢频繁换人对接。",
                    "技术出身，关注泄漏与噪声指标。",
                    "重视年度降本指标。",
                )),
            }
            if contact:
                values |= {"partner_id": contact.id}
            else:
                values |= {
                    "name": chance.choice(SURNAMES) + chance.choice(GIVEN),
                    "function": post,
                    "phone": f"138{chance.randrange(10**7, 10**8)}",
                }
            people.append(model.create(values))
        customer.people = model.browse([person.id for person in people])


def _let_grow_old(world, chance):
    """Some files that nobody kept up, one person whose time is over, and one who was erased."""
    customers = [customer for customer in world.customers if getattr(customer, "people", None)]
    for customer in customers[4::9]:
        account = customer.account.sudo()  # sudo: the scheduled action tells of it, nobody by hand
        account.file_updated_on = f"{world.day(chance.randrange(190, 320))} 08:00:00"
        account._tell_stale()
    kept = customers[1].people[-1].sudo()  # sudo: as above
    kept.write({"retention_date": world.day(3)})
    kept._tell_retention()
    gone = world.act(customers[2].owner, customers[2].people[-1])
    gone._erase("本人离职并书面要求删除个人信息")


def _reveal(world):
    """Those who check files look at what is hidden from them, and say why."""
    people = [customer.people[0] for customer in world.customers if getattr(customer, "people", None)]
    for index, (login, reason) in enumerate((
        ("clerk", "核对关系人档案，补录缺失信息"), ("inspector", "督查抽查：核实走访对象身份"),
        ("clerk", "节日慰问名单核对"), ("inspector", "核实竞品份额填报依据"), ("clerk", "季度档案复核"),
    )):
        with world.at(20 - 3 * index):
            world.act(login, world.env["key.account.reveal"]).create({
                "model": "key.account.stakeholder",
                "res_ids": str(people[index].id),
                "reason": reason,
            }).action_confirm()


# === COMPETITORS === #

def _enter_competitors(world, chance, customer):
    with world.at(chance.randrange(15, 80)):
        model = world.act(customer.owner, world.quiet_env["key.account.competitor"])
        model.create([
            {
                "account_id": customer.account.id,
                "name": name,
                "product_line": line,
                "share": chance.randrange(8, 30),
                "strengths": strengths,
                "weaknesses": weaknesses,
                "as_of_date": world.day(chance.randrange(85, 200)),
            }
            for name, line, strengths, weaknesses in chance.sample(COMPETITORS, 2)
        ])


# === PROJECTS === #

def _enter_projects(world, chance, customers):
    for index, (name, state, performance) in enumerate(PROJECTS):
        customer = customers[index % len(customers)]
        began = {"planned": -chance.randrange(20, 60), "running": chance.randrange(150, 220)}.get(
            state, chance.randrange(340, 400)
        )
        steps = STEPS if state in ("running", "completed") else STEPS[:2]
        with world.at(chance.randrange(15, 80)):
            world.act(customer.owner, world.quiet_env["key.account.project"]).create({
                "account_id": customer.account.id,
                "name": name.format(name=customer.name[2:4]),
                "state": state,
                "performance": performance,
                "date_from": world.day(began),
                "date_to": world.day(began - 280),
                "amount": chance.randrange(4, 60) * 50_000,
                "contact_ids": [(6, 0, customer.people[2:4].ids)],
                "description": "双方成立联合项目组，按月召开例会，节点由各自负责人签字确认。",
                "milestone_ids": [
                    (0, 0, _get_step(world, customer, state, *step)) for step in steps
                ],
            })


def _get_step(world, customer, state, step, name, days):
    is_done = state == "completed" or (state == "running" and days < -100)
    offset = days - 150 if state == "completed" else days + (220 if state == "planned" else 0)
    return {
        "step": step,
        "name": name,
        "user_id": world.users[customer.owner].id,
        "deadline": world.day(-offset),
        "done_date": is_done and world.day(-offset),
    }


# === AGREEMENTS === #

def _conclude_agreements(world, chance, customers, leader):
    for index, (kind, title, state) in enumerate(AGREEMENTS):
        customer = customers[index % len(customers)]
        days_ago = {"draft": 6, "submitted": 4, "approved": 12, "signed": 320}.get(state, 420)
        days = {"signed": 365, "expired": 400}.get(state, 730)
        with world.at(days_ago):
            agreement = world.act(customer.owner, world.quiet_env["key.account.agreement"]).create({
                "account_id": customer.account.id,
                "name": f"{customer.name[:4]}{title}",
                "kind": kind,
                "date_from": world.day(days_ago - 10),
                "date_to": world.day(days_ago - 10 - days),
                "amount": chance.randrange(10, 120) * 50_000,
                "content": "液压泵、马达、多路阀及备件供货，含安装调试与技术培训。",
                "cooperation_mode": "年度框架加月度订单，联合开发新机型",
                "price_policy": "目录价下浮 8%，年采购额每增 200 万元再返 1%",
                "our_rights": "按月对账收款；逾期可暂停发货",
                "our_duties": "48 小时内响应，常备安全库存",
                "their_rights": "优先供货，专人服务",
                "their_duties": "同等条件优先采购，按期付款",
                "risk_level": chance.choice(("low", "medium", "high")),
                "risk_assessment": "主要风险为钢材价格波动与回款周期，已约定调价条款。",
            })
        _bring_to(world, agreement, customer, leader, state, days_ago)


def _bring_to(world, agreement, customer, leader, state, days_ago):
    """Take an agreement the way that people take it, up to a state."""
    if state == "draft":
        return
    with world.at(days_ago - 2):
        world.act(customer.owner, agreement).action_submit()
    if state == "submitted":
        return
    _sign(world, agreement, customer, leader, days_ago - 4, is_signed=state != "approved")
    if state == "superseded":
        with world.at(100):
            action = world.act(customer.owner, agreement).action_change()
            newer = world.act(customer.owner, agreement.browse(action["res_id"]))
            newer.price_policy = "目录价下浮 10%，取消年终返利"
            newer.action_submit()
        _sign(world, newer, customer, leader, 95)
    elif state == "terminated":
        with world.at(60):
            world.act(leader, agreement)._terminate("客户项目取消，双方协商一致解除合同，已结清款项")
    elif state == "expired":
        with world.at(9):
            # sudo: the scheduled action lets it expire, nobody by hand
            agreement.sudo().write({"state": "expired"})
    elif state == "signed":
        agreement.sudo()._tell_renewal()  # sudo: the scheduled action tells of it


def _sign(world, agreement, customer, leader, days_ago, is_signed=True):
    with world.at(days_ago):
        world.act(leader, agreement).action_approve()
    with world.at(days_ago - 1):
        world.act("director", agreement).action_approve()
    if is_signed:
        with world.at(days_ago - 4):
            agreement = world.act(customer.owner, agreement)
            agreement.signed_date = world.day(days_ago - 4)
            agreement.action_sign()


# === WHAT WAS HEARD === #

def _hear(world, chance, customers):
    for index, (kind, severity, state, name, content, proposal) in enumerate(INSIGHTS):
        customer = customers[index % len(customers)]
        days_ago = chance.randrange(5, 50)
        with world.at(days_ago):
            insight = world.act(customer.owner, world.quiet_env["key.account.insight"]).create({
                "account_id": customer.account.id,
                "name": name,
                "kind": kind,
                "severity": severity,
                "date": world.day(days_ago),
                "source": chance.choice(("客户采购部", "行业展会", "技术交流会", "公开信息")),
                "content": content,
                "proposal": proposal,
            })
        if state in ("in_progress", "done"):
            insight.deadline = world.day(chance.randrange(-20, 8))
            insight.action_start()
        if state == "done":
            insight.result = "已完成跟进，客户确认追加备件订单。"
            insight.action_done()
        if state == "dismissed":
            insight._dismiss("向客户生产副总求证，属误传")
