from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access.roles import group
from .key_account_visit import (
    AHEAD_STATES,
    DECIDED_FIELDS,
    ITEM_FIELDS,
    OPEN_STATES,
    REPORT_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
)

# With these customers there is nothing more to be planned.
CLOSED_ACCOUNT_STATES = ("ended", "rejected")


class KeyAccountVisit(models.Model):
    """What may be entered and changed, by whom and until when (V1-V3)."""

    _inherit = "key.account.visit"

    # === WHAT MAY BE ENTERED === #

    def _check_created_in_state(self):
        """Let the director take over visits that were held before this system was there."""
        if not (self.state == "verified" and self.env.user.has_group(group("director"))):
            raise UserError(self.env._(
                "A new visit starts as a draft. Only the director takes over visits that were held before."
            ))
        if self.env.user in self.user_id | self.visitor_ids:
            raise UserError(self.env._(
                "%(visit)s is your own matter: as a verified visit somebody else takes it over. Enter it as "
                "a draft, and report it.",
                visit=self.display_name,
            ))
        self._record_decision("imported", role="director")

    def _check_customer_open(self):
        """Plan no visits to customers with whom the co-operation has ended; what was held may be entered."""
        if self.plan_id and (reason := self._get_customer_closed_reason()):
            raise UserError(reason)

    def _get_customer_closed_reason(self):
        account = self.account_id
        return account.state in CLOSED_ACCOUNT_STATES and self.env._(
            "%(account)s is “%(state)s”: no visits are planned. Make it a candidate again first.",
            account=account.display_name, state=account._get_state_label(account.state),
        )

    @api.model
    def _check_plan_open(self, plan_id):
        # sudo: the plan may be another department's, which is refused elsewhere
        plan = self.env["key.account.visit.plan"].sudo().browse(plan_id or ())
        if plan and plan.state != "draft" and not self.env.su:
            raise UserError(self.env._(
                "%(plan)s is “%(state)s”: visits are added to it and taken from it only after “Revise”, "
                "and it is approved anew.",
                plan=plan.display_name, state=plan._get_state_label(plan.state),
            ))

    def _check_people(self):
        """Refuse to send somebody who may not see the customer's file; others come along freely."""
        accounts = self.env["key.account"]
        for visit in self:
            accounts._check_may_work(visit, visit.visitor_ids)
            # sudo: the account is asked for the one who leads, not for the one who plans
            if not self.env.su and not visit.account_id.sudo()._is_open_to(visit.user_id):
                raise UserError(self.env._(
                    "%(user)s does not work for this customer: add him to the account team first, or let "
                    "somebody else lead the visit.",
                    user=visit.user_id.name,
                ))

    # === WHAT MAY CHANGE === #

    def _check_changeable(self, vals):
        """Refuse changes of what was decided, reported or held.

        :param dict vals: the values about to be written, by a user
        :raise UserError: with what to do instead
        """
        for visit in self:
            if vals.keys() & REPORT_FIELDS and visit.state in ("reported", "verified"):
                raise UserError(self.env._(
                    "The report of %(visit)s has been handed in. Have it sent back to change it.",
                    visit=visit.display_name,
                ))
            changed = visit._get_changed(DECIDED_FIELDS | {"is_urgent"}, vals)
            if visit.state != "draft" and changed - {"user_id"}:
                raise UserError(self.env._(
                    "Kind, plan and urgency of a visit are said before it is planned. Cancel it with the "
                    "reason, and plan another one."
                ))
            if visit.state not in OPEN_STATES:
                visit._check_past(vals)
            if visit.plan_id:
                visit._check_plan_allows(vals)
        if "plan_id" in vals:
            self._check_plan_open(vals["plan_id"])

    def _check_past(self, vals):
        """Refuse to rewrite what was to be done, and by whom, once it is over.

        Where it was, when and whom one met may be put right until the report has been handed in.
        """
        names = TEXT_FIELDS | {"user_id"}
        if self.state in ("cancelled", "missed"):
            names |= TIME_FIELDS | ITEM_FIELDS | {"visitor_ids"}
        if names := self._get_changed(names, vals):
            raise UserError(self.env._(
                "%(visit)s is “%(state)s”: what was planned stays as it was (%(fields)s). Say in the report "
                "what came of it.",
                visit=self.display_name, state=self._get_state_label(self.state),
                fields=sorted(self._fields[name]._description_string(self.env) for name in names),
            ))
        if "visitor_ids" in vals and self.visitor_ids - self._get_people_after(vals):
            raise UserError(self.env._(
                "Whoever was on %(visit)s stays on it: people are only added.", visit=self.display_name
            ))

    def _get_people_after(self, vals):
        """Return who will be among our people when these values have been written."""
        field = self._fields["visitor_ids"]
        ids = field.convert_to_cache(vals["visitor_ids"], self, validate=False)
        return self.env["res.users"].browse(ids)

    def _check_plan_allows(self, vals):
        """Refuse what changes a plan that was submitted: a small move is daily work, all else is not.

        While the plan is revised, visits that were approved may be changed; they are marked, and held only
        when the plan has been approved anew.
        """
        # sudo: whoever leads the visit need not see the plan
        plan = self.sudo().plan_id
        decided = self._get_changed(DECIDED_FIELDS | TEXT_FIELDS, vals)
        if plan.state == "draft" and self.state in OPEN_STATES:
            if self.state in AHEAD_STATES and (decided or not self._is_small_move(plan, vals)):
                self.sudo().is_changed = True  # sudo: the mark is nobody's to write
            return
        stands_still = self.state == "draft" or self.is_changed
        if stands_still and vals.keys() & (DECIDED_FIELDS | ITEM_FIELDS | TIME_FIELDS):
            raise UserError(self.env._(
                "%(plan)s is being decided on. Have it sent back to change its visits.",
                plan=plan.display_name,
            ))
        if decided and self.state in AHEAD_STATES:
            raise UserError(self.env._(
                "Another person or purpose is a change of %(plan)s: the leader or the director takes it up "
                "by “Revise”, and it is approved anew.",
                plan=plan.display_name,
            ))
        if not self._is_small_move(plan, vals):
            raise UserError(self.env._(
                "%(visit)s was approved for another time. A move of up to %(days)s days is daily work; "
                "more changes %(plan)s: use “Revise” there, or cancel the visit with the reason.",
                visit=self.display_name, days=plan.company_id.key_account_visit_move_days,
                plan=plan.display_name,
            ))

    def _get_changed(self, names, vals):
        """Return which of these fields the values would really change."""
        return {
            name for name in names & vals.keys()
            if self._fields[name].convert_to_write(self[name], self) != (vals[name] or False)
        }

    def _is_small_move(self, plan, vals):
        """Return whether these values leave the visit within the days that are daily work."""
        limit = timedelta(days=plan.company_id.key_account_visit_move_days)
        start = fields.Datetime.to_datetime(vals.get("start"))
        return not (self.planned_start and start) or abs(start - self.planned_start) <= limit

    def _touch(self, vals):
        """Remember that a generated draft has been changed by hand."""
        if not vals.keys() - self._get_system_fields():
            return
        self.check_access("write")
        # sudo: the mark is nobody's to write
        self.sudo().filtered(lambda visit: visit.is_generated and not visit.is_touched).is_touched = True
