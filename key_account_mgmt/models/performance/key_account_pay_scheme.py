from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...calculations.grading import to_decimal
from ...calculations.payout import check_bands
from .pay_terms import RateTerms, Terms, to_fraction


class KeyAccountPayScheme(models.Model):
    """How a score becomes pay: bands or in proportion, the department's part, rewards (P5–P9, X8).

    Data that a director edits. What was settled keeps the terms of its day.
    """

    _name = "key.account.pay.scheme"
    _description = "Key Account Pay Scheme"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True, help="Empty: for all companies.")
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        default=lambda self: self.env.company.currency_id,
        help="Base and allowance are in this currency; only companies that keep their books in it are "
        "settled by the scheme. Empty: in the currency of whichever company settles.",
    )
    mode = fields.Selection(
        selection=[("banded", "By Bands"), ("proportional", "In Proportion to the Score")],
        required=True,
        default="banded",
        help="By bands: each band of scores pays a fixed part of the base, or the score's own per cent. In "
        "proportion: every score pays its own per cent.",
    )
    band_ids = fields.One2many(
        comodel_name="key.account.pay.scheme.band", inverse_name="scheme_id", string="Bands", copy=True
    )
    base_amount = fields.Monetary(
        string="Base per Month",
        help="For those who have no pay base of their own. 0: everybody needs one of his own.",
    )
    is_prorated = fields.Boolean(
        string="Pro Rata by Days",
        default=True,
        help="Who joined or left in mid-month gets base and allowance for the days that he was there.",
    )
    department_rate = fields.Float(
        string="Department's Part (%)",
        digits=(5, 2),
        help="Added when the department meets its challenge target, taken when it misses its target. The "
        "regulation of the clerk breaks off before this rule: that it holds for him too is an assumption.",
    )
    department_base = fields.Selection(
        selection=[("payout", "Computed Payout"), ("base", "Base Pay")],
        string="Department's Part Of",
        required=True,
        default="payout",
    )
    field_allowance = fields.Monetary(
        string="Field Allowance per Month", help="Paid whatever the score; once a month to each person."
    )
    rate_ids = fields.One2many(
        comodel_name="key.account.pay.scheme.rate", inverse_name="scheme_id", string="Marketing Rewards",
        copy=True,
    )
    note = fields.Text(string="Text of the Rule", translate=True)

    _amounts = models.Constraint(
        "CHECK (base_amount >= 0 AND field_allowance >= 0)", "Base and allowance are 0 or more."
    )
    _department_rate_range = models.Constraint(
        "CHECK (department_rate >= 0 AND department_rate <= 100)",
        "The department's part is between 0 and 100 %.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("mode", "band_ids")
    def _check_bands(self):
        """Refuse bands with gaps or overlaps, in words (X2)."""
        for scheme in self.filtered(lambda scheme: scheme.mode == "banded"):
            try:
                check_bands(scheme._get_bands())
            except ValueError as error:
                raise ValidationError(scheme._get_band_problem(error.args[0])) from error

    def _get_band_problem(self, key):
        return {
            "gap": self.env._(
                "The bands of “%(scheme)s” leave a gap: the lowest begins at 0, so that each score belongs "
                "to one.",
                scheme=self.name,
            ),
            "overlap": self.env._(
                "Two bands of “%(scheme)s” begin at the same score and overlap: delete one.",
                scheme=self.name,
            ),
            "bound": self.env._("A band begins between 0 and 100 points."),
            "rate": self.env._("A band pays between 0 and 1000 % of the base."),
        }[key]

    @api.constrains("rate_ids")
    def _check_rates(self):
        for scheme in self:
            rates = scheme.rate_ids
            if len(rates.filtered(lambda rate: not rate.category_ids)) > 1:
                raise ValidationError(self.env._(
                    "Only one reward of “%(scheme)s” can be for all the rest: name the product categories "
                    "of the others.",
                    scheme=scheme.name,
                ))
            named = [category for rate in rates for category in rate.category_ids]
            if len(set(named)) < len(named):
                raise ValidationError(self.env._(
                    "A product category of “%(scheme)s” earns two rewards: leave it in one of them.",
                    scheme=scheme.name,
                ))

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        return [
            {"name": self.env._("%s (copy)", scheme.name), **vals}
            if "name" not in (default or {}) else vals
            for scheme, vals in zip(self, super().copy_data(default))
        ]

    # === BUSINESS METHODS === #

    def _get_bands(self):
        """Return the bands as the calculations take them, the highest first.

        :return: [(lower, rate as a fraction, or None for the score's own per cent)]
        :rtype: list
        """
        self.ensure_one()
        if self.mode == "proportional":
            return [(to_decimal(0), None)]
        return [
            (to_decimal(band.lower), None if band.pay == "score" else to_fraction(band.rate))
            for band in self.band_ids.sorted("lower", reverse=True)
        ]

    def _check_currency(self, company):
        """Refuse to pay amounts of one currency out in another."""
        for scheme in self.filtered("currency_id"):
            if scheme.currency_id == company.currency_id:
                continue
            raise UserError(self.env._(
                "“%(scheme)s” is in %(own)s and %(company)s is settled in %(other)s: give the appraisal "
                "template a scheme in that currency.",
                scheme=scheme.name, own=scheme.currency_id.name, company=company.name,
                other=company.currency_id.name,
            ))

    def _get_terms(self, company, strict=False):
        """Return on what terms somebody without a base of his own is paid by this scheme now.

        :param res.company company: who pays, in its currency
        :param bool strict: refuse bands with gaps, and another currency
        :rtype: Terms
        """
        self.ensure_one()
        if strict:
            self._check_currency(company)
            self._check_bands()
        languages = self.env["key.account.grading.run"]._get_languages()
        return Terms(
            bands=tuple(self._get_bands()),
            department_rate=to_fraction(self.department_rate),
            department_base=self.department_base,
            base=to_decimal(self.base_amount),
            allowance=to_decimal(self.field_allowance),
            is_prorated=self.is_prorated,
            rates=tuple(
                RateTerms(
                    rate.id, tuple((lang, rate.with_context(lang=lang).name) for lang in languages),
                    rate.basis, to_fraction(rate.rate), tuple(rate.category_ids.ids),
                )
                for rate in self.rate_ids
            ),
            rounding=to_decimal(company.currency_id.rounding),
        )
