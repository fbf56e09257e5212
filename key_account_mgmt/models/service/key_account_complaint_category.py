from odoo import api, fields, models


class KeyAccountComplaintCategory(models.Model):
    """What complaints are about, and who usually handles such ones."""

    _name = "key.account.complaint.category"
    _description = "Complaint Category"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(string="In Use", default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies have it."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Usual Owner",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Gets new complaints of this category; empty, or where he does not work in the company: the "
        "account's manager does.",
    )

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for category in self:
            self.env["key.account.complaint"]._check_may_own(category.user_id, category.company_id)
