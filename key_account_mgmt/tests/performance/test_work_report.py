from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..service.common import VisitCase

REPORT = "key.account.work.report"
CALL = "mail.mail_activity_data_call"


class ReportCase(VisitCase):
    """A company in Shanghai whose manager has an account, and helpers to report."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        # the chart brings its own currency
        cls.company.currency_id = cls.env.ref("base.CNY")
        cls.account = cls._new_graded("Works")
        cls.company.key_account_reports_from = "2020-01-01"

    @classmethod
    def _new_report(cls, user=None, **values):
        return cls.env[REPORT].with_user(user or cls.manager).create({
            "company_id": cls.company.id, "work_done": "Called the buyers", **values,
        })

    @classmethod
    def _draft_month(cls, team=None, day="2026-05-01"):
        report = cls.env[REPORT]._draft_month(team or cls.team, cls.company, fields.Date.to_date(day))
        return report.with_env(cls.env)

    def _as(self, login, report):
        self.env.invalidate_all()
        return report.with_user(self.users[login])

    def _set_day(self, records, day):
        """Let records have been made at noon of a day in Shanghai."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {records._table} SET create_date = %s WHERE id IN %s",  # noqa: S608
            (self._local(f"{day} 12:00"), tuple(records.ids)),
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 04:00:00")
class TestWorkReport(ReportCase):
    """R1 to R4: figures from records, words by the person, read by the leader."""

    @classmethod
    def _do_a_days_work(cls, day="2026-05-20", user=None):
        user = user or cls.manager
        cls._new_held_visit(cls.account, day, user=user)
        cls._new_held_visit(cls.account, day, user=user, visit_type="call")
        lead = cls.env["crm.lead"].create({
            "name": "Prospect", "user_id": user.id, "team_id": cls.team.id, "company_id": cls.company.id,
        })
        lead.activity_schedule(CALL, user_id=user.id).with_user(user).action_feedback()
        cls.env["key.account.complaint"].create({
            "name": "It leaks", "partner_id": cls.account.partner_id.id, "company_id": cls.company.id,
            "received_on": f"{day} 01:00:00", "user_id": user.id,
        })
        cls._new_order(cls.account.partner_id, 300, day)
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", (f"{day} 02:00:00", lead.id))
        cls.env.cr.execute(
            "UPDATE mail_message SET date = %s WHERE model = 'crm.lead' AND res_id = %s",
            (f"{day} 02:00:00", lead.id),
        )
        cls.env.invalidate_all()
        return lead

    # === FIGURES === #

    def test_figures_come_from_the_records_of_the_day_where_the_company_is(self):
        lead = self._do_a_days_work()
        other = self._do_a_days_work("2026-05-19")
        report = self._as("manager", self._new_report())
        self.assertEqual(report.current_call_count, 2, "one to a prospect, one to an account")
        self.assertEqual(report.current_prospect_count, 1)
        self.assertEqual(report.current_visit_count, 1)
        self.assertEqual(report.current_complaint_count, 1)
        self.assertEqual((report.current_order_count, report.current_ordered_amount), (1, 300))
        self.assertEqual((report.current_call_quota, report.current_prospect_quota), (10, 5))
        self.assertTrue(report.is_below_quota)
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2026-05-19 16:30:00' WHERE id = %s", (other.id,)
        )
        self.assertEqual(self._as("manager", report).current_prospect_count, 2, "20 May begins at 16:00 UTC")
        self.assertEqual(lead.user_id, self.manager)

    def test_collected_is_what_was_paid_on_the_day_untaxed(self):
        order = self._new_order(self.account.partner_id, 500, "2026-05-02")
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-05-02"
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": "2026-05-20", "amount": 200})._create_payments()
        report = self._as("manager", self._new_report())
        self.assertEqual((report.current_collected_amount, report.current_ordered_amount), (200, 0))
        action = report.with_context(figure="collected").action_open_evidence()
        rows = self.env["key.account.ledger.entry"].search(action["domain"])
        self.assertEqual(sum(rows.mapped("amount")), 200)

    def test_each_figure_opens_records_that_add_up_to_it(self):
        self._do_a_days_work()
        self._do_a_days_work("2026-05-19")
        report = self._as("manager", self._new_report())
        counts = {}
        for figure in ("calls", "prospect_calls", "prospects", "visits", "complaints", "ordered"):
            action = report.with_context(figure=figure).action_open_evidence()
            counts[figure] = self.env[action["res_model"]].search_count(action["domain"])
        self.assertEqual(counts["calls"] + counts["prospect_calls"], report.current_call_count)
        self.assertEqual(counts["prospects"], report.current_prospect_count)
        self.assertEqual(counts["visits"], report.current_visit_count)
        self.assertEqual(counts["complaints"], report.current_complaint_count)
        self.assertEqual(counts["ordered"], report.current_order_count)
        self.assertFalse(report.with_context(figure="pay").action_open_evidence())

    def test_figures_are_frozen_at_submission_and_shown_beside_those_of_now(self):
        self._do_a_days_work()
        report = self._new_report()
        report.action_submit()
        self.assertEqual((report.call_count, report.order_count, report.ordered_amount), (2, 1, 300))
        self.assertEqual((report.call_quota, report.prospect_quota), (10, 5))
        self.assertFalse(self._as("manager", report).has_moved)
        self.company.key_account_daily_calls = 12
        self._do_a_days_work()
        report = self._as("leader", report)
        self.assertTrue(report.has_moved)
        self.assertEqual((report.call_count, report.current_call_count), (2, 4))
        self.assertEqual((report.call_quota, report.current_call_quota), (10, 12))

    def test_orders_cancelled_after_submission_leave_the_reported_figure(self):
        order = self._new_order(self.account.partner_id, 300, "2026-05-20")
        report = self._new_report()
        report.action_submit()
        order._action_cancel()
        report = self._as("manager", report)
        self.assertEqual((report.ordered_amount, report.current_ordered_amount), (300, 0))
        self.assertTrue(report.has_moved)

    def test_a_foreign_order_counts_at_its_own_rate(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create({
            "currency_id": usd.id, "name": "2026-01-01", "rate": 0.125, "company_id": self.company.id,
        })
        pricelist = self.env["product.pricelist"].create({
            "name": "USD", "currency_id": usd.id, "company_id": self.company.id,
        })
        self._new_order(self.account.partner_id, 100, "2026-05-20", pricelist_id=pricelist.id)
        self._new_order(self.account.partner_id, 10, "2026-05-20")
        self.assertEqual(self._as("manager", self._new_report()).current_ordered_amount, 810)

    def test_what_another_one_did_is_not_in_it_but_in_the_departments(self):
        self._do_a_days_work()
        second = self._new_graded("Second", manager_id=self.manager2.id)
        self._new_held_visit(second, "2026-05-20")
        self.assertEqual(self._as("manager2", self._new_report(self.manager2)).current_visit_count, 1)
        month = self._draft_month()
        self.assertEqual(month.current_visit_count, 2)
        self.assertEqual((month.current_order_count, month.current_ordered_amount), (1, 300))

    def test_so_many_queries_for_one_report_as_for_ten(self):
        one = self._new_report(date_from="2026-05-01")
        for day in range(4, 16):
            one |= self._new_report(date_from=f"2026-05-{day:02}")
        one._get_figures()

        def count(reports):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reports.with_env(self.env)._get_figures()
            return self.env.cr.sql_log_count - before

        self.assertLessEqual(count(one), count(one[:1]) + 2)

    # === ROLLING UP === #

    def test_a_week_shows_and_sums_its_days_and_names_the_missing_ones(self):
        for day, visits in (("2026-05-11", 1), ("2026-05-13", 2)):
            for _turn in range(visits):
                self._new_held_visit(self.account, day)
            with freeze_time(f"{day} 08:00:00"):
                self._new_report(date_from=day, plan="Go on").action_submit()
        self._new_report(date_from="2026-05-18").action_submit()
        week = self._new_report(kind="week", date_from="2026-05-14", work_done=False)
        self.assertEqual((str(week.date_from), str(week.date_to), week.period),
                         ("2026-05-11", "2026-05-17", "2026-W20"))
        self.assertEqual(len(week.part_ids), 2)
        self.assertEqual(week._get_part_totals()["visit_count"], 3)
        self.assertEqual(week.current_visit_count, 3)
        self.assertEqual(week.missing_parts, "2026-05-12, 2026-05-14, 2026-05-15")
        week.action_gather_words()
        self.assertIn("2026-05-11", week.work_done)
        self.assertIn("Go on", week.plan)

    def test_a_month_shows_the_weeks_that_end_in_it_and_a_year_its_quarters(self):
        for day in ("2026-04-29", "2026-05-06"):
            self._new_report(kind="week", date_from=day).action_submit()
        month = self._new_report(kind="month", date_from="2026-05-01")
        self.assertEqual(month.part_ids.mapped("period"), ["2026-W18", "2026-W19"])
        self._new_report(kind="quarter", date_from="2026-02-01").action_submit()
        year = self._new_report(kind="year", date_from="2026-03-01")
        self.assertEqual(year.part_ids.mapped("period"), ["2026-Q1"])
        with self.assertRaisesRegex(UserError, "no submitted shorter reports"):
            self._new_report(kind="day").action_gather_words()

    # === READING === #

    def test_the_leader_reads_and_comments(self):
        report = self._new_report()
        report.action_submit()
        self.assertEqual(report.sudo().activity_ids.user_id, self.leader)
        self._as("leader", report).action_approve()
        self.assertEqual(report.state, "read")
        self._as("leader", report)._comment("Well done")
        self.assertIn("Well done", report.comment)
        self.assertIn(self.leader.name, report.comment)

    def test_a_comment_reads_it_off(self):
        report = self._new_report()
        report.action_submit()
        wizard = self.env["key.account.reason"].with_user(self.leader).create({
            "model": REPORT, "res_ids": str(report.id), "act": "comment", "reason": "Call him again",
        })
        wizard.action_confirm()
        self.assertEqual(report.state, "read")

    def test_an_executive_reads_and_comments_on_the_directors_report(self):
        report = self._new_report(self.director)
        report.action_submit()
        self.env["key.account.reason"].with_user(self.executive).create({
            "model": REPORT, "res_ids": str(report.id), "act": "comment", "reason": "Go on",
        }).action_confirm()
        self.assertEqual((report.state, report.comment), ("read", f"{self.executive.name}: Go on"))

    def test_what_is_sent_back_is_written_and_submitted_again(self):
        report = self._new_report()
        report.action_submit()
        self._as("leader", report)._decline("returned", "Say with whom you spoke")
        self.assertEqual(report.state, "draft")
        self._do_a_days_work()
        mine = self._as("manager", report)
        mine.work_done = "Spoke with Ms Li"
        mine.action_submit()
        self.assertEqual((report.state, report.visit_count), ("submitted", 1), "figures are frozen anew")
        with freeze_time("2026-05-28 04:00:00"):
            self._as("leader", report)._decline("returned", "And the others?")
            self._as("manager", report).action_submit()
        self.assertFalse(report.is_late, "it came in on time once")

    def test_nobody_reads_off_comments_or_excuses_his_own(self):
        mine = self._new_report(self.leader, kind="week")
        draft = self._new_report(self.leader, kind="month")
        mine.action_submit()
        for act in (mine.action_approve, lambda: mine._comment("Great"),
                    lambda: draft._excuse("Ill")):
            with self.assertRaises(UserError):
                act()
        self.assertEqual(mine.sudo().activity_ids.user_id, self.director, "the director reads a leader's")
        self._as("director", mine).action_approve()
        admin = self._new_user("admin2", "base.group_system,key_account_mgmt.group_key_account_director,"
                               "key_account_mgmt.group_key_account_executive")
        own = self._new_report(admin)
        own.action_submit()
        with self.assertRaisesRegex(UserError, "your own matter"):
            own.action_approve()
        with self.assertRaises(UserError):
            own.write({"state": "read"})

    def test_the_leader_excuses_with_the_reason_and_the_person_may_write_it_after_all(self):
        report = self._new_report(work_done=False)
        self._as("leader", report)._excuse("On sick leave")
        self.assertEqual((report.state, report.excuse_reason), ("excused", "On sick leave"))
        self._as("manager", report).action_write_after_all()
        self.assertEqual((report.state, report.excuse_reason), ("draft", False))
        with self.assertRaises(UserError):
            self._as("manager2", report)._excuse("x")

    # === BAD INPUT === #

    def test_two_reports_for_one_day_are_refused(self):
        self._new_report()
        for values in ({}, {"date_from": "2026-05-20"}):
            with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "person_period_unique"), \
                    self.env.cr.savepoint():
                self._new_report(**values)
        self._new_report(kind="week")
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "person_period_unique"), \
                self.env.cr.savepoint():
            self._new_report(kind="week", date_from="2026-05-18")

    def test_a_day_to_come_is_refused_and_the_week_that_runs_is_not(self):
        for values in ({"date_from": "2026-05-21"}, {"kind": "month", "date_from": "2026-06-01"}):
            with self.assertRaisesRegex(ValidationError, "not begun"), self.env.cr.savepoint():
                self._new_report(**values)
        self.assertEqual(str(self._new_report(kind="week", date_from="2026-05-24").date_from), "2026-05-18")

    def test_nobody_reports_for_another_one(self):
        for login, values in (
            ("manager", {"user_id": self.manager2.id}), ("leader", {"user_id": self.manager.id}),
            ("director", {"user_id": self.manager.id}), ("clerk", {"user_id": self.manager.id}),
            ("inspector", {}), ("executive", {}), ("service", {}),
            ("manager", {"scope": "department", "kind": "month", "team_id": self.team.id}),
        ):
            with self.subTest(role=login, values=values), self.assertRaises(AccessError), \
                    self.env.cr.savepoint():
                self._new_report(self.users[login], **values)

    def test_a_department_that_is_not_ones_own_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "does not belong"), self.env.cr.savepoint():
            self._new_report(team_id=self.other_team.id)
        self.assertEqual(self._new_report().team_id, self.team)

    def test_nothing_but_words_is_written_and_only_in_a_draft(self):
        report = self._new_report()
        for name, value in (
            ("visit_count", 99), ("call_quota", 0), ("date_from", "2026-05-19"), ("kind", "week"),
            ("user_id", self.manager2.id), ("team_id", self.other_team.id), ("comment", "Great"),
            ("is_late", False), ("deadline", "2030-01-01"), ("told_steps", 2), ("scope", "department"),
        ):
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._as("manager", report).write({name: value})
        for state in ("submitted", "read", "excused"):
            with self.subTest(state), self.assertRaises(UserError), self.env.cr.savepoint():
                self._as("manager", report).write({"state": state})
        self._as("manager", report).action_submit()
        with self.assertRaisesRegex(UserError, "no draft any more"):
            self._as("manager", report).work_done = "Better"
        with self.assertRaisesRegex(UserError, "is kept"):
            self._as("manager", report).unlink()

    def test_an_empty_report_is_not_submitted(self):
        report = self._new_report(work_done=" ")
        with self.assertRaisesRegex(UserError, "write what was done"):
            report.action_submit()

    def test_late_is_what_comes_after_the_last_day_in_time(self):
        friday = self._new_report(date_from="2026-05-15")
        self.assertEqual(str(friday.deadline), "2026-05-18", "Monday")
        friday.action_submit()
        self.assertTrue(friday.is_late)
        today = self._new_report()
        today.action_submit()
        self.assertFalse(today.is_late)

    # === WHO SEES WHAT === #

    def test_each_role_reads_what_is_its_own(self):
        reports = {
            "mine": self._new_report(), "colleague": self._new_report(self.manager2),
            "other": self._new_report(self.other_manager), "leader": self._new_report(self.leader),
            "month": self._draft_month(), "other_month": self._draft_month(self.other_team),
        }
        everything = set(reports)
        expected = {
            "manager": {"mine"}, "manager2": {"colleague"}, "assistant": set(),
            "leader": {"mine", "colleague", "leader", "month"},
            "other_leader": {"other", "other_month"},
            "director": everything, "executive": everything,
            "inspector": everything - {"month", "other_month"}, "clerk": {"month", "other_month"},
        }
        for login, names in expected.items():
            with self.subTest(role=login):
                self.env.invalidate_all()
                found = self.env[REPORT].with_user(self.users[login]).search([])
                self.assertEqual({name for name, one in reports.items() if one in found}, names)
                written = {
                    name for name, one in reports.items()
                    if one.with_user(self.users[login]).has_access("write")
                }
                own = {"manager": {"mine"}, "manager2": {"colleague"}, "leader": {"leader"},
                       "clerk": {"month", "other_month"}, "director": {"month", "other_month"}}
                self.assertEqual(written, own.get(login, set()))
        for login in ("service", "salesman", "nobody", "portal", "public"):
            with self.subTest(role=login), self.assertRaises(AccessError):
                self.env[REPORT].with_user(self.users[login]).search([])

    def test_the_departments_month_is_its_clerks_alone(self):
        second = self._new_user("clerk2", "key_account_mgmt.group_key_account_clerk")
        self.team.key_account_clerk_id = second
        month = self._draft_month()
        with self.assertRaises(AccessError):
            self._as("clerk", month).work_done = "Mine"
        month.with_user(second).write({"work_done": "A good month"})
        month.with_user(second).action_submit()
        with self.assertRaises(UserError):
            month.with_user(second).action_approve()
        self._as("leader", month).action_approve()
        self.assertEqual(month.state, "read")

    def test_the_chatter_is_open_to_readers_and_to_nobody_else(self):
        report, note = self._new_report(), {"body": "How is Ms Li?"}
        self._as("leader", report).message_post(**note)
        with self.assertRaises(AccessError):
            self._as("manager2", report).message_post(**note)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-02 04:00:00")
