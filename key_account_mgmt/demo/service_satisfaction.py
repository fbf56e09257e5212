"""How satisfied the customers are: two years of surveys at the intervals of their grades, and open ones."""

import random
from datetime import datetime, time, timedelta

from odoo.tools import SQL

MANAGERS = ("manager1", "manager2", "manager3", "manager4")
# dissatisfied, fair, satisfied, very satisfied: how often, by what the customers think of us
MOODS = {"good": (0, 1, 7, 12), "fair": (0, 5, 10, 4), "poor": (3, 8, 6, 1)}
COMMENTS = {
    "good": ("交付准时，现场服务人员专业，配合默契。", "希望继续保持技术交流频次。", False, False),
    "fair": ("备件到货偶有延误，望提前沟通。", "资料归档请更及时，合格证随货同行。", False),
    "poor": ("近期两批油缸有渗漏，整改反馈太慢。", "现场施工后清理不到位，安全交底需要加强。"),
}
CANCELLED = "客户采购部正在合并，本期不再发放问卷，下期统一调查。"
# what customers were asked longer ago than this is settled
SETTLED_DAYS = 14


def make(world):
    """Ask all customers who are active and graded, over up to two years, and leave some surveys open."""
    chance = random.Random(2021)  # noqa: S311 - the same day gives the same data; nothing secret comes from it
    open_ones = {login: _get_shared(world, login)[:2] for login in MANAGERS}
    busy = [account for accounts in open_ones.values() for account in accounts]
    for customer in world.customers:
        account = customer.account
        if account and account.state == "active" and account.grade_id.survey_interval_months:
            _tell_history(world, chance, account, 45 if account in busy else 5)
    for first, second in open_ones.values():
        _new(world, first, 1)
        _ask(world, second, 9)
    _settle(world)
    _say_where_the_service_stands(world)


def _say_where_the_service_stands(world):
    """Let each active account be at a stage of the service life cycle."""
    stages = world.env["key.account"]._fields["service_stage"].get_values(world.env)
    for number, customer in enumerate(world.customers):
        if customer.account and customer.account.state == "active":
            world.act(customer.owner, customer.account).service_stage = stages[number % len(stages)]


def _get_shared(world, login):
    """Return the accounts of a manager on which an assistant works as well: all see each state."""
    return [
        customer.account for customer in world.customers
        if customer.account and customer.account.state == "active"
        and customer.account.manager_id.login == login
        and customer.account.confidentiality != "secret" and customer.account.grade_id
        and any(member.startswith("assistant") for member, _role in customer.members)
    ]


def _tell_history(world, chance, account, least):
    """Ask a customer as often as its grade promises; the last time at least so many days ago."""
    interval = account.grade_id.survey_interval_months * 30
    age = (world.today - account.admission_date).days
    days = range(chance.randrange(least, max(least + 10, interval * 4 // 5)), min(age, 640), interval)
    mood = chance.choice(("good", "good", "good", "fair", "fair", "poor"))
    for turn, day in enumerate(reversed(days)):
        survey = _ask(world, account, day)
        kind = chance.randrange(12)
        if turn == 0 and least > 5:
            # it was sent: that it is given up is not the manager's to say
            world.act("director", survey)._cancel(CANCELLED)
        elif kind == 0 or (turn == 1 and least > 5):
            _expire(survey)
        else:
            _answer(world, chance, survey, mood, day)
        if chance.randrange(4) == 0:
            mood = chance.choice(tuple(MOODS))


def _new(world, account, day):
    login = account.manager_id.login
    survey = world.act(login, world.quiet_env["key.account.satisfaction"]).create({"account_id": account.id})
    # sudo: the day is the system's to set
    survey.sudo().date = world.day(day)
    return survey


def _ask(world, account, day):
    survey = _new(world, account, day).sudo()  # sudo: as above
    survey._open_sheet()
    deadline = world.day(day) + timedelta(days=account.company_id.key_account_survey_expiry_days)
    # without the mail: there is no mail server in a demonstration
    survey.write({"state": "sent", "sent_date": world.day(day), "deadline": deadline})
    survey.user_input_id.deadline = account.company_id._get_key_account_utc_bounds(False, deadline)[1]
    return survey


def _expire(survey):
    survey.write({"state": "expired", "reminder_count": 2, "reminder_date": survey.sent_date})


def _answer(world, chance, survey, mood, day):
    """Fill in the sheet as the customer does, or one of us together with him."""
    if chance.randrange(4) == 0:
        survey.with_user(survey.user_id).action_interview()
    sheet = survey.user_input_id
    matrix, scale, text = sheet.survey_id.question_ids
    choices = matrix.suggested_answer_ids
    sheet._mark_in_progress()
    sheet._save_lines(matrix, {
        str(row.id): [str(chance.choices(choices.ids, MOODS[mood])[0])]
        for row in matrix.matrix_row_ids if chance.randrange(14)
    })
    best = {"good": 10, "fair": 8, "poor": 6}[mood]
    sheet._save_lines(scale, str(best - chance.randrange(3)))
    sheet._save_lines(text, chance.choice(COMMENTS[mood]) or "")
    sheet._mark_done()
    survey.answer_date = world.day(max(day - chance.randrange(1, 8), 0))


def _settle(world):
    """Date all of it back, and take away what was followed up long ago."""
    surveys = world.env["key.account.satisfaction"].search([])
    old = surveys.filtered(
        lambda survey: not survey.answer_date or survey.answer_date < world.day(SETTLED_DAYS)
    )
    old.activity_ids.unlink()
    world.env.flush_all()
    for survey in surveys:
        asked = datetime.combine(survey.date, time(2, 0))
        answered = datetime.combine(survey.answer_date or survey.date, time(6, 30))
        _date_back(world, survey, asked, answered)
        if survey.user_input_id:
            _date_back(world, survey.user_input_id, asked, answered)
        if survey.answer_date:
            survey.user_input_id.write({
                "start_datetime": answered - timedelta(minutes=3), "end_datetime": answered,
            })
    world.env.invalidate_all()


def _date_back(world, record, created, changed):
    world.env.cr.execute(SQL(
        "UPDATE %s SET create_date = %s, write_date = %s WHERE id = %s",
        SQL.identifier(record._table), created, changed, record.id,
    ))
