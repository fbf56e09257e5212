from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .appraisal_case import MAY, AppraisalCase

TEMPLATE = "key.account.appraisal.template"


@tagged("post_install", "-at_install")
class TestAppraisalBadInput(AppraisalCase):
    """Wrong templates and wrong points have a clear outcome."""

    def _new_template(self, *lines, **values):
        return self.env[TEMPLATE].with_user(self.director).create({
            "name": "New", "line_ids": [Command.create({"name": "Item", **line}) for line in lines], **values,
        })

    def _bands(self, *bounds):
        return [Command.create({"lower": lower, "name": str(lower)}) for lower in bounds]

    # === TEMPLATES === #

    def test_points_that_do_not_make_a_hundred_are_refused(self):
        for points in ((60, 20), (60, 20, 20, 0.01), (100.5,), ()):
            with self.subTest(points=points), self._refused("have to make 100"):
                self._new_template(*({"max_points": value} for value in points))
        template = self._new_template({"max_points": 60}, {"max_points": 40})
        with self._refused("have to make 100"):
            template.line_ids[0].max_points = 50
        with self._refused("no longer make 100"):
            template.line_ids[0].unlink()
        template.write({"line_ids": [
            Command.update(template.line_ids[0].id, {"max_points": 50}),
            Command.update(template.line_ids[1].id, {"max_points": 50}),
        ]})

    @mute_logger("odoo.sql_db")
    def test_a_line_without_points_is_refused(self):
        for points in (0, -5):
            with self.subTest(points=points), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._new_template({"max_points": points}, {"max_points": 100 - points})

    def test_bands_with_gaps_overlaps_or_beyond_the_maximum_are_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._new_template({"max_points": 100, "band_ids": self._bands(0, 8, 8)})
        for bounds, text in (((8, 15), "leave a gap"), ((0, 8, 101), "above the line's maximum")):
            with self.subTest(bounds=bounds), self._refused(text):
                self._new_template({"max_points": 100, "band_ids": self._bands(*bounds)})
        template = self._new_template({"max_points": 100, "band_ids": self._bands(0, 8, 15)})
        lowest = template.line_ids.band_ids.filtered(lambda band: not band.lower)
        with self._refused("leave a gap"):
            lowest.lower = 1
        with self._refused("leave a gap"):
            lowest.unlink()
        template.line_ids.write({"band_ids": [
            Command.delete(lowest.id), Command.create({"lower": 0, "name": "New"}),
        ]})

    def test_a_kpi_is_named_and_its_bands_give_no_more_than_the_maximum(self):
        attainment = self.env.ref("key_account_mgmt.kpi_sales_attainment")
        complaints = self.env.ref("key_account_mgmt.kpi_complaint_rate")
        for line, text in (
            ({"scoring": "kpi"}, "say by which"),
            ({"scoring": "kpi", "kpi_id": complaints.id}, "by bands"),
            ({"scoring": "kpi", "kpi_id": attainment.id, "full_value": 0}, "is more than 0"),
            ({"scoring": "kpi", "kpi_id": complaints.id, "curve": "bands"}, "from which value on"),
            ({"scoring": "kpi", "kpi_id": complaints.id, "curve": "bands", "band_ids": [
                Command.create({"lower": 0, "points": 101}),
            ]}, "more points than the line has"),
        ):
            with self.subTest(line=line), self._refused(text):
                self._new_template({"max_points": 100, **line})

    def test_fewer_complaints_give_more_points_by_bands(self):
        complaints = self.env.ref("key_account_mgmt.kpi_complaint_rate")
        template = self._new_template({
            "max_points": 100, "scoring": "kpi", "kpi_id": complaints.id, "curve": "bands",
            "band_ids": [Command.create({"lower": lower, "points": points})
                         for lower, points in ((0, 100), (1, 60), (5, 0))],
        })
        line = template.line_ids
        for value, points in ((0, 100), ("0.99", 100), (1, 60), ("4.99", 60), (5, 0), (50, 0)):
            self.assertEqual(line._get_points(float(value)), points, value)
        self.assertIsNone(line._get_points(None))

    def test_what_people_were_scored_by_does_not_change(self):
        self._bring_to(self._open(template=self.template_manager), "scored")
        template = self.template_manager.with_user(self.director)
        line = template.line_ids[0]
        for change in (
            lambda: line.write({"max_points": 30}), lambda: line.write({"scoring": "kpi"}), line.unlink,
            lambda: line.band_ids[0].write({"lower": 19}), line.band_ids[0].unlink,
            lambda: template.write({"line_ids": [Command.create({"name": "x", "max_points": 1})]}),
            lambda: line.band_ids.create({"line_id": line.id, "lower": 1}),
        ):
            with self._refused("duplicate it, change the copy"):
                change()
            self.env.invalidate_all()
        template.write({"name": "Old", "user_ids": [Command.link(self.manager.id)]})
        copied = template.copy()
        self.assertEqual(copied.line_ids.mapped("max_points"), template.line_ids.mapped("max_points"))
        self.assertEqual(
            sorted(copied.line_ids[0].band_ids.mapped("lower")), sorted(line.band_ids.mapped("lower"))
        )
        copied.line_ids[0].criteria = "Other words"
        with self._refused("Archive it instead"):
            template.unlink()

    def test_templates_are_the_directors(self):
        for user in (self.leader, self.manager, self.clerk, self.executive, self.inspector):
            for record, vals in (
                (self.template, {"name": "Mine"}), (self.template.line_ids[0], {"max_points": 1}),
                (self.template_manager.line_ids[0].band_ids[0], {"lower": 1}),
                (self.env.ref("key_account_mgmt.kpi_sales_attainment"), {"method": "manual"}),
            ):
                with self.subTest(user=user.name, record=record), self._refused(error=AccessError):
                    record.with_user(user).write(vals)

    # === POINTS === #

    def test_more_points_than_the_maximum_are_refused(self):
        appraisal = self._open()
        line = self._line(appraisal, "Discipline")
        for points in (5.01, -0.01, 60):
            with self._refused("has 0 to 5 points"):
                line.with_user(self.manager).self_points = points
        self._self_assess(appraisal)
        for points in (5.01, -0.01, 60):
            with self._refused("has 0 to 5 points"):
                line.with_user(self.leader).points = points
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            line.points = 6
            line.flush_recordset()

    # === WHOSE MONTH === #

    @mute_logger("odoo.sql_db")
    def test_a_month_is_appraised_once(self):
        self._open()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._open()

    def test_a_person_in_two_departments_has_an_appraisal_in_each(self):
        self.env["ir.config_parameter"].sudo().set_param("sales_team.membership_multi", "True")
        self.other_team.member_ids += self.manager
        here = self._open()
        there = self._open(team_id=self.other_team.id, by=self.other_leader)
        self._self_assess(here)
        self._self_assess(there)
        with self._refused():
            self._score(there, by=self.leader)
        self.env.invalidate_all()
        self._score(here)
        self._score(there, 0.5, by=self.other_leader)
        self.assertEqual((here.score, there.score), (84.8, 72.8))

    @mute_logger("odoo.sql_db")
    def test_a_month_begins_on_its_first_day(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._open(date_from="2026-05-02")

    def test_outsiders_are_not_appraised(self):
        with self._refused("own people"):
            self._open(self.portal)

    def test_a_leader_appraises_his_own_department_alone(self):
        with self._refused(error=AccessError):
            self._open(by=self.other_leader)
        for user in (self.manager2, self.clerk, self.inspector, self.executive):
            with self.subTest(user=user.name), self._refused(error=AccessError):
                self._open(by=user)

    # === PART OF A MONTH === #

    def test_who_joins_or_leaves_during_the_month_counts_by_days(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        theirs = appraisal.with_user(self.leader)
        theirs.worked_from = "2026-05-17"
        self.assertEqual(appraisal.presence_rate, 0.4839)
        theirs.write({"worked_from": False, "worked_to": "2026-05-10"})
        self.assertEqual(appraisal.presence_rate, 0.3226)
        self.company.key_account_pro_rata = False
        theirs.worked_to = "2026-05-11"
        self.assertEqual(appraisal.presence_rate, 1)

    def test_days_outside_of_the_month_and_by_others_are_refused(self):
        appraisal = self._bring_to(self._open(), "self_assessed")
        for vals in ({"worked_from": "2026-06-01"}, {"worked_to": "2026-04-30"}):
            with self._refused("nothing to appraise"):
                appraisal.with_user(self.leader).write(vals)
            self.env.invalidate_all()
        for user in (self.manager, self.director):
            with self._refused():
                appraisal.with_user(user).worked_from = "2026-05-05"
        self.assertEqual((appraisal.presence_rate, appraisal.date_from), (1, MAY))
