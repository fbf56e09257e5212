import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestAdmission(KeyAccountCase):
    """G11: desk survey, on-site survey, application form, two approvals; then a number for life."""

    def test_a_candidate_passes_admission_and_gets_number_grade_and_salesperson(self):
        customer = self._new_customer("Newcomer")
        account = self._new_applied(partner=customer, requested_grade_id=self.grade_b.id)
        self.assertFalse(account.number)
        self.assertEqual(account.display_name, "Newcomer")
        account.with_user(self.leader).action_approve()
        account.with_user(self.executive).action_approve()
        self.assertRegex(account.number, r"^\d{5}$")
        self.assertEqual(account.code, f"B-{account.number}")
        self.assertEqual(account.display_name, f"B-{account.number} Newcomer")
        self.assertEqual(account.grade_id, self.grade_b)
        self.assertEqual(account.get_grade_on(self.company._get_key_account_today()), self.grade_b)
        self.assertEqual(account.admission_date, self.company._get_key_account_today())
        self.assertEqual(customer.user_id, self.manager)

    def test_without_a_grade_the_code_is_the_number_alone(self):
        account = self._new_applied()
        account.with_user(self.leader).action_approve()
        account.with_user(self.executive).action_approve()
        self.assertEqual(account.code, account.number)

    def test_a_survey_needs_the_desk_work_first(self):
        for missing in ("nominating_department", "nominating_ground", "desk_survey"):
            account = self._new_candidate(**{missing: False})
            with self.subTest(missing=missing), self.assertRaisesRegex(UserError, "Fill in before"):
                account.action_start_survey()
            with self.subTest(missing=missing, by="write"), self.assertRaises(UserError):
                account.write({"state": "survey"})

    def test_an_application_needs_the_on_site_survey(self):
        account = self._new_candidate()
        account.action_start_survey()
        with self.assertRaises(UserError) as caught:
            account.action_apply()
        for label in ("Survey Date", "Surveyed By", "Survey Findings", "Application Reason"):
            self.assertIn(label, str(caught.exception))
        self.assertEqual(account.state, "survey")

    def test_nomination_keeps_department_and_ground(self):
        """G9: each of the four departments with its grounds."""
        for department, ground in (
            ("market", "strong"), ("market", "potential"), ("market", "key"),
            ("production", "output"), ("production", "area"), ("costing", "profit"), ("fund", "payment"),
        ):
            with self.subTest(department=department, ground=ground):
                account = self._new_candidate(
                    nominating_department=department, nominating_ground=ground
                )
                account.action_start_survey()
                self.assertEqual(account.state, "survey")

    def test_the_desk_survey_shows_the_purchases_of_twelve_months(self):
        customer = self._new_customer()
        branch = self.env["res.partner"].create({"name": "Branch", "parent_id": customer.id})
        today = self.company._get_key_account_today()
        account = self._new_candidate(partner=customer)
        self._new_order(customer, 1000, today)
        self._new_order(branch, 500.55, today)
        self._new_order(customer, 77, today.replace(year=today.year - 2))
        self._new_order(customer, 99, confirm=False)
        account.invalidate_recordset()
        self.assertEqual(account.recent_sales_amount, 1500.55)
        self.assertEqual(account.recent_order_count, 2)

    def test_the_life_of_an_account_after_admission(self):
        account = self._new_account()
        with self.assertRaisesRegex(UserError, "another role"):
            account.with_user(self.manager).action_suspend()
        account.with_user(self.leader).action_suspend()
        self.assertEqual(account.state, "suspended")
        account.with_user(self.director).action_resume()
        self.assertEqual(account.state, "active")
        for user in (self.manager, self.leader, self.director):
            with self.assertRaisesRegex(UserError, "by the system itself"):
                account.with_user(user).write({"state": "ended"})

    def test_a_customer_won_back_keeps_its_number(self):
        account = self._new_account(number="00042")
        account.sudo().write({"state": "ended"})
        account.with_user(self.leader).action_reconsider()
        self.assertEqual((account.state, account.number), ("candidate", "00042"))
        with self.assertRaisesRegex(UserError, "not deleted"):
            account.with_user(self.director).unlink()

    def test_the_application_form_prints(self):
        account = self._new_applied(requested_grade_id=self.grade_b.id)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "key_account_mgmt.action_report_key_account_application", account.ids
        )[0].decode()
        for text in ("Stable and growing.", "A new plant, two lines.", "B Key", "Submitted"):
            self.assertIn(text, html)


