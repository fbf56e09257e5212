from contextlib import closing, suppress

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from .hostile import BLIND, FileCase


@tagged("post_install", "-at_install")
class TestIntrusion(FileCase):
    """Nobody lets himself into an account, whatever he sends."""

    def test_a_default_account_lets_nobody_onto_its_team(self):
        """The leader of the department stands outside of its secret account; a default must not help."""
        secret = self.accounts["secret"]
        for login in ("leader", "manager2", "assistant", "other_leader"):
            values = {"user_id": self.users[login].id}
            for context in (
                {"default_account_id": secret.id},
                {"default_account_id": str(secret.id)},
            ):
                self._try(login, "key.account.member", "create", values, context=context)
                self._try(login, "key.account.member", "web_save", [], values, {}, context=context)
            imported = self._call(
                login, "key.account.member", "load", ["user_id/.id", "account_id/.id"],
                [[str(self.users[login].id), str(secret.id)]],
            )
            self.assertFalse(imported["ids"])
            self.assertNotIn("Veiled", str(imported))
            with self.env.cr.savepoint():
                with suppress(UserError):
                    self._set_default(login, "key.account.member", "account_id", secret.id)
                self._try(login, "key.account.member", "create", values)
        self._assert_all_refused(20)

    def test_defaults_of_ones_own_set_no_field_that_the_system_sets(self):
        base = {"company_id": self.company.id, "team_id": self.team.id, "scheme_id": self.scheme.id}
        for model, name, value, vals in (
            ("key.account", "number", "77777", base),
            ("key.account", "management_level", "company", base),
            ("key.account", "grade_id", self.grade_a.id, base),
            ("key.account", "admission_date", "2020-01-01", base),
            ("key.account", "state", "active", base),
            ("key.account.agreement", "version", 9, {
                "name": "x", "date_from": "2026-01-01", "account_id": self.accounts["internal"].id,
            }),
            ("key.account.stakeholder", "is_erased", True, {
                "name": "x", "account_id": self.accounts["internal"].id,
            }),
            ("key.account.ownership.exception", "requester_id", self.executive.id, {
                "account_id": self.accounts["internal"].id, "kind": "unfit", "reason": "x",
                "proposed_manager_id": self.manager2.id,
            }),
        ):
            self.tried += 1
            with self.subTest(model=model, name=name), closing(self.env.cr.savepoint()):
                customer = {"partner_id": self._new_customer().id} if model == "key.account" else {}
                self._set_default("manager", model, name, value)
                self.env.invalidate_all()
                try:
                    record = self.env[model].with_user(self.manager).create({**vals, **customer}).sudo()
                    self.env.flush_all()
                except UserError:
                    continue
                self.assertNotEqual(record._fields[name].convert_to_write(record[name], record), value)

    def test_a_hidden_customer_is_put_into_no_record_of_ones_own(self):
        secret = self.accounts["secret"].partner_id
        contact = self.env["res.partner"].create({"name": "Veiled contact", "parent_id": secret.id})
        own = self._new_customer("Own")
        account = self._new_account(own, manager_id=self.manager2.id)
        order = self._new_order(own, 5, confirm=False, user_id=self.manager2.id)
        lead = self.env["crm.lead"].create({"name": "x", "partner_id": own.id, "user_id": self.manager2.id})
        now = fields.Datetime.now()
        event = self.env["calendar.event"].with_user(self.manager2).create({
            "name": "x", "start": now, "stop": now,
        })
        self.env.flush_all()
        for id_ in (secret.id, contact.id):
            for model, record, vals in (
                ("sale.order", order, {"partner_id": id_}),
                ("sale.order", order, {"partner_id": id_, "user_id": False}),
                ("sale.order", order, {"partner_invoice_id": id_}),
                ("sale.order", order, {"partner_shipping_id": id_}),
                ("crm.lead", lead, {"partner_id": id_, "user_id": False}),
                ("res.partner", own, {"parent_id": id_}),
                ("res.partner", own, {"parent_id": id_, "is_company": True}),
                ("res.partner", own, {"child_ids": [Command.link(id_)]}),
                ("res.partner", own, {"child_ids": [Command.update(id_, {"name": "Mine"})]}),
                ("calendar.event", event, {"partner_ids": [Command.link(id_)], "user_id": False}),
                ("calendar.event", event, {"attendee_ids": [Command.create({"partner_id": id_})]}),
                ("key.account", account, {"partner_id": id_}),
                ("key.account", account, {"competitor_ids": [Command.create({"partner_id": id_})]}),
                ("key.account", account, {"stakeholder_ids": [Command.create({"partner_id": id_})]}),
            ):
                self._try("manager2", model, "write", record.ids, vals, named="Veiled")
                self._try("manager2", model, "web_save", record.ids, vals, {}, named="Veiled")
            for model, vals in (
                ("sale.order", {"partner_id": own.id, "partner_invoice_id": id_}),
                ("key.account", {"company_id": self.company.id, "partner_id": id_}),
                ("key.account.competitor", {"account_id": account.id, "partner_id": id_}),
                ("key.account.stakeholder", {"account_id": account.id, "partner_id": id_}),
                ("calendar.attendee", {"event_id": event.id, "partner_id": id_}),
                ("res.partner", {"name": "x", "is_company": True, "parent_id": id_}),
                ("res.partner.bank", {"partner_id": id_, "acc_number": "1"}),
            ):
                self._try("manager2", model, "create", vals, named="Veiled")
                context = {f"default_{name}": value for name, value in vals.items()}
                defaults = self._call("manager2", model, "default_get", list(vals), context=context)
                self.assertNotIn(id_, defaults.values())
        self._assert_all_refused(70)


