from contextlib import closing, suppress

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tools.discuss import Store

from .test_sweep import MARK, RELATIONS, TEXTS, SweepCase

SKIPPED = ("ir.", "bus.", "base.module", "base.language", "base.import", "res.config", "res.groups", "web_")


@tagged("post_install", "-at_install")
class TestForms(SweepCase):
    """What a form fills in by itself, it reads as superuser: a guessed id must not tell anything."""

    def _get_hidden(self):
        return {
            "res.partner": self.customer.id, "key.account": self.account.id, "sale.order": self.order.id,
            "crm.lead": self.lead.id, "account.move": self.invoice.id, "calendar.event": self.meeting.id,
        }

    def _get_form_specification(self, model):
        spec = {"display_name": {}}
        for name, field in model._fields.items():
            if model._has_field_access(field, "read") and field.type in (*TEXTS, *RELATIONS):
                spec[name] = {"fields": {"display_name": {}}} if field.type in RELATIONS else {}
        return spec

    def _call(self, login, model, method, *args, context=None):
        user = self.users[login]
        env = self.env(user=user.id, su=False, context={})
        context = {"allowed_company_ids": user.company_ids.ids} | (context or {})
        with closing(self.env.cr.savepoint()):
            self.env.invalidate_all()
            return call_kw(env[model], method, list(args), {"context": context})

    def _get_form_models(self, login):
        for name in sorted(self.env.registry):
            model = self.env.registry[name]
            if model._abstract or name.startswith(SKIPPED):
                continue
            records = self._as(login, name)
            if records.has_access("create"):
                yield records

    @mute_logger("odoo.sql_db", "odoo.http", "odoo.addons.base.models.ir_rule")
    def test_no_form_fills_itself_from_a_hidden_record(self):
        hidden, leaks = self._get_hidden(), set()
        for login in ("salesman", "leader", "nobody"):
            for records in self._get_form_models(login):
                spec = self._get_form_specification(records)
                for name, field in records._fields.items():
                    if not field.relational or not records._has_field_access(field, "read"):
                        continue
                    if not (id_ := hidden.get(field.comodel_name)):
                        continue
                    value = id_ if field.type == "many2one" else [Command.link(id_)]
                    for args, context in (
                        (([], {name: value}, [name], spec), {}),
                        (([], {}, [], spec), {f"default_{name}": value}),
                    ):
                        self.tried += 1
                        # some of core's forms cannot do without their own buttons' context
                        with suppress(UserError, KeyError, IndexError, ValueError):
                            answer = self._call(login, records._name, "onchange", *args, context=context)
                            if MARK in str(answer):
                                leaks.add((login, records._name, name, bool(context)))
        self.assertEqual(leaks, set())
        self.assertGreater(self.tried, 300)


