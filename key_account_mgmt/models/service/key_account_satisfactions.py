from odoo import api, fields, models

from ...calculations.satisfaction import next_due
from .key_account_satisfaction import ASKED_STATES, OPEN_STATES


class KeyAccount(models.Model):
    """How satisfied the customer is: surveys, the last score and its trend."""

    _inherit = "key.account"

    satisfaction_ids = fields.One2many(
        comodel_name="key.account.satisfaction", inverse_name="account_id", string="Satisfaction Surveys"
    )
    satisfaction_count = fields.Integer(compute="_compute_satisfaction", string="Surveys")
    satisfaction_score = fields.Float(
        compute="_compute_satisfaction", string="Satisfaction", digits=(5, 2),
        help="The score of the last survey that was answered.",
    )
    satisfaction_change = fields.Float(
        compute="_compute_satisfaction", digits=(5, 2), help="Against the survey before."
    )
    satisfaction_date = fields.Date(compute="_compute_satisfaction", string="Last Answer")
    satisfaction_trend = fields.Selection(
        selection=[("up", "Better"), ("same", "As Before"), ("down", "Worse")],
        compute="_compute_satisfaction",
        help="Against the survey before.",
    )

    # === COMPUTE METHODS === #

    @api.depends("satisfaction_ids.state")
    def _compute_satisfaction(self):
        surveys = self.env["key.account.satisfaction"]
        if not surveys.has_access("read"):
            surveys = surveys.browse()
        counts = dict(surveys._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"]))
        last = {}
        answered = surveys.search_fetch(
            [("account_id", "in", self.ids), ("has_score", "=", True)],
            ["account_id", "score", "score_change", "answer_date", "previous_id"],
            order="answer_date, id",
        )
        for survey in answered:
            last[survey.account_id] = survey
        for account in self:
            survey = last.get(account, surveys.browse())
            account.satisfaction_count = counts.get(account, 0)
            account.satisfaction_score = survey.score
            account.satisfaction_change = survey.score_change
            account.satisfaction_date = survey.answer_date
            account.satisfaction_trend = survey._get_trend() if survey else False

    # === ACTION METHODS === #

    def action_open_satisfaction(self):
        """Open the surveys of this account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_satisfaction_action"
        )
        return action | {
            "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id},
            "view_mode": "list,kanban,form,graph",
            "views": [(False, "list"), (False, "kanban"), (False, "form"), (False, "graph")],
        }

    def action_ask_satisfaction(self):
        """Open the account's open survey, or a new one."""
        self.ensure_one()
        survey = self.satisfaction_ids.filtered(lambda survey: survey.state in OPEN_STATES)
        if not survey:
            survey = self.env["key.account.satisfaction"].create({"account_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": survey._name,
            "res_id": survey.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "satisfaction_count", "satisfaction_score", "satisfaction_change", "satisfaction_date",
            "satisfaction_trend",
        }

    def write(self, vals):
        before = {account: account.manager_id for account in self} if "manager_id" in vals else {}
        result = super().write(vals)
        for account, manager in before.items():
            account._pass_on_surveys(manager)
        return result

    def _pass_on_surveys(self, before):
        """Let the surveys under way go with the account to its new manager."""
        # sudo: whoever may change the owner need not be one of the account's people
        self.sudo().satisfaction_ids.filtered(
            lambda survey: survey.state in OPEN_STATES and survey.user_id == before
        ).user_id = self.manager_id

    def _get_survey_contact(self):
        """Return who is asked: of the people with an e-mail address the one with the most say (F5).

        :rtype: res.partner
        """
        self.ensure_one()
        # sudo: whom the customer's answer is asked of, also where his contact is hidden
        people = self.sudo().stakeholder_ids.filtered("email").sorted(
            lambda person: (-person.decision_power, person.id)
        )
        return (people[:1].partner_id or self.sudo().partner_id).sudo(False)

    @api.model
    def _find_due_for_survey(self):
        """Return the accounts whose survey is due today: none waits for its answer, and the interval is over.

        The interval counts from the day on which the customer was last asked, whatever came of it; before
        the first time, from the admission. So installing the addon, or admitting a customer, mails to nobody
        at once. What was not sent yet, or was cancelled, has asked nobody.

        :rtype: key.account
        """
        accounts = self.search([
            ("state", "=", "active"),
            ("grade_id.survey_interval_months", ">", 0),
            ("satisfaction_ids", "not any", [("state", "=", "sent")]),
        ], order="id")
        last = dict(self.env["key.account.satisfaction"]._read_group(
            [("account_id", "in", accounts.ids), ("state", "in", ASKED_STATES)], ["account_id"], ["date:max"]
        ))
        today = {company: company._get_key_account_today() for company in accounts.company_id}
        return accounts.filtered(lambda account: next_due(
            last.get(account) or account.admission_date or account.create_date.date(),
            account.grade_id.survey_interval_months,
        ) <= today[account.company_id])

    def _ask_satisfaction(self):
        """Ask the customer by mail, also where somebody has prepared it and not sent it.

        Where nobody has an address the manager is told, once; it is sent as soon as somebody has.
        """
        self.ensure_one()
        survey = self.satisfaction_ids.filtered(lambda survey: survey.state in OPEN_STATES)
        if survey.state == "sent":
            return False
        is_new = not survey
        if is_new:
            survey = survey.create({
                "account_id": self.id, "date": self.company_id._get_key_account_today(),
            })
        if not survey.contact_id.email:
            survey.contact_id = self._get_survey_contact()
        if survey.contact_id.email:
            survey._send()
        elif is_new:
            survey._give_activity(
                survey._get_responsible(),
                lambda env: env._(
                    "Nobody can be asked by e-mail: choose a contact, or fill it in on a visit"
                ),
            )
        else:
            return False
        return True
