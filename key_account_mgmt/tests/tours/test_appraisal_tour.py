from odoo.tests import HttpCase, tagged

from ..performance.appraisal_case import AppraisalCase


@tagged("post_install", "-at_install")
class TestAppraisalTour(AppraisalCase, HttpCase):
    """A month from self-assessment over scoring, objection and answer to publication, in the browser."""

    def _tour(self, name, user):
        self.start_tour("/odoo", f"key_account_appraisal_{name}", login=user.login)
        self.env.invalidate_all()

    def test_a_month_with_an_objection_on_the_way(self):
        template = self.env["key.account.appraisal.template"].create({
            "name": "Short", "line_ids": [
                (0, 0, {"name": "Base Work", "max_points": 40, "band_ids": [
                    (0, 0, {"lower": 0, "name": "Fair"}), (0, 0, {"lower": 30, "name": "Good"}),
                ]}),
                (0, 0, {"name": "Service", "max_points": 60}),
            ],
        })
        appraisal = self._open(template=template)
        self._tour("self", self.manager)
        self.assertEqual((appraisal.state, appraisal.self_score), ("self_assessed", 90))
        self._tour("score", self.leader)
        self.assertEqual((appraisal.state, appraisal.score), ("scored", 77.5))
        self._tour("object", self.manager)
        self.assertTrue(appraisal.has_open_objection)
        self._tour("answer", self.director)
        self.assertEqual((appraisal.objection_ids.state, appraisal.score), ("upheld", 82.5))
        self.assertEqual(appraisal.state, "scored")
        appraisal.with_user(self.executive).action_approve()
        self._tour("publish", self.leader)
        self.assertEqual(appraisal.state, "published")
        self._tour("ranking", self.manager2)
