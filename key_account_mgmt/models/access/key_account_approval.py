from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

DECISION = [
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("returned", "Sent Back"),
    ("rejected", "Rejected"),
    ("imported", "Imported"),
]


class KeyAccountApproval(models.Model):
    """Who decided what, when and why. Written by the approval mixin alone, never changed."""

    _name = "key.account.approval"
    _description = "Key Account Approval"
    _inherit = ["key.account.guard.mixin"]
    _order = "id desc"

    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="model", string="Record", required=True, readonly=True, index=True
    )
    step = fields.Integer(
        readonly=True, help="1 for the first approval, 2 for the second; 0 for a submission."
    )
    role = fields.Selection(
        selection=[
            ("clerk", "Clerk or Inspector"),
            ("leader", "Key Account Leader"),
            ("director", "Key Account Director"),
            ("executive", "Executive"),
        ],
        readonly=True,
        help="In which role the decision was taken.",
    )
    decision = fields.Selection(selection=DECISION, required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Decided By", required=True, readonly=True, index=True
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    comment = fields.Text(readonly=True)

    # === CRUD METHODS === #

    def write(self, vals):
        if vals:
            raise UserError(self.env._("A decision is never changed afterwards: take a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Decisions are kept for good."))

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "model", "res_id", "step", "role", "decision", "user_id", "date", "comment",
        }

    # === ACCESS: WHO READS THE RECORD READS ITS DECISIONS === #

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su:
            domain = Domain(domain) & self._get_readable_domain()
        return super()._search(domain, *args, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or operation != "read" or not any(self._ids):
            return result
        forbidden = self - self.search(Domain("id", "in", self.ids))
        if not forbidden:
            return None
        return forbidden, lambda: self.env["ir.rule"]._make_access_error(operation, forbidden)

    @api.model
    def _get_readable_domain(self):
        """Return the domain of the decisions whose records the user may read."""
        return Domain.OR(
            Domain("model", "=", name) & Domain("res_id", "in", self.env[name]._search([]))
            for name in self.env.registry["key.account.approval.mixin"]._inherit_children
            if not self.env[name]._abstract and self.env[name].has_access("read")
        )
