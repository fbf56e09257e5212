from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..access.roles import group

PROPOSABLE_STATES = ("candidate", "survey", "applied")


class KeyAccount(models.Model):
    _inherit = "key.account"

    _rec_names_search = ["code", "number", "partner_id", "grade_history_ids.code"]

    scheme_id = fields.Many2one(
        comodel_name="key.account.grading.scheme",
        string="Grading Scheme",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: self.env.company.key_account_scheme_id,
        help="The scheme whose results set this account's grade.",
    )
    grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        index=True,
        ondelete="restrict",
        readonly=True,
        copy=False,
        tracking=True,
        group_expand="_group_expand_grades",
        help="The effective grade. It changes by approved grading runs only.",
    )
    requested_grade_id = fields.Many2one(
        comodel_name="key.account.grade",
        ondelete="set null",
        domain="[('scheme_id', '=', scheme_id)]",
        copy=False,
        help="The grade that is applied for; the account gets it when it is admitted.",
    )
    grade_history_ids = fields.One2many(
        comodel_name="key.account.grade.history", inverse_name="account_id", readonly=True
    )
    grade_valid_until = fields.Date(
        compute="_compute_grade_valid_until",
        help="The grade is an exception until this day; the next run after it grades by the figures.",
    )
    is_pricelist_offered = fields.Boolean(compute="_compute_is_pricelist_offered")

    # === COMPUTE METHODS === #

    @api.depends("number", "grade_id")
    def _compute_code(self):
        return super()._compute_code()

    @api.depends("grade_history_ids")
    def _compute_grade_valid_until(self):
        for account in self:
            current = account.grade_history_ids.filtered(
                lambda history, account=account: history.scheme_id == account.scheme_id
            ).sorted(lambda history: (history.date_from, history.id))[-1:]
            account.grade_valid_until = current.valid_until

    @api.depends("grade_id.pricelist_id", "partner_id.property_product_pricelist")
    @api.depends_context("company")
    def _compute_is_pricelist_offered(self):
        for account in self:
            # sudo: whether there is an offer is no secret of the price lists
            offered = account.sudo().grade_id.pricelist_id
            account.is_pricelist_offered = (
                # sudo: as above
                bool(offered) and account.sudo().partner_id.property_product_pricelist != offered
            )

    @api.model
    def _group_expand_grades(self, grades, domain):
        """Show a column for every grade of the schemes in use, also an empty one."""
        return (grades | self.env.company.key_account_scheme_id.grade_ids).sorted(
            lambda grade: (grade.scheme_id.sequence, grade.scheme_id.id, grade.sequence, grade.id)
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account in accounts.filtered("grade_id"):
            account._check_grade_of_scheme(account.grade_id)
            account._write_grade_history(account.scheme_id, account.grade_id, self.env._("First day"))
        accounts._adopt_assessments()
        return accounts

    def write(self, vals):
        if "scheme_id" in vals and not self.env.su and not self.env.user.has_group(group("director")):
            changed = self.filtered(
                lambda account: account.grade_id and account.scheme_id.id != vals["scheme_id"]
            )
            if changed:
                raise AccessError(self.env._(
                    "The scheme of a graded account is changed by the director."
                ))
        followers = self.filtered(
            lambda account: "scheme_id" in vals and "grade_id" not in vals
            and account.grade_id and account.scheme_id.id != vals["scheme_id"]
        )
        result = super().write(vals)
        followers._follow_scheme()
        return result

    # === ACTION METHODS === #

    def action_apply_pricelist(self):
        """Give the customer the price list that goes with its grade; the director decides."""
        self.ensure_one()
        if not self.env.user.has_group(group("director")):
            raise AccessError(self.env._("The director decides on a customer's price list."))
        if not self.grade_id.pricelist_id:
            raise UserError(self.env._("This grade comes with no price list."))
        self.partner_id.property_product_pricelist = self.grade_id.pricelist_id
        self.message_post(body=self.env._(
            "Price list “%(pricelist)s” given with grade %(grade)s.",
            pricelist=self.grade_id.pricelist_id.name,
            grade=self.grade_id.code,
        ))
        return True

    def action_propose_termination(self):
        """Start a review run for these accounts with the verdict to end the co-operation (G12)."""
        user = self.env.user
        if not user.has_group(group("leader")):
            raise AccessError(self.env._("The leader of the department or the director proposes that."))
        self.check_access("write")
        run = self.env["key.account.grading.run"]._create_termination_review(self)
        return run._get_form_action()

    def action_open_grade_history(self):
        """Open the account's grades over time."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_grade_history_action"
        )
        return action | {"domain": [("account_id", "=", self.id)]}

    # === BUSINESS METHODS === #

    @api.model
    def get_import_templates(self):
        """Offer the template for taking over existing accounts on the import screen."""
        return [{
            "label": self.env._("Template for existing key accounts"),
            "template": "/key_account_mgmt/static/xls/key_accounts.xlsx",
        }]

    def get_grade_on(self, day):
        """Return the effective grade that this account had on a day.

        :param datetime.date day: the day asked for
        :rtype: key.account.grade
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: who may read the account may read its grades
        history = self.env["key.account.grade.history"].sudo()
        on_day = history._get_grades_on(self, self.scheme_id, day).get(self.id, history)
        return on_day.grade_id.sudo(False)

    @api.constrains("requested_grade_id", "scheme_id")
    def _check_requested_grade(self):
        for account in self:
            account._check_grade_of_scheme(account.requested_grade_id)

    @api.model
    def _get_application_fields(self):
        return super()._get_application_fields() | {"requested_grade_id", "scheme_id"}

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"grade_id", "grade_history_ids"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "scheme_id", "grade_id", "requested_grade_id", "grade_valid_until",
        }

    @api.model
    def _get_importable_fields(self, vals):
        fields_ = super()._get_importable_fields(vals)
        return fields_ | {"grade_id"} if self._is_first_day_import(vals) else fields_

    def _get_code_letter(self):
        return self.grade_id.code or ""

    def _get_snapshot_values(self):
        return super()._get_snapshot_values() | {"key_account_grade_id": self.grade_id.id}

    def _admit(self):
        result = super()._admit()
        for account in self:
            if not account.grade_id and account.requested_grade_id:
                account._set_grade(
                    account.scheme_id, account.requested_grade_id, self.env._("Admission")
                )
        return result

    def _check_grade_of_scheme(self, grade):
        self.ensure_one()
        if grade and grade.scheme_id != self.scheme_id:
            raise UserError(self.env._(
                "Grade %(grade)s belongs to another scheme than %(scheme)s.",
                grade=grade.display_name,
                scheme=self.scheme_id.name or self.env._("none"),
            ))

    def _set_grade(self, scheme, grade, reason, run=None, valid_until=False):
        """Record a result, and make it the effective grade where the account follows this scheme.

        :param key.account.grading.scheme scheme: by which scheme
        :param key.account.grade grade: the grade, or an empty recordset for none
        :param str reason: for the history
        :param key.account.grading.run run: the run that was applied, if any
        :param datetime.date valid_until: last day of an exception
        """
        # sudo: the grade is nobody's to write by hand; callers have checked the approval
        for account in self.sudo():  # sudo: as above
            target = run.target if run else scheme.target
            if target == "management_level":
                account.management_level = grade.management_level or "none"
            elif not account.scheme_id or account.scheme_id == scheme:
                account.write({"scheme_id": scheme.id, "grade_id": grade.id})
            account._write_grade_history(scheme, grade, reason, run=run, valid_until=valid_until)

    def _follow_scheme(self):
        """Take over the last result by the scheme that an account follows from now on."""
        # sudo: history is written by the addon alone; the director has chosen the scheme
        history = self.env["key.account.grade.history"].sudo()
        for account in self.sudo():
            today = account.company_id._get_key_account_today()
            found = history._get_grades_on(account, account.scheme_id, today).get(account.id, history)
            account.grade_id = found.grade_id
            if account.scheme_id:
                account._write_grade_history(
                    account.scheme_id, found.grade_id, self.env._("Another scheme")
                )

    def _adopt_assessments(self):
        """Bring the rows that were computed before the account was made inside its perimeter."""
        # sudo: rows of runs that the account's maker may not see
        assessments = self.env["key.account.assessment"].sudo()
        for account in self:
            rows = assessments.search([
                ("partner_id", "=", account.partner_id.id),
                ("run_id.company_id", "=", account.company_id.id),
                ("account_id", "=", False),
            ])
            rows.account_id = account
            rows.line_ids.account_id = account

    def _clear_grade(self, scheme, reason, run):
        """Take the grade away by a run's scheme, and by the account's own where that is another."""
        for each in scheme | self.scheme_id:
            self._set_grade(each, self.env["key.account.grade"], reason, run=run)

    def _write_grade_history(self, scheme, grade, reason, run=None, valid_until=False):
        self.ensure_one()
        # sudo: history is written by the addon alone
        self.env["key.account.grade.history"].sudo().create({
            "account_id": self.id,
            "scheme_id": scheme.id,
            "grade_id": grade.id,
            "code": self.code,
            "date_from": self.company_id._get_key_account_today(),
            "valid_until": valid_until,
            "reason": reason,
            "run_id": run and run.id,
        })

    # === CRON METHODS === #

    @api.model
    def _cron_tell_expired_grades(self):
        """Tell the director once when an exception to the grading has run out (X10)."""
        # sudo: the scheduled action speaks to every company's director
        history = self.env["key.account.grade.history"].sudo()
        expired = history.search([
            ("valid_until", "<", fields.Date.today()), ("is_expiry_told", "=", False),
        ])
        for row in expired:
            account = row.account_id
            director = account.company_id._get_key_account_overseer()
            if account.grade_valid_until == row.valid_until:
                if not director:
                    continue  # told as soon as there is one
                speaking = account.with_context(lang=director.lang)
                speaking.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=director.id,
                    summary=speaking.env._("The exception to the grading has run out: grade anew"),
                )
            row.is_expiry_told = True
        self.env["ir.cron"]._commit_progress(len(expired), remaining=0)
