from odoo.fields import Command
from odoo.tests import tagged

from .test_hostile import HostileCase


@tagged("post_install", "-at_install")
class TestHostileValues(HostileCase):
    """A hidden record is pointed to in no form that core takes, and in no form that it does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_customer = cls._new_customer("Own")
        cls.own_order = cls._new_order(cls.own_customer, 1, confirm=False, user_id=cls.salesman.id)
        cls.own_account = cls._new_account(cls.own_customer, manager_id=cls.manager2.id)
        cls.env.flush_all()

    def _get_forms(self, record):
        """Return all that may stand for one record in a many2one."""
        return (
            record.id, str(record.id), f" {record.id}", float(record.id), [record.id], [record.id, "x"],
            {"id": record.id}, {"id": str(record.id)}, {"id": record.id, "name": "x"},
        )

    def _get_forms_of_many(self, record):
        """Return all that may stand for one record among many."""
        id_ = record.id
        return (
            [id_], [str(id_)], [{"id": id_}], [[Command.LINK, id_]], [[Command.LINK, str(id_), 0]],
            [[Command.SET, 0, [id_]]], [[Command.SET, 0, [str(id_)]]], [[Command.UPDATE, id_, {}]],
        )

    def _try_everywhere(self, login, record, vals):
        """Create, write and fill in a form with these values."""
        spec = {"display_name": {}, **{name: {} for name in vals}}
        self._try(login, record._name, "create", vals, named="Veiled")
        if record._name != "res.partner":
            # contacts are written by code of core that takes plain ids alone, hidden or not
            self._try(login, record._name, "write", record.ids, vals, named="Veiled")
        self._try(login, record._name, "onchange", [], vals, list(vals), spec, named="Veiled")

    def test_no_form_of_an_id_reaches_a_hidden_contact(self):
        hidden = self.accounts["secret"].partner_id
        contact = self.env["res.partner"].with_user(self.salesman).create({"name": "Contact"})
        for login in ("salesman", "leader"):
            self.own_order.user_id = self.users[login]
            for value in self._get_forms(hidden):
                self._try_everywhere(login, self.own_order, {"partner_shipping_id": value})
                self._try_everywhere(login, contact, {"name": "x", "parent_id": value})
                self._try(login, "crm.lead", "create", {"name": "x", "partner_id": value})
                nested = {"name": "x", "parent_id": {"name": "y", "parent_id": value}}
                self._try(login, "res.partner", "onchange", [], nested, ["parent_id"], {"display_name": {}})
            for value in self._get_forms_of_many(hidden):
                self._try_everywhere(login, contact, {"name": "x", "child_ids": value})
            for value in ([[Command.CREATE, 0, {"parent_id": {"id": hidden.id}}]],
                          [{"parent_id": {"id": hidden.id}}]):
                self._try(login, "res.partner", "onchange", [], {"child_ids": value}, ["child_ids"],
                          {"child_ids": {}})
        self._assert_all_refused(100)

    def test_no_form_of_an_id_reaches_a_hidden_account(self):
        line = self.env["key.account.member"].create({
            "account_id": self.own_account.id, "user_id": self.other_manager.id,
        })
        for account in self.accounts.values():
            for value in self._get_forms(account):
                self._try_everywhere(
                    "manager2", line, {"account_id": value, "user_id": self.manager2.id}
                )
        self._assert_all_refused(70)

    def test_what_core_cannot_use_is_refused_in_words(self):
        for value in ([[]], [[Command.LINK]], [[Command.SET, 0]], [[Command.CREATE, 0]],
                      [[Command.SET, 0, 7]],
                      [[Command.UPDATE, self.own_customer.id, 5]], [[Command.CREATE, 0, "x"]], 5,
                      {"id": 5}, [[Command.LINK, [5]]]):
            self._try_everywhere("salesman", self.own_customer, {"name": "x", "child_ids": value})
        for value in ({"id": {"id": 5}}, {"id": [5]}, [[5]], [{"id": [5]}]):
            self._try_everywhere("salesman", self.own_customer, {"name": "x", "parent_id": value})
        self._assert_all_refused(28)

    def test_what_the_web_client_sends_goes_on_working(self):
        own = self.own_customer
        line = self.own_order.order_line
        for vals in (
            {"partner_id": own.id}, {"partner_id": {"id": own.id}}, {"partner_id": False},
            {"order_line": [[Command.CREATE, "virtual_1", {"name": "x"}]]},
            {"order_line": [[Command.UPDATE, line.id, {"name": "y"}], [Command.LINK, line.id, False]]},
        ):
            self._assert_allowed(
                "salesman", "sale.order", "onchange", self.own_order.ids, vals, list(vals),
                {"partner_id": {}, "order_line": {"fields": {"name": {}}}},
            )
        for value in ([[Command.CLEAR]], [[Command.SET, 0, []]], [], False):
            self._assert_allowed("salesman", "sale.order", "write", self.own_order.ids, {"tag_ids": value})
