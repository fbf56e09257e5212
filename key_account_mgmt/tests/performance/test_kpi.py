from datetime import date
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import KeyAccountCase
from .appraisal_case import Result

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)


@tagged("post_install", "-at_install")
class TestKpi(KeyAccountCase):
    """P11 and P12: what each key figure counts, of a person, a department, an account or the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.account = cls._new_account(cls._new_customer("Alpha"), grade_id=cls.grade_a.id)
        cls.second = cls._new_account(cls._new_customer("Beta"), grade_id=cls.grade_b.id)
        cls.theirs = cls._new_account(
            cls._new_customer("Gamma"), team_id=cls.other_team.id, manager_id=cls.other_manager.id
        )
        cls.plain_customer = cls._new_customer("Plain")
        patcher = patch.object(
            cls.env.registry["key.account.kpi"], "_get_target_results",
            lambda _kpi, subjects, *_period: {
                subject: Result(None, None, Decimal(0)) for subject in subjects
            },
        )
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    @classmethod
    def _kpi(cls, code):
        return cls.env.ref(f"key_account_mgmt.kpi_{code}")

    def _measure(self, code, subject, first=FIRST, last=LAST):
        self.env.flush_all()
        measure = self._kpi(code)._measure(subject, first, last)[subject]
        return tuple(number if number is None else float(number) for number in (
            measure.numerator, measure.denominator, measure.value and round(measure.value, 4)
        ))

    def _assert_levels(self, code, expected):
        """Compare the figure of manager, his department, his first account, and the company."""
        for subject, figures in zip((self.manager, self.team, self.account, self.company), expected):
            with self.subTest(code=code, subject=subject.display_name):
                self.assertEqual(self._measure(code, subject), figures)

    # === ORDERS AND CUSTOMERS === #

    def test_new_and_returning_customers_of_each_level(self):
        self._new_order(self.account.partner_id, 10, "2026-04-10")
        for customer in (self.account.partner_id, self.second.partner_id, self.theirs.partner_id,
                         self.plain_customer):
            self._new_order(customer, 10, "2026-05-12")
            self._new_order(customer, 10, "2026-05-20")
        self._new_order(self.theirs.partner_id, 10, "2026-04-30")
        self._assert_levels("new_customer_rate", (
            (1, 2, 50), (1, 2, 50), (0, 1, 0), (2, 4, 50),
        ))
        self._assert_levels("retention_rate", (
            (1, 1, 100), (1, 1, 100), (1, 1, 100), (2, 2, 100),
        ))

    def test_days_are_the_companys_and_cancelled_orders_do_not_count(self):
        order = self._new_order(self.account.partner_id, 10)
        order.date_order = "2026-04-30 16:30:00"  # the first of May in Shanghai
        self.assertEqual(self._measure("new_customer_rate", self.company), (1, 1, 100))
        order.date_order = "2026-05-31 16:30:00"  # the first of June
        self.assertEqual(self._measure("new_customer_rate", self.company)[2], None)
        order.date_order = "2026-05-15 12:00:00"
        order._action_cancel()
        self.assertEqual(self._measure("new_customer_rate", self.company)[2], None)

    def test_orders_of_a_customers_contacts_and_imported_history_are_the_customers(self):
        contact = self.env["res.partner"].create({
            "name": "Branch", "parent_id": self.account.partner_id.id, "type": "delivery",
        })
        self.env["key.account.sales.history"].create({
            "partner_id": self.account.partner_id.id, "company_id": self.company.id, "date": "2025-01-01",
            "amount": 5,
        })
        self._new_order(contact, 10, "2026-05-12")
        self.assertEqual(self._measure("new_customer_rate", self.account), (0, 1, 0))
        self._kpi("new_customer_rate").include_history = False
        self.assertEqual(self._measure("new_customer_rate", self.account), (1, 1, 100))

    def test_complaints_by_orders(self):
        for customer, orders in ((self.account.partner_id, 4), (self.second.partner_id, 1),
                                 (self.plain_customer, 3)):
            for _number in range(orders):
                self._new_order(customer, 10, "2026-05-12")
        complaints = self.env["key.account.complaint"].create([
            {
                "name": "It leaks", "partner_id": customer.id, "company_id": self.company.id,
                "received_on": moment,
            }
            for customer, moment in (
                (self.account.partner_id, "2026-04-30 16:30:00"),
                (self.account.partner_id, "2026-05-31 15:59:00"),
                (self.account.partner_id, "2026-05-31 16:01:00"),
                (self.plain_customer, "2026-05-12 02:00:00"),
                (self.second.partner_id, "2026-05-12 02:00:00"),
            )
        ])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_complaint SET state = 'cancelled' WHERE id = %s", [complaints[-1].id]
        )
        self.env.invalidate_all()
        self._assert_levels("complaint_rate", (
            (2, 5, 40), (2, 5, 40), (2, 4, 50), (3, 8, 37.5),
        ))
        self.assertEqual(self._measure("complaint_rate", self.theirs)[2], None, "no orders: no data")

    def test_what_was_collected_by_what_fell_due(self):
        def bill(account, amount, due, paid):
            order = self._new_order(account.partner_id, amount)
            invoice = order._create_invoices()
            invoice.write({"invoice_date": "2026-04-02", "invoice_payment_term_id": False,
                           "invoice_date_due": due})
            invoice.action_post()
            if paid:
                self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=invoice.ids
                ).create({"payment_date": paid})._create_payments()

        bill(self.account, 100, "2026-05-20", "2026-05-25")
        bill(self.account, 300, "2026-05-31", False)
        bill(self.second, 50, "2026-04-20", "2026-05-02")
        bill(self.second, 70, "2026-06-01", "2026-06-02")
        self.assertEqual(self._measure("collection_rate", self.account), (100, 400, 25))
        self.assertEqual(self._measure("collection_rate", self.manager), (150, 400, 37.5))
        self.assertEqual(self._measure("collection_rate", self.company), (150, 400, 37.5))
        self.assertEqual(self._measure("collection_rate", self.second), (50, 0, None), "nothing fell due")

    # === SERVICE === #

    def test_the_mean_of_the_answered_surveys(self):
        for account, levels in ((self.account, [3, 3, 3]), (self.second, [3, 0, 0])):
            self._answer(self._ask(account), levels)
        surveys = self.env["key.account.satisfaction"].search([("company_id", "=", self.company.id)])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_satisfaction SET answer_date = '2026-05-31' WHERE id IN %s",
            [tuple(surveys.ids)],
        )
        self.env.invalidate_all()
        total = round(sum(surveys.mapped("score")), 2)
        self.assertEqual(self._measure("satisfaction", self.manager), (total, 2, round(total / 2, 4)))
        self.assertEqual(self._measure("satisfaction", self.account), (100, 1, 100))
        self.assertEqual(self._measure("satisfaction", self.theirs)[2], None)

    @freeze_time("2026-05-20 04:00:00")
    def test_the_service_score_is_the_mean_of_the_accounts(self):
        today = self.company._get_key_account_today()
        first = self.env["key.account"]._get_service_start(today)
        self.env.flush_all()
        for table in ("key_account_grade_history", "key_account_active_period"):
            self.env.cr.execute(SQL(
                "UPDATE %s SET date_from = %s WHERE account_id IN %s",
                SQL.identifier(table), first, tuple((self.account | self.second).ids),
            ))
        self.env.invalidate_all()
        self._new_held_visit(self.account, today)
        accounts = (self.account | self.second).filtered("has_service_score")
        scores = accounts.mapped("service_score")
        self.assertEqual(len(scores), 2)
        found = self._measure("service_score", self.manager, first, today)
        self.assertAlmostEqual(found[2], sum(scores) / 2, 2)

    def _new_visits(self):
        plan = self.env["key.account.visit.plan"].with_user(self.director).create({
            "company_id": self.company.id, "team_id": self.team.id,
        })
        visits = self.env["key.account.visit"]
        for account, user, state in (
            (self.account, self.manager, "verified"), (self.account, self.manager, "verified"),
            (self.second, self.manager, "missed"), (self.second, self.manager2, "verified"),
            (self.account, self.manager, "cancelled"), (self.account, self.manager, "draft"),
        ):
            visit = self._new_held_visit(account, "2026-05-04", user)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE key_account_visit SET state = %s, plan_id = %s WHERE id = %s",
                [state, plan.sudo().id, visit.id],
            )
            visits += visit
        self._new_held_visit(self.account, "2026-05-05")
        self.env.invalidate_all()
        return visits

    def test_planned_visits_that_were_held_by_who_led_them(self):
        self._new_visits()
        self._assert_levels("visit_completion", (
            (2, 3, 66.6667), (3, 4, 75), (2, 2, 100), (3, 4, 75),
        ))

    def test_checked_reports_that_were_true(self):
        for day, verdict in (
            ("2026-05-04", "true"), ("2026-05-05", "fabricated"), ("2026-05-06", "inaccurate"),
            ("2026-05-07", "true"), ("2026-06-01", "true"),
        ):
            self._new_held_visit(self.account, day)
            line = self._draw_spot_check(day).line_ids
            line.write({"method": "phone", "verdict": verdict, "comment": "Asked"})
        self._new_held_visit(self.account, "2026-05-08")
        self._draw_spot_check("2026-05-08")
        self._assert_levels("spot_check", ((2, 4, 50),) * 4)
        self.assertEqual(self._measure("spot_check", self.manager2)[2], None)

    def test_files_are_as_they_are_today(self):
        values = [self.account.completeness, self.second.completeness]
        self.assertEqual(
            self._measure("file_completeness", self.manager), (sum(values), 2, sum(values) / 2)
        )
        self.assertEqual(self._measure("file_completeness", self.account)[2], values[0])

    # === WHOSE ACCOUNT IT WAS === #

    def test_a_later_hand_over_changes_no_figure(self):
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_ownership_history SET date_from = '2026-01-01' WHERE account_id = %s",
            [self.account.id],
        )
        self.env.invalidate_all()
        self.account.with_user(self.director).manager_id = self.manager2
        self.assertEqual(self._measure("new_customer_rate", self.manager), (1, 1, 100))
        self.assertEqual(self._measure("new_customer_rate", self.manager2)[2], None)

    def test_before_its_history_an_account_counts_for_its_first_owner(self):
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        history = self.account.sudo().ownership_history_ids
        self.assertGreater(history.date_from, LAST)
        self.assertEqual(self._measure("new_customer_rate", self.manager), (1, 1, 100))

    def test_another_companys_accounts_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        found = self._kpi("new_customer_rate").with_company(other)._measure(self.manager, FIRST, LAST)
        self.assertIsNone(found[self.manager].value)

    # === BY HAND === #

    def _enter(self, value, by=None, **values):
        return self.env["key.account.kpi.value"].with_user(by or self.leader).create({
            "kpi_id": self._kpi("empty_drum_recovery").id, "company_id": self.company.id, "level": "person",
            "user_id": self.manager.id, "team_id": self.team.id, "date_from": FIRST, "date_to": LAST,
            "value": value, **values,
        })

    def test_a_value_is_entered_for_a_subject_and_a_period(self):
        self._enter(95.5)
        self._enter(90, level="team", user_id=False)
        self._enter(80, by=self.director, level="account", user_id=False, team_id=False,
                    account_id=self.account.id)
        self._enter(70, by=self.director, level="company", user_id=False, team_id=False)
        for subject, value in ((self.manager, 95.5), (self.team, 90), (self.account, 80), (self.company, 70)):
            self.assertEqual(self._measure("empty_drum_recovery", subject), (value, None, value))
        self.assertEqual(
            self._measure("empty_drum_recovery", self.manager, date(2026, 4, 1), date(2026, 4, 30))[2], None
        )

    def test_who_enters_values_and_nobody_his_own(self):
        self.team.key_account_clerk_id = self.clerk
        self._enter(95, by=self.clerk)
        for login in ("manager", "manager2", "other_leader", "inspector", "executive", "service"):
            with self.subTest(login=login), self.assertRaises(AccessError):
                self._enter(95, by=self.users[login], user_id=self.manager2.id)
        with self.assertRaises(UserError):
            self._enter(95, user_id=self.leader.id)
        value = self.env["key.account.kpi.value"].search([("user_id", "=", self.manager.id)])
        with self.assertRaises(UserError):
            value.with_user(self.leader).user_id = self.leader
        self.assertEqual(value.with_user(self.manager).value, 95)
        with self.assertRaises(UserError):
            value.with_user(self.manager).value = 100

    def test_wrong_subjects_and_measured_kpis_are_refused(self):
        for values in (
            {"user_id": False}, {"team_id": False}, {"level": "team"}, {"level": "company"},
            {"level": "account"}, {"account_id": self.account.id},
            {"kpi_id": self._kpi("retention_rate").id},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._enter(1, by=self.director, **values)

    # === NO DATA, LEVELS, QUERIES === #

    def test_nothing_to_divide_by_is_no_data_for_every_kpi_and_level(self):
        nobody = self.env["crm.team"].create({"name": "Empty", "company_id": self.company.id})
        company = self.env["res.company"].create({"name": "Empty"})
        for kpi in self.env["key.account.kpi"].search([]):
            for subject in (self.assistant, nobody, company):
                with self.subTest(kpi=kpi.code, subject=subject._name):
                    measure = kpi._measure(subject, FIRST, LAST)[subject]
                    self.assertIsNone(measure.value)
                    self.assertIn("No data", kpi._explain(measure))

    def test_the_number_of_queries_does_not_depend_on_the_subjects(self):
        users = self.env["res.users"].union(*(
            self._new_user(f"q{number}", "key_account_mgmt.group_key_account_manager") for number in range(20)
        ))
        accounts = self.env["key.account"]
        for user in users:
            accounts |= self._new_account(self._new_customer(user.name), manager_id=user.id,
                                          grade_id=self.grade_b.id)
        few, many = users[:2], users

        def count(kpi, subjects):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            kpi._measure(subjects, FIRST, LAST)
            return self.env.cr.sql_log_count - before

        for kpi in self.env["key.account.kpi"].search([]):
            with self.subTest(kpi=kpi.code):
                count(kpi, many)
                self.assertEqual(count(kpi, few), count(kpi, many))
                self.assertEqual(count(kpi, accounts[:2]), count(kpi, accounts))

    # === EVIDENCE AND WORDS === #

    def test_the_evidence_is_what_was_counted(self):
        self._new_visits()
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        self._new_order(self.account.partner_id, 10, "2026-06-12")
        self._enter(95)
        for code, subject, count in (
            ("visit_completion", self.manager, 3), ("visit_completion", self.team, 4),
            ("new_customer_rate", self.account, 1), ("new_customer_rate", self.manager, 1),
            ("sales_attainment", self.company, 1), ("complaint_rate", self.company, 0),
            ("file_completeness", self.manager, 2), ("empty_drum_recovery", self.manager, 1),
            ("satisfaction", self.manager, 0), ("spot_check", self.team, 0),
            ("collection_rate", self.team, 0),
        ):
            with self.subTest(code=code, subject=subject.display_name):
                action = self._kpi(code)._get_evidence(subject, FIRST, LAST)
                found = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(len(found), count)
                self.assertIn(self._kpi(code).name, action["name"])

    def test_figures_are_explained_in_words(self):
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        kpi = self._kpi("new_customer_rate")
        measure = kpi._measure(self.account, FIRST, LAST)[self.account]
        self.assertEqual(
            kpi._explain(measure), "100.00 %: 1 of 1 customers with an order ordered for the first time"
        )
        for method in dict(kpi._fields["method"].selection):
            self.assertIn("%(value)s", kpi._get_sentences()[method])

    def test_the_shipped_definitions_are_complete(self):
        kpis = self.env["key.account.kpi"].search([])
        methods = {method for method, _label in kpis._fields["method"].selection}
        self.assertEqual(set(kpis.mapped("method")), methods)
        for kpi in kpis:
            self.assertTrue(kpi.formula and kpi.evidence and kpi.unit and kpi.period, kpi.code)
        self.assertEqual(self._kpi("complaint_rate").direction, "lower")
        with self.assertRaises(ValidationError):
            self._kpi("sales_attainment").target_kind = False
        copied = kpis[0].copy()
        self.assertNotEqual(copied.code, kpis[0].code)

    # === THE SCREEN === #

    def _show(self, login, level, **values):
        self.env.invalidate_all()
        window = self.env["key.account.kpi.measurement"].with_user(self.users[login]).create({
            "company_id": self.company.id, "level": level, "date_from": FIRST, "date_to": LAST, **values,
        })
        action = window.action_show()
        return self.env[action["res_model"]].with_user(self.users[login]).search(action["domain"])

    def test_everybody_sees_the_figures_of_whom_he_leads_and_his_own(self):
        kpi = {"kpi_ids": self._kpi("new_customer_rate").ids}
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        east = self.manager | self.manager2 | self.assistant | self.leader
        south = self.other_manager | self.other_leader
        for login, expected in {
            "manager": self.manager, "assistant": self.assistant, "leader": east, "other_leader": south,
            "director": east | south, "executive": east | south,
        }.items():
            with self.subTest(login=login):
                self.assertEqual(self._show(login, "person", **kpi).user_id, expected)
        for login, teams in (("leader", self.team), ("director", self.team | self.other_team)):
            self.assertEqual(self._show(login, "team", **kpi).team_id, teams)
        self.assertEqual(self._show("manager", "account", **kpi).account_id, self.account | self.second)
        self.assertEqual(self._show("director", "company", **kpi).value, 100)
        for login, level in (("manager", "team"), ("manager", "company"), ("leader", "company"),
                             ("manager2", "account")):
            with self.subTest(login=login, level=level), self.assertRaises(UserError):
                self._show(login, level, **kpi)
        for login in ("service", "inspector", "clerk", "nobody"):
            with self.subTest(login=login), self.assertRaises(AccessError):
                self._show(login, "person", **kpi)

    def test_each_figure_opens_its_evidence_and_is_its_askers_alone(self):
        self._new_order(self.account.partner_id, 10, "2026-05-12")
        lines = self._show("manager", "account")
        self.assertEqual(len(lines), 2 * self.env["key.account.kpi"].search_count([]))
        for line in lines:
            action = line.action_open_evidence()
            self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
            self.assertTrue(line.explanation)
        self.assertFalse(lines.with_user(self.leader).search([("id", "in", lines.ids)]))
