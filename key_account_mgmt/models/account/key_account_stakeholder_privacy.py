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
BLANKED_CONTACT_FIELDS = (
    *CONTACT_FIELDS, "street", "street2", "zip", "city", "state_id", "country_id", "website", "comment",
    "vat", "ref", "barcode", "image_1920",
)
# Tables that point to a contact without needing to know who it was.
HARMLESS_TABLES = frozenset({
    "mail_followers", "mail_message", "mail_message_res_partner_rel", "mail_message_res_partner_starred_rel",
    "mail_notification", "res_partner", "res_partner_res_partner_category_rel", "key_account_stakeholder",
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
        :raise UserError: when it is not the user's to do, or done already
        """
        for person in self:
            if refusal := person._get_cannot_erase_reason():
                raise UserError(refusal)
            person.check_access("write")
            # sudo: whoever may erase the person erases all of it: notes, contact, old values
            person.sudo()._erase_personal_data()
        # the line stays behind the record: it tells of nobody any more
        self.env["key.account.access.log"]._log("erase", self, reason=reason)

    def _erase_personal_data(self):
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
        if contact and not self._is_contact_needed(contact):
            quiet._erase_contact(contact, name)

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
        contact = contact.with_context(tracking_disable=True, mail_notrack=True)
        contact.message_ids.unlink()
        contact.activity_ids.unlink()
        contact.write({
            **{field: False for field in BLANKED_CONTACT_FIELDS if field in contact._fields},
            "name": name,
            "active": False,
        })

    def _is_contact_needed(self, contact):
        """Return whether anything but this person needs the contact: documents, a user, other people.

        Every table that points to contacts is asked, whichever addon it is of.

        :param res.partner contact: a person at a customer
        :rtype: bool
        """
        people = self.with_context(active_test=False)
        if contact.with_context(active_test=False).child_ids or people.search_count(
            [("partner_id", "=", contact.id), ("id", "!=", self.id)], limit=1
        ):
            return True
        self.env.flush_all()
        return any(
            self.env.execute_query(SQL(
                "SELECT 1 FROM %s WHERE %s = %s LIMIT 1",
                SQL.identifier(table), SQL.identifier(column), contact.id,
            ))
            for table, column in self.env["base.partner.merge.automatic.wizard"]._get_fk_on("res_partner")
            if table not in HARMLESS_TABLES
        )

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
        if responsible := self.account_id._get_responsible():
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=responsible.id,
                summary=self.env._("The time for keeping this person's data is over: erase it or ask anew"),
            )
            self.is_retention_told = True
