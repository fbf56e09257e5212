from odoo import api, fields, models
from odoo.exceptions import ValidationError

STEP = [
    ("setup", "Set-up"),
    ("plan", "Planning"),
    ("execution", "Execution"),
    ("wrap_up", "Wrap-up"),
]


class KeyAccountProjectMilestone(models.Model):
    """A step of a project, with its owner and its time node (R8)."""

    _name = "key.account.project.milestone"
    _description = "Key Account Project Milestone"
    _inherit = ["key.account.file.mixin"]
    _order = "deadline, id"

    _is_audited = False

    project_id = fields.Many2one(
        comodel_name="key.account.project", required=True, index=True, ondelete="cascade"
    )
    account_id = fields.Many2one(related="project_id.account_id", store=True, precompute=True)
    step = fields.Selection(selection=STEP, required=True, default="execution")
    name = fields.Char(string="What", required=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    deadline = fields.Date(required=True)
    done_date = fields.Date(string="Done On")
    is_overdue = fields.Boolean(compute="_compute_is_overdue")

    # === COMPUTE METHODS === #

    @api.depends("deadline", "done_date")
    def _compute_is_overdue(self):
        for milestone in self:
            milestone.is_overdue = (
                milestone.deadline and not milestone.done_date
                and milestone.deadline < milestone._get_today()
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("done_date")
    def _check_done_date(self):
        for milestone in self:
            if milestone.done_date and milestone.done_date > milestone._get_today():
                raise ValidationError(self.env._("A step was done today or before, not in the future."))

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"account_id"}
