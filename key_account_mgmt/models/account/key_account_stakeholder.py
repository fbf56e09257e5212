from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

ROLE = [
    ("decision_maker", "Decision Maker"),
    ("influencer", "Influencer"),
    ("user", "End User"),
    ("purchaser", "Purchaser"),
    ("technical", "Technical Evaluator"),
    ("gatekeeper", "Gatekeeper"),
    ("sponsor", "Sponsor"),
    ("other", "Other"),
]
ATTITUDE = [
    ("champion", "Champion"),
    ("supporter", "Supporter"),
    ("neutral", "Neutral"),
    ("opponent", "Opponent"),
]
RELATIONSHIP = [
    ("none", "No Contact Yet"),
    ("weak", "Weak"),
    ("good", "Good"),
    ("strong", "Strong"),
]

# kept on the contact, never on the file
CONTACT_FIELDS = ("function", "phone", "email")


class KeyAccountStakeholder(models.Model):
    """Someone at the customer who has a say in what is bought (annex 3, F5)."""

    _name = "key.account.stakeholder"
    _description = "Key Account Stakeholder"
    _inherit = [
        "key.account.sensitive.mixin", "key.account.file.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "account_id, decision_power desc, id"
    _rec_names_search = ["name", "function"]

    _sensitive_fields = ("birthday", "family_members", "home_address", "hobbies")

    name = fields.Char(
        string="Full Name",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    active = fields.Boolean(string="In Use", default=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
        domain="[('commercial_partner_id', '=', account_partner_id), ('id', '!=', account_partner_id)]",
        help="The person among the customer's contacts; post, phone and e-mail are kept there.",
    )
    account_partner_id = fields.Many2one(related="account_id.partner_id", string="Customer")
    function = fields.Char(related="partner_id.function", string="Post", readonly=False)
    phone = fields.Char(related="partner_id.phone", readonly=False)
    email = fields.Char(related="partner_id.email", readonly=False)

    # The buying centre
    role = fields.Selection(selection=ROLE, tracking=True)
    decision_power = fields.Float(
        string="Decision Power (%)",
        digits=(5, 2),
        tracking=True,
        help="Your own estimate of this person's share in the decision to buy; the people of an account "
        "have at most 100 % together.",
    )
    attitude = fields.Selection(selection=ATTITUDE, tracking=True, help="How the person stands to us.")
    relationship = fields.Selection(
        selection=RELATIONSHIP, string="Relationship Strength", tracking=True
    )
    parent_id = fields.Many2one(
        comodel_name="key.account.stakeholder",
        string="Reports To",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id), ('id', '!=', id)]",
    )
    child_ids = fields.One2many(
        comodel_name="key.account.stakeholder", inverse_name="parent_id", string="Reported To By"
    )
    project_ids = fields.Many2many(
        comodel_name="key.account.project",
        relation="key_account_project_stakeholder_rel",
        column1="stakeholder_id",
        column2="project_id",
        domain="[('account_id', '=', account_id)]",
        help="Of which of the customer's projects this person is the contact.",
    )
    last_met_date = fields.Date(string="Last Met On", tracking=True)
    is_coverage_due = fields.Boolean(
        compute="_compute_is_coverage_due",
        search="_search_is_coverage_due",
        string="Not Met in Time",
        help="The person has decision power, and nobody has met him or her for longer than the company's "
        "settings allow.",
    )
    note = fields.Text(string="Notes")

    # Private life
    birthday = fields.Date(compute="_compute_sensitive", inverse="_inverse_sensitive")
    family_members = fields.Text(compute="_compute_sensitive", inverse="_inverse_sensitive")
    home_address = fields.Text(compute="_compute_sensitive", inverse="_inverse_sensitive")
    hobbies = fields.Text(compute="_compute_sensitive", inverse="_inverse_sensitive")

    _decision_power_range = models.Constraint(
        "CHECK (decision_power >= 0 AND decision_power <= 100)",
        "A person's decision power lies between 0 and 100 %.",
    )

    # === COMPUTE METHODS === #

    @api.depends("account_id.allowed_user_ids", "account_id.confidentiality")
    def _compute_sensitive(self):
        return super()._compute_sensitive()

    @api.depends("partner_id")
    def _compute_name(self):
        for person in self:
            person.name = person.name or person.partner_id.name

    @api.depends("last_met_date", "decision_power", "active")
    def _compute_is_coverage_due(self):
        for person in self:
            company = person.company_id or self.env.company
            person.is_coverage_due = (
                person.active and person.decision_power > 0
                and (not person.last_met_date or person.last_met_date < company._get_coverage_start())
            )

    @api.model
    def _search_is_coverage_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        due = Domain("active", "=", True) & Domain("decision_power", ">", 0) & Domain.OR(
            Domain("company_id", "=", company.id) & (
                Domain("last_met_date", "=", False)
                | Domain("last_met_date", "<", company._get_coverage_start())
            )
            for company in self.env.companies
        )
        return due if True in value else ~due

    # === CONSTRAINT METHODS === #

    @api.constrains("decision_power", "account_id", "active")
    def _check_decision_power(self):
        """Refuse more than 100 % together.

        Every write also touches the account's row, so of two people entered at the same moment the
        second is tried again and finds the first.
        """
        # sudo: the sum counts everyone, whoever enters it
        sums = self.sudo()._read_group(
            [("account_id", "in", self.account_id.ids), ("active", "=", True)],
            ["account_id"],
            ["decision_power:sum"],
        )
        for _account, total in sums:
            if float_compare(total, 100, precision_digits=2) > 0:
                raise ValidationError(self.env._(
                    "The decision power of this account's people adds up to %(total)s %%, and they have "
                    "100 %% at most together. Lower someone else's first.",
                    total=f"{total:g}",
                ))

    @api.constrains("parent_id", "account_id")
    def _check_parent(self):
        for person in self:
            # sudo: a superior of another account may be outside of what the user sees
            if person.parent_id and person.sudo().parent_id.account_id != person.account_id:
                raise ValidationError(self.env._(
                    "A person reports to someone of the same key account: choose another superior."
                ))
        if self._has_cycle():
            raise ValidationError(self.env._(
                "Nobody reports to himself, not over others either: choose another superior."
            ))

    @api.constrains("partner_id", "account_id")
    def _check_partner(self):
        # sudo: the contact and other people may be hidden from the user
        for person in self.sudo().filtered("partner_id"):
            customer = person.account_id.partner_id
            if person.partner_id == customer or person.partner_id.commercial_partner_id != customer:
                raise ValidationError(self.env._(
                    "The contact belongs to another customer: choose one of this customer's contacts."
                ))
            twins = person.search_count(
                [("account_id", "=", person.account_id.id), ("partner_id", "=", person.partner_id.id)],
                limit=2,
            )
            if person.active and twins > 1:
                raise ValidationError(self.env._("This contact is among the account's people already."))

    @api.constrains("project_ids")
    def _check_projects(self):
        for person in self.sudo():  # sudo: as above
            if person.project_ids.account_id - person.account_id:
                raise ValidationError(self.env._(
                    "A person is the contact of projects of the same key account."
                ))

    @api.constrains("last_met_date")
    def _check_last_met_date(self):
        for person in self:
            if person.last_met_date and person.last_met_date > person._get_today():
                raise ValidationError(self.env._(
                    "Someone was met today or before, not in the future: correct “Last Met On”."
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_contact(vals) for vals in vals_list])

    def write(self, vals):
        if any(vals.get(name) for name in CONTACT_FIELDS) and "partner_id" not in vals:
            for person in self.filtered(lambda person: not person.partner_id):
                contact = {"account_id": person.account_id.id, "name": person.name} | vals
                person.partner_id = self._with_contact(contact)["partner_id"]
        return super().write(vals)

    # === BUSINESS METHODS === #

    @api.model
    def get_import_templates(self):
        """Offer the template on the import screen."""
        return [{
            "label": self.env._("Template for the people at the customers"),
            "template": "/key_account_mgmt/static/xls/stakeholders.xlsx",
        }]

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "active", "partner_id", "account_partner_id", "function", "phone", "email", "role",
            "decision_power", "attitude", "relationship", "parent_id", "child_ids", "project_ids",
            "last_met_date", "is_coverage_due", "is_erased", "consent", "retention_date",
        }

    @api.model
    def _with_contact(self, vals):
        """Return the values of a person whose post, phone and e-mail have a contact to be kept on.

        :param dict vals: values for ``create``
        :rtype: dict
        """
        details = {name: vals[name] for name in CONTACT_FIELDS if vals.get(name)}
        if vals.get("partner_id") or not details or not vals.get("name") or not vals.get("account_id"):
            return vals
        account = self.env["key.account"].browse(vals["account_id"])
        account.check_access("read")
        contact = self.env["res.partner"].create({
            "parent_id": account.partner_id.id, "type": "contact", "name": vals["name"], **details,
        })
        return {**vals, "partner_id": contact.id}
