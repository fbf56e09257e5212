from odoo import api, fields, models


class KeyAccountProject(models.Model):
    """The contact of each project stands on the month's return-visit form (V9)."""

    _inherit = "key.account.project"

    contact_summary = fields.Char(
        string="Contact (Name, Post, Phone)",
        compute="_compute_contact_summary",
        help="The project's people at the customer, each with post and phone.",
    )

    # === COMPUTE METHODS === #

    @api.depends("contact_ids.name", "contact_ids.function", "contact_ids.phone")
    def _compute_contact_summary(self):
        for project in self:
            project.contact_summary = "; ".join(
                ", ".join(filter(None, (person.name, person.function, person.phone)))
                for person in project.contact_ids
            )

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"contact_summary"}
