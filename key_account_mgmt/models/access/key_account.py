from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .roles import group

CONFIDENTIALITY = [
    ("internal", "Internal"),
    ("confidential", "Confidential"),
    ("secret", "Secret"),
]


class KeyAccount(models.Model):
    """The perimeter of a key account: whose it is, and who may see it. The file is in account/."""

    _name = "key.account"
    _description = "Key Account"
    _inherit = [
        "key.account.guard.mixin", "key.account.audit.mixin", "mail.thread", "mail.activity.mixin"
    ]
    _order = "id desc"
    _check_company_auto = True

    def _default_manager_id(self):
        """Who proposes a customer looks after it, unless he leads others who do."""
        user = self.env.user
        is_manager = user.has_group(group("manager")) and not user.has_group(group("leader"))
        return user if is_manager else False

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_company', '=', True), ('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(string="In Use", default=True)

    # Ownership
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Department",
        index=True,
        check_company=True,
        tracking=True,
        default=lambda self: self.env["crm.team"]._get_default_team_id(),
        help="The sales team that looks after the customer; its leader sees the account.",
    )
    manager_id = fields.Many2one(
        comodel_name="res.users",
        string="Key Account Manager",
        index=True,
        check_company=True,
        tracking=True,
        domain="[('share', '=', False)]",
        default=lambda self: self._default_manager_id(),
    )
    member_ids = fields.One2many(
        comodel_name="key.account.member", inverse_name="account_id", string="Account Team"
    )
    allowed_user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="key_account_allowed_user_rel",
        column1="account_id",
        column2="user_id",
        string="People With Access",
        compute="_compute_allowed_user_ids",
        store=True,
        help="The manager and the members of the account team whose dates include today.",
    )
    confidentiality = fields.Selection(
        selection=CONFIDENTIALITY,
        required=True,
        default="internal",
        tracking=True,
        help="Internal and confidential: the account's people, the leader of its department, and those "
        "who read all accounts. Secret: only people named on the account, the director and the "
        "executives. It is about the account's file; orders and invoices follow the sales rules.",
    )

    _partner_company_unique = models.UniqueIndex(
        "(partner_id, company_id)", "This customer already has a key account in this company."
    )

    # === COMPUTE METHODS === #

    @api.depends("manager_id", "member_ids.user_id", "member_ids.date_from", "member_ids.date_to")
    def _compute_allowed_user_ids(self):
        for account in self:
            today = account.company_id._get_key_account_today()
            members = account.member_ids.filtered(lambda member, day=today: member._is_valid_on(day))
            account.allowed_user_ids = account.manager_id | members.user_id
        secret = self._get_secret_customer_ids()
        if any(
            account.id and (account.confidentiality == "secret" or account.partner_id.id in secret)
            for account in self
        ):
            # who works for secret customers is kept in memory
            self._forget_accounts()

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id")
    def _check_partner_is_commercial(self):
        for account in self:
            # sudo: the customer may be hidden from the one who merely touches the account
            partner = account.sudo().partner_id
            if partner.commercial_partner_id != partner:
                raise ValidationError(self.env._(
                    "%(contact)s is a contact of %(customer)s. A key account belongs to the company "
                    "itself: choose %(customer)s.",
                    contact=partner.name,
                    customer=partner.commercial_partner_id.name,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account, vals in zip(accounts, vals_list):
            account._check_may_own({"confidentiality": account.confidentiality} | vals)
        accounts._assign_documents()
        return accounts

    def write(self, vals):
        owned = {name: vals[name] for name in self._get_ownership_fields() & vals.keys()}
        if owned:
            for account in self:
                account._check_may_own(owned)
        return super().write(vals)

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"allowed_user_ids"}

    @api.model
    def _get_ownership_fields(self):
        """Return the names of the fields that say whose the account is, who sees it, and whether at all."""
        return {"manager_id", "team_id", "company_id", "partner_id", "confidentiality", "active"}

    def _get_accounts(self):
        return self

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "partner_id", "company_id", "active", "team_id", "manager_id", "confidentiality",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    def _check_may_own(self, vals):
        """Refuse a change of ownership to those who may not decide on it.

        :param dict vals: the values about to be set, ownership fields among them
        :raise AccessError: with what to do instead
        """
        self.ensure_one()
        user = self.env.user
        if self.env.su or user.has_group(group("director")):
            return
        if "secret" in (vals.get("confidentiality"), self.confidentiality) and "confidentiality" in vals:
            raise AccessError(self.env._("Only the director makes an account secret or lifts that."))
        if user.has_group(group("leader")) and user in self.team_id._get_key_account_leaders():
            return
        if not self._is_candidate_of(user):
            raise AccessError(self.env._(
                "The customer's owner, department and confidentiality are changed, and its file is archived, "
                "by the leader of the department or the director. Ask them for it."
            ))

    def _is_candidate_of(self, user):
        """Return whether the user is still free to shape the account as his own proposal."""
        self.ensure_one()
        return self.create_uid == user and self.manager_id in (user, self.env["res.users"])

    def _get_snapshot_values(self):
        """Return what documents keep of an account, or of none (see the document mixin)."""
        return {"key_account_manager_id": self.manager_id.id}
