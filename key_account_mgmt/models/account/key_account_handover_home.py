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
        """Return the record on which an activity or a meeting hangs, possibly none; else the record itself."""
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
        """Return the way from a model to its key account, or nothing."""
        if model._name == "res.partner":
            return "commercial_partner_id.key_account_ids"
        return next((
            name for name in ("account_id", "key_account_id")
            if name in model._fields and model._fields[name].comodel_name == "key.account"
        ), "")

    @api.model
    def _get_home_domain(self, model_name, company):
        """Return which records of a model are a company's, or no company's.

        A shared contact and a document without a company belong where their key account is.

        :param str model_name: the name of any model
        :param res.company company: empty for all companies
        :rtype: odoo.fields.Domain
        """
        domain = Domain.TRUE
        if not company:
            return domain
        model = self.env[model_name]
        if "company_id" in model._fields:
            domain &= Domain("company_id", "in", [company.id, False])
        if path := self._get_account_path(model):
            domain &= ~Domain(path, "!=", False) | Domain(f"{path}.company_id", "=", company.id)
        return domain

    @api.model
    def _filter_home(self, notes, company):
        """Return those activities or meetings whose record, else whose customers, are a company's.

        :param notes: activities or meetings
        :param res.company company: empty for all companies
        """

        def is_home(note):
            if document := self._get_document(note):
                return document.filtered_domain(self._get_home_domain(document._name, company))
            companies = self._get_record_accounts(note).company_id
            return not companies or company in companies

        return notes.filtered(is_home) if company else notes

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
        others = {
            level for id_, (customer_id, level) in self.env["key.account"]._get_guarded_levels().items()
            if customer_id in customers.ids and id_ != account.id
        }
        return "secret" in others and account.confidentiality != "secret" if account else bool(others)
