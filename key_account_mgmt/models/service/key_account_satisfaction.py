from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...calculations.satisfaction import period_name
from ..access.key_account_approval_mixin import Transition
from ..account.key_account import ADMITTED_STATES

SATISFACTION_STATE = [
    ("draft", "To Send"),
    ("sent", "Waiting for the Answer"),
    ("answered", "Answered"),
    ("expired", "Not Answered"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("draft", "sent")
# the customer was asked, or would have been
ASKED_STATES = ("sent", "answered", "expired")
CHANNEL = [
    ("mail", "By E-mail"),
    ("interview", "In a Conversation"),
]
RECOMMENDATION = [
    ("promoter", "Promoter (9–10)"),
    ("passive", "Passive (7–8)"),
    ("detractor", "Detractor (0–6)"),
]


class KeyAccountSatisfaction(models.Model):
    """One survey of one key account: whom we asked, what was answered, and what follows (C1–C3, G13).

    The questions and answers are the survey app's; the scores are computed once, when they come in
    (``key_account_satisfaction_answer.py``). What runs by itself is in ``key_account_satisfaction_cron.py``.
    """

    _name = "key.account.satisfaction"
    _description = "Satisfaction Survey"
    _inherit = [
        "key.account.approval.mixin", "key.account.guard.mixin", "key.account.access.mixin",
        "mail.thread", "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    _reason_actions = {"cancel": "_cancel"}
    _initial_states = ("draft",)
    _transitions = {
        ("draft", "sent"): Transition(),
        ("draft", "cancelled"): Transition(),
        ("draft", "expired"): Transition("system"),
        ("sent", "cancelled"): Transition(roles=("leader", "director")),
        ("sent", "answered"): Transition("system"),
        ("sent", "expired"): Transition("system"),
    }

    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    team_id = fields.Many2one(related="account_id.team_id", store=True)
    account_partner_id = fields.Many2one(related="account_id.partner_id", string="Customer")
    grade_id = fields.Many2one(related="account_id.grade_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Sees to it that the customer answers, and talks to him where he is not satisfied.",
    )
    state = fields.Selection(
        selection=SATISFACTION_STATE,
        required=True,
        default="draft",
        index=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    date = fields.Date(
        string="Asked On", required=True, index=True, copy=False,
        default=lambda self: self.env.company._get_key_account_today(),
        help="While nothing was sent: since when somebody wants to ask.",
    )
    period = fields.Char(compute="_compute_period", store=True, precompute=True)

    # Whom we ask, and how
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('commercial_partner_id', '=', account_partner_id)]",
        help="Who is asked: of the people with an e-mail address the one with the most say.",
    )
    contact_name = fields.Char(related="contact_id.name")
    email = fields.Char(related="contact_id.email")
    channel = fields.Selection(
        selection=CHANNEL,
        default="mail",
        required=True,
        readonly=True,
        copy=False,
        help="In a conversation: one of us had the questionnaire open and filled it in for the customer.",
    )
    interviewer_id = fields.Many2one(
        comodel_name="res.users", string="Filled In By", readonly=True, copy=False, index="btree_not_null"
    )
    survey_id = fields.Many2one(
        comodel_name="survey.survey",
        string="Questionnaire",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    user_input_id = fields.Many2one(
        comodel_name="survey.user_input",
        string="Answer Sheet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    sent_date = fields.Date(string="Sent On", readonly=True, copy=False)
    deadline = fields.Date(
        string="Answer Until", readonly=True, copy=False,
        help="The last day, inclusive; then the link closes."
    )
    reminder_date = fields.Date(string="Reminded On", readonly=True, copy=False)
    reminder_count = fields.Integer(string="Reminders", readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)

    # What came of it
    answer_date = fields.Date(readonly=True, copy=False, index=True)
    score = fields.Float(
        digits=(5, 2), readonly=True, copy=False, aggregator="avg",
        help="The mean of the dimensions that were answered: 0 not satisfied, 100 very satisfied.",
    )
    has_score = fields.Boolean(readonly=True, copy=False, help="At least one dimension was answered.")
    is_low = fields.Boolean(
        string="Low Score", readonly=True, copy=False, index="btree_not_null",
        help="Below the company's bound, not satisfied with one of the dimensions, or a recommendation of "
        "6 or less.",
    )
    recommendation = fields.Integer(
        string="Recommendation (0–10)", readonly=True, copy=False, aggregator="avg",
        help="Would the customer recommend us?",
    )
    recommendation_group = fields.Selection(selection=RECOMMENDATION, readonly=True, copy=False)
    comment = fields.Text(string="In the Customer's Words", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="key.account.satisfaction.line",
        inverse_name="satisfaction_id",
        string="Dimensions",
        readonly=True,
        copy=False,
    )
    previous_id = fields.Many2one(
        comodel_name="key.account.satisfaction",
        string="Survey Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    previous_score = fields.Float(related="previous_id.score", string="Score Before")
    score_change = fields.Float(
        string="Change", digits=(5, 2), readonly=True, copy=False, aggregator="avg",
        help="Against the survey before.",
    )

    _open_unique = models.UniqueIndex(
        "(account_id) WHERE state IN ('draft', 'sent')",
        "A survey of this key account is open already: wait for its answer, or cancel it.",
    )
    _user_input_unique = models.UniqueIndex(
        "(user_input_id) WHERE user_input_id IS NOT NULL", "An answer sheet belongs to one survey."
    )
    _score_range = models.Constraint(
        "CHECK (score >= 0 AND score <= 100 AND recommendation >= 0 AND recommendation <= 10)",
        "A score lies between 0 and 100, a recommendation between 0 and 10.",
    )

    # === COMPUTE METHODS === #

    @api.depends("account_id")
    def _compute_user_id(self):
        for satisfaction in self:
            satisfaction.user_id = satisfaction.account_id.manager_id

    @api.depends("account_id")
    def _compute_contact_id(self):
        for satisfaction in self:
            account = satisfaction.account_id
            satisfaction.contact_id = account._get_survey_contact() if account else False

    @api.depends("date", "account_id")
    def _compute_period(self):
        for satisfaction in self:
            months = satisfaction.account_id.grade_id.survey_interval_months
            satisfaction.period = satisfaction.date and period_name(satisfaction.date, months)

    @api.depends("account_id", "period")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for satisfaction in self:
            satisfaction.display_name = " · ".join(
                part for part in (satisfaction.account_id.display_name, satisfaction.period) if part
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("account_id")
    def _check_account_is_admitted(self):
        for satisfaction in self:
            if satisfaction.account_id.state not in ADMITTED_STATES:
                raise ValidationError(self.env._(
                    "%(account)s is no key account at present: customers are asked once they are admitted.",
                    account=satisfaction.account_id.display_name,
                ))

    @api.constrains("contact_id", "account_id")
    def _check_contact(self):
        for satisfaction in self:
            # sudo: the contact may be another customer's, which the user does not see
            contact = satisfaction.sudo().contact_id
            if contact and contact.commercial_partner_id != satisfaction.account_id.sudo().partner_id:
                raise ValidationError(self.env._(
                    "The contact is not one of this customer's: an answer counts for the customer whose it "
                    "is."
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        satisfactions = super().create(vals_list)
        satisfactions._check_responsible_is_inside()
        return satisfactions

    def write(self, vals):
        if {"contact_id", "account_id"} & vals.keys() and not self.env.su:
            self._check_not_sent(vals)
        result = super().write(vals)
        if {"user_id", "account_id"} & vals.keys():
            self._check_responsible_is_inside()
        if "state" in vals:
            # the index of open surveys has to know before another one is made
            self.flush_recordset(["state"])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(satisfaction.state != "draft" or satisfaction.user_input_id for satisfaction in self):
            raise UserError(self.env._("A survey that was sent is cancelled, not deleted."))

    # === ACTION METHODS === #

    def action_send(self):
        """Send the contact a personal link by e-mail."""
        self.check_access("write")
        for satisfaction in self:
            if reason := satisfaction._get_cannot_send_reason():
                raise UserError(reason)
            satisfaction._send()
        return True

    def action_interview(self):
        """Open the questionnaire to fill it in with the customer, on a visit or on the phone."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in OPEN_STATES:
            raise UserError(self.env._("This survey is closed: make a new one."))
        # sudo: answer sheets are the survey app's; that one of us had the link is kept
        satisfaction = self.sudo()
        satisfaction._open_sheet()
        satisfaction.write({"channel": "interview", "interviewer_id": self.env.uid})
        if self.state == "draft":
            satisfaction.date = self._get_today()
            self.write({"state": "sent"})
        return {
            "type": "ir.actions.act_url",
            "url": satisfaction.user_input_id.get_start_url(),
            "target": "new",
        }

    def action_ask_cancel(self):
        """Open the window that asks why the survey is given up."""
        self.check_access("write")
        return self.env["key.account.reason"]._get_action(self, "cancel", self.env._("Cancel the Survey"))

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "company_id", "team_id", "date", "period", "channel", "interviewer_id", "survey_id",
            "user_input_id", "sent_date", "deadline", "reminder_date", "reminder_count", "cancel_reason",
            "answer_date", "score", "has_score", "is_low", "recommendation", "recommendation_group",
            "comment",
            "line_ids", "previous_id", "score_change",
        }

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "account_id", "company_id", "team_id", "grade_id", "user_id", "state", "date", "period",
            "contact_id", "contact_name", "channel", "sent_date", "deadline", "reminder_count",
            "answer_date", "score",
            "has_score", "is_low", "recommendation", "recommendation_group", "previous_score", "score_change",
            "activity_ids", "activity_state", "activity_summary", "activity_type_id", "activity_type_icon",
            "activity_user_id", "activity_exception_decoration", "activity_exception_icon",
            "my_activity_date_deadline", "message_needaction", "can_approve",
        }

    def _check_responsible_is_inside(self):
        """Refuse to give a guarded customer's survey to somebody who may not see it.

        :raise RedirectWarning: with the offer to add him to the account's team
        """
        accounts = self.env["key.account"]
        for satisfaction in accounts._filter_guarded(self):
            accounts._check_may_work(satisfaction, satisfaction.user_id)

    def _check_not_sent(self, vals):
        for satisfaction in self:
            changed = any(satisfaction[name].id != vals[name] for name in ("contact_id", "account_id")
                          if name in vals)
            if changed and satisfaction.user_input_id:
                raise UserError(self.env._(
                    "The questionnaire was given out for this contact. To ask somebody else, cancel it and "
                    "make a new one."
                ))

    def _get_cannot_work_reason(self, transition, target):
        reason = super()._get_cannot_work_reason(transition, target)
        # sudo: answer sheets are the survey app's
        if not reason and target == "sent" and not self.sudo().user_input_id:
            reason = self.env._("Send it, or fill it in with the customer, by the buttons.")
        if not reason and target == "cancelled" and not self.cancel_reason:
            reason = self.env._("Cancel it by the button, which asks for the reason.")
        return reason

    def _get_cannot_send_reason(self):
        """Say why the questionnaire cannot be mailed, or False.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.state != "draft":
            return self.env._("This survey has been sent already.")
        # sudo: whether there is an address, also where the contact is hidden
        return not self.sudo().contact_id.email and self.env._(
            "%(account)s: the contact has no e-mail address. Enter one, choose somebody else, or fill it in "
            "with the customer.",
            account=self.account_id.display_name,
        )

    def _get_trend(self):
        """Return whether the score went up or down since the survey before; False without one.

        :rtype: str or bool
        """
        self.ensure_one()
        if not self.previous_id or not self.has_score:
            return False
        return "up" if self.score_change > 0 else "down" if self.score_change < 0 else "same"

    def _get_today(self):
        """Return today's date where the account is."""
        self.ensure_one()
        return (self.company_id or self.env.company)._get_key_account_today()

    def _send(self):
        # sudo: answer sheets and mails are nobody's to make by hand
        satisfaction = self.sudo()
        satisfaction._open_sheet()
        today = self._get_today()
        # the next one is due after the day on which he was asked, not on which somebody wanted to
        satisfaction.write({"sent_date": today, "date": today})
        self.write({"state": "sent"})
        satisfaction._mail("mail_template_satisfaction_invite")

    def _open_sheet(self):
        """Give out the one answer sheet of this survey, to be answered until the deadline; as superuser."""
        if self.user_input_id:
            return
        company = self.company_id
        survey = company._get_key_account_survey()
        deadline = fields.Date.add(self._get_today(), days=company.key_account_survey_expiry_days)
        lang = self.contact_id.lang or self.account_id.partner_id.lang
        self.write({
            "survey_id": survey.id,
            "deadline": deadline,
            "user_input_id": survey._create_answer(
                partner=self.contact_id or self.account_id.partner_id,
                check_attempts=False,
                account_id=self.account_id.id,
                deadline=company._get_key_account_utc_bounds(False, deadline)[1],
                lang_id=self.env["res.lang"]._get_data(code=lang).id,
            ).id,
        })

    def _mail(self, template):
        """Put a mail to the contact into the queue.

        Its link is the customer's alone: the mail hangs on the answer sheet, not on the survey, and is
        written by the company, since people read what they are the authors of.
        """
        # the system's own user: a message is read by those who have created it as well
        root = self.env.ref("base.user_root")
        self.env.ref(f"key_account_mgmt.{template}").with_user(root).send_mail(
            self.user_input_id.id, email_values={"author_id": self.company_id.partner_id.id}
        )

    def _cancel(self, reason):
        self.check_access("write")
        # sudo: the reason is set together with the state, and the link is closed
        for satisfaction in self.sudo():
            satisfaction.cancel_reason = reason
            satisfaction.user_input_id.deadline = fields.Datetime.now()
        self.write({"state": "cancelled"})
