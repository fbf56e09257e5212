from odoo import api, models
from odoo.tools import SQL

from ..service.key_account_visit import AHEAD_STATES


class KeyAccountTarget(models.Model):
    """What is still to be expected in a period: opportunities, invoices that fall due, visits ahead."""

    _inherit = "key.account.target"

    @api.model
    def _get_forecast_source(self, kind, company, level, date_from, date_to):
        """Return the SELECT of what is to be expected of a kind of target; None where nothing is known.

        :param str kind: a kind of target, or ``history``
        :param res.company company: whose records
        :param str level: of the subjects
        :param datetime.date date_from: first day
        :param datetime.date date_to: last day, inclusive
        :rtype: SQL or None
        """
        period = (company, level, date_from, date_to)
        if kind == "visits":
            return self._get_visit_source(*period, AHEAD_STATES)
        if kind == "sales":
            return self._get_pipeline_source(*period)
        if kind == "collection":
            return self._get_due_source(*period)
        if kind == "new_customers":
            return self._get_prospect_source(*period)
        return None

    @api.model
    def _get_pipeline_source(self, company, level, date_from, date_to):
        """Return the SELECT of the open opportunities that are to close in a period, by probability."""
        subject = {
            "company": SQL("%s::int", company.id),
            "team": SQL("COALESCE(lead.key_account_team_id, lead.team_id)"),
            "person": SQL("COALESCE(lead.key_account_manager_id, lead.user_id)"),
            "account": SQL("lead.key_account_id"),
        }
        return SQL(
            """
            SELECT lead.date_deadline AS date, %(subject)s AS subject_id,
                   COALESCE(lead.key_account_team_id, lead.team_id) AS team_id,
                   lead.expected_revenue * lead.probability::numeric / 100 AS amount, TRUE AS is_countable,
                   lead.probability::numeric / 100 AS probability,
                   partner.commercial_partner_id AS customer_id
              FROM crm_lead lead
              LEFT JOIN res_partner partner ON partner.id = lead.partner_id
              LEFT JOIN key_account account ON account.id = lead.key_account_id
             WHERE lead.active AND lead.type = 'opportunity' AND lead.won_status = 'pending'
               AND COALESCE(lead.company_id, account.company_id) = %(company)s
               AND lead.date_deadline BETWEEN %(date_from)s AND %(date_to)s
            """,
            subject=subject[level],
            company=company.id,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _get_prospect_source(self, company, level, date_from, date_to):
        """Return the SELECT of the customers to be won: who never ordered, by his best opportunity."""
        ledger = self.env["key.account.ledger.entry"]
        known = SQL(" UNION ALL ").join(
            SQL("SELECT source.contact_id FROM (%s) source", ledger._get_source(kind, company, None, date_to))
            for kind in ("ordered", "history")
        )
        return SQL(
            """
            SELECT DISTINCT ON (lead.customer_id) lead.date, lead.subject_id, lead.team_id,
                   lead.probability AS amount, TRUE AS is_countable
              FROM (%(leads)s) lead
             WHERE lead.customer_id NOT IN (
                SELECT contact.commercial_partner_id
                  FROM (%(known)s) known JOIN res_partner contact ON contact.id = known.contact_id
               )
             ORDER BY lead.customer_id, lead.probability DESC, lead.date
            """,
            leads=self._get_pipeline_source(company, level, date_from, date_to),
            known=known,
        )

    @api.model
    def _get_due_source(self, company, level, date_from, date_to):
        """Return the SELECT of what falls due in a period and is open, untaxed like what was collected."""
        ledger = self.env["key.account.ledger.entry"]
        join, user, team = ledger._get_credit_parts("invoiced")
        subject_join, subject = ledger._get_subject_parts(level, user, team)
        return SQL(
            """
            SELECT credited.invoice_date_due AS date, %(subject)s AS subject_id, %(team)s AS team_id,
                   credited.amount_residual_signed * credited.amount_untaxed_signed
                       / NULLIF(credited.amount_total_signed, 0) AS amount,
                   TRUE AS is_countable
              FROM (%(source)s) source
              JOIN res_partner partner ON partner.id = source.contact_id
              %(join)s %(subject_join)s
             WHERE credited.amount_residual_signed != 0
               AND credited.invoice_date_due BETWEEN %(date_from)s AND %(date_to)s
            """,
            subject=subject,
            team=team,
            source=ledger._get_source("invoiced", company, None, date_to),
            join=join,
            subject_join=subject_join,
            date_from=date_from,
            date_to=date_to,
        )
