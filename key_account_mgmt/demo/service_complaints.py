"""What customers complain of: in each state for everybody, overdue, reopened, in dispute, by e-mail."""

from datetime import timedelta

from odoo import fields

from .accounts import LEADERS

MODEL = "key.account.complaint"
# category, severity, subject, what the customer says, cause, what was done, what keeps it from coming again
STORIES = (
    (
        "quality", "high", "油缸活塞杆密封渗油", "新装主机试车三天，左侧举升油缸杆端渗油，已停机两台。",
        "密封圈批次硬度偏低，入厂检验未抽到该批次。", "次日派人到现场更换两套密封件，恢复生产。",
        "密封件改为逐批检验硬度，供应商列入整改名单。",
    ),
    (
        "delivery", "medium", "年度框架第三批交货延迟", "约定月初到货的 40 台柱塞泵仍未发出，影响总装节拍。",
        "铸件毛坯到货晚，排产未及时调整。", "调拨成品库 24 台先行发货，其余一周内补齐。",
        "关键毛坯设安全库存，延误超过两天由计划员预警。",
    ),
    (
        "price", "low", "发票单价与协议不一致", "本月两张发票仍按旧价开具，请核对后重开。",
        "新价格表生效日期录入有误。", "红冲并按协议价重新开具发票。", "价格变更由内勤与财务双人复核。",
    ),
    (
        "service", "medium", "现场服务人员迟到且未带配件",
        "约好上午九点，下午才到，且缺少阀芯备件，耽误半天。",
        "派工单未写明所需备件，同日行程排得过满。", "当晚补送阀芯并完成更换，向客户致歉。",
        "派工前由服务台核对备件清单，行程留出余量。",
    ),
    (
        "technology", "high", "多路阀流量与样本不符", "高速挡流量低约 8%，请技术部门给出说明与对策。",
        "样本曲线按 46 号油测得，客户使用 32 号油。", "技术人员现场标定，更换大一档阀芯。",
        "样本补充油品与温度条件，报价时确认工况。",
    ),
    (
        "documents", "low", "缺少出厂检验报告", "随货资料没有检验报告和合格证，我方无法入库。",
        "包装工位漏放资料袋。", "当日邮寄纸质资料，并先发扫描件。", "装箱单增加资料核对栏，拍照留存。",
    ),
    (
        "safety", "critical", "高压软管接头爆裂",
        "试压时接头脱出，所幸无人受伤，要求立即停用同批产品并查明原因。",
        "扣压机模具磨损，扣压量不足。", "当天召回同批 36 根软管并免费更换，安全员到场复查。",
        "模具每班点检扣压量，首件破坏性试验。",
    ),
    (
        "other", "medium", "联系人更换后邮件仍发给离职员工",
        "请更新贵方联系人名单，报价和对账单以后发给采购部新同事。",
        "客户档案未及时更新。", "更新联系人并重发三份文件。", "客户经理每月核对一次联系人。",
    ),
)
STATES = (
    "new", "accepted", "in_progress", "waiting_customer", "disputed", "resolved", "closed", "cancelled",
)
# by state: days since it came, or hours where the clock is to be seen running
AGES = {"accepted": 1, "in_progress": 3, "waiting_customer": 6, "disputed": 8, "resolved": 12}
NEW_HOURS = (1, 5, 20, 70)
OLD = (24, 37, 52, 75)
PRAISE = ("处理及时，服务到位。", "问题已解决，谢谢。", "还可以，希望以后少出问题。", "很满意，继续合作。")
UNKNOWN = (
    ("王先生 <wang@unknown.example>", "购买的油泵噪音大", "去年通过贵司代理购买的齿轮泵噪音很大，请联系我。"),
    ("promo@spam.example", "限时优惠：群发邮件推广", "精准客户名单，低价出售。"),
    ("设备科 <sbk@factory.example>", "维修后仍漏油", "返修的油缸装机后仍漏油，请尽快答复。"),
)


def make(world):
    """Let customers complain in the last months; work on it as far as it goes."""
    Complaints(world).make()


