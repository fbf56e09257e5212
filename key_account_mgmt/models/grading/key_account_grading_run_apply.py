from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..access.roles import group

# How many rows are applied at once; more than this is left to the scheduled action.
BATCH = 200


class KeyAccountGradingRun(models.Model):
    """Applying an approved run, in batches that may be killed at any point (each row once)."""

    _inherit = "key.account.grading.run"

    def action_apply(self):
        """Apply the approved runs; a large one goes on in the background."""
        user = self.env.user
        if not (user.has_group(group("director")) or user.has_group(group("executive"))):
            raise AccessError(self.env._("The director or an executive applies a run."))
        for run in self:
            run._check_applicable()
            # sudo: applying touches accounts that the user may only read
            locked = run.sudo()
            locked.lock_for_update()
            locked.is_apply_requested = True
            if locked._get_pending_count() <= BATCH:
                locked._apply_batch(BATCH)
            else:
                # sudo: scheduled actions are not the user's to start
                self.env.ref("key_account_mgmt.ir_cron_key_account_grading_run_apply").sudo()._trigger()
        return True

    def _check_applicable(self):
        """Refuse what has been applied, is not approved, or is older than what has been applied."""
        self.ensure_one()
        if self.state == "applied":
            raise UserError(self.env._(
                "%(run)s was applied on %(date)s; nothing is applied twice.",
                run=self.name, date=fields.Date.to_string(self.applied_on),
            ))
        if self.state != "approved":
            raise UserError(self.env._("%(run)s is not approved yet.", run=self.name))
        # sudo: the newer run may be one that the user does not see
        newer = self.sudo().search([
            ("company_id", "=", self.company_id.id),
            ("scheme_id", "=", self.scheme_id.id),
            ("state", "=", "applied"),
            ("is_partial", "=", False),
            "|",
            ("date_to", ">", self.date_to),
            "&", ("date_to", "=", self.date_to), ("computed_on", ">", self.computed_on),
        ], limit=1)
        if newer:
            raise UserError(self.env._(
                "%(newer)s is in effect and is newer than %(run)s: grades would go back in "
                "time. Compute a new run.",
                newer=newer.name, run=self.name,
            ))

    def _get_pending_count(self):
        # sudo: all rows are applied, also those that the user may not see
        return self.env["key.account.assessment"].sudo().search_count(
            [("run_id", "=", self.id), ("is_applied", "=", False)]
        )

    def _apply_batch(self, limit):
        """Apply some rows of this run, and close it with the last.

        :param int limit: how many rows at most
        :return: how many rows were applied
        :rtype: int
        """
        self.ensure_one()
        rows = self.env["key.account.assessment"].search(
            [("run_id", "=", self.id), ("is_applied", "=", False)], order="id", limit=limit
        )
        for row in rows:
            row._apply()
        rows.is_applied = True
        self.env["crm.lead"]._refresh_key_account_snapshots(rows.account_id)
        if not self._get_pending_count():
            self.write({"state": "applied", "applied_on": fields.Datetime.now()})
        return len(rows)
