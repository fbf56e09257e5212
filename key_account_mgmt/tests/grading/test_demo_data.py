import pytz

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ...demo.world import read_csv
from ...hooks import _get_tables, uninstall_hook

# {(login, model): states} that a role by design does not see although it has the model's menu.
# A hand-over is a draft for those who prepare it and for the person himself alone.
UNSEEN = {
    ("manager2", "key.account.handover"): {"draft"},
    ("manager3", "key.account.handover"): {"draft"},
    ("assistant1", "key.account.handover"): {"draft"},
    ("assistant2", "key.account.handover"): {"draft"},
    # a target is its proposer's and his superiors' until it is submitted
    **{
        (login, "key.account.target"): {"draft"}
        for login in ("manager1", "manager2", "manager3", "manager4", "assistant1", "assistant2")
    },
}
# An appraisal is seen by the person and those above: each has one last month, as far as it has come.
APPRAISED = {
    "manager1": "scored", "manager2": "self_assessed", "manager3": "approved", "manager4": "self_assessed",
    "assistant1": "draft", "assistant2": "scored", "clerk": "approved",
}
UNSEEN |= {
    (login, "key.account.appraisal"): {"draft", "self_assessed", "scored", "approved", "cancelled"} - {state}
    for login, state in APPRAISED.items()
}
# A fifth of the orders makes the same world in a quarter of the time.
ORDER_SHARE = 0.2
LOADED = (
    "res.users", "res.partner", "crm.team", "sale.order", "account.move", "account.payment", "crm.lead",
    "key.account", "key.account.grading.run", "key.account.assessment", "key.account.grade.history",
    "key.account.sales.history",
)