@tagged("post_install", "-at_install")
class TestFileByForce(FileCase):
    """The customer file, ownership and hand-over, written past their screens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._new_account(cls._new_customer("Own"), manager_id=cls.manager2.id)
        cls._fill_file(cls.own)
        cls.env.flush_all()

    def test_commands_from_the_form_of_ones_own_account_reach_no_other_file(self):
        names = ("stakeholder_ids", "project_ids", "competitor_ids", "agreement_ids", "insight_ids",
                 "member_ids", "ownership_history_ids", "grade_history_ids", "approval_ids")
        for account in self.accounts.values():
            for name in names:
                line = account.sudo()[name][:1]
                self.assertTrue(line, name)
                for command in (
                    Command.link(line.id), Command.set([line.id]), Command.delete(line.id),
                    Command.unlink(line.id), Command.update(line.id, {"account_id": self.own.id}),
                    Command.update(line.id, {line._rec_name or "comment": "Mine"}),
                ):
                    self._try("manager2", "key.account", "write", self.own.ids, {name: [command]})
                    self._try("manager2", "key.account", "onchange", self.own.ids, {name: [command]}, [name],
                              {name: {"fields": {"display_name": {}}}}, named="Veiled")
        got, self.got_through = self.got_through, []
        # what changes nothing need not be refused: is there any trace of it?
        for login, call, args, _kwargs in got:
            with closing(self.env.cr.savepoint()):
                before = {n: a.sudo()[n].read() for n in names for a in self.accounts.values()}
                self.env.invalidate_all()
                model, method = call.rsplit(".", 1)
                with suppress(AccessError):
                    answer = call_kw(
                        self.env(user=self.users[login].id, su=False)[model], method, list(args),
                        {"context": {"allowed_company_ids": self.company.ids}},
                    )
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertNotIn("Veiled", str(answer))
                after = {n: a.sudo()[n].read() for n in names for a in self.accounts.values()}
                self.assertEqual(str(before), str(after), str(args))
        self.assertGreater(self.tried, 300)

    def test_parts_of_a_file_point_to_no_part_of_another(self):
        theirs = self.accounts["internal"]
        person, project = self.own.stakeholder_ids, self.own.project_ids
        for record, vals in (
            (person, {"account_id": theirs.id}),
            (person, {"parent_id": theirs.stakeholder_ids.id}),
            (person, {"project_ids": [Command.link(theirs.project_ids.id)]}),
            (person, {"child_ids": [Command.link(theirs.stakeholder_ids.id)]}),
            (person, {"is_erased": True}), (person, {"sensitive_data": {}}), (person, {"company_id": 1}),
            (project, {"contact_ids": [Command.link(theirs.stakeholder_ids.id)]}),
            (project, {"milestone_ids": [Command.link(theirs.project_ids.milestone_ids.id)]}),
            (project.milestone_ids, {"project_id": theirs.project_ids.id}),
            (project.milestone_ids, {"account_id": theirs.id}),
            (self.own.agreement_ids, {"amends_id": theirs.agreement_ids.id}),
            (self.own.agreement_ids, {"state": "signed"}), (self.own.agreement_ids, {"state": "approved"}),
            (self.own.agreement_ids, {"number": "1"}), (self.own.agreement_ids, {"version": 7}),
            (self.own.agreement_ids, {"termination_reason": "x"}),
            (self.own.insight_ids, {"is_alert_told": True}),
            (self.own.insight_ids, {"dismissal_reason": "x"}),
            (self.own, {"file_updated_on": "2020-01-01"}), (self.own, {"developer_id": self.manager2.id}),
            (self.own, {"is_missing_manager_told": True}),
            (self.own, {"sensitive_data": {"credit_grade": "d"}}),
            (self.own, {"completeness": 100}), (self.own, {"code": "1"}),
        ):
            for method in ("write", "web_save"):
                args = ({},) if method == "web_save" else ()
                self._try("manager2", record._name, method, record.ids, vals, *args, named="Veiled")
        self._assert_all_refused(40)

    def test_the_file_in_use_is_put_away_by_those_who_decide_on_it_alone(self):
        """Archiving ends claims and takes the account out of all lists: not for whoever is on the team."""
        account = self.accounts["internal"]
        self.env["key.account.member"].create({"account_id": account.id, "user_id": self.assistant.id})
        for login in ("assistant", "manager", "executive2", "manager2", "clerk"):
            self._try(login, "key.account", "write", account.ids, {"active": False})
            self._try(login, "key.account", "action_archive", account.ids)
        self._assert_all_refused(10)
        for login in ("leader", "director"):
            self._assert_allowed(login, "key.account", "action_archive", account.ids)

    def test_a_hand_over_is_prepared_answered_and_decided_by_nobody_else(self):
        line = self.handover.sudo().line_ids[:1]
        other = self.env["key.account.handover"].with_user(self.manager2).create({
            "user_id": self.manager2.id, "company_id": self.company.id, "receiver_id": self.manager.id,
        })
        for vals in (
            {"line_ids": [Command.link(line.id)]}, {"line_ids": [Command.delete(line.id)]},
            {"account_line_ids": [Command.update(line.id, {"chosen_receiver_id": self.manager2.id})]},
            {"line_ids": [Command.create({"kind": "account", "model": "key.account",
                                          "res_id": self.accounts["secret"].id})]},
            {"acceptance_ids": [Command.create({"user_id": self.manager.id, "state": "accepted"})]},
            {"requester_id": self.leader.id}, {"team_id": self.other_team.id},
            {"state": "submitted"}, {"state": "done"}, {"executed_on": "2026-01-01"},
            {"user_id": self.manager.id}, {"receiver_id": self.manager2.id},
            {"company_id": self.env.ref("base.main_company").id},
        ):
            self._try("manager2", other._name, "write", other.ids, vals, named="Veiled")
        for login in ("manager2", "assistant", "other_manager", "other_leader", "clerk"):
            for method in ("action_accept", "action_offer", "action_approve", "action_cancel", "action_reset",
                           "action_refresh", "unlink"):
                self._try(login, self.handover._name, method, self.handover.ids, named="Veiled")
            for vals in ({"chosen_receiver_id": self.users[login].id}, {"receiver_id": self.users[login].id},
                         {"handover_id": other.id}, {"is_moved": True}):
                self._try(login, line._name, "write", line.ids, vals, named="Veiled")
            self._try(login, self.handover._name, "create", {
                "user_id": self.director.id, "receiver_id": self.users[login].id,
                "company_id": self.company.id})
            window = self.env["key.account.handover.decline"].with_user(self.users[login])
            self.tried += 1
            with self.subTest(role=login), self.assertRaises(UserError), self.env.cr.savepoint():
                self.env.invalidate_all()
                window.create({"handover_id": self.handover.id, "reason": "x"}).action_confirm()
        self._assert_all_refused(60)

    def test_no_context_answers_for_a_receiver(self):
        handover = self.env["key.account.handover"].with_user(self.manager2).create({
            "user_id": self.manager2.id, "company_id": self.company.id, "receiver_id": self.manager.id,
        })
        self._set_default("manager2", "key.account.handover.acceptance", "state", "accepted")
        handover.with_context(default_state="accepted", default_user_id=self.manager2.id).action_offer()
        self.assertEqual(handover.sudo().acceptance_ids.mapped("state"), ["asked"])
        self.assertEqual(handover.sudo().acceptance_ids.user_id, self.manager)

    def test_the_names_on_a_hand_over_tell_outsiders_nothing(self):
        """What is prepared by the director has names; those who read the hand-over need not see them."""
        for login in ("clerk", "inspector", "leader"):
            self.env.invalidate_all()
            handover = self.handover.with_user(self.users[login])
            texts = str(self._call(login, handover._name, "web_read", handover.ids, {
                "line_ids": {"fields": {"name": {}, "detail": {}, "account_id": {"fields": {
                    "display_name": {}}}}}, "offer_summary": {}, "message_ids": {"fields": {"body": {}}},
            }))
            self.assertIn("Veiled internal", texts)
            self.assertNotIn("Veiled secret", texts)

    def test_lines_of_another_companys_secret_customer_have_a_neutral_name(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        customer = self._new_customer("Veiled elsewhere")
        self.env["key.account"].sudo().create({
            "partner_id": customer.id, "company_id": elsewhere.id, "confidentiality": "secret",
            "team_id": False,
        })
        self.env["crm.lead"].create({
            "name": "Veiled lead", "partner_id": customer.id, "user_id": self.manager2.id,
            "company_id": False, "team_id": False, "type": "opportunity",
        })
        handover = self.env["key.account.handover"].with_user(self.director).create({
            "user_id": self.manager2.id, "company_id": self.company.id, "receiver_id": self.manager.id,
        })
        self.assertIn("lead", handover.sudo().line_ids.mapped("kind"))
        self.env.invalidate_all()
        for login in ("clerk", "leader", "manager2"):
            lines = self.env["key.account.handover.line"].with_user(self.users[login]).search([
                ("handover_id", "=", handover.id)
            ])
            self.assertNotIn("Veiled", str(lines.mapped("name")), login)

    def test_nobody_takes_an_account_by_a_forged_proposal(self):
        proposal = self.env["key.account.ownership.exception"].with_user(self.manager).create({
            "account_id": self.accounts["internal"].id, "kind": "unfit", "reason": "x",
            "proposed_manager_id": self.manager2.id,
        })
        for login in ("manager", "manager2", "leader", "director", "other_leader"):
            for vals in (
                {"state": "approved"}, {"state": "rejected"}, {"state": "submitted"},
                {"requester_id": self.users[login].id}, {"current_manager_id": False},
                {"company_id": self.env.ref("base.main_company").id},
                {"account_id": self.accounts["secret"].id} if login not in ("manager", "director") else
                {"state": "approved"},
            ):
                self._try(login, proposal._name, "write", proposal.ids, vals)
        for level, logins in BLIND.items():
            for login in logins:
                self._try(login, proposal._name, "create", {
                    "account_id": self.accounts[level].id, "kind": "unfit", "reason": "x",
                    "proposed_manager_id": self.users[login].id,
                } if login not in ("clerk", "inspector") else {}, named="Veiled")
                self._try(login, proposal._name, "create", {
                    "kind": "unfit", "reason": "x", "proposed_manager_id": self.users[login].id,
                }, context={"default_account_id": self.accounts[level].id}, named="Veiled")
        self._assert_all_refused(50)

    def test_whoever_tries_names_in_a_form_learns_of_no_secret_customer(self):
        """A saved lead warns, and tells the account's manager who asked; a form only tried is silent."""
        secret = self.accounts["secret"].partner_id
        secret.write({"phone": "+86 571 88001234", "email": "office@veiled-secret.example"})
        for values in (
            {"partner_name": "Veiled secret"}, {"phone": "0571 88001234"},
            {"email_from": "x@veiled-secret.example"},
        ):
            for login in ("salesman", "other_leader"):
                self.tried += 1
                name = "key_account_claim_warning"
                answer = self._call(
                    login, "crm.lead", "onchange", [], {"name": "x", **values}, list(values),
                    {name: {}, **{key: {} for key in values}},
                )
                self.assertFalse(answer.get("value", {}).get(name), f"{login} {values}")
                lead = self.env["crm.lead"].with_user(self.users[login]).create({
                    "name": "x", "user_id": self.users[login].id, **values})
                self.assertIn("taken", lead.key_account_claim_warning)
                self.assertNotIn("Veiled", lead.key_account_claim_warning)
                told = self.accounts["secret"].message_ids.filtered(
                    lambda message: message.message_type != "user_notification"
                )
                self.assertIn(self.users[login].name, str(told.mapped("body")))

    def test_a_second_account_of_a_hidden_customer_is_refused_without_confirming_it(self):
        for level, logins in BLIND.items():
            for login in ("manager2", "other_leader", "other_manager", "leader") if level == "secret" else ():
                self.assertIn(login, logins)
                with self.subTest(role=login), self.assertRaises(AccessError) as refusal:
                    self._call(login, "key.account", "create", {
                        "partner_id": self.accounts[level].partner_id.id, "company_id": self.company.id})
                self.assertNotIn("already", str(refusal.exception))

    def test_who_holds_accounts_does_not_lose_company_or_login_by_another_way(self):
        admin = self._new_user("admin9", "base.group_system,key_account_mgmt.group_key_account_director")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        portal = self.env.ref("base.group_portal")
        for vals in (
            {"active": False},
            {"group_ids": [Command.set(portal.ids)]},
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(RedirectWarning), self.env.cr.savepoint():
                self.env.invalidate_all()
                self.manager.with_user(admin).write(vals)
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            self.manager.partner_id.with_user(admin).write({
                "user_ids": [Command.update(self.manager.id, {"active": False})]})
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            self.env.ref("key_account_mgmt.group_key_account_manager").with_user(admin).write({
                "user_ids": [Command.unlink(self.manager.id)]})
        self.nobody.with_user(admin).write({"company_ids": [Command.link(elsewhere.id)]})
        self.nobody.with_user(admin).write({"active": False})
