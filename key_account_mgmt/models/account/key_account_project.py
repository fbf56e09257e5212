from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..access.key_account_approval_mixin import Transition

PROJECT_STATE = [
    ("planned", "Upcoming"),
    ("running", "Running"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
]
PERFORMANCE = [
    ("good", "As Agreed"),
    ("delayed", "Delayed"),
    ("disputed", "Disputed"),
    ("breached", "Not Performed"),
]


class KeyAccountProject(models.Model):
    """A project of the customer in which we had, have or want a part (F6, R8, V9)."""

    _name = "key.account.project"
    _description = "Key Account Project"
    _inherit = [
        "key.account.approval.mixin", "key.account.file.mixin", "mail.thread", "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"

    # past projects are entered as such
    _initial_states = ("planned", "running", "completed", "cancelled")
    _transitions = {
        ("planned", "running"): Transition(),
        ("planned", "cancelled"): Transition(),
        ("running", "planned"): Transition(),
        ("running", "completed"): Transition(),
        ("running", "cancelled"): Transition(),
        ("completed", "running"): Transition(),
        ("cancelled", "planned"): Transition(),
    }

    name = fields.Char(required=True)
    active = fields.Boolean(string="In Use", default=True)
    state = fields.Selection(
        selection=PROJECT_STATE, required=True, default="planned", index=True, tracking=True,
        group_expand=True,
    )
    performance = fields.Selection(
        selection=PERFORMANCE, string="Contract Performance", tracking=True,
        help="How both sides keep to what was agreed.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    date_from = fields.Date(string="Begins On")
    date_to = fields.Date(string="Ends On")
    amount = fields.Monetary(string="Contract Amount")
    contact_ids = fields.Many2many(
        comodel_name="key.account.stakeholder",
        relation="key_account_project_stakeholder_rel",
        column1="project_id",
        column2="stakeholder_id",
        string="Project Contacts",
        domain="[('account_id', '=', account_id)]",
        help="Whom to ask at the customer: name, post and telephone are on the person's page.",
    )
    milestone_ids = fields.One2many(
        comodel_name="key.account.project.milestone", inverse_name="project_id", copy=True
    )
    next_deadline = fields.Date(compute="_compute_next_deadline")
    description = fields.Text()

    _dates = models.Constraint("CHECK (date_to >= date_from)", "The project ends before it begins.")
    _amount_not_negative = models.Constraint(
        "CHECK (amount >= 0)", "A project's contract amount is 0 or more."
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "milestone_ids.deadline", "milestone_ids.done_date")
    def _compute_next_deadline(self):
        for project in self:
            still_open = project.milestone_ids.filtered(
                lambda milestone: milestone.deadline and not milestone.done_date
            )
            is_alive = project.state in ("planned", "running")
            project.next_deadline = is_alive and min(still_open.mapped("deadline"), default=False)

    # === CONSTRAINT METHODS === #

    @api.constrains("contact_ids")
    def _check_contacts(self):
        for project in self.sudo():  # sudo: people of another account may be hidden from the user
            if project.contact_ids.account_id - project.account_id:
                raise ValidationError(self.env._(
                    "The contacts of a project are people of the same key account."
                ))

    # === ACTION METHODS === #

    def action_start(self):
        """The project has begun."""
        return self.write({"state": "running"})

    def action_complete(self):
        """The project is done."""
        return self.write({"state": "completed"})

    def action_cancel(self):
        """The project will not take place."""
        return self.write({"state": "cancelled"})

    def action_reopen(self):
        """Take up a completed or a cancelled project again."""
        for project in self:
            project.write({"state": "running" if project.state == "completed" else "planned"})
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "name", "active", "state", "performance", "user_id", "date_from", "date_to", "amount",
            "contact_ids", "next_deadline", "can_approve",
        }
