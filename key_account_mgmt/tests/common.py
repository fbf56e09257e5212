from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.mail.tests.common import mail_new_test_user

from ..calculations.closing import get_closing_period


def role_group(role):
    """Return the xml id of a role's group."""
    return f"key_account_mgmt.group_key_account_{role}"


class KeyAccountCase(TransactionCase):
    """A company with two departments, and everybody who may have to do with its key accounts.

    ::

        company            director, executive, executive2, clerk, inspector, service
        ├── team           leader ── manager, manager2, assistant
        └── other_team     other_leader ── other_manager
        nobody (plain internal user), salesman (sales without a role), portal, public
        other_company      other_director
    """

    # how many hostile calls a test has made; a run says at its end how many there were in all
    tried = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, no_reset_password=True))
        cls.company = cls.env["res.company"].create({
            "name": "Rainbow Bearings",
            "currency_id": cls.env.ref("base.CNY").id,
        })
        cls.env.ref("base.CNY").active = True
        cls.env.user.write({
            "company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id,
        })
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.company = cls.company.with_env(cls.env)
        cls._make_users()
        cls.team = cls._new_team("East", cls.leader, cls.manager | cls.manager2 | cls.assistant)
        cls.other_team = cls._new_team("South", cls.other_leader, cls.other_manager)
        cls.company.write({
            "key_account_director_id": cls.director.id,
            "key_account_executive_id": cls.executive.id,
        })
        cls.scheme = cls.env.ref("key_account_mgmt.scheme_share")
        cls.grade_a = cls.env.ref("key_account_mgmt.scheme_share_grade_a")
        cls.grade_b = cls.env.ref("key_account_mgmt.scheme_share_grade_b")
        cls.grade_c = cls.env.ref("key_account_mgmt.scheme_share_grade_c")
        cls.product = cls.env["product.product"].create({
            "name": "Bearing", "list_price": 1, "taxes_id": False, "invoice_policy": "order",
        })

    # === BUILDERS === #

    @classmethod
    def _make_users(cls):
        """Make a user of each role; each is found by his login in ``users``, and as an attribute."""
        cls.users = {
            login: cls._new_user(login, groups)
            for login, groups in {
                "director": role_group("director"),
                "executive": role_group("executive"),
                "executive2": role_group("executive"),
                "leader": role_group("leader"),
                "other_leader": role_group("leader"),
                "manager": role_group("manager"),
                "manager2": role_group("manager"),
                "other_manager": role_group("manager"),
                "assistant": role_group("assistant"),
                "clerk": role_group("clerk"),
                "inspector": role_group("inspector"),
                "service": role_group("service"),
                "salesman": "sales_team.group_sale_salesman",
                "nobody": "base.group_user",
            }.items()
        }
        cls.users["portal"] = mail_new_test_user(
            cls.env, "portal", groups="base.group_portal", company_id=cls.company.id
        )
        cls.users["public"] = cls.env.ref("base.public_user")
        for login, user in cls.users.items():
            setattr(cls, login, user)

    @classmethod
    def _new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, f"ka_{login}", groups=groups, name=login.replace("_", " ").title(),
            company_id=company.id, company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _new_team(cls, name, leader, members):
        return cls.env["crm.team"].create({
            "name": name,
            "company_id": cls.company.id,
            "user_id": leader.id,
            "member_ids": [Command.set(members.ids)],
        })

    @classmethod
    def _new_customer(cls, name="Customer", **values):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **values})

    @classmethod
    def _new_order(cls, partner, amount, day=None, company=None, confirm=True, **values):
        """Confirm an order of one line at this untaxed amount, dated at noon of a day."""
        company = company or cls.company
        order = cls.env["sale.order"].with_company(company).create({
            "partner_id": partner.id,
            "company_id": company.id,
            "order_line": [Command.create({
                "product_id": cls.product.id, "price_unit": amount, "tax_ids": False,
            })],
            **values,
        })
        if confirm:
            order.action_confirm()
        if day:
            order.date_order = f"{day} 12:00:00"
        return order

    @classmethod
    def _new_account(cls, partner=None, **values):
        """Take over an active account, as the director does on the first day."""
        partner = partner or cls._new_customer()
        return cls.env["key.account"].with_user(cls.director).create({
            "partner_id": partner.id,
            "company_id": cls.company.id,
            "team_id": cls.team.id,
            "manager_id": cls.manager.id,
            "state": "active",
            "scheme_id": cls.scheme.id,
            **values,
        }).with_env(cls.env)

    @classmethod
    def _fill_file(cls, account):
        """Enter one of each part of the customer file, as the account's manager does."""
        account.with_user(account.manager_id).write({
            "stakeholder_ids": [Command.create({
                "name": "Ms Li", "role": "decision_maker", "decision_power": 60, "hobbies": "Chess",
            })],
            "project_ids": [Command.create({
                "name": "Line 2",
                "milestone_ids": [Command.create({"name": "Kick-off", "deadline": "2026-01-10"})],
            })],
            "competitor_ids": [Command.create({"name": "Rival", "share": 35})],
            "agreement_ids": [Command.create({"name": "Frame", "date_from": "2026-01-01"})],
            "insight_ids": [Command.create({"name": "A new plant is planned"})],
            "credit_grade": "aa",
        })
        cls._answer(cls._ask(account), [3, 3, 2])

    @classmethod
    def _ask(cls, account, user=None, **values):
        """Send a customer the satisfaction survey, by mail to an address of its own."""
        if not account.partner_id.email:
            account.partner_id.email = f"customer{account.partner_id.id}@example.com"
        survey = cls.env["key.account.satisfaction"].with_user(user or account.manager_id).create({
            "account_id": account.id, **values,
        })
        survey.action_send()
        return survey.with_env(cls.env)

    @classmethod
    def _answer(cls, survey, levels=(), recommendation=None, comment=None):
        """Fill in the answer sheet as the customer does: a level from 0 to 3 for each dimension, or None."""
        sheet = survey.sudo().user_input_id
        matrix, scale, text = sheet.survey_id.question_ids
        answers = {
            str(row.id): [str(matrix.suggested_answer_ids[level].id)]
            for row, level in zip(matrix.matrix_row_ids, levels) if level is not None
        }
        sheet._mark_in_progress()
        sheet._save_lines(matrix, answers)
        sheet._save_lines(scale, "" if recommendation is None else str(recommendation))
        sheet._save_lines(text, comment or "")
        sheet._mark_done()
        return survey

    @classmethod
    def _new_submission(cls, account, day=None):
        """Open for an account the month in which a day lies, as the scheduled action does."""
        company = account.company_id
        period = get_closing_period(
            day or company._get_key_account_today(), company.key_account_closing_day
        )
        return cls.env["key.account.monthly.submission"]._open(account, *period).with_env(cls.env)

    @classmethod
    def _new_meeting(cls, user=None, **values):
        """Plan a meeting of the department that began an hour ago."""
        hour_ago = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        return cls.env["key.account.meeting"].with_user(user or cls.manager).create({
            "name": "Monthly", "company_id": cls.company.id, "team_id": cls.team.id, "start": hour_ago,
            **values,
        })

    @classmethod
    def _new_held_visit(cls, account, day, user=None, **values):
        """Take over a visit that was held, reported and verified on a day."""
        user = user or account.manager_id
        return cls.env["key.account.visit"].create({
            "account_id": account.id, "user_id": user.id, "start": f"{day} 02:00:00", "state": "verified",
            "report": "They are content.", "outcome": "met", **values,
        })

    @classmethod
    def _draw_spot_check(cls, day, user=None, **values):
        """Draw a spot check of the visits reported for a day, as the inspector does."""
        check = cls.env["key.account.spot.check"].with_user(user or cls.inspector).create({
            "company_id": cls.company.id, "date_from": day, "date_to": day, **values,
        })
        check.action_draw()
        return check

    @classmethod
    def _new_target(cls, user=None, approve=False, **values):
        """Propose the month's sales target of the department, as its leader does."""
        values = {
            "company_id": cls.company.id, "period_date": cls.company._get_key_account_today(),
            "level": "team", "amount": 1000, **values,
        }
        if values["level"] in ("team", "person"):
            values.setdefault("team_id", cls.team.id)
        user = user or (cls.director if values["level"] == "company" else cls.leader)
        target = cls.env["key.account.target"].with_user(user).create(values)
        return cls._approve_target(target) if approve else target

    @classmethod
    def _approve_target(cls, record):
        """Submit a target, or a change of one, and have it approved by those who have to."""
        record.action_submit()
        for user in (cls.director, cls.executive):
            if record.with_user(user).can_approve:
                record.with_user(user).action_approve()
        cls.env.invalidate_all()
        return record

    @classmethod
    def _new_change(cls, target, amount, user=None, **values):
        """Propose another amount for an approved target."""
        return cls.env["key.account.target.change"].with_user(user or cls.leader).create({
            "target_id": target.id, "amount": amount, "reason": "The plant is rebuilt", **values,
        })

    @classmethod
    def _fill_month(cls, account):
        """Let an account have a submission, a checked visit, and a meeting about it with a resolution."""
        cls._new_submission(account)
        cls._new_held_visit(account, "2026-03-04")
        is_secret = account.confidentiality == "secret"
        check = cls._draw_spot_check(
            "2026-03-04", cls.director if is_secret else cls.inspector,
            scope="secret" if is_secret else "open",
        )
        check.line_ids.write({"method": "phone", "verdict": "true"})
        cls._new_meeting(account_id=account.id, kind="topical", resolution_ids=[Command.create({
            "name": "Send samples", "user_id": cls.manager.id, "deadline": "2026-12-31",
        })])

    @classmethod
    def _fill_performance(cls, account):
        """Let an account have a plan with an action, an expense, and an invoice of which somebody spoke."""
        user = account.manager_id
        invoice = cls.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": account.partner_id.id, "company_id": cls.company.id,
            "invoice_date": cls.company._get_key_account_today(),
            "invoice_line_ids": [Command.create({"product_id": cls.product.id, "price_unit": 70})],
        })
        invoice.action_post()
        cls.env["key.account.plan"].with_user(user).create({
            "account_id": account.id, "plan": "Meet the buyer", "line_ids": [Command.create({
                "name": "Send samples", "user_id": user.id, "deadline": "2030-12-31",
            })],
        })
        cls.env["key.account.expense"].with_user(user).create({
            "name": "Train", "account_id": account.id, "amount": 50, "company_id": cls.company.id,
            "category_id": cls.env.ref("key_account_mgmt.expense_category_travel").id,
        })
        cls.env["key.account.collection.entry"].with_user(user).create({
            "account_id": account.id, "move_id": invoice.id, "promised_date": "2030-12-31",
            "promised_amount": 70,
        })

    @classmethod
    def _new_candidate(cls, partner=None, user=None, **values):
        """Propose a candidate whose desk survey is written."""
        user = user or cls.manager
        partner = partner or cls._new_customer()
        return cls.env["key.account"].with_user(user).create({
            "partner_id": partner.id,
            "company_id": cls.company.id,
            "team_id": cls.team.id,
            "manager_id": cls.manager.id,
            "scheme_id": cls.scheme.id,
            "nominating_department": "market",
            "nominating_ground": "potential",
            "desk_survey": "Buys twice a month, more each year.",
            **values,
        })

    @classmethod
    def _new_applied(cls, **values):
        """Bring a candidate to where the leader has to decide."""
        account = cls._new_candidate(**values)
        account.action_start_survey()
        account.write({
            "survey_date": "2026-01-15",
            "survey_user_id": account.manager_id.id,
            "survey_findings": "A new plant, two lines.",
            "application_reason": "Stable and growing.",
        })
        account.action_apply()
        return account

    @classmethod
    def _new_run(cls, user=None, **values):
        return cls.env["key.account.grading.run"].with_user(user or cls.clerk).create({
            "company_id": cls.company.id, "scheme_id": cls.scheme.id, **values,
        })

    @classmethod
    def _approve_run(cls, run):
        """Submit a computed run as it is, and have it approved by the director and an executive."""
        run.action_submit()
        run.with_user(cls.director).action_approve()
        run.with_user(cls.executive).action_approve()
        return run

    @classmethod
    def _apply_run(cls, run):
        cls._approve_run(run).with_user(cls.director).action_apply()
        cls.env.invalidate_all()
        return run

    @classmethod
    def _row(cls, run, partner):
        """Return the assessment of a customer in a run, as superuser."""
        cls.env.invalidate_all()
        return run.sudo().assessment_ids.filtered(lambda row: row.partner_id == partner)