class TestMonthReport(ReportCase):
    """R3: the monthly key account report of a department, on paper."""

    def _print(self, report, login="clerk"):
        self.env.invalidate_all()
        html, _format = self.env["ir.actions.report"].with_user(self.users[login])._render_qweb_html(
            "key_account_mgmt.report_key_account_month_report", report.ids
        )
        return html.decode() if isinstance(html, bytes) else str(html)

    def test_it_shows_people_accounts_complaints_and_words(self):
        self._new_order(self.account.partner_id, 1234, "2026-05-10")
        self._new_held_visit(self.account, "2026-05-11")
        secret = self._new_graded("Veiled", confidentiality="secret")
        self.env["key.account.complaint"].with_user(self.manager).create({
            "name": "It leaks", "partner_id": self.account.partner_id.id, "company_id": self.company.id,
            "received_on": "2026-05-12 02:00:00",
        })
        month = self._draft_month()
        month.with_user(self.clerk).write({"work_done": "A <b>good</b> month", "plan": "More visits"})
        month.with_user(self.clerk).action_submit()
        html = self._print(month)
        for text in (
            "2026-05", "East", self.manager.name, "1,234", "It leaks", "A &lt;b&gt;good", "More visits",
            "Works",
        ):
            self.assertIn(text, html)
        self.assertNotIn("Veiled", html, "the clerk sees no secret account")
        self.assertIn("Veiled", self._print(month, "director"))
        self.assertEqual(secret.confidentiality, "secret")

    def test_a_persons_report_is_not_printed_as_one(self):
        with self.assertRaisesRegex(UserError, "Only a department"):
            self._new_report().action_print_month()
        action = self._draft_month().with_user(self.clerk).action_print_month()
        self.assertEqual(action["report_name"], "key_account_mgmt.report_key_account_month_report")

    def test_its_parts_are_the_months_of_its_people(self):
        self._new_report(kind="month", date_from="2026-05-01").action_submit()
        self._new_report(self.other_manager, kind="month", date_from="2026-05-01").action_submit()
        month = self._draft_month()
        self.assertEqual(self._as("leader", month).part_ids.user_id, self.manager)
        self.assertFalse(self._as("clerk", month).part_ids, "clerks read nobody's own reports")

    def test_a_department_has_one_report_a_month(self):
        self._draft_month()
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "department_period_unique"):
            self.env[REPORT].with_user(self.clerk).create({
                "scope": "department", "team_id": self.team.id, "date_from": "2026-05-05",
            })

    def test_the_clerk_has_a_month_of_his_own_accord(self):
        month = self.env[REPORT].with_user(self.clerk).create({
            "scope": "department", "team_id": self.team.id, "date_from": "2026-04-15",
        })
        self.assertEqual((month.period, month.kind), ("2026-04", "month"))
        self.assertFalse(month.user_id)
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "person_or_department"):
            self.env[REPORT].with_user(self.clerk).create({
                "scope": "department", "team_id": self.team.id, "kind": "week", "date_from": "2026-04-15",
            })

    def test_the_form_opens_for_each_reader(self):
        month = self._draft_month()
        for login in ("clerk", "leader", "director", "executive"):
            record = self._as(login, month)
            names = record.get_views([(False, "form")])["models"][REPORT]["fields"]
            record.web_read({name: {} for name in names})

    def test_members_are_those_of_the_department(self):
        self.team.member_ids = [Command.link(self.leader.id)]
        people = self._draft_month()._get_month_parts()["people"]
        self.assertEqual(set(people), set(self.team.member_ids | self.team.user_id))
