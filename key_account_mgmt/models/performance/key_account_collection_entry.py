from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...calculations import collection
from ...calculations.grading import to_decimal
from ..account.batches import work_through

OUTCOME = [
    ("open", "Promised"),
    ("kept", "Kept"),
    ("broken", "Broken"),
    ("withdrawn", "Withdrawn"),
]
METHOD = [
    ("call", "Phone Call"),
    ("visit", "On Site"),
    ("mail", "E-mail or Message"),
    ("letter", "Written Letter"),
]
SETTLED_FIELDS = {"move_id", "date", "promised_date", "promised_amount", "balance_amount", "account_id"}
ACTIVITY = "key_account_mgmt.mail_activity_type_collection"


class KeyAccountCollectionEntry(models.Model):
    """A line of the receivables diary (F14): what was spoken about an invoice, and what was promised.

    ``balance_amount`` is what is still open by the diary: what both sides agreed on. It is summed by month
    and compared with the ledger in ``key.account.collection.month``.
    """

    _name = "key.account.collection.entry"
    _description = "Receivables Diary"
    _inherit = [
        "key.account.guard.mixin", "key.account.access.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    _reason_actions = {"withdraw": "_withdraw"}

    company_id = fields.Many2one(
        related="account_id.company_id", store=True, precompute=True, index=True
    )
    team_id = fields.Many2one(
        related="account_id.team_id", string="Department", store=True, index=True
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('key_account_id', '=', account_id), ('state', '=', 'posted'),"
        " ('move_type', 'in', ('out_invoice', 'out_receipt'))]",
    )
    invoice_name = fields.Char(related="move_id.name", string="Invoice Number")
    invoice_date_due = fields.Date(related="move_id.invoice_date_due", string="Due On")
    date = fields.Date(
        required=True, index=True, default=lambda self: self.env.company._get_key_account_today()
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="By", required=True, readonly=True, index=True, ondelete="restrict",
        default=lambda self: self.env.user,
    )
    method = fields.Selection(selection=METHOD, string="Reached By", required=True, default="call")
    contact_name = fields.Char(string="Spoken With")
    note = fields.Text(string="What Was Said")
    currency_id = fields.Many2one(related="move_id.currency_id", store=True, precompute=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    balance_amount = fields.Monetary(
        string="Open by the Diary",
        compute="_compute_balance_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="What both sides agree is still open of the invoice; filled in from the books, to be corrected "
        "where the customer says otherwise.",
    )
    company_balance = fields.Monetary(
        compute="_compute_company_balance", store=True, precompute=True,
        currency_field="company_currency_id", string="Open by the Diary (Company Currency)",
        help="At the invoice's own rate.",
    )

    # Promise
    promised_date = fields.Date(string="Promised For", copy=False, index=True)
    promised_amount = fields.Monetary(copy=False)
    outcome = fields.Selection(
        selection=OUTCOME, readonly=True, copy=False, index=True, tracking=True,
        help="What became of the promise: kept where all of it was paid by its day.",
    )
    paid_amount = fields.Monetary(
        string="Paid in Time", readonly=True, copy=False, help="What came in for the promise by its day."
    )
    withdrawal_reason = fields.Text(readonly=True, copy=False)

    _balance_not_negative = models.Constraint(
        "CHECK (balance_amount >= 0)", "What is still open is 0 or more."
    )
    _promise_is_whole = models.Constraint(
        "CHECK ((promised_date IS NULL) = (COALESCE(promised_amount, 0) = 0) AND promised_amount >= 0)",
        "A promise names a day and an amount of more than 0.",
    )
    _promise_is_later = models.Constraint(
        "CHECK (promised_date >= date)", "A promise is for the day of the talk or a later one."
    )

    # === COMPUTE METHODS === #

    @api.depends("date", "invoice_name")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = " ".join(filter(None, (
                entry.date and fields.Date.to_string(entry.date), entry.invoice_name
            )))

    @api.depends("move_id")
    def _compute_balance_amount(self):
        for entry in self:
            # sudo: the books' figure of an invoice that the account's people see
            entry.balance_amount = entry.balance_amount or max(entry.sudo().move_id.amount_residual, 0)

    @api.depends("balance_amount", "move_id", "company_id")
    def _compute_company_balance(self):
        for entry in self:
            entry.company_balance = entry.company_id.currency_id.round(
                float(to_decimal(entry.balance_amount) * entry._get_move_rate())
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("move_id", "account_id")
    def _check_move(self):
        for entry in self:
            # sudo: the invoice may be one that the user does not see; then it is refused all the more
            move, account = entry.sudo().move_id, entry.sudo().account_id
            is_customers = move.commercial_partner_id == account.partner_id
            if not is_customers or move.company_id != account.company_id:
                raise ValidationError(self.env._(
                    "The invoice is not one of this key account: choose one of its own."
                ))
            if move.state != "posted" or move.move_type not in ("out_invoice", "out_receipt"):
                raise ValidationError(self.env._("The diary is kept of posted customer invoices."))

    @api.constrains("date", "promised_amount", "balance_amount", "move_id")
    def _check_entry(self):
        for entry in self:
            if entry.date > entry.company_id._get_key_account_today():
                raise ValidationError(self.env._("A talk took place today or before, not in the future."))
            # sudo: as above
            move = entry.sudo().move_id
            if move.invoice_date and entry.date < move.invoice_date:
                raise ValidationError(self.env._("The talk took place before the invoice was written."))
            for amount in (entry.promised_amount, entry.balance_amount):
                if move.currency_id.compare_amounts(amount, move.amount_total) > 0:
                    raise ValidationError(self.env._(
                        "More than the whole invoice cannot be open or promised: %(amount)s in %(currency)s.",
                        amount=move.amount_total, currency=move.currency_id.name,
                    ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._check_author()
        entries._note_promise()
        return entries

    def write(self, vals):
        if vals.keys() - {"message_follower_ids", "message_ids", "activity_ids"} and not self.env.su:
            self.check_access("write")
            self._check_system_fields(vals)
            self._check_author()
        if SETTLED_FIELDS & vals.keys() and not self.env.su:
            self._check_open()
        if "account_id" in vals:
            raise UserError(self.env._("An entry stays in the diary of its key account: enter it anew."))
        result = super().write(vals)
        if {"promised_date", "promised_amount"} & vals.keys():
            self._note_promise()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        if not self.env.su:
            self._check_author()
            self._check_open()

    # === ACTION METHODS === #

    def action_ask_withdraw(self):
        """Open the window that asks why the promise does not count any more."""
        self._check_author()
        return self.env["key.account.reason"]._get_action(self, "withdraw", self.env._("Withdraw"))

    def action_open_invoice(self):
        """Open the invoice; its own rules apply."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "account.move", "res_id": self.move_id.id,
            "view_mode": "form",
        }

    # === CRON METHODS === #

    @api.model
    def _cron_settle_promises(self):
        """Say of each promise whose day is over whether it was kept; once a day."""
        # sudo: the scheduled action looks at everybody's diary
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        over = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("promised_date", "<", company._get_key_account_today())
            for company in companies
        )
        # sudo: as above
        entries = self.sudo().search(Domain("outcome", "=", "open") & over, order="promised_date, id")
        work_through(entries, lambda entry: entry._settle())

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "company_id", "team_id", "user_id", "currency_id", "company_balance", "outcome", "paid_amount",
            "withdrawal_reason",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "account_id", "company_id", "team_id", "move_id", "invoice_name", "invoice_date_due",
            "date", "user_id", "method", "contact_name", "currency_id", "company_currency_id",
            "balance_amount", "company_balance",
            "promised_date", "promised_amount", "outcome", "paid_amount",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction",
        }

    def _check_author(self):
        """Let nobody enter or change what another one says that he has heard."""
        for entry in self:
            if not self.env.su and entry.user_id != self.env.user:
                raise UserError(self.env._(
                    "%(entry)s was entered by %(user)s: make an entry of your own.",
                    entry=entry.display_name, user=entry.user_id.name,
                ))

    def _check_open(self):
        for entry in self:
            if entry.outcome not in (False, "open"):
                raise UserError(self.env._(
                    "What became of the promise is settled: make a new entry instead of changing it."
                ))

    def _note_promise(self):
        for entry in self:
            # sudo: the outcome is the system's
            entry.sudo().outcome = "open" if entry.promised_date else False

    def _withdraw(self, reason):
        self._check_author()
        for entry in self:
            if entry.outcome != "open":
                raise UserError(self.env._("There is no open promise here that could be withdrawn."))
        # sudo: as above
        self.sudo().write({"outcome": "withdrawn", "withdrawal_reason": reason})

    def _get_move_rate(self):
        """Return what one unit of the invoice's currency was worth when it was written.

        :rtype: Decimal
        """
        self.ensure_one()
        # sudo: as in the checks
        move = self.sudo().move_id
        total = to_decimal(move.amount_total)
        return to_decimal(abs(move.amount_total_signed)) / total if total else Decimal(1)

    def _settle(self):
        """Decide on one promise by what the ledger collected, and note it in the same transaction (F14)."""
        paid = self._get_paid()
        promise = self._get_promise()
        is_kept = collection.is_kept(promise, paid)
        self.write({"outcome": "kept" if is_kept else "broken", "paid_amount": float(paid)})
        if not is_kept and (told := self.account_id._get_responsible()):
            speaking = self.with_context(lang=told.lang)
            speaking.activity_schedule(
                ACTIVITY, user_id=told.id,
                summary=speaking.env._("Promise broken: call the customer"),
            )

    def _get_promise(self):
        return collection.Promise(self.id, self.date, self.promised_date, to_decimal(self.promised_amount))

    def _get_paid(self):
        """Return what was paid for this promise by its day, in the currency of the invoice.

        :rtype: Decimal
        """
        promises = self.search([
            ("move_id", "=", self.move_id.id), ("promised_date", "!=", False), ("outcome", "!=", "withdrawn"),
        ])
        payments = self.env["key.account.ledger.entry"].search_fetch([
            ("kind", "=", "collected"), ("document_model", "=", "account.move"),
            ("document_id", "=", self.move_id.id), ("date", "<=", self.promised_date),
        ], ["date", "amount_total"])
        rate = self._get_move_rate()
        paid = collection.allot(
            [promise._get_promise() for promise in promises],
            [
                (payment.date, self._round(to_decimal(payment.amount_total) / rate))
                for payment in payments if payment.amount_total > 0
            ],
        )
        return paid[self.id]

    def _round(self, amount):
        return to_decimal(self.currency_id.round(float(amount)))
