"""What lies on people's desks today: planned, due and overdue activities, notes in the files."""

TASKS = (
    ("mail.mail_activity_data_call", "电话回访:确认本月交期与备件需求"),
    ("mail.mail_activity_data_todo", "整理客户关系人与决策链,更新档案"),
    ("mail.mail_activity_data_meeting", "与设备部会谈:新机型液压系统方案"),
    ("mail.mail_activity_data_todo", "核对应收账款,跟进逾期发票"),
    ("mail.mail_activity_data_email", "发送季度报价与技术资料"),
)
NOTES = (
    "本周拜访采购部,对方确认下季度增产计划,油缸用量预计增加两成。",
    "技术交流会反馈良好,样机试用进入第二个月,暂无泄漏问题。",
    "竞品近期降价约 5%,客户希望延长账期,已报主管研究。",
    "客户更换采购负责人,已约下周登门拜访。",
)


def make(world):
    """Plan something for most accounts, and note something in many of their files."""
    accounts = [customer.account for customer in world.customers if customer.account]
    for number, account in enumerate(accounts):
        if account.state in ("rejected", "ended"):
            continue
        login = account.manager_id.login
        mine = world.act(login, account)
        if world.random.random() < 0.7:
            activity, summary = TASKS[number % len(TASKS)]
            mine.activity_schedule(
                activity,
                date_deadline=world.day(world.random.randrange(-21, 9)),
                summary=summary,
                user_id=account.manager_id.id,
            )
        if world.random.random() < 0.5:
            with world.at(world.random.randrange(2, 60)):
                mine.message_post(body=world.random.choice(NOTES))
