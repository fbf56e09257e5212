from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_sync_salesperson = fields.Boolean(
        string="Account Manager Is the Customer's Salesperson",
        default=True,
        help="Keeps the salesperson on the customer equal to the key account manager, since new orders "
        "and leads take theirs from the customer.",
    )
    key_account_coverage_days = fields.Integer(
        string="Decision Makers Are Met Every",
        default=90,
        help="People with decision power who were not met for so many days are shown as not met in time.",
    )
    key_account_renewal_days = fields.Integer(
        string="Agreements Are Told of Before Their End",
        default=60,
        help="So many days before an agreement runs out its account's manager is told; 0: never.",
    )
    key_account_stale_days = fields.Integer(
        string="Files Are Out of Date After",
        default=180,
        help="When nothing in a file was changed for so many days its account's manager is told; 0: never.",
    )

    key_account_claim_policy = fields.Selection(
        selection=[("off", "Allowed"), ("warn", "Warned"), ("block", "Refused")],
        string="Others Who Open a Lead or Quotation Are",
        required=True,
        default="warn",
        help="When somebody of another department opens a lead, an opportunity or a quotation for a "
        "customer who is a key account already, by itself or by its name, e-mail domain, phone or tax "
        "number.",
    )

    _key_account_file_days = models.Constraint(
        "CHECK (key_account_coverage_days >= 0 AND key_account_renewal_days >= 0"
        " AND key_account_stale_days >= 0)",
        "A number of days is 0 or more.",
    )

    def _get_coverage_start(self):
        """Return the day since which people with decision power are to have been met.

        :rtype: datetime.date
        """
        self.ensure_one()
        return fields.Date.subtract(self._get_key_account_today(), days=self.key_account_coverage_days)

    def _get_file_stale_limit(self):
        """Return the moment before which a file's last update makes it out of date, or None.

        :rtype: datetime.datetime
        """
        if not self.key_account_stale_days:
            return None
        return fields.Datetime.subtract(fields.Datetime.now(), days=self.key_account_stale_days)
