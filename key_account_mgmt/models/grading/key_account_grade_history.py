from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class KeyAccountGradeHistory(models.Model):
    """Which grade an account had from which day on, by which scheme and why. Never changed."""

    _name = "key.account.grade.history"
    _description = "Key Account Grade History"
    _inherit = ["key.account.access.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "code"

    _is_audited = False

    scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme", readonly=True, index=True, ondelete="restrict"
    )
    grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: without a grade from this day on.",
    )
    code = fields.Char(
        string="Account Code", readonly=True, index="trigram", help="The account's code in that time."
    )
    date_from = fields.Date(string="From", required=True, readonly=True)
    valid_until = fields.Date(
        readonly=True, help="The last day of an exception that was granted for a time."
    )
    reason = fields.Char(readonly=True)
    run_id = fields.Many2one(
        comodel_name="key.account.grading.run", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    is_expiry_told = fields.Boolean(readonly=True)
    is_aside = fields.Boolean(
        string="Beside the Effective Grade",
        readonly=True,
        help="A result by a scheme that the account did not follow then.",
    )

    # What the grade promised then, whatever it promises today
    visit_interval_days = fields.Integer(string="Visit Every (Days)", readonly=True)
    survey_interval_months = fields.Integer(string="Satisfaction Survey Every (Months)", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        grades = self.env["key.account.grade"]
        return super().create([
            {**grades.browse(vals.get("grade_id") or ())._get_promise(), **vals} for vals in vals_list
        ])

    def write(self, vals):
        if vals.keys() - {"is_expiry_told"} or not self.env.su:
            raise UserError(self.env._("The history of grades is not rewritten: grade anew instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The history of grades is kept for good."))

    @api.model
    def _get_grades_on(self, accounts, scheme, day):
        """Return which grade each account had by a scheme on a day; one query.

        :param key.account accounts: the accounts asked for
        :param key.account.grading.scheme scheme: by which scheme
        :param datetime.date day: the day asked for
        :return: {account id: history record}; accounts never graded are missing
        :rtype: dict
        """
        self.flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (account_id) account_id, id
              FROM key_account_grade_history
             WHERE account_id IN %s AND scheme_id = %s AND date_from <= %s
             ORDER BY account_id, date_from DESC, id DESC
            """,
            tuple(accounts.ids) or (0,), scheme.id, day,
        ))
        records = self.browse(history_id for _account_id, history_id in rows)
        return dict(zip((account_id for account_id, _history_id in rows), records))
