from typing import NamedTuple

from odoo import api, fields, models


class Item(NamedTuple):
    """One thing that a complete file holds: a field of the account, its weight, and its annex (F2)."""

    name: str
    weight: int
    annex: str


# The weights add up to 100.
ITEMS = (
    Item("street", 4, "basics"),
    Item("zip", 1, "basics"),
    Item("phone", 3, "basics"),
    Item("email", 2, "basics"),
    Item("vat", 4, "basics"),
    Item("industry_id", 3, "basics"),
    Item("unit_nature", 3, "basics"),
    Item("unit_scale", 3, "basics"),
    Item("main_products", 4, "basics"),
    Item("reputation", 2, "basics"),
    Item("total_assets", 2, "basics"),
    Item("shareholders", 2, "basics"),
    Item("customer_source", 2, "basics"),
    Item("customer_kind", 3, "basics"),
    Item("star_tag", 2, "basics"),
    Item("payment_mode", 5, "funding"),
    Item("funding_nature", 3, "funding"),
    Item("funding_status", 2, "funding"),
    Item("credit_grade", 5, "credit"),
    Item("credit_performance", 3, "credit"),
    Item("credit_payment", 3, "credit"),
    Item("credit_price_level", 2, "credit"),
    Item("credit_project_ability", 2, "credit"),
    Item("purchase_volume", 4, "market"),
    Item("growth_plans", 2, "market"),
    Item("competitor_ids", 5, "market"),
    Item("stakeholder_ids", 8, "people"),
    Item("decision_power_total", 6, "people"),
    Item("project_ids", 5, "cooperation"),
    Item("agreement_ids", 5, "cooperation"),
)


class KeyAccount(models.Model):
    """How much of the file is filled in, and what is missing."""

    _inherit = "key.account"

    completeness = fields.Integer(
        string="Completeness (%)",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        help="How much of the customer file is filled in; each item counts by its weight.",
    )
    missing_items = fields.Text(
        string="Missing", compute="_compute_missing_items", help="What the file does not hold yet, by annex."
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "stakeholder_ids.active", "project_ids.active", "competitor_ids.active",
        *(item.name for item in ITEMS if item.annex != "credit"), "sensitive_data",
    )
    def _compute_completeness(self):
        for account in self:
            missing = sum(item.weight for item in account._get_missing_items())
            account.completeness = 100 - missing

    @api.depends("completeness", "sensitive_data")
    @api.depends_context("lang")
    def _compute_missing_items(self):
        labels = self.env["key.account"]._get_annex_labels()
        for account in self:
            lines = {}
            for item in account._get_missing_items():
                label = account._fields[item.name]._description_string(self.env)
                lines.setdefault(item.annex, []).append(f"{label} ({item.weight} %)")
            account.missing_items = "\n".join(
                f"{labels[annex]}: {', '.join(names)}" for annex, names in lines.items()
            )

    # === BUSINESS METHODS === #

    @api.model
    def _get_annex_labels(self):
        """Return what the parts of the file are called.

        :return: {annex: label}
        :rtype: dict
        """
        return {
            "basics": self.env._("Basics"),
            "funding": self.env._("Funding and Payment"),
            "credit": self.env._("Credit Assessment"),
            "market": self.env._("Market"),
            "people": self.env._("People"),
            "cooperation": self.env._("Co-operation"),
        }

    def _get_missing_items(self):
        """Return the items that this file does not hold.

        :return: of ``ITEMS``, in their order
        :rtype: list
        """
        self.ensure_one()
        # sudo: whether a sensitive field is filled in is no secret, its content is
        account = self.sudo()
        filled = account.sensitive_data or {}
        return [
            item for item in ITEMS
            if not (filled.get(item.name) if item.annex == "credit" else account[item.name])
        ]

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"completeness"}

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {"completeness"}
