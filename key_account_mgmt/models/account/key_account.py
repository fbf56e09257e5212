import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..access.key_account_approval_mixin import Transition
from ..access.roles import group

ACCOUNT_STATE = [
    ("candidate", "Candidate"),
    ("survey", "On-site Survey"),
    ("applied", "Applied"),
    ("active", "Active"),
    ("suspended", "Suspended"),
    ("ended", "Ended"),
    ("rejected", "Rejected"),
]

# In these states the customer is a key account; documents, the salesperson and grades follow it.
ADMITTED_STATES = ("active", "suspended")
# On the way to that.
CANDIDATE_STATES = ("candidate", "survey", "applied")

NUMBER = re.compile(r"(?!00000)[0-9]{5}|[1-9][0-9]{5,8}")

# What must be written down before a state may be reached (G11, G9, O1).
REQUIRED_FIELDS = {
    "survey": ("nominating_department", "nominating_ground", "desk_survey"),
    "applied": (
        "team_id", "manager_id", "survey_date", "survey_user_id", "survey_findings",
        "application_reason",
    ),
}


class KeyAccount(models.Model):
    """The customer file: how a customer becomes a key account, and its number for life."""

    _name = "key.account"
    _inherit = ["key.account", "key.account.approval.mixin"]
    _rec_names_search = ["code", "number", "partner_id"]

    _approval_steps = ("leader", "executive")
    _initial_states = ("candidate",)
    _transitions = {
        ("candidate", "survey"): Transition(),
        ("survey", "applied"): Transition("submit"),
        ("applied", "active"): Transition("approve", step=2),
        ("applied", "survey"): Transition("returned"),
        ("applied", "rejected"): Transition("rejected"),
        ("rejected", "candidate"): Transition(),
        ("active", "suspended"): Transition(roles=("leader", "director")),
        ("suspended", "active"): Transition(roles=("leader", "director")),
        # by an approved verdict "terminate" of a grading run
        ("active", "ended"): Transition("system"),
        ("suspended", "ended"): Transition("system"),
        # won back
        ("ended", "candidate"): Transition(roles=("leader", "director")),
    }

    state = fields.Selection(
        selection=ACCOUNT_STATE,
        required=True,
        default="candidate",
        index=True,
        tracking=True,
        copy=False,
        group_expand="_group_expand_states",
    )
    number = fields.Char(
        size=12,
        readonly=True,
        copy=False,
        help="Given at admission: five digits, six after 99999; kept for life and never given again.",
    )
    code = fields.Char(
        compute="_compute_code",
        store=True,
        index="trigram",
        help="The letter of the grade and the number: A-00001.",
    )
    management_level = fields.Selection(
        selection=[("company", "Company Level"), ("branch", "Branch Level"), ("none", "None")],
        required=True,
        default="none",
        readonly=True,
        tracking=True,
        help="Who runs the account: the company, a branch, or nobody in particular.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    admission_date = fields.Date(readonly=True, copy=False, tracking=True)

    # Nomination and desk survey (G9, G11)
    nominating_department = fields.Selection(
        selection=[
            ("market", "Market Development"),
            ("production", "Production Control"),
            ("costing", "Costing Centre"),
            ("fund", "Fund Centre"),
            ("other", "Other"),
        ],
    )
    nominating_ground = fields.Selection(
        selection=[
            ("strong", "Strong Customer"),
            ("potential", "Potential Customer"),
            ("key", "Key Customer"),
            ("output", "Large Output"),
            ("area", "Large Area"),
            ("profit", "High Profit"),
            ("payment", "Pays Well"),
        ],
        help="Why the department nominates the customer.",
    )
    desk_survey = fields.Text(
        help="What the customer's purchases tell: what, how much, how often, and how it develops.",
    )
    recent_sales_amount = fields.Monetary(
        compute="_compute_recent_sales",
        string="Ordered in 12 Months",
        help="Confirmed orders of the last twelve months, untaxed, in the company's currency.",
    )
    recent_order_count = fields.Integer(compute="_compute_recent_sales", string="Orders in 12 Months")
    has_growth_potential = fields.Boolean(
        tracking=True, help="Some grades are only for customers with growth potential."
    )
    purchase_volume = fields.Monetary(
        string="Yearly Purchases",
        help="What the customer buys in a year of the kind that we sell, from anyone; our share of it "
        "is the share of wallet.",
    )

    # On-site survey
    survey_date = fields.Date(copy=False)
    survey_user_id = fields.Many2one(
        comodel_name="res.users", string="Surveyed By", domain="[('share', '=', False)]", copy=False
    )
    survey_findings = fields.Text(copy=False)

    # Application
    application_reason = fields.Text(
        copy=False, help="Why this customer should be a key account; printed on the application form."
    )

    _number_unique = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL",
        "This number belongs to another key account; numbers are never given twice.",
    )

    # === COMPUTE METHODS === #

    @api.depends("number")
    def _compute_code(self):
        for account in self:
            letter = account._get_code_letter()
            account.code = f"{letter}-{account.number}" if letter and account.number else account.number

    @api.depends("code", "partner_id.name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        # read as the user, who may not see the accounts at all, before the cache knows them
        codes = {account: account.code for account in self}
        veiled = self._filter_veiled()
        for account, code in codes.items():
            if account in veiled:
                account.display_name = self.env._("Key Account")
                continue
            # sudo: who may read the account may read its name, also where the contact is hidden
            name = account.sudo().partner_id.name or self.env._("New Key Account")
            account.display_name = f"{code} {name}" if code else name

    @api.model
    def _group_expand_states(self, states, domain):
        """Show the columns that the action asks for, also empty ones."""
        columns = self.env.context.get("key_account_state_columns", ())
        return [state for state, _label in ACCOUNT_STATE if state in columns or state in states]

    @api.depends("partner_id", "company_id")
    def _compute_recent_sales(self):
        today = self.env.company._get_key_account_today()
        # sudo: a total over the customer's orders, whoever took them
        sums = self.env["key.account.ledger.entry"].sudo()._read_group(
            [
                ("kind", "=", "ordered"),
                ("account_id", "in", self.ids),
                ("date", ">", fields.Date.subtract(today, years=1)),
                ("date", "<=", today),
            ],
            ["account_id"],
            ["amount:sum", "__count"],
        )
        figures = {account.id: (amount, count) for account, amount, count in sums}
        for account in self:
            account.recent_sales_amount, account.recent_order_count = figures.get(account.id, (0, 0))

    # === CONSTRAINT METHODS === #

    @api.constrains("number")
    def _check_number(self):
        for account in self:
            if account.number and not NUMBER.fullmatch(account.number):
                raise ValidationError(self.env._(
                    "“%(number)s” is no account number: it has five digits, like 00001, or six and "
                    "more after 99999.",
                    number=account.number,
                ))

    @api.constrains("state", "manager_id", "team_id")
    def _check_admitted_has_owner(self):
        for account in self:
            if account.state in ADMITTED_STATES and not (account.manager_id and account.team_id):
                raise ValidationError(self.env._(
                    "%(account)s needs a key account manager and a department.",
                    account=account.display_name,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        admitted = accounts.filtered(lambda account: account.state in ADMITTED_STATES)
        admitted._admit()
        return accounts

    def write(self, vals):
        if self._get_application_fields() & vals.keys() and not self.env.su:
            self._check_application_open()
        admitted = self.filtered(lambda account: account.state == "applied")
        result = super().write(vals)
        if vals.get("state") == "active":
            admitted._admit()
        if "manager_id" in vals:
            self._sync_salesperson()
        if "manager_id" in vals:
            self.env["crm.lead"]._refresh_key_account_snapshots(self)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_numbered(self):
        for account in self:
            if account.number or account.state != "candidate" or account.approval_ids:
                raise UserError(self.env._(
                    "%(account)s has a history and is not deleted. Archive it, or end the co-operation.",
                    account=account.display_name,
                ))

    def copy_data(self, default=None):
        raise UserError(self.env._(
            "A key account is not duplicated: a customer has one in each company."
        ))

    # === ACTION METHODS === #

    def action_start_survey(self):
        """The desk survey is done; go and see the customer (G11)."""
        return self.write({"state": "survey"})

    def action_apply(self):
        """Submit the application form; two approvals are asked for (G11)."""
        for account in self:
            account._check_required_fields("applied")
            account._submit("applied")
        return True

    def action_suspend(self):
        """Pause the co-operation."""
        return self.write({"state": "suspended"})

    def action_resume(self):
        """Take the co-operation up again."""
        return self.write({"state": "active"})

    def action_reconsider(self):
        """Make a rejected or an ended account a candidate again; it keeps its number."""
        return self.write({"state": "candidate"})

    def action_open_ledger(self):
        """Open what the customer ordered, was invoiced and paid."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_ledger_entry_action"
        )
        return action | {
            "domain": [("account_id", "=", self.id)],
            "context": {"search_default_group_by_kind": 1},
            "display_name": self.display_name,
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"number", "code", "admission_date", "management_level"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "state", "number", "code", "management_level", "currency_id", "admission_date",
            "recent_sales_amount", "recent_order_count", "can_approve",
        }

    @api.model
    def _get_importable_fields(self, vals):
        fields_ = super()._get_importable_fields(vals)
        if self._is_first_day_import(vals):
            return fields_ | {"number", "admission_date", "management_level"}
        return fields_

    @api.model
    def _is_first_day_import(self, vals):
        """Return whether these values take over an account that existed before this system did."""
        return vals.get("state") == "active" and self.env.user.has_group(group("director"))

    def _check_created_in_state(self):
        if not self._is_first_day_import({"state": self.state}):
            raise UserError(self.env._(
                "A new key account starts as a candidate. Only the director takes over accounts that "
                "are active already, with their numbers."
            ))
        self._record_decision("imported", role="director")
        # sudo: posting in the chatter of a record that is just being made
        self.sudo().message_post(body=self.env._("Taken over as an existing key account."))

    def _get_cannot_work_reason(self, transition, target):
        return super()._get_cannot_work_reason(transition, target) or self._get_missing_reason(target)

    def _check_required_fields(self, target):
        if reason := self._get_missing_reason(target):
            raise UserError(reason)

    def _get_missing_reason(self, target):
        """Say what has to be filled in before a state, or False."""
        missing = [
            self._fields[name]._description_string(self.env)
            for name in REQUIRED_FIELDS.get(target, ())
            if not self[name]
        ]
        return bool(missing) and self.env._(
            "Fill in before: %(fields)s.", fields=missing
        )

    @api.model
    def _get_application_fields(self):
        """Return what is decided on; it stands still while the decision is waited for.

        :rtype: set
        """
        return {
            "partner_id", "nominating_department", "nominating_ground", "desk_survey", "survey_date",
            "survey_user_id", "survey_findings", "application_reason", "has_growth_potential",
            "purchase_volume",
        }

    def _check_application_open(self):
        for account in self:
            if account.state == "applied":
                raise UserError(self.env._(
                    "%(account)s is being decided on. To change the application, have it sent back.",
                    account=account.display_name,
                ))

    def _is_candidate_of(self, user):
        return self.state in ("candidate", "survey") and super()._is_candidate_of(user)

    def _get_barred_users(self):
        return super()._get_barred_users() | self.manager_id

    def _get_cover_name(self):
        return self.code or super()._get_cover_name()

    def _get_code_letter(self):
        """Return the letter before the number; a layer with grades knows it."""
        self.ensure_one()
        return ""

    def _admit(self):
        """Give newly admitted accounts their numbers, and their customers their salesperson."""
        # sudo: number and date are nobody's to write, and the sequence is nobody's to read
        accounts = self.sudo()
        sequence = self.env.ref("key_account_mgmt.sequence_key_account").sudo()  # sudo: as above
        numbers = [int(account.number) for account in accounts if account.number]
        if numbers and sequence.number_next_actual <= max(numbers):
            # the next number comes after those that an import has brought along
            sequence.number_next_actual = max(numbers) + 1
        for account in accounts:
            if not account.number:
                account.number = sequence.next_by_id()
            if not account.admission_date:
                account.admission_date = account.company_id._get_key_account_today()
        self._sync_salesperson()

    def _sync_salesperson(self):
        for account in self.sudo():  # sudo: the customer may be another salesperson's until now
            if (
                account.company_id.key_account_sync_salesperson
                and account.state in ADMITTED_STATES
                and account.partner_id.user_id != account.manager_id
            ):
                account.partner_id.user_id = account.manager_id
