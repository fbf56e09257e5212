from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..grading.test_crons import CronCase
from .common import VisitCase

NOW = "2026-11-25 02:00:00"
DAY = "2026-11-25"
PLACE = {"latitude": 31.230417, "longitude": 121.473701, "accuracy": 15}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitCheckIn(CronCase, VisitCase):
    """Whoever goes on a visit says that he is there: the time, and with his consent the place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.key_account_is_position_asked = True
        cls.account = cls._new_graded("Alpha", member_ids=[Command.create({"user_id": cls.assistant.id})])

    def _new_planned(self, at=f"{DAY} 10:30:00", **values):
        visit = self._new_visit(
            self.account, start=self._local(at), **{"visit_type": "reception", **values}
        )
        visit.action_plan()
        return visit

    def _read_as(self, visit, user, *names):
        self.env.invalidate_all()
        return visit.with_user(user).read(names)[0]

    # === WHO, WHEN, HOW OFTEN === #

    def test_whoever_goes_on_the_visit_checks_in_and_it_stays_planned(self):
        visit = self._new_planned()
        self.assertTrue(visit.can_check_in)
        params = visit.action_ask_check_in()["params"]
        self.assertEqual(params, {"visit_id": visit.id, "is_position_asked": True, "days": 365})
        visit.action_check_in(PLACE)
        self.assertEqual(visit.check_in_on, fields.Datetime.to_datetime(NOW))
        self.assertEqual(visit.check_in_user_id, self.manager)
        self.assertEqual((visit.state, visit.can_check_in), ("planned", False))
        self.assertEqual((visit.check_in_latitude, visit.check_in_longitude), (31.230417, 121.473701))

    def test_a_colleague_who_goes_along_checks_in(self):
        visit = self._new_planned(visitor_ids=[Command.link(self.assistant.id)])
        visit.with_user(self.assistant).action_check_in()
        self.assertEqual(visit.check_in_user_id, self.assistant)
        self.assertFalse(visit.is_position_given)

    def test_nobody_else_checks_in(self):
        visit = self._new_planned()
        for user in (self.assistant, self.leader, self.director, self.clerk, self.executive, self.inspector):
            with self.subTest(user=user.login), self._refused("Only those who go on the visit"):
                visit.with_user(user).action_check_in(PLACE)
            self.assertFalse(visit.with_user(user).can_check_in)
        with self.assertRaises(AccessError):
            visit.with_user(self.other_manager).action_check_in(PLACE)
        self.assertFalse(visit.check_in_on)

    def test_one_checks_in_once(self):
        visit = self._new_planned(visitor_ids=[Command.link(self.assistant.id)])
        visit.action_check_in()
        for user in (self.manager, self.assistant):
            with self._refused("checked in to already"):
                visit.with_user(user).action_check_in(PLACE)

    def test_one_checks_in_on_the_day_or_one_beside_it_where_the_company_is(self):
        # in Shanghai it is 10 o'clock of the 25th
        for at in ("2026-11-24 00:00:00", "2026-11-26 23:00:00"):
            self._new_planned(at).action_check_in()
        for at in ("2026-11-23 23:00:00", "2026-11-27 00:30:00"):
            with self.subTest(at=at), self._refused("on the day of the visit"):
                self._new_planned(at).action_check_in()

    def test_one_checks_in_to_what_is_ahead_and_has_a_place(self):
        with self._refused("Nobody checks in to a phone call"):
            self._new_planned(visit_type="call").action_check_in()
        draft = self._new_visit(self.account, visit_type="reception")
        with self._refused("not yet entered as held"):
            draft.action_check_in()
        held = self._new_planned(f"{DAY} 09:00:00")
        held.action_hold()
        with self._refused("not yet entered as held"):
            held.action_check_in()

    # === THE POSITION === #

    def test_without_a_position_the_time_alone_is_noted(self):
        for position in (None, False):
            visit = self._new_planned()
            visit.action_check_in(position)
            self.assertTrue(visit.check_in_on)
            self.assertFalse(visit.is_position_given or visit.has_check_in_position)

    def test_where_the_company_asks_for_none_none_is_kept(self):
        self.company.key_account_is_position_asked = False
        visit = self._new_planned()
        self.assertFalse(visit.action_ask_check_in()["params"]["is_position_asked"])
        visit.action_check_in(PLACE)
        self.assertTrue(visit.check_in_on)
        self.assertFalse(visit.is_position_given or visit.sudo().check_in_position)

    def test_what_is_no_position_is_refused_and_nothing_is_noted(self):
        visit = self._new_planned()
        for position in (
            {**PLACE, "latitude": 91}, {**PLACE, "accuracy": -1}, {**PLACE, "longitude": "121"},
            {"latitude": 1, "longitude": 2}, [31, 121], "here", {}, True,
        ):
            with self.subTest(position=position), self._refused("no position"):
                visit.action_check_in(position)
        self.assertFalse(visit.check_in_on)

    def test_the_position_is_shown_to_those_who_go_and_to_those_who_check(self):
        visit = self._new_planned(visitor_ids=[Command.link(self.assistant.id)])
        visit.action_check_in(PLACE)
        names = ("check_in_latitude", "check_in_longitude", "check_in_accuracy")
        for user in (self.manager, self.assistant, self.leader, self.director, self.inspector):
            values = self._read_as(visit, user, *names)
            self.assertEqual([values[name] for name in names], [31.230417, 121.473701, 15], user.login)
        for user in (self.clerk, self.executive):
            values = self._read_as(visit, user, *names, "is_position_given")
            self.assertEqual([values[name] for name in names], [0, 0, 0], user.login)
            self.assertTrue(values["is_position_given"], "that one was given is no secret")

    def test_the_position_is_neither_read_searched_nor_grouped_by_another_way(self):
        visit = self._new_planned()
        visit.action_check_in(PLACE)
        mine = self.env["key.account.visit"].with_user(self.manager)
        with self.assertRaises(AccessError):
            visit.read(["check_in_position"])
        with self.assertRaises(AccessError):
            mine.search([("check_in_position", "!=", False)])
        for name in ("check_in_latitude", "check_in_longitude"):
            with self.assertRaises(ValueError):
                mine._read_group([], [name])
            with self.assertRaises(ValueError):
                mine.search([(name, ">", 31)], limit=1)

    def test_nobody_writes_a_check_in(self):
        visit = self._new_planned()
        values = {
            "check_in_on": NOW, "check_in_user_id": self.manager.id, "check_in_position": PLACE,
            "is_position_given": True, "position_erased_on": NOW,
        }
        for user in (self.manager, self.leader, self.director):
            for name, value in values.items():
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    visit.with_user(user).write({name: value})
                with self.assertRaises(AccessError):
                    self._new_visit(self.account, user, **{name: value})
        self.env.invalidate_all()
        self.assertFalse(visit.check_in_on)

    def test_who_gave_the_position_takes_it_back_and_nobody_else(self):
        visit = self._new_planned(visitor_ids=[Command.link(self.assistant.id)])
        visit.with_user(self.assistant).action_check_in(PLACE)
        for user in (self.manager, self.leader, self.director):
            with self._refused("erased by whose it is"):
                visit.with_user(user).action_erase_position()
        visit.with_user(self.assistant).action_erase_position()
        self.env.invalidate_all()
        self.assertFalse(visit.sudo().check_in_position)
        self.assertTrue(visit.check_in_on and visit.position_erased_on and visit.is_position_given)
        with self._refused("no position to erase"):
            visit.with_user(self.assistant).action_erase_position()

    def test_a_copy_and_a_visit_that_is_put_off_are_not_checked_in_to(self):
        visit = self._new_planned()
        visit.action_check_in(PLACE)
        self.assertFalse(visit.copy().check_in_on)
        visit.start += timedelta(hours=5)
        self.assertTrue(visit.check_in_on)
        visit.start += timedelta(days=7)
        self.assertFalse(visit.check_in_on or visit.is_position_given or visit.sudo().check_in_position)

    # === THE TIME OF THE POSITIONS === #

    def test_positions_are_erased_when_their_time_is_over_each_company_by_its_own(self):
        self.company.key_account_position_days = 30
        visit, kept = self._new_planned(), self._new_planned()
        (visit | kept).sudo().write({
            "is_position_given": True, "check_in_position": PLACE, "check_in_on": NOW,
            "check_in_user_id": self.manager.id,
        })
        kept.sudo().check_in_on = "2026-12-10 02:00:00"
        with freeze_time("2026-12-25 01:00:00"):
            self._run_cron("visit_erase_positions")
        self.assertTrue(visit.sudo().check_in_position)
        with freeze_time("2026-12-25 03:00:00"):
            self._run_cron("visit_erase_positions")
            erased_on = visit.position_erased_on
        with freeze_time("2026-12-26 03:00:00"):
            self._run_cron("visit_erase_positions")
        self.assertFalse(visit.sudo().check_in_position)
        self.assertEqual(visit.position_erased_on, erased_on, "erased once")
        self.assertTrue(visit.check_in_on)
        self.assertTrue(kept.sudo().check_in_position)

    def test_one_position_that_fails_keeps_no_other_waiting(self):
        visits = self._new_planned() | self._new_planned() | self._new_planned()
        visits.sudo().write({
            "is_position_given": True, "check_in_position": PLACE, "check_in_on": "2025-11-01 00:00:00",
        })
        # the batch, then each by itself: the second of them
        failing, _seen = self._failing("key.account.visit", "_erase_position", UserError("no"), calls=1)
        with failing:
            self._run_cron("visit_erase_positions")
        self.assertFalse(any(visit.check_in_position for visit in visits.sudo()))

    def test_positions_are_kept_for_a_day_or_more(self):
        with self.assertRaisesRegex(Exception, "key_account_position_days"), self.env.cr.savepoint():
            self.company.key_account_position_days = 0
            self.company.flush_recordset()

    # === WHERE IT IS SHOWN === #

    def test_the_print_shows_the_time_and_no_position(self):
        visit = self._new_planned(f"{DAY} 09:00:00")
        visit.action_check_in(PLACE)
        html = self.env["ir.actions.report"].with_user(self.manager)._render_qweb_html(
            "key_account_mgmt.report_key_account_visit", visit.ids
        )[0].decode()
        self.assertIn("Checked In", html)
        self.assertNotIn("121.4737", html)

    def test_the_inspector_sees_on_the_drawn_visit_whether_and_when(self):
        visit = self._new_planned(f"{DAY} 09:00:00")
        visit.action_check_in(PLACE)
        visit.action_hold()
        self._report(visit)
        line = self._draw_spot_check(DAY, size=1).line_ids
        self.assertEqual((line.check_in_on, line.is_position_given), (visit.check_in_on, True))

    def test_the_form_opens_for_each_role(self):
        visit = self._new_planned()
        visit.action_check_in(PLACE)
        for user in (self.manager, self.leader, self.director, self.clerk, self.inspector, self.executive):
            self.env.invalidate_all()
            Form(visit.with_user(user))
