"""What lies on people's desks today: planned, due and overdue activities, notes in the files."""

TASKS = (
    ("mail.mail_activity_data_call", "电话回访：确认本月交期与备件需求"),
    ("mail.mail_activity_data_todo", "整理客户关系人与决策链，更新档案"),
    ("mail.mail_activity_data_meeting", "与设备部会谈：新机型液压系统方案"),
    ("mail.mail_activity_data_todo", "核对应收账款，跟进逾期发票"),
    ("mail.mail_activity_data_email", "发送季度报价与技术资料"),
)
NOTES = (
    "本周拜访采购部，对方确认下季度增产计划，油缸用量预计增加两成。",
    "技术交流会反馈良好，样机试用进入第二个月，暂无泄漏问题。",
    "竞品近期降价约 5%，客户希望延长账期，已报主管研究。",
    "客户更换采购负责人，已约下周登门拜访。",
)


def make(world):
    """Note something in many files, and plan something for most accounts that are alive."""
    accounts = [
        customer.account for customer in world.customers
        if customer.account and customer.account.state not in ("rejected", "ended")
    ]
    for account in world.random.sample(accounts, len(accounts) // 2):
        with world.at(world.random.randrange(2, 60)):
            world.act(account.manager_id.login, account).message_post(body=world.random.choice(NOTES))
    # after the last date that was set back: these are today's
    for account in world.random.sample(accounts, len(accounts) * 2 // 3):
        activity, summary = world.random.choice(TASKS)
        world.act(account.manager_id.login, account).activity_schedule(
            activity,
            date_deadline=world.day(world.random.randrange(-21, 6)),
            summary=summary,
            user_id=account.manager_id.id,
        )
