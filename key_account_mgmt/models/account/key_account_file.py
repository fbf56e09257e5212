from odoo import api, fields, models
from odoo.fields import Domain

# Accounts whose file is kept up: all but those that were turned down or have ended.
LIVE_STATES = ("candidate", "survey", "applied", "active", "suspended")

# What the file takes from the customer's own record; a change there is a change of the file.
PARTNER_FIELDS = frozenset({
    "name", "street", "street2", "zip", "city", "state_id", "country_id", "phone", "email", "website",
    "vat", "industry_id", "function",
})


class KeyAccount(models.Model):
    """The customer file (annex 2): basics, funding, credit, and the market it works in."""

    _name = "key.account"
    _inherit = ["key.account", "key.account.sensitive.mixin"]

    _sensitive_fields = (
        "credit_grade", "credit_limit", "credit_performance", "credit_payment", "credit_contract_form",
        "credit_bidding_habits", "credit_contract_habits", "credit_price_level", "credit_project_ability",
    )

    # Basics (F3, G10, G14); what the customer's own record holds is shown from there
    street = fields.Char(related="partner_id.street", readonly=False)
    street2 = fields.Char(related="partner_id.street2", readonly=False)
    zip = fields.Char(related="partner_id.zip", readonly=False)
    city = fields.Char(related="partner_id.city", readonly=False)
    country_state_id = fields.Many2one(
        related="partner_id.state_id",
        string="Province",
        readonly=False,
        domain="[('country_id', '=?', country_id)]",
    )
    country_id = fields.Many2one(related="partner_id.country_id", readonly=False)
    phone = fields.Char(related="partner_id.phone", readonly=False)
    email = fields.Char(related="partner_id.email", readonly=False)
    website = fields.Char(related="partner_id.website", readonly=False)
    vat = fields.Char(related="partner_id.vat", readonly=False)
    industry_id = fields.Many2one(related="partner_id.industry_id", readonly=False)
    fax = fields.Char()
    unit_nature = fields.Selection(
        selection=[
            ("state", "State-owned Enterprise"),
            ("private", "Private Enterprise"),
            ("foreign", "Foreign Enterprise"),
            ("joint", "Joint Venture"),
            ("listed", "Listed Company"),
            ("collective", "Collective Enterprise"),
            ("government", "Government Agency"),
            ("institution", "Public Institution"),
        ],
        help="The legal nature of the customer.",
    )
    unit_scale = fields.Selection(
        selection=[
            ("large", "Large"), ("medium", "Medium-sized"), ("small", "Small"), ("micro", "Very Small"),
        ],
        string="Scale",
    )
    employee_count = fields.Integer(string="Employees")
    main_products = fields.Text()
    reputation = fields.Selection(
        selection=[("excellent", "Excellent"), ("good", "Good"), ("fair", "Fair"), ("poor", "Poor")],
        help="The customer's name in its industry and with its suppliers.",
    )
    total_assets = fields.Monetary()
    shareholders = fields.Text(help="Who owns the customer, and how much of it.")
    customer_source = fields.Char(
        string="Source", help="Which of our companies or branches the customer belongs to."
    )
    customer_kind = fields.Selection(
        selection=[
            ("supplier", "Supplier"),
            ("dealer", "Dealer"),
            ("contract", "Contract Account"),
            ("direct", "Direct User"),
            ("special", "Special Customer"),
        ],
        index=True,
        help="Special customers: advertising, banks, government, tax offices, design institutes.",
    )
    star_tag = fields.Selection(
        selection=[
            ("star", "Star Account"), ("potential", "Potential Account"), ("ordinary", "Ordinary Account"),
        ],
        string="Star Rating",
        index=True,
    )

    # Funding and payment, as in F4
    payment_mode = fields.Selection(
        selection=[
            ("advance", "We Advance the Funds"),
            ("prepayment", "Prepayment"),
            ("progress", "By Progress"),
            ("delivery", "On Delivery"),
            ("monthly", "Monthly Settlement"),
            ("other", "Other"),
        ],
    )
    advance_degree = fields.Float(
        string="Degree of Advance (%)",
        digits=(5, 2),
        help="How much of the value we advance before the customer pays.",
    )
    funding_nature = fields.Selection(
        selection=[
            ("state", "State Money"),
            ("own", "Own Funds"),
            ("loan", "Bank Loans"),
            ("investors", "Raised from Investors"),
            ("foreign", "Foreign Capital"),
            ("other", "Other"),
        ],
        help="Where the money comes from that the customer pays with.",
    )
    funding_status = fields.Selection(
        selection=[("in_place", "In Place"), ("partly", "Partly in Place"), ("missing", "Not in Place")],
        string="Funds in Place",
    )
    payment_note = fields.Text()

    # Credit assessment (F8)
    credit_grade = fields.Selection(
        selection=[("aaa", "AAA"), ("aa", "AA"), ("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")],
        compute="_compute_sensitive",
        inverse="_inverse_sensitive",
    )
    credit_limit = fields.Monetary(compute="_compute_sensitive", inverse="_inverse_sensitive")
    credit_performance = fields.Text(
        string="Performance of Contracts", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )
    credit_payment = fields.Text(
        string="Payment Record", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )
    credit_contract_form = fields.Text(
        string="Usual Form of Contract", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )
    credit_bidding_habits = fields.Text(
        string="Bidding Habits", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )
    credit_contract_habits = fields.Text(
        string="Contract Habits", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )
    credit_price_level = fields.Text(
        string="Price Level", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )
    credit_project_ability = fields.Text(
        string="Project Ability", compute="_compute_sensitive", inverse="_inverse_sensitive"
    )

    # Industrial customers and their market (F9)
    yearly_output = fields.Char()
    product_mix = fields.Text()
    production_lines = fields.Text()
    growth_plans = fields.Text()
    own_share = fields.Float(
        string="Our Share of the Customer (%)",
        digits=(5, 2),
        compute="_compute_own_share",
        help="What the competitors leave of 100 %; 0 while no competitor's share is known.",
    )

    # Parts of the file
    stakeholder_ids = fields.One2many(
        comodel_name="key.account.stakeholder", inverse_name="account_id", string="People"
    )
    project_ids = fields.One2many(
        comodel_name="key.account.project", inverse_name="account_id", string="Projects"
    )
    competitor_ids = fields.One2many(
        comodel_name="key.account.competitor", inverse_name="account_id", string="Competitors"
    )
    agreement_ids = fields.One2many(
        comodel_name="key.account.agreement", inverse_name="account_id", string="Agreements"
    )
    insight_ids = fields.One2many(
        comodel_name="key.account.insight", inverse_name="account_id", string="Insights"
    )
    open_insight_count = fields.Integer(compute="_compute_insight_counts", string="Open Insights")
    risk_alert_count = fields.Integer(compute="_compute_insight_counts", string="Open Risk Alerts")

    # Coverage of the buying centre (F5)
    decision_power_total = fields.Float(
        string="Decision Power on File (%)", digits=(5, 2), compute="_compute_coverage"
    )
    coverage_rate = fields.Float(
        string="Decision Power Met (%)",
        digits=(5, 2),
        compute="_compute_coverage",
        help="The decision power of the people who were met within the time that the settings give.",
    )
    unmet_names = fields.Char(string="Not Met in Time", compute="_compute_coverage")
    is_coverage_due = fields.Boolean(
        string="Decision Makers Not Met", compute="_compute_coverage", search="_search_is_coverage_due"
    )

    # Keeping the file up to date
    file_updated_on = fields.Datetime(
        readonly=True, copy=False, default=fields.Datetime.now, index=True,
        help="When anything in the file was changed last: the account, the customer's record, its people, "
        "projects, agreements, competitors or insights.",
    )
    file_stale_told_on = fields.Datetime(readonly=True, copy=False)
    is_file_stale = fields.Boolean(
        string="File Out of Date", compute="_compute_is_file_stale", search="_search_is_file_stale"
    )

    _advance_degree_range = models.Constraint(
        "CHECK (advance_degree >= 0 AND advance_degree <= 100)",
        "The degree of advance lies between 0 and 100 %.",
    )
    _employees_not_negative = models.Constraint(
        "CHECK (employee_count >= 0)", "A customer has 0 employees or more."
    )

    # === COMPUTE METHODS === #

    @api.depends("allowed_user_ids", "confidentiality")
    def _compute_sensitive(self):
        return super()._compute_sensitive()

    @api.depends("competitor_ids.share", "competitor_ids.active", "is_masked")
    @api.depends_context("uid")
    def _compute_own_share(self):
        for account in self:
            # sudo: whoever sees the account's sensitive fields sees the sum, not each competitor's share
            shares = account.sudo().competitor_ids.filtered("active").mapped("share")
            account.own_share = 100 - sum(shares) if any(shares) and not account.is_masked else 0

    @api.depends("insight_ids.state", "insight_ids.kind")
    def _compute_insight_counts(self):
        groups = self.env["key.account.insight"]._read_group(
            [("account_id", "in", self.ids), ("state", "in", ("open", "in_progress"))],
            ["account_id", "kind"],
            ["__count"],
        )
        counts = {}
        for account, kind, count in groups:
            counts.setdefault(account.id, {})[kind] = count
        for account in self:
            own = counts.get(account._origin.id, {})
            account.open_insight_count = sum(own.values())
            account.risk_alert_count = own.get("risk", 0)

    @api.depends(
        "stakeholder_ids.decision_power", "stakeholder_ids.last_met_date", "stakeholder_ids.active"
    )
    def _compute_coverage(self):
        # all people in one query: those that are filtered below would be read account by account
        self.stakeholder_ids.mapped("decision_power")
        for account in self:
            people = account.stakeholder_ids.filtered("active")
            unmet = people.filtered("is_coverage_due")
            account.decision_power_total = sum(people.mapped("decision_power"))
            account.coverage_rate = sum((people - unmet).mapped("decision_power"))
            account.unmet_names = ", ".join(unmet.mapped("name"))
            account.is_coverage_due = bool(unmet)

    @api.model
    def _search_is_coverage_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        due = Domain("stakeholder_ids", "any", [("is_coverage_due", "=", True)])
        return due if True in value else ~due

    @api.depends("file_updated_on", "state")
    def _compute_is_file_stale(self):
        for account in self:
            limit = account.company_id._get_file_stale_limit()
            account.is_file_stale = bool(
                limit and account.state in LIVE_STATES
                and account.file_updated_on and account.file_updated_on < limit
            )

    @api.model
    def _search_is_file_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        stale = Domain("state", "in", LIVE_STATES) & Domain.OR(
            Domain("company_id", "=", company.id) & Domain("file_updated_on", "<", limit)
            for company in self.env.companies
            if (limit := company._get_file_stale_limit())
        )
        return stale if True in value else ~stale

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if self._get_file_fields() & vals.keys():
            self._touch_file()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"file_updated_on", "file_stale_told_on"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "star_tag", "customer_kind", "file_updated_on", "is_file_stale", "coverage_rate",
            "is_coverage_due", "open_insight_count", "risk_alert_count", "industry_id", "is_masked",
        }

    @api.model
    def _get_file_fields(self):
        """Return the names of the account's own fields whose change counts as an update of its file.

        :rtype: set
        """
        return {
            *self._sensitive_fields,
            "fax", "unit_nature", "unit_scale", "employee_count", "main_products", "reputation",
            "total_assets", "shareholders", "customer_source", "customer_kind", "star_tag", "payment_mode",
            "advance_degree", "funding_nature", "funding_status", "payment_note", "yearly_output",
            "product_mix", "production_lines", "growth_plans", "purchase_volume", "has_growth_potential",
            "survey_findings", "desk_survey",
        }

    def _touch_file(self):
        """Note that the file was changed now."""
        # sudo: the moment is nobody's to write; who changes a person or a project need not write the account
        self.sudo().write({"file_updated_on": fields.Datetime.now()})

    def _get_keeper_names(self):
        """Return who keeps the files of these accounts: the clerks of their departments (F2).

        :rtype: str
        """
        # sudo: who keeps the files is no secret, and departments are not readable to everyone
        return ", ".join(self.sudo().team_id.key_account_clerk_id.mapped("name"))

    def _get_responsible(self):
        """Return who is told of what is due on the account: its manager, or else its overseer.

        :rtype: res.users
        """
        self.ensure_one()
        return self.manager_id if self.has_active_manager else self._get_overseer()

    def _get_overseer(self):
        """Return who looks at the account beside its manager, as far as he is still there.

        The leader of the department or his deputy; for a secret account, or without them, a director.

        :rtype: res.users
        """
        self.ensure_one()
        account = self.sudo()  # sudo: who is told may be somebody whom the user does not see
        team = account.team_id
        for user in team.key_account_acting_deputy_id | team.user_id:
            if account.confidentiality != "secret" and not account._get_cannot_receive_reason(
                user, is_manager=False, joins=False
            ):
                return user
        return account.company_id._get_key_account_overseer()
