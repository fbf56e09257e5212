from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_open, file_path, mute_logger

from ..common import KeyAccountCase

NAMES = ["partner_id", "date", "amount", "reference"]
GOOD = ["Import Works", "2024-01-31", "10.50", "Paper 7"]


@tagged("post_install", "-at_install")
class TestSalesHistory(KeyAccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer("Import Works")
        cls.env["ir.model.data"].create({
            "module": "old_system", "name": "c_4711", "model": "res.partner", "res_id": cls.customer.id,
        })
        cls.History = cls.env["key.account.sales.history"].with_user(cls.clerk)

    def _get_history(self):
        return self.env["key.account.sales.history"].search([("company_id", "=", self.company.id)])

    def _assert_refused(self, rows, line, *words, names=None):
        """Load rows and check that none is kept, and that the message names the line and the reason."""
        before = self._get_history()
        with mute_logger("odoo.sql_db"):
            result = self.History.load(names or NAMES, rows)
        self.env.invalidate_all()
        self.assertFalse(result["ids"])
        self.assertEqual(self._get_history(), before, "nothing is half-imported")
        texts = [
            message["message"] for message in result["messages"]
            if message["type"] == "error" and message["rows"] == {"from": line, "to": line}
        ]
        self.assertTrue(
            any(all(word in text for word in words) for text in texts),
            f"line {line} and {words} in {result['messages']}",
        )
        self.assertEqual(
            {message["rows"]["from"] for message in result["messages"]}, {line}, "no other line is blamed"
        )

    # === GOOD INPUT === #

    def test_customers_are_found_by_name(self):
        result = self.History.load(NAMES, [GOOD])
        self.assertEqual(result["messages"], [])
        line = self.History.browse(result["ids"])
        self.assertEqual(line.partner_id, self.customer)
        self.assertEqual(str(line.date), "2024-01-31")
        self.assertEqual(line.amount, 10.5)
        self.assertEqual(line.reference, "Paper 7")
        self.assertEqual(line.company_id, self.company)
        self.assertEqual(line.currency_id, self.company.currency_id)

    def test_customers_are_found_by_external_id(self):
        result = self.History.load(
            ["partner_id/id", "date", "amount"], [["old_system.c_4711", "2024-01-31", "10.50"]]
        )
        self.assertEqual(self.History.browse(result["ids"]).partner_id, self.customer)

    def test_equal_lines_and_lines_of_zero_are_kept(self):
        zero = ["Import Works", "2024-02-01", "0.00", ""]
        result = self.History.load(NAMES, [GOOD, GOOD, zero, zero])
        self.assertEqual(len(result["ids"]), 4)
        self.assertEqual(self._get_history().mapped("amount"), [0, 0, 10.5, 10.5])

    def test_a_line_of_a_contact_counts_for_its_company(self):
        contact = self._new_customer("Ms. Import", parent_id=self.customer.id, is_company=False)
        self.History.create({"partner_id": contact.id, "date": "2024-01-31", "amount": 7})
        entry = self.env["key.account.ledger.entry"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((entry.kind, entry.amount), ("history", 7))

    # === BAD INPUT === #

    def test_an_unknown_customer_is_refused(self):
        self._assert_refused([GOOD, ["Nobody Works", *GOOD[1:]]], 1, "Nobody Works")

    def test_an_unknown_external_id_is_refused(self):
        self._assert_refused(
            [["old_system.c_1", "2024-01-31", "1"]], 0, "old_system.c_1",
            names=["partner_id/id", "date", "amount"],
        )

    def test_a_line_without_customer_is_refused(self):
        self._assert_refused([GOOD, GOOD, ["", *GOOD[1:]]], 2, "Customer")

    def test_an_amount_that_is_no_number_is_refused(self):
        self._assert_refused([GOOD, ["Import Works", "2024-01-31", "ten", ""]], 1, "ten", "Untaxed Amount")

    def test_a_negative_amount_is_refused_with_the_rule_that_it_breaks(self):
        self._assert_refused(
            [GOOD, ["Import Works", "2024-01-31", "-0.01", ""], GOOD], 1,
            "The amount of a past sale is 0 or more.",
        )

    def test_a_line_without_date_is_refused(self):
        self._assert_refused([["Import Works", "", "10.50", ""], GOOD], 0, "Date")

    def test_a_day_that_does_not_exist_is_refused(self):
        self._assert_refused([GOOD, ["Import Works", "2023-02-29", "10.50", ""]], 1, "2023-02-29", "Date")

    def test_a_line_without_amount_is_not_taken_for_zero(self):
        for amount in ("", " ", "NaN", "inf"):
            with self.subTest(amount=amount):
                self._assert_refused(
                    [GOOD, ["Import Works", "2024-01-31", amount, ""]], 1, "Enter the amount"
                )

    def test_a_name_that_two_customers_bear_is_refused(self):
        """Core would warn, and give the sale to the first of them."""
        self._new_customer("Twin Works")
        self._new_customer("Twin Works")
        self._assert_refused([GOOD, ["Twin Works", *GOOD[1:]]], 1, "Twin Works", "2 matches")

    def test_every_bad_line_is_named_at_once(self):
        with mute_logger("odoo.sql_db"):
            result = self.History.load(NAMES, [
                GOOD, ["Nobody Works", *GOOD[1:]], GOOD, ["Import Works", "2024-01-31", "-1", ""], GOOD,
                ["Import Works", "", "1", ""],
            ])
        self.assertFalse(result["ids"])
        self.assertEqual({message["rows"]["from"] for message in result["messages"]}, {1, 3, 5})
        self.assertFalse(self._get_history())

    def test_who_is_no_clerk_imports_nothing(self):
        for user in (self.manager, self.salesman):
            with self.subTest(user=user.name):
                with mute_logger("odoo.sql_db"):
                    result = self.History.with_user(user).load(NAMES, [GOOD])
                self.assertFalse(result["ids"])
                self.assertFalse(self._get_history())
                with self.assertRaises(AccessError):
                    self.History.with_user(user).create({
                        "partner_id": self.customer.id, "date": "2024-01-31", "amount": 1,
                    })

    # === THE IMPORT SCREEN === #

    def test_the_template_is_understood_in_both_languages_and_imports(self):
        """Its headings are the English labels, which the screen knows in every language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self._new_customer("Rainbow Trading Ltd.")
        self._new_customer("Lakeside Hospital")
        template, = self.History.get_import_templates()
        path = template["template"].lstrip("/")
        self.assertTrue(file_path(path))
        with file_open(path, "rb") as file:
            content = file.read()
        options = {"has_headers": True, "quoting": '"', "separator": "", "float_decimal_separator": ".",
                   "float_thousand_separator": ",", "date_format": "%Y-%m-%d", "advanced": False}
        for lang in ("en_US", "zh_CN"):
            with self.subTest(lang=lang):
                screen = self.env["base_import.import"].with_user(self.clerk).with_context(lang=lang).create({
                    "res_model": "key.account.sales.history",
                    "file": content,
                    "file_name": "sales_history.xlsx",
                    "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                })
                preview = screen.parse_preview(dict(options))
                self.assertEqual(preview["matches"], {place: [name] for place, name in enumerate(NAMES)})
                result = screen.execute_import(NAMES, preview["headers"], dict(options))
                self.assertEqual(result["messages"], [])
                lines = self.History.browse(result["ids"])
                self.assertEqual(lines.mapped("amount"), [1520, 0, 88250.5])
                self.assertEqual(
                    [str(day) for day in lines.mapped("date")], ["2024-01-31", "2024-02-14", "2024-02-29"]
                )