@tagged("post_install", "-at_install")
class TestFirstDay(KeyAccountCase):
    """An account that existed before enters as active, by the director, with what it has."""

    def test_load_takes_over_grade_number_manager_and_members(self):
        self._new_customer("Old Friend")
        result = self.env["key.account"].with_user(self.director).load(
            ["partner_id", "state", "number", "scheme_id", "grade_id/id", "manager_id", "team_id",
             "member_ids/user_id", "member_ids/role"],
            [["Old Friend", "Active", "00815", self.scheme.name, "key_account_mgmt.scheme_share_grade_a",
              self.manager.name, "East", self.assistant.name, "Assistant"]],
        )
        self.assertFalse(result["messages"])
        account = self.env["key.account"].browse(result["ids"])
        self.assertEqual(account.code, "A-00815")
        self.assertEqual(account.allowed_user_ids, self.manager | self.assistant)
        self.assertEqual(account.sudo().approval_ids.decision, "imported")
        self.assertEqual(account.sudo().approval_ids.user_id, self.director)
        self.assertIn("existing key account", account.message_ids[0].body)
        self.assertEqual(account.grade_history_ids.code, "A-00815")
        following = self._new_account()
        self.assertEqual(following.number, "00816", "the sequence goes on after the highest")

    def test_the_template_can_be_imported_as_it_is(self):
        template = self.env["key.account"].get_import_templates()[0]["template"]
        with file_open(template.lstrip("/"), "rb") as stream:
            header, *rows = openpyxl.load_workbook(stream).active.values
        self.env["res.partner"].create([
            {"name": row[0], "is_company": True} for row in rows if row[0]
        ])
        self.manager.name = "Manager's name"
        self.assistant.name = "Assistant's name"
        self.manager2.name = "Technician's name"
        result = self.env["key.account"].with_user(self.director).with_context(lang="en_US").load(
            list(header), [[cell or "" for cell in row] for row in rows]
        )
        self.assertFalse(result["messages"])
        accounts = self.env["key.account"].browse(result["ids"])
        self.assertEqual(accounts.mapped("code"), ["A-00001", "B-00002"])
        self.assertEqual(len(accounts[0].member_ids), 2)

    def test_six_digits_after_99999(self):
        self._new_account(number="99999")
        self.assertEqual(self._new_account().number, "100000")

    def test_the_manager_becomes_the_salesperson_unless_the_setting_is_off(self):
        self.assertEqual(self._new_account().partner_id.user_id, self.manager)
        self.company.key_account_sync_salesperson = False
        account = self._new_account()
        self.assertFalse(account.partner_id.user_id)
        self.company.key_account_sync_salesperson = True
        account.with_user(self.director).manager_id = self.manager2
        self.assertEqual(account.partner_id.user_id, self.manager2)

    def test_old_codes_are_found(self):
        account = self._new_account(number="00077", grade_id=self.grade_b.id)
        account._set_grade(self.scheme, self.grade_a, "better")
        accounts = self.env["key.account"].with_user(self.director)
        self.assertEqual(account.code, "A-00077")
        for text in ("A-00077", "B-00077", "00077"):
            with self.subTest(text=text):
                self.assertIn(account.id, [found[0] for found in accounts.name_search(text)])
                self.assertIn(account, accounts.search([("display_name", "ilike", text)]))
