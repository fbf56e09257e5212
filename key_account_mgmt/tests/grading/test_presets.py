from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestPresets(TransactionCase):
    """The presets say what the regulations say, number by number."""

    def _get(self, name):
        return self.env.ref(f"key_account_mgmt.scheme_{name}")

    def _get_thresholds(self, scheme):
        return [(grade.code, grade.threshold) for grade in scheme.grade_ids.sorted("sequence")]

    def test_g1_share(self):
        scheme = self._get("share")
        self.assertEqual((scheme.method, scheme.window_type), ("share", "year"))
        self.assertEqual(self._get_thresholds(scheme), [("A", 5), ("B", 1), ("C", 0)])
        self.assertEqual(scheme.grade_ids.mapped("needs_growth_potential"), [False, False, True])

    def test_g2_consumption(self):
        scheme = self._get("consumption")
        self.assertEqual((scheme.method, scheme.window_type), ("amount", "lifetime"))
        self.assertTrue(scheme.all_companies, "all stores")
        self.assertEqual(self._get_thresholds(scheme), [
            ("A", 1500000), ("B", 1000000), ("C", 800000), ("D", 500000), ("E", 150000),
        ])

    def test_g3_and_g4_by_judgement(self):
        for name in ("relationship", "business_size"):
            scheme = self._get(name)
            self.assertEqual(scheme.method, "manual")
            self.assertEqual(scheme.grade_ids.sorted("sequence").mapped("code"), ["A", "B", "C"])
            self.assertTrue(all(scheme.grade_ids.mapped("clause")))

    def test_g5_five_dimensions(self):
        scheme = self._get("scoring")
        self.assertEqual(scheme.method, "score")
        self.assertTrue(scheme.active)
        self.assertEqual(
            scheme.dimension_ids.mapped("name"),
            ["Value", "Influence", "Scale", "Market Share", "Loyalty"],
        )
        self.assertEqual(scheme.total_weight, 100)
        self.assertEqual(scheme.grade_ids.sorted("sequence").mapped("code"), list("ABCD"))

    def test_g7_eight_factors(self):
        scheme = self._get("factors")
        self.assertTrue(scheme.active)
        self.assertEqual(len(scheme.dimension_ids), 8)
        self.assertEqual(scheme.total_weight, 100)
        self.assertEqual(scheme.window_type, "year")
        self.assertIn("collection_rate", scheme.dimension_ids.mapped("metric"))

    def test_g8_management_level(self):
        scheme = self._get("management_level")
        self.assertEqual(scheme.target, "management_level")
        self.assertEqual(self._get_thresholds(scheme), [("A", 200000000), ("B", 100000000)])
        grades = scheme.grade_ids.sorted("sequence")
        self.assertEqual(grades.mapped("management_level"), ["company", "branch"])

    def test_every_grade_has_its_clause_and_promises_service(self):
        schemes = self.env["key.account.grading.scheme"].search([])
        self.assertEqual(len(schemes), 7)
        for grade in schemes.grade_ids:
            self.assertTrue(grade.clause, grade.display_name)
            if grade.scheme_id.target == "grade":
                self.assertGreater(grade.visit_interval_days, 0, grade.display_name)
                self.assertGreater(grade.complaint_response_hours, 0, grade.display_name)

    def test_presets_are_data_of_the_director(self):
        records = self.env["ir.model.data"].search([
            ("module", "=", "key_account_mgmt"), ("model", "=", "key.account.grading.scheme"),
        ])
        self.assertEqual(set(records.mapped("noupdate")), {True})