class Complaints:
    """The complaints while they are being made."""

    def __init__(self, world):
        self.world = world
        self.env = world.quiet_env
        self.count = 0
        self.leaders = {}

    def make(self):
        """Register them, oldest first, and bring each to its state."""
        jobs = sorted(self._plan(), key=lambda job: -job[0])
        for days_ago in sorted({job[0] for job in jobs}, reverse=True):
            todays = [job for job in jobs if job[0] == days_ago]
            with self.world.at(days_ago):
                todays = [(*job, self._register(*job)) for job in todays]
            if days_ago:
                self._work(todays, days_ago)
        self._receive_unknown()
        self._finish()

    def _plan(self):
        """Yield (days ago, hours ago, login, customer, state) of each."""
        customers = [
            customer for customer in self.world.customers
            if customer.account and customer.account.state in ("active", "suspended")
        ]
        others = [customer for customer in self.world.customers if not customer.account]
        for place, login in enumerate(("manager1", "manager2", "manager3", "manager4", "service")):
            if login == "service":
                mine = [one for one in customers if one.confidentiality != "secret"][::4] + others[:3]
            else:
                mine = [one for one in customers if one.owner == login]
                # those with an assistant first, so that he has some of each state as well
                mine.sort(key=lambda one: not any("assistant" in role for _login, role in one.members))
            for number, state in enumerate((*STATES, "closed", "new")):
                hours = NEW_HOURS[(place + number) % len(NEW_HOURS)] if state == "new" else 0
                days = AGES.get(state, 0 if state == "new" else OLD[(place + number) % len(OLD)])
                yield days, hours, login, mine[number % min(len(mine), 5)], state

    def _register(self, days_ago, hours_ago, login, customer, state):
        category, severity, name, text, *_rest = STORIES[self.count % len(STORIES)]
        self.count += 1
        now = fields.Datetime.now()
        # at nine and a half in the morning, unless the hour is what is to be seen
        received = now - timedelta(hours=hours_ago) if hours_ago else fields.Datetime.to_datetime(
            f"{self.world.day(days_ago)} 01:30:00"
        )
        complaint = self.world.act(login, self.env[MODEL]).create({
            "name": name,
            "partner_id": customer.partner.id,
            "company_id": self.world.company.id,
            "user_id": self.world.users[login].id,
            "category_id": self.env.ref(f"key_account_mgmt.complaint_category_{category}").id,
            "severity": severity,
            "description": text,
            "received_on": min(received, now),
        })
        self.leaders[complaint] = LEADERS.get(customer.team, "leader1")
        return complaint

    # === WORKING ON THEM === #

    def _work(self, jobs, days_ago):
        """Bring those of a day to their states in the days that followed."""
        steps = (
            (0, self._answer), (min(1, days_ago), self._start), (min(3, days_ago), self._settle),
            (min(4, days_ago), self._close),
        )
        for days, step in steps:
            with self.world.at(days_ago - days):
                for *_job, state, complaint in jobs:
                    step(complaint, state)

    def _answer(self, complaint, state):
        complaint.action_accept()
        # one in seven is answered late: nobody has called yet
        if complaint.id % 7:
            complaint._answer("已电话联系客户，说明处理安排。")

    def _start(self, complaint, state):
        if state not in ("accepted", "cancelled"):
            complaint.action_start()

    def _settle(self, complaint, state):
        if state == "waiting_customer":
            complaint._wait("请确认设备型号、序列号，并提供现场照片。")
        elif state == "disputed":
            complaint._dispute("客户认为是产品质量问题，质量部认为是使用不当，费用由谁承担？")
        elif state == "cancelled":
            leader = self.leaders[complaint]
            self.world.act(leader, complaint)._cancel("与先前登记的投诉重复，合并处理。")
        elif state in ("resolved", "closed"):
            *_text, cause, corrective, preventive = next(
                story for story in STORIES if story[2] == complaint.name
            )
            complaint.write({
                "root_cause": cause, "corrective_measure": corrective, "preventive_measure": preventive,
            })
            complaint.action_resolve()
            if complaint.id % 5 == 0:
                complaint._reopen("更换后又出现同样的问题。")
                complaint.action_resolve()

    def _close(self, complaint, state):
        if state == "closed":
            complaint.write({"feedback_method": "phone", "feedback_note": "已向客户说明原因和整改措施。"})
            token = complaint._rating_get_access_token()
            praise = PRAISE[complaint.id % len(PRAISE)]
            customer = complaint.with_user(self.env.ref("base.public_user")).sudo()
            customer.rating_apply(3 if complaint.id % 4 == 2 else 5, token=token, feedback=praise)
            if complaint.state != "closed":
                complaint.action_close()

    def _receive_unknown(self):
        """Mails of whom nobody knows, waiting in the queue."""
        for sender, subject, text in UNKNOWN:
            self.env[MODEL].with_user(self.env.ref("base.user_root")).message_new(
                {"email_from": sender, "subject": subject, "body": f"<p>{text}</p>"},
                {"company_id": self.world.company.id},
            )

    def _finish(self):
        """Let the figures follow the moments that were set back, and tell of what is overdue."""
        complaints = self.env[MODEL].search([("company_id", "=", self.world.company.id)])
        for name in ("is_response_in_time", "is_resolution_in_time", "next_deadline"):
            self.env.add_to_compute(complaints._fields[name], complaints)
        self.env.flush_all()
        with self.world.at(1):
            for complaint in complaints.filtered(lambda one: one.deadline_status == "overdue"):
                for _level in range(1 + complaint.id % 2):
                    complaint._escalate()
