from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..access.roles import group
from .batches import work_through
from .key_account_stakeholder import CONTACT_FIELDS

CONSENT = [
    ("not_asked", "Not Asked"),
    ("given", "Given"),
    ("refused", "Refused"),
]

# What tells of the person; the rest (the account, that there was someone) stays.
PERSONAL_FIELDS = (
    "role", "decision_power", "attitude", "relationship", "last_met_date", "note", "project_ids",
    "consent_note", "birthday", "family_members", "home_address", "hobbies",
)
PRIVATE_CONTACT_FIELDS = (*CONTACT_FIELDS, "website", "comment", "barcode", "image_1920")
# What an order or an invoice has to go on showing of the contact whom it names.
DOCUMENT_CONTACT_FIELDS = (
    "street", "street2", "zip", "city", "state_id", "country_id", "vat", "ref",
)
# Tables that point to a contact without needing to know who it was.
HARMLESS_TABLES = frozenset({
    "calendar_attendee", "calendar_event_res_partner_rel", "key_account_stakeholder", "mail_followers",
    "mail_message", "mail_message_res_partner_rel", "mail_message_res_partner_starred_rel",
    "mail_notification", "res_partner", "res_partner_res_partner_category_rel",
})


class KeyAccountStakeholder(models.Model):
    """Personal data: by whose consent it is kept, how long, and how it is erased."""

    _inherit = "key.account.stakeholder"

    _reason_actions = {"erase": "_erase"}

    consent = fields.Selection(
        selection=CONSENT,
        required=True,
        default="not_asked",
        help="Whether the person agreed to his or her personal data being kept.",
    )
    consent_date = fields.Date(
        compute="_compute_consent_date", store=True, readonly=False, help="When the person was asked."
    )
    consent_note = fields.Text(help="How the person was asked, and what he or she agreed to.")
    retention_date = fields.Date(
        string="Keep Until",
        help="The last day on which the personal data is kept; the account's manager is told afterwards.",
    )
    is_retention_told = fields.Boolean(readonly=True, copy=False)
    is_erased = fields.Boolean(string="Erased", readonly=True, copy=False)
    can_erase = fields.Boolean(compute="_compute_can_erase")

    # === COMPUTE METHODS === #

    @api.depends("consent")
    def _compute_consent_date(self):
        for person in self:
            asked = person.consent != "not_asked"
            person.consent_date = asked and (person.consent_date or person._get_today())

    @api.depends("is_erased", "account_id")
    @api.depends_context("uid")
    def _compute_can_erase(self):
        for person in self:
            person.can_erase = not person._get_cannot_erase_reason()

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.keys() - self._get_system_fields() and any(person.is_erased for person in self):
            raise UserError(self.env._("This person was erased; there is nothing left to change."))
        if "retention_date" in vals:
            # sudo: with another date he or she is told of anew
            self.sudo().is_retention_told = False
        return super().write(vals)

    # === ACTION METHODS === #

    def action_ask_erase(self):
        """Open the window that asks why this person is to be erased."""
        self.ensure_one()
        if reason := self._get_cannot_erase_reason():
            raise UserError(reason)
        return self.env["key.account.reason"]._get_action(self, "erase", self.env._("Erase This Person"))

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"is_retention_told", "is_erased"}

    def _get_cannot_erase_reason(self):
        """Say why the user may not erase this person, or False where he may.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.is_erased:
            return self.env._("This person was erased already.")
        account, user = self.account_id, self.env.user
        may = (
            user == account.manager_id
            or user.has_group(group("director"))
            # sudo: departments are not readable to everyone
            or (user.has_group(group("leader")) and user in account.sudo().team_id._get_key_account_leaders())
        )
        return not may and self.env._(
            "A person is erased by the account's manager, the leader of its department or the director."
        )

    def _erase(self, reason):
        """Erase what is known of these persons for good; that it was done, by whom and why is kept.

        :param str reason: why, in the user's words
        :return: the action that tells what stays of their contacts and why, or False
        :raise UserError: when it is not the user's to do, or done already
        """
        remains = []
        for person in self:
            if refusal := person._get_cannot_erase_reason():
                raise UserError(refusal)
            person.check_access("write")
            # sudo: whoever may erase the person erases all of it: notes, contact, old values
            remains.append(person.sudo()._erase_personal_data())
        # the line stays behind the record: it tells of nobody any more
        self.env["key.account.access.log"]._log("erase", self, reason=reason)
        return any(remains) and {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("The file holds nothing of the person any more"),
                "message": "\n".join(filter(None, remains)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _erase_personal_data(self):
        """Blank the record, and of its contact whatever nothing else needs.

        :return: what stays of the contact and why, or False
        """
        self.ensure_one()
        quiet = self.with_context(tracking_disable=True, mail_notrack=True)
        name = self.env._("Erased Person %(number)s", number=self.id)
        contact = self.partner_id
        quiet.child_ids.parent_id = self.parent_id
        quiet.write({
            **dict.fromkeys(PERSONAL_FIELDS, False),
            "name": name,
            "parent_id": False,
            "partner_id": False,
            "consent": "not_asked",
            "consent_date": False,
            "retention_date": False,
            "active": False,
        })
        quiet.is_erased = True
        self._erase_trail()
        return bool(contact) and quiet._erase_contact(contact, name)

    def _erase_trail(self):
        """Remove notes, old values, activities and papers of the record: they name the person."""
        self.env.cr.flush()  # changes are noted in the chatter before a commit
        self.env.flush_all()
        for model in ("mail.activity", "ir.attachment"):
            self.env[model].search(
                [("res_model", "=", self._name), ("res_id", "=", self.id)]
            ).unlink()
        self.message_ids.unlink()

    def _erase_contact(self, contact, name):
        if self._is_contact_shared(contact):
            return self.env._(
                "The contact “%(name)s” stays as it is: somebody logs in with it, it has contacts of its "
                "own, or another file needs it.",
                name=contact.name,
            )
        documents = self._get_contact_documents(contact)
        contact = contact.with_context(tracking_disable=True, mail_notrack=True)
        contact.message_ids.unlink()
        self._blank_contact(contact, PRIVATE_CONTACT_FIELDS)
        if documents:
            return self.env._(
                "The contact “%(name)s” keeps its name and address, since they stand on documents: "
                "%(documents)s. Its post, phone, e-mail, notes and messages are gone.",
                name=contact.name, documents=", ".join(documents),
            )
        contact.activity_ids.unlink()
        self._blank_contact(contact, DOCUMENT_CONTACT_FIELDS)
        contact.write({"name": name, "active": False})
        return False

    def _blank_contact(self, contact, names):
        contact.write({name: False for name in names if name in contact._fields})

    def _is_contact_shared(self, contact):
        """Return whether the contact is more than a person of this file.

        :param res.partner contact: a person at a customer
        :rtype: bool
        """
        contact = contact.with_context(active_test=False)
        people = self.with_context(active_test=False)
        return bool(contact.user_ids or contact.child_ids or people.search_count(
            [("partner_id", "=", contact.id), ("id", "!=", self.id)], limit=1
        ))

    def _get_contact_documents(self, contact):
        """Return the kinds of documents that name the contact.

        Every table that points to contacts is asked, whichever addon it is of.

        :param res.partner contact: a person at a customer
        :return: names of models, in the user's language
        :rtype: list
        """
        self.env.flush_all()
        homes = self._get_models_by_table()
        found = {
            homes[table]
            for table, column in self.env["base.partner.merge.automatic.wizard"]._get_fk_on("res_partner")
            if table in homes and table not in HARMLESS_TABLES and self.env.execute_query(SQL(
                "SELECT 1 FROM %s WHERE %s = %s LIMIT 1",
                SQL.identifier(table), SQL.identifier(column), contact.id,
            ))
        }
        return sorted({self.env["ir.model"]._get(name).name for name in found})

    def _get_models_by_table(self):
        """Return which model each table belongs to, tables of many2many fields included."""
        homes = {}
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto:
                continue
            homes[model._table] = name
            for field in model._fields.values():
                if field.type == "many2many" and field.store:
                    homes.setdefault(field.relation, name)
        return homes

    # === CRON METHODS === #

    @api.model
    def _cron_tell_retention(self):
        """Tell the account's manager once that the time for keeping a person's data is over."""
        # sudo: the scheduled action speaks to every account's manager
        people = self.sudo().with_context(active_test=False).search([
            ("retention_date", "<=", fields.Date.today()),
            ("is_retention_told", "=", False),
            ("is_erased", "=", False),
        ])
        work_through(
            people.filtered(lambda person: person.retention_date < person._get_today()),
            lambda person: person._tell_retention(),
        )

    def _tell_retention(self):
        """Return False where there is nobody who could be told."""
        responsible = self.account_id._get_responsible()
        if responsible:
            speaking = self.with_context(lang=responsible.lang)
            speaking.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=responsible.id,
                summary=speaking.env._(
                    "The time for keeping this person's data is over: erase it or ask anew"
                ),
            )
            self.is_retention_told = True
        return bool(responsible)
