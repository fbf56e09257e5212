from odoo import api, models
from odoo.fields import Domain

from ..access.key_account import CONFIDENTIALITY

# from the most open level to the most closely guarded one
LEVELS = [level for level, _label in CONFIDENTIALITY]


class KeyAccountHandover(models.Model):
    """To which company and to which key account the things belong that people hold."""

    _inherit = "key.account.handover"

    @api.model
    def _get_host_models(self):
        """Return the models whose activities and meetings are the department's work."""
        return [
            "res.partner",
            *sorted(
                name for name in self.env.registry["key.account.document.mixin"]._inherit_children
                if not self.env[name]._abstract
            ),
            *sorted(name for name in self.env.registry if name.startswith("key.account")),
        ]

    @api.model
    def _get_document(self, record):
        """Return the record on which an activity or a meeting hangs, possibly none; else itself."""
        if record._name not in ("mail.activity", "calendar.event"):
            return record
        if record._name == "calendar.event" and record.opportunity_id:
            return record.opportunity_id
        if record.res_model in self.env and record.res_id:
            return self.env[record.res_model].browse(record.res_id).exists()
        return self.env["res.partner"]

    # === THE COMPANY === #

    @api.model
    def _get_account_path(self, model):
        """Return the way from a model to its key accounts, or nothing."""
        if model._name == "res.partner":
            return "commercial_partner_id.key_account_ids"
        return next((
            name for name in ("account_id", "key_account_id")
            if name in model._fields and model._fields[name].comodel_name == "key.account"
        ), "")

    @api.model
    def _get_home_domain(self, model_name, users, company):
        """Return which records of a model belong to a company, or to none.

        A shared contact, and a document or a department without a company, belong where their key
        accounts are; but never where the person does not work, so that nothing is left behind.

        :param str model_name: the name of any model
        :param res.users users: who holds them
        :param res.company company: empty for all companies
        :rtype: odoo.fields.Domain
        """
        if not company:
            return Domain.TRUE
        model = self.env[model_name]
        if model_name == "res.company":
            return Domain("id", "=", company.id)
        if "company_id" in model._fields:
            own = Domain("company_id", "in", [company.id, False])
            return own & self._get_not_away_domain(model_name, users, company)
        if getattr(model, "_is_inside_perimeter", False):
            return Domain("account_id.company_id", "=", company.id)
        return self._get_not_away_domain(model_name, users, company)

    @api.model
    def _get_not_away_domain(self, model_name, users, company):
        """Return which records of a model belong to no other company of those who hold them."""
        model = self.env[model_name]
        others = (users.company_ids - company).ids
        domain = Domain.TRUE
        if "company_id" in model._fields:
            domain &= Domain("company_id", "not in", others)
        path = "key_account_ids" if model_name == "crm.team" else self._get_account_path(model)
        if path:
            place = f"{path}.company_id"
            domain &= Domain(place, "=", company.id) | ~Domain(place, "in", others)
        return domain

    @api.model
    def _filter_home(self, notes, users, company):
        """Return those activities or meetings whose record, else whose customers, are not another company's.

        :param notes: activities or meetings
        :param res.users users: who holds them
        :param res.company company: one company
        """

        def is_home(note):
            if document := self._get_document(note):
                return document.filtered_domain(
                    self._get_not_away_domain(document._name, users, company)
                )
            companies = self._get_record_accounts(note).company_id
            return company in companies or not companies & (users.company_ids - company)

        return notes.filtered(is_home)

    # === THE KEY ACCOUNT === #

    @api.model
    def _get_record_accounts(self, record):
        """Return the key accounts of all companies that anything is about."""
        document = self._get_document(record)
        accounts = self.env["key.account"]
        if document._name == "key.account":
            accounts = document
        elif path := self._get_account_path(document):
            accounts = document.mapped(path)
        if record._name == "calendar.event":
            accounts |= record.partner_ids.commercial_partner_id.key_account_ids
        return accounts

    @api.model
    def _get_record_account(self, record):
        """Return the current company's key account that anything is about, or none.

        Where a meeting is about several, the most closely guarded one.
        """
        own = self._get_record_accounts(record).filtered(
            lambda account: account.company_id == self.env.company
        )
        return own.sorted(lambda account: LEVELS.index(account.confidentiality), reverse=True)[:1]

    @api.model
    def _is_guarded_elsewhere(self, record, account):
        """Return whether another account of a record's customers guards it from those who read this one.

        :param record: what is held
        :param key.account account: the account on which its line hangs, possibly none
        :rtype: bool
        """
        document = self._get_document(record)
        if account and (document._name == "key.account" or getattr(document, "_is_inside_perimeter", False)):
            return False
        customers = self._get_record_accounts(record).partner_id
        if hasattr(document, "_get_key_account_customers"):
            customers |= document._get_key_account_customers().commercial_partner_id
        customer_ids = set(customers.ids)
        others = {
            level for id_, (customer_id, level) in self.env["key.account"]._get_guarded_levels().items()
            if customer_id in customer_ids and id_ != account.id
        }
        return "secret" in others and account.confidentiality != "secret" if account else bool(others)