@tagged("post_install", "-at_install")
class TestDemoData(TransactionCase):
    """The demonstration leaves no list and no state empty for any of its people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.env["key.account"]._load_demo_data(order_share=ORDER_SHARE)
        cls.users = {
            row["login"]: cls.env["res.users"].search([("login", "=", row["login"])])
            for row in read_csv("logins")
        }

    def _get_list_actions(self, login):
        """Return the window actions with a list behind the addon's menus that someone sees."""
        root = self.env.ref("key_account_mgmt.key_account_menu_root")
        menus = self.env["ir.ui.menu"].with_user(self.users[login])
        visible = menus._visible_menu_ids()

        def is_reached(menu):
            # a menu below a hidden one is not hidden itself
            path = [int(menu_id) for menu_id in menu.parent_path.split("/")[:-1]]
            return root.id in path and visible.issuperset(path)

        reached = menus.sudo().browse(visible).filtered(is_reached)
        actions = [menu.action for menu in reached if menu.action]
        return [
            action for action in actions
            if action._name == "ir.actions.act_window" and "list" in action.view_mode.split(",")
        ]

    def _as(self, login, model):
        return self.env[model].with_user(self.users[login]).with_company(self.company)

    def test_every_login_of_the_list_exists(self):
        self.assertEqual({login for login, user in self.users.items() if not user}, set())

    def test_every_role_but_those_without_a_menu_walks_lists(self):
        without = {login for login in self.users if not self._get_list_actions(login)}
        self.assertEqual(without, {"accountant", "warehouse", "salesman"})

    def test_customer_service_reads_the_bulletin_and_assistants_have_hand_overs_and_ownership_changes(self):
        models = {
            login: {action.res_model for action in self._get_list_actions(login)}
            for login in ("service", "assistant1", "assistant2")
        }
        self.assertEqual(models["service"], {"key.account.bulletin", "key.account.complaint"})
        for login in ("assistant1", "assistant2"):
            asked = {"key.account.handover", "key.account.ownership.exception"}
            self.assertEqual(asked - models[login], set(), login)

    def test_every_list_behind_a_menu_has_five_rows_for_each_login(self):
        for login, user in self.users.items():
            for action in self._get_list_actions(login):
                with self.subTest(login=login, action=action.name):
                    domain = safe_eval(action.domain or "[]", {"uid": user.id})
                    records = self._as(login, action.res_model)
                    self.assertGreaterEqual(records.search_count(domain), 5)
                    self._assert_list_opens(records, action, domain)

    def _assert_list_opens(self, records, action, domain):
        """Read the list as the web client does: each column, with the names of what it points to."""
        view = next((view_id for view_id, kind in action.views if kind == "list"), False)
        shown = records.get_views([(view, "list")])["models"][records._name]["fields"]
        self.assertTrue(records.web_search_read(domain, {name: {} for name in shown}, limit=5)["records"])

    def test_every_state_has_a_record_for_each_login_with_the_menu(self):
        for login in self.users:
            models = {action.res_model for action in self._get_list_actions(login)}
            for name in sorted(models):
                field = self.env[name]._fields.get("state")
                if not name.startswith("key.account") or not field:
                    continue
                with self.subTest(login=login, model=name):
                    states = {state for state, _label in field._description_selection(self.env)}
                    groups = self._as(login, name)._read_group([], ["state"])
                    seen = {state for state, in groups}
                    self.assertEqual(states - seen, UNSEEN.get((login, name), set()))

    def test_orders_fill_each_of_24_months_and_end_these_days(self):
        days = self.env["sale.order"].search([("state", "=", "sale")]).mapped("date_order")
        self.assertGreaterEqual(len({(day.year, day.month) for day in days}), 24)
        today = self.company._get_key_account_today()
        self.assertLess((today - max(days).date()).days, 21)
        self.assertLessEqual(max(days).date(), today)

    def test_the_grades_spread(self):
        groups = self.env["key.account"]._read_group(
            [("state", "=", "active"), ("grade_id", "!=", False)], ["grade_id"], ["__count"]
        )
        counts = {grade.code: count for grade, count in groups}
        self.assertEqual(set(counts), {"A", "B", "C"})
        self.assertTrue(all(count >= 3 for count in counts.values()), counts)

    def test_all_levels_of_confidentiality_and_each_change_of_grade_occur(self):
        levels = dict(self.env["key.account"]._read_group([], ["confidentiality"], ["__count"]))
        self.assertEqual(levels["secret"], 2)
        self.assertEqual(set(levels), {"internal", "confidential", "secret"})
        changes = self.env["key.account.assessment"]._read_group([("change", "!=", False)], ["change"])
        self.assertEqual({change for change, in changes}, {"new", "up", "same", "down", "out"})

    def test_nobody_decided_on_his_own(self):
        for name in ("key.account", "key.account.grading.run"):
            for record in self.env[name].search([("approval_ids.decision", "=", "approved")]):
                decided = record._get_round("approved").user_id
                self.assertFalse(decided & record._get_barred_users(), record.display_name)

    def test_nothing_lies_in_the_future(self):
        self.env.flush_all()
        for name, date in (
            ("key.account.approval", "date"), ("key.account.grade.history", "date_from"),
            ("account.move", "invoice_date"), ("account.payment", "date"),
            ("key.account.visit", "reported_on"), ("key.account.visit.plan", "create_date"),
            ("key.account.monthly.submission", "submitted_on"), ("key.account.spot.check", "drawn_on"),
            ("key.account.spot.check.line", "checked_on"), ("key.account.spot.check.line", "date"),
            ("key.account.meeting.resolution", "settled_on"), ("key.account.complaint", "received_on"),
            ("key.account.complaint", "responded_on"), ("key.account.complaint", "closed_on"),
            ("key.account.satisfaction", "sent_date"), ("key.account.satisfaction", "answer_date"),
        ):
            with self.subTest(model=name, field=date):
                today = self.company._get_key_account_today()
                self.assertFalse(self.env[name].search_count([(date, ">", f"{today} 23:59:59")]))
        for name, states in (
            ("key.account.visit", ("done", "reported", "verified", "missed")),
            ("key.account.meeting", ("held", "closed")),
        ):
            with self.subTest(model=name):
                now = fields.Datetime.now()
                self.assertFalse(self.env[name].search([("state", "in", states), ("start", ">", now)]))

    def test_what_the_service_layer_shows_can_have_happened(self):
        months = self.env["key.account.monthly.submission"].search([])
        # one that was sent back before the deadline and not mended is late as well
        for month in months.filtered(lambda one: one.is_late and one.state in ("submitted", "accepted")):
            self.assertGreater(month.submitted_on.date(), month.deadline, month.display_name)
        for month in months.filtered("redo_deadline"):
            self.assertGreater(month.redo_deadline, month.deadline)
        zone = pytz.timezone("Asia/Shanghai")
        for meeting in self.env["key.account.meeting"].search([]):
            day = pytz.utc.localize(meeting.start).astimezone(zone)
            self.assertLess(day.weekday(), 5, f"{meeting.name} {day}")
        for month in months.filtered(lambda month: month.state == "waived"):
            self.assertTrue(self.env["mail.tracking.value"].search_count([
                ("mail_message_id.model", "=", "key.account"),
                ("mail_message_id.res_id", "=", month.account_id.id),
                ("new_value_char", "in", ("Suspended", "暂停合作")),
            ], limit=1), f"{month.display_name}: its account was never suspended")

    def test_loading_it_again_changes_nothing(self):
        def count():
            return {name: self.env[name].with_context(active_test=False).search_count([]) for name in LOADED}

        before = count()
        self.env["key.account"]._load_demo_data()
        self.assertEqual(count(), before)

    def test_an_uninstallation_is_refused_by_nothing_that_points_to_the_addon(self):
        self.env.flush_all()
        meetings = self.env["calendar.event"].search_count([])
        uninstall_hook(self.env)
        for table in _get_tables(self.env):
            self.env.cr.execute(SQL("SELECT EXISTS (SELECT FROM %s)", SQL.identifier(table)))
            self.assertFalse(self.env.cr.fetchone()[0], table)
        seeds = self.env["ir.model.data"].search([
            ("module", "=", "key_account_mgmt"), ("model", "not like", "ir."), ("model", "not like", "key."),
        ])
        for model, rows in seeds.grouped("model").items():
            if not model.startswith("res."):
                ids = tuple(rows.mapped("res_id"))
                self.env.cr.execute(SQL(
                    "DELETE FROM %s WHERE id IN %s", SQL.identifier(self.env[model]._table), ids
                ))
        self.assertEqual(self.env["calendar.event"].search_count([]), meetings)
        self.assertFalse(self.env["calendar.event"].search_count([("res_model", "=like", "key.account%")]))
