from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import VisitCase


@tagged("post_install", "-at_install")
class TestComplaintSource(VisitCase):
    """A complaint may come out of a visit or a survey, and says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded()
        cls.visit = cls._new_visit(cls.account)
        cls.satisfaction = cls.env["key.account.satisfaction"].create({"account_id": cls.account.id})

    def _register(self, source, user=None):
        action = source.with_user(user or self.manager).action_register_complaint()
        complaints = self.env[action["res_model"]].with_user(user or self.manager)
        with Form(complaints.with_context(**action["context"])) as form:
            form.name = "Late again"
        return form.record

    def test_what_was_heard_on_a_visit_or_read_in_a_survey_is_registered(self):
        for source, origin, name in (
            (self.visit, "visit", "visit_id"), (self.satisfaction, "survey", "satisfaction_id"),
        ):
            with self.subTest(origin=origin):
                complaint = self._register(source)
                self.assertEqual((complaint.origin, complaint.account_id), (origin, self.account))
                self.assertEqual(complaint[name], source)
                self.assertTrue(complaint.response_deadline >= fields.Datetime.now())
                self.assertIn(complaint, source.complaint_ids)

    def test_nobody_registers_for_a_visit_that_he_does_not_see(self):
        for source in (self.visit, self.satisfaction):
            with self.subTest(model=source._name), self.assertRaises(AccessError):
                source.with_user(self.other_manager).action_register_complaint()

    def test_a_visit_to_another_customer_is_no_source(self):
        other = self._new_graded("Other")
        with self.assertRaises(ValidationError):
            self.env["key.account.complaint"].create({
                "name": "Late", "partner_id": other.partner_id.id, "company_id": self.company.id,
                "visit_id": self.visit.id,
            })
