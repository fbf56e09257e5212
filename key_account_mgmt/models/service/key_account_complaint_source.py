from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KeyAccountComplaint(models.Model):
    """From which visit or survey a complaint came."""

    _inherit = "key.account.complaint"

    visit_id = fields.Many2one(
        comodel_name="key.account.visit",
        string="From the Visit",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id)]",
        copy=False,
    )
    satisfaction_id = fields.Many2one(
        comodel_name="key.account.satisfaction",
        string="From the Survey",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id)]",
        copy=False,
    )

    @api.constrains("visit_id", "satisfaction_id", "account_id")
    def _check_source(self):
        for complaint in self.sudo():  # sudo: who handles it need not see the visit
            sources = (complaint.visit_id, complaint.satisfaction_id)
            if any(source and source.account_id != complaint.account_id for source in sources):
                raise ValidationError(self.env._(
                    "The complaint comes from a visit or survey of another customer."
                ))

    @api.model
    def _get_registration_action(self, source, origin):
        """Open a new complaint that came from a visit or a survey.

        :param source: one ``key.account.visit`` or ``key.account.satisfaction``
        :param str origin: one of the complaint's origins
        :return: a window action
        :rtype: dict
        """
        source.ensure_one()
        source.check_access("read")
        name = {"visit": "visit_id", "survey": "satisfaction_id"}[origin]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register a Complaint"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_partner_id": source.account_id.partner_id.id,
                "default_company_id": source.company_id.id,
                "default_origin": origin,
                f"default_{name}": source.id,
            },
        }


class KeyAccountVisit(models.Model):
    _inherit = "key.account.visit"

    complaint_ids = fields.One2many(
        comodel_name="key.account.complaint", inverse_name="visit_id", string="Complaints"
    )

    def action_register_complaint(self):
        """Register what the customer complained of during the visit."""
        return self.env["key.account.complaint"]._get_registration_action(self, "visit")


class KeyAccountSatisfaction(models.Model):
    _inherit = "key.account.satisfaction"

    complaint_ids = fields.One2many(
        comodel_name="key.account.complaint", inverse_name="satisfaction_id", string="Complaints"
    )

    def action_register_complaint(self):
        """Register what the customer is not satisfied with."""
        return self.env["key.account.complaint"]._get_registration_action(self, "survey")
