from odoo import api, fields, models
from odoo.tools import SQL
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
        known = self.env["key.account"]._get_customer_accounts().keys()
        customers = known & set(self.partner_ids.commercial_partner_id.ids)
        accounts = customers and self.env["key.account"].with_context(active_test=False).search(
            [("partner_id", "in", list(customers))], order="id"
        )
        for event in self:
            met = event.partner_ids.commercial_partner_id
            found = event._get_key_account_of_document() | (
                accounts.filtered(lambda account, met=met: account.partner_id in met)
                if accounts else self.env["key.account"]
            )
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

    def _get_key_account_of_document(self):
        """Return the account of the record from which the meeting was made."""
        document = self.opportunity_id
        if self.res_model and self.res_id and self.res_model in self.env:
            document = self.env[self.res_model].browse(self.res_id).exists()
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

    @api.model
    def _assign_key_accounts(self, accounts):
        """Point the existing meetings with the accounts' customers to them, in one UPDATE.

        :param key.account accounts: accounts that are new, merged, or got another contact
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE calendar_event event
               SET key_account_id = account.id
              FROM key_account account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
              JOIN calendar_event_res_partner_rel rel ON rel.res_partner_id = partner.id
             WHERE account.id IN %s AND event.id = rel.calendar_event_id AND event.key_account_id IS NULL
            """,
            tuple(accounts.ids) or (0,),
        ))
        self.invalidate_model(["key_account_id"])
        # sudo: meetings of other people
        self.sudo().search([
            ("key_account_id", "in", accounts.ids),
        ])._compute_key_account_is_secret()
