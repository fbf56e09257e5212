from odoo import api, fields, models

# the life of the service to a customer, from the first contact to the follow-up (C6)
SERVICE_STAGE = [
    ("contact", "First Contact"),
    ("need", "Need Confirmed"),
    ("contract", "Contract"),
    ("execution", "Execution"),
    ("feedback", "Feedback"),
    ("follow_up", "Continued Follow-up"),
]


class KeyAccount(models.Model):
    """Where the service to the customer stands in its life cycle (C6).

    A judgement of those who serve him, not a state: a customer of many years is at the contract of his next
    project, so each stage follows on each.
    """

    _inherit = "key.account"

    service_stage = fields.Selection(
        selection=SERVICE_STAGE,
        index=True,
        tracking=True,
        help="The stage of the service life cycle: contact, need confirmed, contract, execution, feedback, "
        "continued follow-up. Its changes are in the history below.",
    )

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"service_stage"}
