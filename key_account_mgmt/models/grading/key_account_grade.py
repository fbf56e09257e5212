from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .key_account_grading_scheme import SAVING


class KeyAccountGrade(models.Model):
    """One grade of a scheme: its bound, the regulation's clause, and what is promised with it (G13)."""

    _name = "key.account.grade"
    _description = "Key Account Grade"
    _order = "scheme_id, sequence, id"

    scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10, help="From the best grade to the last.")
    code = fields.Char(string="Letter", required=True, size=1)
    name = fields.Char(required=True, translate=True)
    threshold = fields.Float(
        digits=(16, 2),
        string="Starts At",
        help="The grade's lower bound, inclusive: per cent, an amount in company currency, or a score.",
    )
    needs_growth_potential = fields.Boolean(
        help="Only accounts that are marked as having growth potential get this grade."
    )
    management_level = fields.Selection(
        selection=[("company", "Company Level"), ("branch", "Branch Level"), ("none", "None")],
        help="For schemes that set the management level of an account.",
    )
    clause = fields.Text(translate=True, help="The text of the regulation for this grade.")
    color = fields.Integer()

    # What the grade promises
    visit_interval_days = fields.Integer(
        string="Visit Every (Days)", help="0: no visits are promised."
    )
    survey_interval_months = fields.Integer(
        string="Satisfaction Survey Every (Months)", help="0: no surveys are promised."
    )
    complaint_response_hours = fields.Float(
        string="Complaint Response (Hours)", help="Working hours until the first answer."
    )
    complaint_resolution_hours = fields.Float(
        string="Complaint Resolution (Hours)", help="Working hours until it is solved."
    )
    is_dedicated_manager_required = fields.Boolean(string="Dedicated Manager Required")
    benefits = fields.Text(translate=True)
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        help="Offered to the director on the account; never set on the customer by itself.",
    )

    _code_unique = models.UniqueIndex(
        "(scheme_id, code)", "Each grade of a scheme has a letter of its own."
    )
    _policy_not_negative = models.Constraint(
        "CHECK (visit_interval_days >= 0 AND survey_interval_months >= 0"
        " AND complaint_response_hours >= 0 AND complaint_resolution_hours >= 0)",
        "Intervals and hours are 0 or more.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for grade in self:
            grade.display_name = f"{grade.code} {grade.name}" if grade.name else grade.code

    @api.model
    def _search_display_name(self, operator, value):
        """Find a grade also by letter and name, as it is shown: “B Key”; where several schemes have
        such a grade, with the scheme before it, as imports write it: “Share of Sales / B Key”.
        """
        domain = super()._search_display_name(operator, value)
        if operator in Domain.NEGATIVE_OPERATORS:
            return domain
        name_operator = operator if operator.endswith("like") else "="
        for text in [value] if isinstance(value, str) else value or ():
            scheme, _slash, grade = text.rpartition(" / ") if isinstance(text, str) else ("", "", "")
            letter, _space, name = grade.partition(" ")
            if len(letter) == 1:
                found = Domain("code", "=", letter)
                if name:
                    found &= Domain("name", name_operator, name)
                if scheme:
                    found &= Domain("scheme_id.name", name_operator, scheme)
                domain |= found
        return domain

    @api.constrains("code")
    def _check_code(self):
        for grade in self:
            if not grade.code or not "A" <= grade.code <= "Z":
                raise ValidationError(self.env._(
                    "The letter of a grade is one of A to Z, not “%(code)s”.", code=grade.code or ""
                ))

    @api.constrains("threshold", "sequence", "scheme_id")
    def _check_threshold(self):
        for grade in self:
            if grade.threshold < 0:
                raise ValidationError(self.env._("A grade starts at 0 or more."))
        if self.env.context.get("key_account_scheme_lines") is not SAVING:
            self.scheme_id._check_thresholds()

    def write(self, vals):
        if {"code", "scheme_id"} & vals.keys() and self._is_used():
            raise UserError(self.env._(
                "Customers hold this grade, and their codes carry its letter. Make a new grade instead."
            ))
        before = {}
        if vals.keys() & self._get_promise_fields():
            before = {grade: grade._get_promise() for grade in self}
        result = super().write(vals)
        changed = [grade.id for grade, promise in before.items() if promise != grade._get_promise()]
        self.browse(changed)._note_promise()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._is_used():
            raise UserError(self.env._(
                "This grade has been given to customers, so it stays in the history. Raise its bound, "
                "or archive the scheme and make a new one."
            ))

    def _is_used(self):
        # sudo: any company's history
        history = self.env["key.account.grade.history"].sudo()
        return bool(history.search_count([("grade_id", "in", self.ids)], limit=1))

    @api.model
    def _get_promise_fields(self):
        """Return the names of the fields that say how often something is done; the history keeps them.

        :rtype: set
        """
        return {"visit_interval_days", "survey_interval_months"}

    def _get_promise(self):
        """Return what the grade promises now; no grade promises nothing.

        :return: values for a row of the history
        :rtype: dict
        """
        return {name: self[name] for name in self._get_promise_fields()}

    def _note_promise(self):
        """Let the new promise count from today on; until yesterday the old one did."""
        if not self:
            return
        # sudo: whoever sets the policy does so for all accounts; history is written by the addon alone
        history = self.env["key.account.grade.history"].sudo()
        accounts = self.env["key.account"].sudo().with_context(active_test=False).search([  # sudo: as above
            ("grade_id", "in", self.ids),
        ])
        rows = []
        for scheme, own in accounts.grouped("scheme_id").items():
            tomorrow = fields.Date.add(fields.Date.today(), days=1)
            current = history._get_grades_on(own, scheme, tomorrow) if scheme else {}
            for account in own:
                before = current.get(account.id, history)
                rows.append({
                    "account_id": account.id,
                    "scheme_id": scheme.id,
                    "grade_id": account.grade_id.id,
                    "code": account.code,
                    "date_from": account.company_id._get_key_account_today(),
                    "valid_until": before.valid_until,
                    "is_expiry_told": before.is_expiry_told,
                    "reason": self.env._("The grade promises otherwise"),
                })
                before.filtered("valid_until").is_expiry_told = True
        history.create(rows)

    def _get_ranks(self):
        """Return the place of each grade in its scheme; 0 is the best.

        :rtype: dict
        """
        # the order alone: what else the grades say is not read
        grades = self.search_fetch(
            [("scheme_id", "in", self.scheme_id.ids)], ["scheme_id"], order="sequence, id"
        )
        return {
            grade.id: rank
            for own in grades.grouped("scheme_id").values() for rank, grade in enumerate(own)
        }
