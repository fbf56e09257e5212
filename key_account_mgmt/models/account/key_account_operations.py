from odoo import api, fields, models
from odoo.tools.date_utils import get_quarter, get_quarter_number


class KeyAccount(models.Model):
    """The manager's operating file (annex 4, F2): what a quarter brought, and what the next one is to bring.

    It holds one quarter at a time; what was written about those before is in the history and on their
    prints.
    """

    _inherit = "key.account"

    operating_date = fields.Date(
        string="Quarter Of",
        compute="_compute_operating_date",
        store=True,
        readonly=False,
        copy=False,
        help="Any day of the quarter that is summed up. Empty: the quarter that is running.",
    )
    operating_quarter = fields.Char(string="Quarter", compute="_compute_operating_figures")
    operating_summary = fields.Text(
        string="Summary of the Quarter",
        tracking=True,
        copy=False,
        help="How the quarter went: what was reached, what was not, and why.",
    )
    operating_plan = fields.Text(
        string="Plan for the Next Quarter",
        tracking=True,
        copy=False,
        help="What is to be reached with this customer in the next quarter, by whom and how.",
    )
    quarter_order_count = fields.Integer(compute="_compute_operating_figures", string="Orders in the Quarter")
    quarter_ordered_amount = fields.Monetary(
        compute="_compute_operating_figures", string="Ordered in the Quarter", help="Untaxed."
    )
    quarter_invoiced_amount = fields.Monetary(
        compute="_compute_operating_figures", string="Invoiced in the Quarter", help="Untaxed."
    )
    quarter_collected_amount = fields.Monetary(
        compute="_compute_operating_figures",
        string="Collected in the Quarter",
        help="Untaxed, in proportion; also of invoices from before.",
    )
    quarter_open_amount = fields.Monetary(
        compute="_compute_operating_figures",
        string="Still Open of the Quarter",
        help="What is not paid yet of the invoices of the quarter, with tax.",
    )

    # === COMPUTE METHODS === #

    @api.depends("operating_summary", "operating_plan")
    def _compute_operating_date(self):
        for account in self:
            # what is written is about the quarter in which it is written, until somebody says otherwise
            is_written = account.operating_summary or account.operating_plan
            account.operating_date = account.operating_date or (
                is_written and account._get_operating_company()._get_key_account_today()
            )

    @api.depends("operating_date", "partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_operating_figures(self):
        for quarter, accounts in self.grouped(lambda account: account._get_operating_quarter()).items():
            figures = accounts._get_quarter_figures(*quarter)
            for account in accounts:
                own = figures[account]
                account.operating_quarter = own["label"]
                account.quarter_order_count = own["order_count"]
                account.quarter_ordered_amount = own["ordered"]
                account.quarter_invoiced_amount = own["invoiced"]
                account.quarter_collected_amount = own["collected"]
                account.quarter_open_amount = own["open"]

    # === ACTION METHODS === #

    def action_open_operations(self):
        """Open the operating file, a screen of its own."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_action_operations"
        )
        return action | {"res_id": self.id}

    def action_print_operations(self):
        """Print annex 4."""
        return self.env.ref("key_account_mgmt.action_report_key_account_operations").report_action(self)

    # === BUSINESS METHODS === #

    @api.model
    def _get_file_fields(self):
        return super()._get_file_fields() | {"operating_summary", "operating_plan"}

    def _get_operating_company(self):
        return self.company_id or self.env.company

    def _get_operating_quarter(self):
        """Return the first and the last day of the quarter that the operating file is about.

        :rtype: tuple
        """
        self.ensure_one()
        return get_quarter(self.operating_date or self._get_operating_company()._get_key_account_today())

    def _get_quarter_figures(self, date_from, date_to):
        """Return what these accounts ordered, were invoiced and paid in a quarter.

        :param datetime.date date_from: its first day
        :param datetime.date date_to: its last day
        :return: {account: {label, order_count, ordered, invoiced, collected, open}}
        :rtype: dict
        """
        # sudo: totals over the customer's documents, whoever wrote them
        sums = self.env["key.account.ledger.entry"].sudo()._read_group(
            [("account_id", "in", self.ids), ("date", ">=", date_from), ("date", "<=", date_to)],
            ["account_id", "kind"],
            ["amount:sum", "residual:sum", "__count"],
        )
        found = {(account.id, kind): figures for account, kind, *figures in sums}
        label = self.env._(
            "%(year)s, quarter %(number)s", year=date_from.year, number=get_quarter_number(date_from)
        )

        def get(account, kind, index):
            return found.get((account._origin.id, kind), (0, 0, 0))[index]

        return {
            account: {
                "label": label,
                "order_count": get(account, "ordered", 2),
                "ordered": get(account, "ordered", 0),
                "invoiced": get(account, "invoiced", 0),
                "collected": get(account, "collected", 0),
                "open": get(account, "invoiced", 1),
            }
            for account in self
        }

    def _get_operating_parts(self):
        """Return what the print shows beside the texts: figures, and what has happened in the quarter.

        :return: the figures of this quarter and of the one before, and records by what they are
        :rtype: dict
        """
        self.ensure_one()
        date_from, date_to = self._get_operating_quarter()
        before = get_quarter(fields.Date.subtract(date_from, days=1))

        def is_within(day):
            return day and date_from <= day <= date_to

        def overlaps(record):
            return (not record.date_from or record.date_from <= date_to) and (
                not record.date_to or record.date_to >= date_from
            )

        return {
            "quarters": [self._get_quarter_figures(*days)[self] for days in ((date_from, date_to), before)],
            "insights": self.insight_ids.filtered(lambda insight: is_within(insight.date)),
            "projects": self.project_ids.filtered(overlaps),
            "agreements": self.agreement_ids.filtered(overlaps),
            "people": self.stakeholder_ids.filtered(lambda person: is_within(person.last_met_date)),
            "owners": self.ownership_history_ids.filtered(lambda owner: is_within(owner.date_from)),
            "activities": self.activity_ids.sorted("date_deadline"),
        }
