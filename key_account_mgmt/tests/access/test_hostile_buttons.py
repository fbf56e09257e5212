from contextlib import suppress

from odoo.exceptions import UserError
from odoo.tests import tagged

from .hostile import INSIDERS, OUTSIDERS, HostileCase


@tagged("post_install", "-at_install")
class TestButtons(HostileCase):
    """Each button for those whose it is, and for nobody else: also where the screen does not show it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pricelist = cls.env["product.pricelist"].create({"name": "Graded"})
        (cls.grade_a | cls.grade_b).pricelist_id = pricelist
        cls.scheme_amount = cls.env.ref("key_account_mgmt.scheme_consumption")
        cls.scheme_amount.grade_ids.sorted("sequence", reverse=True)[0].threshold = 1
        cls.scheme_factors = cls.env.ref("key_account_mgmt.scheme_factors")
        cls.scheme_factors.basis = "ordered"
        cls.suspended = cls._new_account(cls._new_customer("Suspended"))
        cls.suspended.with_user(cls.leader).action_suspend()
        cls.ended = cls._new_account(cls._new_customer("Ended"))
        cls.ended.sudo().write({"state": "ended"})
        cls.candidate = cls._new_candidate(cls._new_customer("Candidate"))
        cls.surveyed = cls._new_applied(partner=cls._new_customer("Surveyed"))
        cls.surveyed.with_user(cls.leader)._decline("returned", "Again.")
        cls.rejected = cls._new_applied(partner=cls._new_customer("Rejected"))
        cls.rejected.with_user(cls.leader)._decline("rejected", "No.")
        cls.applied = cls._new_applied(partner=cls._new_customer("Applied"))
        cls.draft_run = cls._new_run()
        cls.submitted_run = cls._new_computed(cls.scheme)
        cls.submitted_run.action_submit()
        cls.reviewed_run = cls._new_computed(cls.scheme_amount)
        cls.reviewed_run.action_submit()
        cls.reviewed_run.with_user(cls.director).action_approve()
        cls.approved_run = cls._approve_run(cls._new_computed(cls.scheme_factors))

    @classmethod
    def _new_computed(cls, scheme):
        run = cls._new_run(scheme_id=scheme.id)
        run.action_compute()
        return run

    def test_each_button_obeys_its_roles_and_refuses_all_others(self):
        active, director = self.accounts["internal"], ("director",)
        preparers = ("clerk", "leader", "other_leader", "director")
        leaders = ("leader", "director")
        owners = ("manager", "leader", "director")
        executives = ("executive", "executive2")
        for record, method, allowed in (
            (active, "action_suspend", leaders),
            (active, "action_propose_termination", leaders),
            (active, "action_apply_pricelist", director),
            (self.suspended, "action_resume", leaders),
            (self.ended, "action_reconsider", leaders),
            (self.rejected, "action_reconsider", owners),
            (self.candidate, "action_start_survey", owners),
            (self.surveyed, "action_apply", owners),
            (self.applied, "action_approve", ("leader",)),
            (self.draft_run, "action_compute", preparers),
            (self.computed_run, "action_compute", preparers),
            (self.scored_run, "action_submit", preparers),
            (self.computed_run, "action_reset", preparers),
            (self.computed_run, "action_cancel", preparers),
            (self.submitted_run, "action_approve", director),
            (self.reviewed_run, "action_approve", executives),
            (self.approved_run, "action_apply", (*director, *executives)),
            (self.approved_run, "action_cancel", director),
            (self.computed_run, "action_simulate", (*preparers, *executives)),
        ):
            for login in (*INSIDERS, *OUTSIDERS):
                check = self._assert_allowed if login in allowed else self._try
                check(login, record._name, method, record.ids)
        self._assert_all_refused(200)

    def test_no_button_works_in_a_state_that_is_not_its_own(self):
        accounts = (
            self.candidate, self.surveyed, self.applied, self.accounts["internal"], self.suspended,
            self.ended, self.rejected,
        )
        own_states = {
            "action_start_survey": ("candidate",),
            "action_apply": ("survey",),
            "action_approve": ("applied",),
            "action_suspend": ("active",),
            "action_resume": ("suspended",),
            "action_reconsider": ("rejected", "ended"),
        }
        for method, states in own_states.items():
            for account in accounts:
                if account.state not in states:
                    for login in ("leader", "director"):
                        self._assert_wrong_state(login, account, method)
        runs = (
            self.draft_run, self.computed_run, self.submitted_run, self.reviewed_run, self.approved_run,
            self.applied_run,
        )
        own_states = {
            "action_compute": ("draft", "computed"),
            "action_submit": ("computed",),
            "action_reset": ("computed",),
            "action_approve": ("submitted", "reviewed"),
            "action_apply": ("approved",),
            "action_cancel": ("draft", "computed", "approved"),
        }
        for method, states in own_states.items():
            for run in runs:
                if run.state not in states:
                    self._assert_wrong_state("director", run, method)
        self.assertGreater(self.tried, 60)

    def _assert_wrong_state(self, login, record, method):
        """A button in the wrong state refuses, or changes nothing where the state is reached already."""
        self.tried += 1
        before = record.sudo().state
        with self.subTest(role=login, method=method, state=before):
            with suppress(UserError), self.env.cr.savepoint():
                self.env.invalidate_all()
                getattr(record.with_user(self.users[login]), method)()
            self.env.invalidate_all()
            self.assertEqual(record.sudo().state, before)


@tagged("post_install", "-at_install")
class TestForgedWindows(HostileCase):
    """The comment window and the simulation, with what the screen would never send."""

    def test_the_comment_window_decides_on_nothing_that_is_not_the_users(self):
        applied = self._new_applied(partner=self._new_customer("Applied"))
        strangers, run_id = ("other_leader", "director", "executive"), str(self.computed_run.id)
        for login, model, res_ids in (
            *((login, "key.account", str(applied.id)) for login in strangers),
            *((login, "key.account.grading.run", run_id) for login in ("leader", *strangers)),
            *((login, "key.account", str(self.accounts["secret"].id)) for login in ("leader", *strangers)),
            ("leader", "key.account", f"{applied.id},{self.accounts['internal'].id}"),
            ("leader", "key.account", "999999999"),
            ("leader", "key.account", "x"),
            ("leader", "key.account", ""),
            ("leader", "key.account", f"{applied.id},"),
            ("leader", "key.account", "1.5"),
        ):
            self.tried += 1
            with self.subTest(role=login, model=model, res_ids=res_ids), self.assertRaises(UserError):
                self.env.invalidate_all()
                self.env["key.account.decision"].with_user(self.users[login]).create({
                    "model": model, "res_ids": res_ids, "decision": "rejected", "comment": "x",
                }).action_confirm()
        self.assertEqual(applied.state, "applied")
        self.assertGreater(self.tried, 12)

    def test_the_comment_window_touches_no_other_model(self):
        for model in ("res.users", "key.account.grade", "key.account.approval.mixin", "no.such.model"):
            with self.subTest(model=model):
                window = self.env["key.account.decision"].with_user(self.leader).create({
                    "model": model, "res_ids": "2", "decision": "rejected", "comment": "x",
                })
                window.action_confirm()
        self.assertTrue(self.env["res.users"].browse(2).active)

    def test_the_simulation_names_no_hidden_customer(self):
        for login, named in (("leader", 2), ("clerk", 2), ("director", 3), ("executive", 3)):
            with self.subTest(role=login):
                self.env.invalidate_all()
                simulation = self.env["key.account.grading.simulation"].with_user(
                    self.users[login]
                ).create({"scheme_id": self.scheme.id, "company_id": self.company.id})
                simulation.grade_line_ids[0].new_threshold = 50
                simulation.action_simulate()
                names = simulation.mover_ids.partner_id.sudo().mapped("name")
                self.assertEqual(len(names), named)
                if named == 2:
                    self.assertNotIn("Veiled secret", names)

    def test_the_simulation_refuses_what_it_cannot_compute(self):
        for vals in (
            {"scheme_id": self.env.ref("key_account_mgmt.scheme_relationship").id},
            {"scheme_id": self.scheme.id, "date_to": "1999-12-31"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.env["key.account.grading.simulation"].with_user(self.clerk).create(
                    {"company_id": self.company.id, **vals}
                ).action_simulate()

    def test_a_simulation_is_its_makers_alone(self):
        simulation = self.env["key.account.grading.simulation"].with_user(self.director).create(
            {"scheme_id": self.scheme.id, "company_id": self.company.id}
        )
        simulation.grade_line_ids[0].new_threshold = 50
        simulation.action_simulate()
        for record in (simulation, simulation.grade_line_ids, simulation.mover_ids):
            self.assertTrue(record)
            for login in ("clerk", "leader", "executive"):
                self._try_to_find(login, record._name, [("id", "in", record.ids)])
                self._try(login, record._name, "read", record.ids, ["display_name"])
        self._assert_all_refused(1)
