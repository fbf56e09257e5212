from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

from .roles import ANY_ROLE

# the most closely guarded account of a meeting decides who sees it
BY_LEVEL = ("secret", "confidential", "internal")


class CalendarEvent(models.Model):
    """A meeting with a key account: private where the account is confidential, hidden where secret."""

    _name = "calendar.event"
    _inherit = ["calendar.event", "key.account.pointing.mixin"]

    key_account_id = fields.Many2one(
        comodel_name="key.account",
        compute="_compute_key_account_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        groups=ANY_ROLE,
        help="The account of the document that the meeting belongs to, or of a customer who takes part.",
    )

    key_account_is_secret = fields.Boolean(
        string="Restricted",
        compute="_compute_key_account_is_secret",
        store=True,
        copy=False,
        groups="base.group_user",
        help="Technical: record rules read this. It goes with the account.",
    )

    _key_account_is_secret_idx = models.Index("(id) WHERE key_account_is_secret IS TRUE")

    def _auto_init(self):
        # as on documents: not computed for every meeting at install, when there are no accounts
        for name, kind in (("key_account_id", "int4"), ("key_account_is_secret", "boolean")):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    # === COMPUTE METHODS === #

    @api.depends("partner_ids", "res_model", "res_id", "opportunity_id")
    def _compute_key_account_id(self):
        # the field is computed as superuser, like every stored one
        accounts = self.env["key.account"].with_context(active_test=False)
        known = accounts._get_customer_accounts().keys()
        documents = self._get_key_account_documents() if known else {}
        met = {event: event._get_customers_met(documents.get(event, ())) for event in self}
        if customers := known & {id_ for partners in met.values() for id_ in partners.ids}:
            accounts = accounts.search([("partner_id", "in", list(customers))], order="id")
        for event in self:
            found = accounts.browse().union(*map(self._get_account_of, documents.get(event, ())))
            found |= accounts.filtered(lambda account, met=met[event]: account.partner_id in met)
            event.key_account_id = found.sorted(
                lambda account: BY_LEVEL.index(account.confidentiality)
            )[:1]

    @api.depends("key_account_id.confidentiality")
    def _compute_key_account_is_secret(self):
        levels = self.env["key.account"]._get_guarded_levels()
        for event in self:
            event.key_account_is_secret = levels.get(event.key_account_id.id, (0, ""))[1] == "secret"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._guard_key_account_meetings()
        return events

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"partner_ids", "privacy", "user_id", "opportunity_id", "res_id", "res_model_id"}:
            self._guard_key_account_meetings()
        return result

    # === BUSINESS METHODS === #

    def _get_key_account_documents(self):
        """Return the records from which these meetings were made, where they are still there.

        :return: {meeting: list of single records of any models}
        :rtype: dict
        """
        documents = {event: list(event.opportunity_id) for event in self}
        for model_name, events in self.filtered("res_id").grouped("res_model").items():
            if model_name not in self.env:
                continue
            by_id = {record.id: record for record in self.env[model_name].browse(
                events.mapped("res_id")
            ).exists()}
            for event in events.filtered(lambda event, ids=by_id: event.res_id in ids):
                documents[event].append(by_id[event.res_id])
        return documents

    def _get_customers_met(self, documents):
        """Return the customers who take part in this meeting, or whose documents it was made from."""
        self.ensure_one()
        return self.partner_ids.union(*(
            document._get_key_account_customers()
            for document in documents if hasattr(document, "_get_key_account_customers")
        )).commercial_partner_id

    @api.model
    def _get_account_of(self, document):
        """Return the account of a record of any model, or none."""
        if document._name == "key.account":
            return document
        for name in ("account_id", "key_account_id"):
            if name in document._fields and document._fields[name].comodel_name == "key.account":
                return document[name]
        return self.env["key.account"]

    def _get_key_account_customers(self):
        """Return the customers of the accounts to which these meetings belong.

        :rtype: res.partner
        """
        return self.key_account_id.partner_id

    def _guard_key_account_meetings(self):
        """Close the meetings of confidential accounts; let nobody be asked to a secret one who is outside.

        :raise RedirectWarning: with the offer to add him to the account's team
        """
        accounts = self.env["key.account"]
        levels = accounts._get_guarded_levels()
        # sudo: the account may be hidden from the one who plans the meeting
        for event in self.filtered(lambda event: levels and event.sudo().key_account_id.id in levels):
            accounts._check_may_work(event, event.partner_ids.user_ids | event.user_id)
            if event.privacy != "private":
                # sudo: the organizer may be someone else
                event.sudo().privacy = "private"

    def _get_key_account_cover_name(self):
        if len(self) != 1 or not self.env["key.account"]._filter_guarded(self):
            return False
        # sudo: the one who writes need not see the account
        return self.sudo().key_account_id._get_cover_name()

    def _get_covered_recipients(self, recipients_data):
        """Colleagues read of a secret meeting in Odoo; the customer gets his invitation as ever."""
        return [data for data in recipients_data if data["uid"] and not data["ushare"]]

    def _message_add_default_recipients(self):
        """Write by default to nobody who still stands on a meeting and may not see it."""
        result = super()._message_add_default_recipients()
        for event in self.env["key.account"]._filter_guarded(self):
            result[event.id]["partners"] -= event._get_outside_partners(result[event.id]["partners"].ids)
        return result

    @api.model
    def _assign_key_accounts(self, accounts):
        """Ask anew to which accounts the meetings belong that have to do with these accounts' customers.

        :param key.account accounts: accounts that are new, merged, guarded otherwise, or got another contact
        """
        # sudo: accounts and meetings of other people
        customers = Domain("commercial_partner_id", "in", accounts.sudo().partner_id.ids)
        self._recompute_key_accounts(
            Domain("key_account_id", "in", accounts.ids) | self._get_key_account_meeting_domain(customers)
        )

    @api.model
    def _get_key_account_meeting_domain(self, customers):
        """Return the domain of meetings in which customers take part, or that were made from their documents.

        :param Domain customers: a domain on contacts
        :rtype: Domain
        """
        domain = Domain("partner_ids", "any", customers)
        domain |= Domain("opportunity_id.partner_id", "any", customers)
        for model in (self.env["res.partner"], *self.env["key.account"]._get_document_models()):
            own = customers if model._name == "res.partner" else Domain("partner_id", "any", customers)
            # sudo: documents of other people
            ids = model.sudo().with_context(active_test=False)._search(own)
            domain |= Domain("res_model", "=", model._name) & Domain("res_id", "in", ids)
        return domain

    @api.model
    def _mend_key_accounts(self):
        """Ask anew to which accounts those meetings belong whose mark contradicts their customers'."""
        marked = Domain("key_account_is_secret", "=", True)
        wrong = marked & ~Domain("key_account_id.confidentiality", "=", "secret")
        missed = ~marked & self._get_key_account_meeting_domain(marked)
        self._recompute_key_accounts(wrong | missed)

    @api.model
    def _recompute_key_accounts(self, domain):
        """Ask anew to which accounts some meetings belong.

        :param Domain domain: which ones
        """
        # sudo: meetings of other people
        events = self.sudo().with_context(active_test=False).search(domain)
        names = ["key_account_id", "key_account_is_secret"]
        for name in names:
            self.env.add_to_compute(self._fields[name], events)
        events.flush_recordset(names)
