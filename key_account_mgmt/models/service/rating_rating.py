from odoo import api, fields, models


class RatingRating(models.Model):
    """What a customer says of a complaint is seen by those who see the complaint."""

    _inherit = "rating.rating"

    # whoever has it speaks for the customer
    access_token = fields.Char(groups="base.group_system")
    key_account_complaint_id = fields.Many2one(
        comodel_name="key.account.complaint",
        string="Complaint",
        compute="_compute_key_account_complaint_id",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
        groups="base.group_system",
        help="Technical: record rules read this.",
    )

    @api.depends("res_model", "res_id")
    def _compute_key_account_complaint_id(self):
        for rating in self:
            is_complaint = rating.res_model == "key.account.complaint"
            rating.key_account_complaint_id = is_complaint and rating.res_id

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._check_is_customers_own()
        return ratings

    def write(self, vals):
        self._check_is_customers_own()
        result = super().write(vals)
        # once more: a rating of something else may have been made one of a complaint
        self._check_is_customers_own()
        return result

    def _check_is_customers_own(self):
        """Refuse to say for the customer what he thinks: core lets every employee write a rating."""
        if not self.env.su and any(rating.res_model == "key.account.complaint" for rating in self):
            raise self.env["key.account.complaint"]._get_not_the_customer()
