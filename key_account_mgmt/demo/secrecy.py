"""Who looked into the confidential files, and the meetings with key accounts."""

from datetime import datetime, time, timedelta

REVEALS = (
    ("clerk", "核对年审资料，需确认客户信用评估。"),
    ("inspector", "抽查走访记录，核实决策人住址登记是否完整。"),
    ("clerk", "补录年度框架协议附件，核对授信额度。"),
    ("executive", "总经理办公会前了解客户信用状况。"),
)
TOPICS = ("季度交期协调会", "新机型液压方案评审", "年度框架协议谈判", "样机试用总结", "售后服务座谈")


def make(world):
    """Let people open, print, export and reveal files of guarded accounts in the last weeks."""
    guarded = world.env["key.account"].search([
        ("confidentiality", "!=", "internal"), ("state", "in", ("active", "suspended")),
    ])
    for number, account in enumerate(guarded):
        for login, days_ago in ((account.manager_id.login, 20), ("director", 12), ("executive", 3)):
            with world.at(days_ago + number % 5):
                world.act(login, account).read(["desk_survey"])
    report = world.env["ir.actions.report"]
    for login, account, days_ago in zip(("director", "manager1", "executive"), guarded, (16, 11, 5)):
        if world.act(login, account).has_access("read"):
            with world.at(days_ago):
                world.act(login, report)._render_qweb_html(
                    "key_account_mgmt.action_report_key_account_application", account.ids
                )
    for (login, reason), days_ago in zip(REVEALS, (18, 14, 9, 2)):
        seen = world.act(login, guarded)._filtered_access("read")
        with world.at(days_ago):
            world.act(login, world.env["key.account.reveal"]).create({
                "model": "key.account", "res_ids": str(seen[:1].id), "reason": reason,
            }).action_confirm()


def plan_meetings(world):
    """Let the managers meet customers in the days around today; nobody is mailed."""
    customers = [
        customer for customer in world.customers
        if customer.account and customer.account.state == "active"
    ]
    for number, customer in enumerate(world.random.sample(customers, 14)):
        day = world.day(number - 9)
        start = datetime.combine(day, time(1 + number % 7))
        manager = customer.account.manager_id
        world.act(manager.login, world.quiet_env["calendar.event"]).with_context(
            no_mail_to_attendees=True, dont_notify=True
        ).create({
            "name": f"{customer.name[:4]} {TOPICS[number % len(TOPICS)]}",
            "start": start,
            "stop": start + timedelta(hours=1, minutes=30),
            "partner_ids": [(6, 0, [manager.partner_id.id, customer.partner.id])],
        })
