from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...calculations.grading import round_half_up
from ...calculations.kpi import Measure, measure_mean, measure_rate

METHOD = [
    ("attainment", "Target Attainment"),
    ("collection_rate", "Collection Rate"),
    ("satisfaction", "Satisfaction"),
    ("new_customer_rate", "New-customer Rate"),
    ("retention_rate", "Retention Rate"),
    ("complaint_rate", "Complaint Rate"),
    ("service_score", "Service Score"),
    ("visit_completion", "Visit Completion"),
    ("file_completeness", "File Completeness"),
    ("spot_check", "Spot-check Verdicts"),
    ("manual", "Entered by Hand"),
]
UNIT = [("percent", "Per Cent"), ("count", "Number"), ("points", "Points"), ("money", "Money")]
PERIOD = [("month", "Month"), ("quarter", "Quarter"), ("half_year", "Half-year"), ("year", "Year")]
TARGET_KIND = [
    ("sales", "Sales"),
    ("collection", "Collection"),
    ("new_customers", "New Customers"),
    ("visits", "Visits"),
]
# What is a mean and no share.
MEANS = frozenset({"satisfaction", "service_score", "file_completeness"})
# By which methods orders are counted.
ORDER_METHODS = frozenset({"new_customer_rate", "retention_rate", "complaint_rate"})
CENT = Decimal("0.01")


class KeyAccountKpi(models.Model):
    """What a key figure is: data that a director edits (P11, P12).

    How each method is measured is in ``key_account_kpi_measure.py``, what it was made of in
    ``key_account_kpi_evidence.py``.
    """

    _name = "key.account.kpi"
    _description = "Key Account KPI"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="By which other parts of the system name it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    formula = fields.Text(required=True, translate=True, help="In words, as those who are measured read it.")
    evidence = fields.Text(translate=True, help="Which records show it.")
    method = fields.Selection(
        selection=METHOD, string="Measured By", required=True, default="manual",
        help="Entered by hand: somebody enters the value of each subject and period.",
    )
    target_kind = fields.Selection(
        selection=TARGET_KIND, default="sales", help="The attainment of which approved targets."
    )
    include_history = fields.Boolean(
        string="Imported History Counts as Orders",
        default=True,
        help="Sales that were imported from before count beside confirmed orders.",
    )
    unit = fields.Selection(selection=UNIT, string="Unit of Measure", required=True, default="percent")
    direction = fields.Selection(
        selection=[("higher", "Higher Is Better"), ("lower", "Lower Is Better")],
        required=True,
        default="higher",
    )
    period = fields.Selection(
        selection=PERIOD, required=True, default="month", help="How often it is looked at."
    )

    _code_unique = models.UniqueIndex("(code)", "Another KPI has this code.")

    # === CONSTRAINT METHODS === #

    @api.constrains("method", "target_kind")
    def _check_target_kind(self):
        for kpi in self:
            if kpi.method == "attainment" and not kpi.target_kind:
                raise ValidationError(self.env._(
                    "“%(kpi)s” is the attainment of targets: say of which.", kpi=kpi.name
                ))

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for kpi, vals in zip(self, vals_list):
            vals["name"] = self.env._("%(kpi)s (copy)", kpi=kpi.name)
            vals["code"] = f"{kpi.code}_copy"
        return vals_list

    # === BUSINESS METHODS === #

    def _measure(self, subjects, date_from, date_to):
        """Return this key figure of each subject in a period; the number of queries does not depend on them.

        An account counts for whom it belonged to on the last day of the period, so that a later hand-over
        changes nothing. People and departments are measured in the current company.

        :param subjects: ``res.users``, ``crm.team``, ``key.account`` or ``res.company``
        :param datetime.date date_from: first day
        :param datetime.date date_to: last day, inclusive
        :return: {subject: Measure}; its value is an unrounded Decimal, or None where there is no data
        :rtype: dict
        """
        self.ensure_one()
        if not subjects:
            return {}
        # sudo: a figure is of all records, whoever asks; the records behind it stay theirs
        found = getattr(self.sudo(), f"_measure_{self.method}")(
            subjects.sudo(), date_from, date_to  # sudo: as above
        )
        return {subject: self._make_measure(*found.get(subject.id, (None, None))) for subject in subjects}

    def _make_measure(self, numerator, denominator):
        if self.method == "manual":
            return Measure(numerator, numerator, None)
        return (measure_mean if self.method in MEANS else measure_rate)(numerator, denominator)

    def _explain(self, measure):
        """Say in the reader's language what a figure was made of.

        :param Measure measure: one of :meth:`_measure`
        :rtype: str
        """
        self.ensure_one()
        if measure.value is None:
            return self.env._("No data: %(formula)s", formula=self.formula)
        values = {
            "value": self._format(measure.value),
            "numerator": self._format_part(measure.numerator),
            "denominator": self._format_part(measure.denominator),
        }
        return self._get_sentences()[self.method] % values

    @api.model
    def _get_sentences(self):
        """Return how the figures of each method are explained.

        :return: {method: text with the placeholders value, numerator and denominator}
        :rtype: dict
        """
        return {
            "attainment": self.env._("%(value)s: %(numerator)s of a target of %(denominator)s"),
            "collection_rate": self.env._("%(value)s: %(numerator)s collected, %(denominator)s fell due"),
            "satisfaction": self.env._("%(value)s: the mean of %(denominator)s answered surveys"),
            "new_customer_rate": self.env._(
                "%(value)s: %(numerator)s of %(denominator)s customers with an order ordered for the first "
                "time"
            ),
            "retention_rate": self.env._(
                "%(value)s: %(numerator)s of the %(denominator)s customers of the period before ordered again"
            ),
            "complaint_rate": self.env._("%(value)s: %(numerator)s complaints, %(denominator)s orders"),
            "service_score": self.env._("%(value)s: the mean of %(denominator)s accounts"),
            "visit_completion": self.env._("%(value)s: %(numerator)s of %(denominator)s planned visits held"),
            "file_completeness": self.env._("%(value)s: the mean of %(denominator)s files"),
            "spot_check": self.env._(
                "%(value)s: %(numerator)s of %(denominator)s checked reports were true"
            ),
            "manual": self.env._("%(value)s, entered by hand"),
        }

    def _format(self, value):
        """Write a figure with its unit, rounded half up to two decimals as people read it."""
        text = f"{round_half_up(Decimal(value), CENT):,.2f}"
        return f"{text} %" if self.unit == "percent" else text

    @api.model
    def _format_part(self, number):
        if number is None:
            return ""
        return f"{round_half_up(Decimal(number), CENT):,.2f}".removesuffix(".00")