@tagged("post_install", "-at_install")
class TestTraces(SweepCase):
    """What a secret customer leaves where nobody thinks of it."""

    OUTSIDE = ("salesman", "seller", "leader", "clerk", "manager2", "former", "nobody")

    def _assert_tells_nothing(self, login, answer, what):
        before, mark, after = str(answer).lower().partition(MARK.lower())
        self.assertFalse(mark, f"{login}: {what}: …{before[-100:]}{mark}{after[:50]}…")

    def _read_all(self, login, record):
        """Return all texts and names of a record that a user may read; empty where he may not."""
        records = self._as(login, record._name).browse(record.ids)
        self.env.invalidate_all()
        return self._read(records) if records.has_access("read") else []

    def test_a_daughter_company_does_not_tell_its_parents_name(self):
        daughter = self.env["res.partner"].create({
            "name": "Daughter Ltd", "is_company": True, "parent_id": self.customer.id, "type": "other",
        })
        child = self.env["res.partner"].create({"name": "Ms Wu", "parent_id": daughter.id})
        self.env.flush_all()
        for login in self.OUTSIDE:
            for record in (daughter, child):
                answer = self._read_all(login, record)
                self.assertTrue(answer, "the daughter itself is no secret")
                self._assert_tells_nothing(login, answer, record.name)
        self.env.invalidate_all()
        self.assertIn(MARK, str(daughter.with_user(self.manager).parent_name))

    def test_an_analytic_account_does_not_tell_its_customers_name(self):
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        analytic = self.env["account.analytic.account"].create({
            "name": "Line 2", "plan_id": plan.id, "partner_id": self.customer.id,
        })
        line = self.env["account.analytic.line"].create({"name": "x", "account_id": analytic.id})
        for login in ("salesman", "seller", "leader", "clerk", "nobody", "manager", "director", "bookkeeper"):
            user = self.users[login]
            user.group_ids += self.env.ref("analytic.group_analytic_accounting")
            answers = [self._read_all(login, record) for record in (analytic, line)]
            self.env.invalidate_all()
            answers.append(analytic.with_user(user).sudo().display_name)
            answers.append(analytic.with_user(user).display_name)
            if login in ("manager", "director", "bookkeeper"):
                self.assertIn(MARK, str(answers), login)
            else:
                self._assert_tells_nothing(login, answers, "analytic account")
                self.assertIn("Line 2", answers[-1])

    def test_no_duplicate_warning_names_or_counts_what_is_hidden(self):
        self.customer.company_registry = f"{MARK}99"
        lead = self.env["crm.lead"].create({
            "name": "Own", "email_from": f"new@{MARK}.example", "type": "opportunity",
            "user_id": self.salesman.id,
        })
        for login in ("salesman", "seller", "leader", "manager2"):
            lead.user_id = self.users[login]
            self.env.flush_all()
            self.env.invalidate_all()
            own = lead.with_user(self.users[login])
            self.assertFalse(own.duplicate_lead_ids - own, login)
            self.assertEqual(own.duplicate_lead_count, 0, login)
            records = self._as(login, "res.partner")
            for values in ({"vat": MARK}, {"company_registry": f"{MARK}99"}):
                answer = records.onchange(values, list(values), {
                    "same_vat_partner_id": {"fields": {"display_name": {}}},
                    "same_company_registry_partner_id": {"fields": {"display_name": {}}},
                })
                self.assertFalse(any(answer.get("value", {}).values()), f"{login} {values} {answer}")
        self.env.invalidate_all()
        lead.user_id = self.manager
        self.assertTrue(lead.with_user(self.manager).duplicate_lead_ids - lead)

    def test_old_values_in_the_chatter_do_not_name_him(self):
        env = self.env(context=dict(self.env.context, tracking_disable=False, mail_notrack=False))
        lead = env["crm.lead"].create({
            "name": "Given away", "partner_id": self.customer.id, "type": "opportunity",
        })
        order = self._new_order(self.customer, 1, confirm=False).with_env(env)
        self.env.flush_all()
        self.env.cr.flush()
        other = self._new_customer("Other")
        for record in (lead, order):
            record.write({"partner_id": other.id})
        self.env.flush_all()
        self.env.cr.flush()
        for login in ("salesman", "seller", "leader", "manager"):
            for record in (lead, order):
                record.user_id = self.users[login]
                self.env.flush_all()
                self.env.invalidate_all()
                own = self._as(login, record._name).browse(record.id)
                self.assertEqual(own.partner_id.name, "Other")
                messages = self._as(login, "mail.message").search([
                    ("model", "=", record._name), ("res_id", "=", record.id),
                ])
                self.assertTrue(messages.sudo().tracking_value_ids)
                answer = Store().add(messages).get_result()
                if login == "manager":
                    self.assertIn(MARK, str(answer))
                else:
                    self._assert_tells_nothing(login, answer, record._name)

    def test_recurrences_scheduled_messages_and_reactions_stay_inside(self):
        meeting = self.env["calendar.event"].with_user(self.manager).create({
            "name": f"Weekly with {MARK}", "start": "2026-06-05 08:00:00", "stop": "2026-06-05 09:00:00",
            "partner_ids": [Command.set([self.contact.id, self.manager.partner_id.id])],
            "recurrency": True, "rrule_type": "weekly", "count": 3, "fri": True, "interval": 1,
            "end_type": "count",
        })
        recurrence = meeting.recurrence_id.sudo()
        self.assertTrue(recurrence)
        scheduled = self.env["mail.scheduled.message"].with_user(self.manager).create({
            "model": "key.account", "res_id": self.account.id, "author_id": self.manager.partner_id.id,
            "body": MARK, "subject": MARK, "scheduled_date": "2099-01-01 00:00:00",
        })
        message = self.account.sudo().message_ids[:1]
        message._message_reaction("👍", "add", self.manager.partner_id, self.env["mail.guest"])
        reaction = message.sudo().reaction_ids
        self.assertTrue(reaction)
        for login in self.OUTSIDE:
            for record in (recurrence, recurrence.base_event_id, scheduled, message, reaction):
                self._assert_tells_nothing(login, self._read_all(login, record), record._name)
            found = self._as(login, "mail.message").search([("body", "ilike", MARK)])
            self.assertFalse(found, login)
            for method, domain in (("search_count", [("body", "ilike", MARK)]),
                                   ("search_count", [("starred", "=", True), ("subject", "ilike", MARK)])):
                self.assertEqual(getattr(self._as(login, "mail.message"), method)(domain), 0)
            for method, args in (
                ("toggle_message_starred", ()), ("set_message_done", ()),
            ):
                with suppress(UserError), self.env.cr.savepoint():
                    self.env.invalidate_all()
                    answer = getattr(message.with_user(self.users[login]), method)(*args)
                    self._assert_tells_nothing(login, answer, method)

    def test_an_address_finds_nobody_who_is_hidden(self):
        own = self.env["crm.lead"].create({
            "name": "Own", "email_from": f"office@{MARK}.example".lower(), "user_id": self.salesman.id,
        })
        address = f"office@{MARK}.example"
        self.customer.write({"name": "Veiled Name", "phone": "+86 571 88006600"})
        for login in ("salesman", "seller", "leader", "nobody", "clerk"):
            user = self.users[login]
            own.user_id = user
            if login in ("salesman", "leader"):
                user.group_ids += self.env.ref("base.group_partner_manager")
            self.env.flush_all()
            self.env.invalidate_all()
            leads = self._as(login, "crm.lead").browse(own.id)
            partners = self._as(login, "res.partner")
            may_create = user.has_group("base.group_partner_manager")
            for records, method, args in (
                (leads, "_partner_find_from_emails_single",
                 ([address], True, None, None, None, not may_create)),
                (leads, "_message_get_suggested_recipients", ()),
                (leads, "_find_matching_partner", ()),
                (partners, "get_mention_suggestions", ("Veiled",)),
                (partners, "search_for_channel_invite", ("Veiled",)),
                (partners, "name_search", ("+86 571 88006600",)),
                (partners, "find_or_create", (address,)),
            ):
                with suppress(UserError), closing(self.env.cr.savepoint()):
                    self.env.invalidate_all()
                    answer = getattr(records, method)(*args)
                    if isinstance(answer, type(partners)):
                        answer = answer.mapped("name")
                    self.assertNotIn("Veiled Name", str(answer), f"{login} {method}")

    def test_no_mail_is_put_into_a_hidden_thread(self):
        for login in ("salesman", "leader", "nobody", "portal"):
            user = self.users[login]
            for model, record in (("key.account", self.account), ("sale.order", self.order)):
                before = record.sudo().message_ids
                mail = (
                    f"From: {user.email or 'x@y.example'}\nTo: x@y.example\nSubject: Injected\n"
                    f"Message-Id: <{login}-{model}@y.example>\n\nBody\n"
                )
                with suppress(UserError, ValueError), self.env.cr.savepoint():
                    call_kw(self.env(user=user.id, su=False)["mail.thread"], "message_process",
                            [model, mail], {"thread_id": record.id})
                self.env.invalidate_all()
                self.assertEqual(record.sudo().message_ids, before, f"{login} {model}")
            for model, values in (
                ("key.account", {
                    "partner_id": self._new_customer().id, "company_id": self.company.id,
                    "team_id": self.team.id, "manager_id": self.manager2.id, "state": "active",
                    "scheme_id": self.scheme.id, "grade_id": self.grade_a.id,
                }),
                ("key.account.stakeholder", {"account_id": self.account.id, "name": "Injected"}),
                ("key.account.insight", {"account_id": self.account.id, "name": "Injected"}),
            ):
                count = self.env[model].search_count([])
                mail = f"From: x@y.cn\nTo: x@y.cn\nSubject: S\nMessage-Id: <{login}{model}@z>\n\nB\n"
                with suppress(UserError, ValueError), self.env.cr.savepoint():
                    call_kw(self.env(user=user.id, su=False)["mail.thread"], "message_process",
                            [model, mail], {"custom_values": values})
                    self.env.flush_all()
                self.assertEqual(self.env[model].search_count([]), count, f"{login} {model}")

    def test_windows_of_others_merge_and_convert_nothing_hidden(self):
        own, own_lead = self._new_customer("Own"), self.env["crm.lead"].create({
            "name": "Own", "type": "opportunity", "user_id": self.salesman.id,
        })
        self.salesman.group_ids += self.env.ref("base.group_partner_manager")
        for model, vals, method in (
            ("base.partner.merge.automatic.wizard", {
                "partner_ids": [Command.set((own | self.customer).ids)], "dst_partner_id": own.id,
                "state": "selection"}, "action_merge"),
            ("base.partner.merge.automatic.wizard", {
                "partner_ids": [Command.set((own | self.contact).ids)], "dst_partner_id": self.contact.id,
                "state": "selection"}, "action_merge"),
            ("crm.merge.opportunity", {
                "opportunity_ids": [Command.set((own_lead | self.lead).ids)]}, "action_merge"),
            ("crm.lead2opportunity.partner", {
                "lead_id": self.lead.id, "name": "convert", "action": "exist"}, "action_apply"),
            ("crm.lead.lost", {"lead_ids": [Command.set(self.lead.ids)]}, "action_lost_reason_apply"),
            ("sale.mass.cancel.orders", {"sale_order_ids": [Command.set(self.draft.ids)]},
             "action_mass_cancel"),
        ):
            with self.subTest(model=model), closing(self.env.cr.savepoint()):
                # what is hidden is not in the window any more when it is confirmed
                with suppress(UserError, IndexError):
                    self.env.invalidate_all()
                    window = self._as("salesman", model).create(vals)
                    self.env.flush_all()
                    self.env.invalidate_all()
                    answer = call_kw(window.env[model], method, [window.ids], {})
                    self._assert_tells_nothing("salesman", answer, model)
                self.env.invalidate_all()
                self.assertTrue(self.customer.exists() and self.contact.exists() and self.lead.exists())
                self.assertTrue(own.exists() and own_lead.exists())
                self.assertEqual((self.customer.name, self.lead.active), (f"{MARK} Ltd", True))
                self.assertEqual(self.lead.sudo().partner_id, self.contact)
                self.assertEqual(self.draft.sudo().state, "draft")

    def test_a_merge_keeps_the_secret_down_to_the_last_contact(self):
        other = self._new_customer("Successor")
        order = self._new_order(other, 5, confirm=False)
        child = self.env["res.partner"].create({"name": "Child", "parent_id": other.id})
        grandchild = self.env["res.partner"].create({"name": "Grandchild", "parent_id": child.id})
        archived = self.env["res.partner"].create({"name": "Gone", "parent_id": other.id, "active": False})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | other).ids, dst_partner=other, extra_checks=False
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.account.sudo().partner_id, other)
        self.assertTrue(order.sudo().key_account_is_secret)
        for partner in (other, child, grandchild, archived, self.contact):
            self.assertTrue(partner.sudo().key_account_is_secret, partner.name)
            self.assertEqual(partner.with_user(self.salesman).sudo().display_name, "Secret Customer")
