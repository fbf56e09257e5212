from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.account.res_users import BYPASS
from ..common import KeyAccountCase, role_group

DAY = "2026-03-04"


class SpotCheckCase(KeyAccountCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_account(cls._new_customer("Works"))
        cls.secret = cls._new_account(cls._new_customer("Veiled"), confidentiality="secret")
        cls.visits = cls.env["key.account.visit"].union(
            *(cls._new_held_visit(cls.account, DAY) for _number in range(20))
        )
        cls.secret_visit = cls._new_held_visit(cls.secret, DAY)


@tagged("post_install", "-at_install")
class TestSpotCheck(SpotCheckCase):
    """V8: a sample that can be drawn again, and verdicts that count for the person."""

    # === THE DRAW === #

    def test_it_is_drawn_from_what_was_reported_in_the_period(self):
        others = self._new_held_visit(self.account, "2026-03-05")
        draft = self.env["key.account.visit"].with_user(self.manager).create({
            "account_id": self.account.id, "start": f"{DAY} 02:00:00",
        })
        check = self._draw_spot_check(DAY, size=5)
        self.assertEqual((check.state, check.line_count, check.population_count), ("drawn", 5, 20))
        self.assertEqual(set(check.population), set(self.visits.ids))
        self.assertFalse((others | draft | self.secret_visit) & check.line_ids.visit_id)

    def test_drawn_again_it_is_the_same(self):
        check = self._draw_spot_check(DAY, size=5)
        self.assertEqual(check._draw(), sorted(check.line_ids.visit_id.ids))
        self.assertEqual(check.action_draw_again()["params"]["type"], "success")
        later = self._new_held_visit(self.account, DAY)
        self.assertEqual(check.action_draw_again()["params"]["type"], "success", "what came later is out")
        check.line_ids[0].sudo().visit_id = later
        self.assertEqual(check.action_draw_again()["params"]["type"], "danger")

    def test_nobody_chooses_the_seed_or_draws_anew(self):
        check = self._draw_spot_check(DAY, size=5)
        for change in ({"seed": 1}, {"population": []}, {"user_id": self.executive.id}):
            with self.assertRaises(AccessError):
                check.write(change)
        for change in ({"size": 6}, {"date_to": "2026-12-31"}, {"state": "draft"}, {"scope": "secret"}):
            with self.assertRaises(UserError):
                check.write(change)
        for act in (check.action_draw, check.unlink, check.line_ids.unlink):
            with self.assertRaises(UserError):
                act()

    def test_it_is_drawn_by_the_button_alone(self):
        check = self.env["key.account.spot.check"].with_user(self.inspector).create({
            "company_id": self.company.id, "date_from": DAY, "date_to": DAY,
        })
        with self.assertRaisesRegex(UserError, "by the button"):
            check.state = "drawn"

    def test_what_was_drawn_before_is_not_drawn_again(self):
        first = self._draw_spot_check(DAY, size=15)
        second = self._draw_spot_check(DAY, size=15)
        self.assertEqual((first.line_count, second.line_count), (15, 5))
        with self.assertRaisesRegex(UserError, "Choose another period"):
            self._draw_spot_check(DAY)

    def test_what_an_inspector_has_not_closed_goes_to_another_one_who_has_his_role(self):
        check = self._draw_spot_check(DAY, size=5)
        second = self._new_user("inspector2", role_group("inspector"))
        handover = self.env["key.account.handover"].with_user(self.director).create({
            "user_id": self.inspector.id, "company_id": self.company.id, "receiver_id": self.manager.id,
        })
        self.assertIn("spot_check", handover.sudo().line_ids.mapped("kind"))
        with self.assertRaisesRegex(UserError, "needs somebody with the role"):
            handover.action_offer()
        handover.receiver_id = second
        handover.action_offer()
        handover.with_user(second).action_accept()
        handover.with_user(self.executive).action_approve()
        self.env.invalidate_all()
        self.assertEqual((handover.sudo().state, check.user_id), ("done", second))

    def test_departments_narrow_it(self):
        theirs = self._new_account(
            self._new_customer("South"), team_id=self.other_team.id, manager_id=self.other_manager.id
        )
        visit = self._new_held_visit(theirs, DAY)
        check = self._draw_spot_check(DAY, team_ids=self.other_team.ids)
        self.assertEqual(check.line_ids.visit_id, visit)

    def test_bad_numbers_and_periods_are_refused(self):
        for values in ({"size": 0}, {"size": -1}, {"date_to": "2020-01-01"}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._draw_spot_check(DAY, **values)

    # === WHO CHECKS === #

    def test_nobody_checks_what_he_has_to_do_with(self):
        """The account's manager, who handed in the report, who verified it."""
        both = {
            login: self._new_user(login, f"{role_group(role)},{role_group('inspector')}")
            for login, role in (("owner", "manager"), ("reporter", "manager"), ("verifier", "leader"))
        }
        self.team.user_id = both["verifier"]
        account = self._new_account(self._new_customer("Mill"), manager_id=both["owner"].id)
        account.member_ids = [
            Command.create({"user_id": user.id}) for user in (both["reporter"], self.manager)
        ]
        visit = self.env["key.account.visit"].with_user(self.manager).create({
            "account_id": account.id, "start": "2026-03-08 02:00:00", "visit_type": "call",
        })
        visit.action_hold()
        visit.write({"report": "They are content.", "outcome": "met"})
        visit.with_user(both["reporter"]).action_report()
        visit.with_user(both["verifier"]).action_approve()
        for user in both.values():
            with self.assertRaisesRegex(UserError, "left to be drawn", msg=user.name):
                self._draw_spot_check("2026-03-08", user=user)
        line = self._draw_spot_check("2026-03-08").line_ids
        for user in both.values():
            with self.assertRaisesRegex(UserError, "Nobody checks a visit"):
                line.with_user(user).write({"verdict": "true", "method": "phone"})
        line.write({"verdict": "true", "method": "phone"})

    def test_the_directors_own_visits_to_secret_accounts_are_judged_by_an_executive(self):
        mine = self._new_held_visit(self.secret, "2026-03-09", user=self.director)
        other = self._new_held_visit(self.secret, "2026-03-09")
        check = self._draw_spot_check("2026-03-09", user=self.director, scope="secret")
        lines = {line.visit_id: line for line in check.line_ids}
        self.assertEqual(lines.keys(), {mine, other})
        with self.assertRaisesRegex(UserError, "Nobody checks a visit"):
            lines[mine].write({"verdict": "true", "method": "phone"})
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "secret ones by the director"):
            lines[other].with_user(self.executive).write({"verdict": "true", "method": "phone"})
        lines[mine].with_user(self.executive).write({"verdict": "true", "method": "phone"})
        lines[other].write({"verdict": "true", "method": "phone"})
        self.assertEqual(lines[mine].checker_id, self.executive)
        check.action_close()

    def test_an_executive_judges_nothing_else(self):
        line = self._draw_spot_check(DAY, size=1).line_ids
        for user in (self.executive, self.executive2):
            with self.assertRaises(AccessError):
                line.with_user(user).write({"verdict": "true", "method": "phone"})
        self.assertFalse(line.with_user(self.executive).can_check)

    def test_what_became_secret_after_the_draw_and_is_the_directors_own_blocks_nothing(self):
        self._new_held_visit(self.account, "2026-03-09", user=self.director)
        check = self._draw_spot_check("2026-03-09")
        self.account.with_user(self.director).confidentiality = "secret"
        self.env.invalidate_all()
        line = check.with_user(self.executive).line_ids
        line.write({"verdict": "true", "method": "phone"})
        self.env.invalidate_all()
        check.action_close()

    # === WHAT IS CHECKED === #

    def test_the_report_is_checked_as_it_was_at_the_draw(self):
        check = self._draw_spot_check(DAY, size=1)
        line = check.line_ids
        visit = line.visit_id.sudo()
        before = (line.report, line.start, line.visitor_ids, line.outcome)
        self.assertEqual(before, ("They are content.", visit.start, self.manager, "met"))
        self.assertFalse(line.is_report_changed)
        visit.write({
            "report": "Nobody was there, we spoke on the phone.", "outcome": "not_met",
            "start": "2026-03-04 06:00:00", "visitor_ids": [Command.link(self.assistant.id)],
        })
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((line.report, line.start, line.visitor_ids, line.outcome), before)
        self.assertTrue(line.is_report_changed)
        with self.assertRaises(AccessError):
            line.write({"report": "Else"})

    def test_who_drew_it_stays_when_another_one_goes_on_with_it(self):
        check = self._draw_spot_check(DAY, size=1)
        check.sudo().user_id = self.director
        self.assertEqual((check.user_id, check.drawn_by_id), (self.director, self.inspector))

    # === SECRET ACCOUNTS === #

    def test_secret_accounts_are_drawn_by_the_director_alone(self):
        with self.assertRaises(AccessError):
            self._draw_spot_check(DAY, scope="secret")
        check = self.env["key.account.spot.check"].with_user(self.inspector).create({
            "company_id": self.company.id, "date_from": DAY, "date_to": DAY,
        })
        with self.assertRaises(AccessError):
            check.scope = "secret"
        theirs = self._draw_spot_check(DAY, user=self.director, scope="secret")
        self.assertEqual(theirs.line_ids.visit_id, self.secret_visit)
        self.env.invalidate_all()
        self.assertFalse(theirs.with_user(self.inspector).has_access("read"))
        self.assertNotIn(self.secret_visit, self._draw_spot_check(
            DAY, user=self.director, size=100
        ).line_ids.visit_id)

    def test_what_becomes_secret_after_the_draw_is_the_directors(self):
        check = self._draw_spot_check(DAY, size=2)
        self.account.with_user(self.director).confidentiality = "secret"
        self.env.invalidate_all()
        self.assertFalse(check.line_ids)
        with self.assertRaisesRegex(UserError, "2 of the drawn visits"):
            check.action_close()
        self.env.invalidate_all()
        check.with_user(self.director).line_ids.write({"method": "phone", "verdict": "true"})
        check.action_close()

    # === VERDICTS === #

    def test_a_verdict_says_how_and_a_bad_one_why(self):
        line = self._draw_spot_check(DAY, size=1).line_ids
        for values, message in (
            ({"verdict": "true"}, "how it was checked"),
            ({"verdict": "fabricated", "method": "phone", "comment": "  "}, "what is not true"),
            ({"verdict": "true", "method": "phone", "checked_on": "2099-01-01"}, "not in the future"),
        ):
            with self.assertRaises(UserError) as caught:
                line.write(values)
            self.assertIn(message, str(caught.exception))
        line.write({"verdict": "inaccurate", "method": "on_site", "comment": "Nobody spoke of prices"})
        self.assertEqual((line.checker_id, line.user_id), (self.inspector, self.manager))
        self.assertEqual(line.checked_on, self.company._get_key_account_today())

    def test_nobody_checks_his_own_visit(self):
        both = self._new_user("both", f"{role_group('manager')},{role_group('inspector')}")
        mine = self._new_account(self._new_customer("Mine"), manager_id=both.id)
        led = self._new_held_visit(mine, "2026-03-06")
        joined = self._new_held_visit(mine, "2026-03-06", user=self.director, visitor_ids=both.ids)
        with self.assertRaisesRegex(UserError, "left to be drawn"):
            self._draw_spot_check("2026-03-06", user=both)
        check = self._draw_spot_check("2026-03-06")
        self.assertEqual(check.line_ids.visit_id, led | joined)
        for line in check.line_ids.with_user(both):
            with self.assertRaisesRegex(UserError, "took part in"):
                line.write({"verdict": "true", "method": "phone"})

    def test_it_is_closed_when_all_have_a_verdict_and_stays(self):
        check = self._draw_spot_check(DAY, size=2)
        check.line_ids[0].write({"verdict": "true", "method": "phone"})
        with self.assertRaisesRegex(UserError, "1 of the drawn visits"):
            check.action_close()
        check.line_ids[1].write({"verdict": "true", "method": "phone"})
        check.action_close()
        with self.assertRaisesRegex(UserError, "stay as they are"):
            check.line_ids[0].write({"verdict": "inaccurate", "comment": "x"})

    def test_of_a_fabricated_report_leader_and_director_are_told_once(self):
        line = self._draw_spot_check(DAY, size=1).line_ids
        line.write({"verdict": "fabricated", "method": "phone", "comment": "Nobody came"})
        line.write({"comment": "Nobody came, they say"})
        self.env.invalidate_all()
        self.assertEqual(len(line.sudo().activity_ids), 2)
        self.assertEqual(line.sudo().activity_ids.user_id, self.leader | self.director)
        line.write({"verdict": "true"})
        self.env.invalidate_all()
        self.assertFalse(line.sudo().activity_ids, "corrected before it is closed")

    def test_of_a_fabricated_report_nobody_concerned_decides(self):
        mine = self._new_account(self._new_customer("Leader's"), manager_id=self.leader.id)
        self._new_held_visit(mine, "2026-03-06", user=self.leader, visitor_ids=self.director.ids)
        line = self._draw_spot_check("2026-03-06").line_ids
        line.write({"verdict": "fabricated", "method": "phone", "comment": "Nobody came"})
        self.assertEqual(line.sudo().activity_ids.user_id, self.executive)

    def test_of_a_fabricated_report_those_are_told_who_stand_in_today(self):
        second = self._new_user("director2", role_group("director"))
        self.team.key_account_deputy_id = self.other_leader
        self.director.sudo().with_context(key_account_archive=BYPASS).active = False
        line = self._draw_spot_check(DAY, size=1).line_ids
        line.write({"verdict": "fabricated", "method": "phone", "comment": "Nobody came"})
        self.assertEqual(line.sudo().activity_ids.user_id, self.other_leader | second)

    def test_of_a_secret_accounts_report_only_those_who_see_it_are_told(self):
        line = self._draw_spot_check(DAY, user=self.director, scope="secret").line_ids
        line.write({"verdict": "fabricated", "method": "phone", "comment": "Nobody came"})
        self.assertEqual(line.sudo().activity_ids.user_id, self.director)

    def test_the_verdict_stays_the_persons_whoever_has_the_account_later(self):
        line = self._draw_spot_check(DAY, size=1).line_ids
        self.account.with_user(self.director).manager_id = self.manager2
        line.write({"verdict": "true", "method": "phone"})
        self.env.invalidate_all()
        self.assertEqual(line.user_id, self.manager)

    def test_only_closed_checks_count_for_a_person_and_their_verdicts_stay(self):
        lines = self.env["key.account.spot.check.line"]
        later = self._new_held_visit(self.account, "2026-03-20")
        theirs = self._new_account(self._new_customer("Theirs"), manager_id=self.manager2.id)
        self._new_held_visit(theirs, DAY, user=self.manager2)
        first, second = self._draw_spot_check(DAY, size=21), self._draw_spot_check("2026-03-20")
        (first | second).line_ids.write({"method": "phone", "verdict": "true"})
        period = ("2026-03-01", "2026-03-31")
        self.assertFalse(lines.search(lines._get_verdict_domain(self.manager, *period)), "may be corrected")
        first.action_close()
        found = lines.search(lines._get_verdict_domain(self.manager, *period))
        self.assertEqual(found.visit_id, self.visits)
        second.action_close()
        found = lines.search(lines._get_verdict_domain(self.manager, *period))
        self.assertEqual(found.visit_id, self.visits | later)
        for user in (self.inspector, self.director):
            with self.assertRaisesRegex(UserError, "stay as they are"):
                found[0].with_user(user).write({"verdict": "inaccurate", "comment": "Too late"})
        for users, dates in (
            (self.manager, ("2026-03-05", "2026-03-19")), (self.assistant, period),
        ):
            self.assertFalse(lines.search(lines._get_verdict_domain(users, *dates)))

    # === WHO KNOWS === #

    def test_nobody_is_warned_that_his_visit_was_drawn(self):
        line = self._draw_spot_check(DAY, size=1).line_ids
        for login in ("manager", "leader", "assistant", "clerk"):
            self.env.invalidate_all()
            theirs = line.with_user(self.users[login])
            self.assertFalse(theirs.has_access("read"), login)
            visits = self.visits.with_user(self.users[login])
            with self.assertRaises(AccessError):
                visits.search([("spot_check_line_ids", "!=", False)])
            if login != "assistant":
                self.assertFalse(any(visits.mapped("spot_check_verdict")))
        line.write({"verdict": "inaccurate", "method": "phone", "comment": "x"})
        for login, sees in (("manager", True), ("leader", True), ("manager2", False), ("clerk", False)):
            self.env.invalidate_all()
            self.assertEqual(line.with_user(self.users[login]).has_access("read"), sees, login)
        self.assertEqual(line.visit_id.with_user(self.manager).spot_check_verdict, "Inaccurate")
        for login in ("manager", "leader"):
            with self.assertRaises(AccessError):
                line.with_user(self.users[login]).write({"verdict": "true"})

    def test_spot_checks_are_for_inspector_director_and_executive(self):
        check = self._draw_spot_check(DAY, size=1)
        for login in ("manager", "leader", "assistant", "clerk", "service", "salesman", "nobody"):
            self.env.invalidate_all()
            self.assertFalse(check.with_user(self.users[login]).has_access("read"), login)
        for login, rights in (("inspector", "rw"), ("director", "rw"), ("executive", "r")):
            self.env.invalidate_all()
            theirs = check.with_user(self.users[login])
            self.assertEqual((theirs.has_access("read"), theirs.has_access("write")), (True, "w" in rights))
