from odoo import api, models
from odoo.tools import SQL

LIMIT = 500


class KeyAccount(models.Model):
    """What runs by itself: access follows the day, and what is marked follows the accounts."""

    _inherit = "key.account"

    @api.model
    def _cron_refresh_access(self):
        """Let memberships and deputies begin and end with the day, and mend wrong marks (once an hour).

        It looks for what differs, so that it may be killed or run twice at any time.
        """
        mended = self._mend_marks()
        # sudo: the day begins for every department
        teams = self.env["crm.team"].sudo().with_context(active_test=False).search(
            [("key_account_deputy_id", "!=", False)]
        )
        self.env.add_to_compute(teams._fields["key_account_acting_deputy_id"], teams)
        accounts = self._find_outdated_access()
        # what another transaction holds is left to the next time
        batch = accounts[:LIMIT].try_lock_for_update()
        self.env.add_to_compute(self._fields["allowed_user_ids"], batch)
        self.env.flush_all()
        self.env["ir.cron"]._commit_progress(
            mended + len(batch), remaining=max(len(accounts) - LIMIT, 0)
        )

    @api.model
    def _find_outdated_access(self):
        """Return, as superuser, the accounts whose people are not those of today where the company is."""
        self.env.flush_all()
        # sudo: the day begins for every account, in every company
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        companies = companies.search([])  # pylint: disable=no-search-all
        rows = self.env.execute_query(SQL(
            """
            WITH today (company_id, day) AS (VALUES %s),
            due AS (
                SELECT id AS account_id, manager_id AS user_id FROM key_account WHERE manager_id IS NOT NULL
                 UNION
                SELECT member.account_id, member.user_id
                  FROM key_account_member member
                  JOIN key_account account ON account.id = member.account_id
                  JOIN today ON today.company_id = account.company_id
                 WHERE member.date_from <= today.day
                   AND (member.date_to IS NULL OR member.date_to >= today.day)
            ),
            present AS (SELECT account_id, user_id FROM key_account_allowed_user_rel)
            SELECT account_id FROM (TABLE due EXCEPT TABLE present) beginning
             UNION
            SELECT account_id FROM (TABLE present EXCEPT TABLE due) ending
            """,
            SQL(", ").join(
                SQL("(%s, %s::date)", company.id, company._get_key_account_today()) for company in companies
            ),
        ))
        return self.sudo().browse(sorted(id_ for id_, in rows))  # sudo: as above

    @api.model
    def _mend_marks(self):
        """Mark what is secret among contacts, documents and meetings, touching only what is marked wrongly.

        A process that saves one of them while another one makes its account secret marks it by what was
        true when it began; nothing else would ever change that.

        :return: how many contacts and documents were wrong
        :rtype: int
        """
        self.env.flush_all()
        models_ = [self.env["res.partner"], *self._get_document_models()]
        mended = sum(self._mend_marks_of(model) for model in models_)
        if mended:
            self._forget_accounts()
        self.env["calendar.event"]._mend_key_accounts()
        # sudo: meetings are closed for every account
        accounts = self.sudo().with_context(active_test=False)
        accounts.search([("confidentiality", "!=", "internal")])._close_meetings()
        return mended

    @api.model
    def _mend_marks_of(self, model):
        self.env.cr.execute(SQL(
            """
            UPDATE %(table)s record SET key_account_is_secret = NOT COALESCE(key_account_is_secret, FALSE)
             WHERE id IN (
                (SELECT id FROM %(table)s WHERE key_account_is_secret IS TRUE EXCEPT %(secret)s)
                 UNION ALL
                (%(secret)s EXCEPT SELECT id FROM %(table)s WHERE key_account_is_secret IS TRUE)
             )
            """,
            table=SQL.identifier(model._table),
            secret=self._get_secret_contacts_query() if model._name == "res.partner" else SQL(
                "SELECT document.id FROM %s document JOIN res_partner partner"
                " ON partner.id = document.partner_id WHERE partner.key_account_is_secret IS TRUE",
                SQL.identifier(model._table),
            ),
        ))
        mended = self.env.cr.rowcount
        model.invalidate_model(["key_account_is_secret"], flush=False)
        return mended

    @api.model
    def _get_secret_contacts_query(self):
        """Return the query of the contacts that are secret, as the field itself is computed."""
        return SQL(
            """
            SELECT partner.id
              FROM key_account account
              JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
             WHERE account.confidentiality = 'secret' AND partner.partner_share
               AND NOT EXISTS (
                    SELECT FROM res_company company
                     WHERE company.partner_id = account.partner_id AND company.active
               )
            """
        )
