from collections.abc import Callable
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

OFFER_TYPE = "key_account_mgmt.mail_activity_type_handover"
# Accounts of these states need no manager any more.
CLOSED_STATES = ("ended", "rejected")
# Projects and insights of these states are still to be worked on.
OPEN_PROJECT_STATES = ("planned", "running")
OPEN_INSIGHT_STATES = ("open", "in_progress")


class Holding(NamedTuple):
    """One kind of thing that people hold, and how it is found and moved.

    ``domain`` and ``account_domain`` are functions of users and a company (empty: all companies):
    what they hold, and what of it is about key accounts, so that it keeps a user from being archived.
    ``move`` and ``stand_in`` take the records, the receiver and the hand-over; without ``stand_in`` an
    absence leaves the kind alone. Where a record belongs is found by ``key_account_handover_home.py``,
    for every kind: the domain says what they hold, and nothing of the company.
    """

    key: str
    label: str
    model: str
    domain: Callable
    move: Callable
    account_domain: Callable | None = None
    detail: Callable | None = None
    role: str = ""
    stand_in: Callable | None = None


class KeyAccountHandover(models.Model):
    """What people hold. A higher layer adds its kinds by overriding :meth:`_get_holding_kinds`."""

    _inherit = "key.account.handover"

    @api.model
    def _get_holding_kinds(self):
        """Return the kinds of things that people hold, in the order in which they move.

        :return: list of :class:`Holding`
        :rtype: list
        """
        return [
            *self._get_account_holdings(),
            *self._get_file_holdings(),
            *self._get_document_holdings(),
            *self._get_role_holdings(),
            Holding(
                "approval", self.env._("Decisions Waiting"), "mail.activity",
                domain=lambda users, company: self._get_activity_domain(users, company, True),
                move=self._move_approvals,
                detail=lambda activity: activity.res_name,
            ),
        ]

    @api.model
    def _get_receiving_roles(self):
        """Return the roles that can read a hand-over at all, and so accept what needs no role of its own.

        A higher layer that gives another role the rights to it adds that role.

        :rtype: tuple
        """
        return ("assistant", "clerk", "inspector", "executive")

    @api.model
    def _get_holding_kind(self, key):
        return next(kind for kind in self._get_holding_kinds() if kind.key == key)

    @api.model
    def _get_account_holdings(self):
        return [
            Holding(
                "account", self.env._("Key Accounts"), "key.account",
                domain=self._get_account_holding_domain,
                move=self._move_accounts,
                detail=lambda account: account._get_state_label(account.state),
                role="manager",
                stand_in=self._stand_in_accounts,
            ),
            Holding(
                "seat", self.env._("Seats on Account Teams"), "key.account.member",
                domain=self._get_seat_domain,
                move=self._move_seats,
                detail=lambda seat: seat._fields["role"].convert_to_export(seat.role, seat),
            ),
        ]

    @api.model
    def _get_file_holdings(self):
        """Return the kinds of what is still to be done in the customer file."""
        return [
            self._get_file_holding(
                "project", self.env._("Projects"), "key.account.project",
                Domain("state", "in", OPEN_PROJECT_STATES),
                detail=lambda project: project._get_state_label(project.state),
            ),
            self._get_file_holding(
                "milestone", self.env._("Steps of Projects"), "key.account.project.milestone",
                Domain("done_date", "=", False)
                & Domain("project_id.state", "in", OPEN_PROJECT_STATES)
                & Domain("project_id.active", "=", True),
                detail=lambda milestone: fields.Date.to_string(milestone.deadline),
            ),
            self._get_file_holding(
                "insight", self.env._("Insights"), "key.account.insight",
                Domain("state", "in", OPEN_INSIGHT_STATES),
                detail=lambda insight: insight._get_state_label(insight.state),
            ),
        ]

    @api.model
    def _get_file_holding(self, key, label, model, still_open, detail):
        """Return the kind of a part of the customer file that has an owner."""
        return Holding(
            key, label, model,
            domain=lambda users, company: Domain("user_id", "in", users.ids)
            & still_open,
            move=self._move_file_parts, detail=detail,
        )

    @api.model
    def _get_document_holdings(self):
        return [
            Holding(
                "lead", self.env._("Leads and Opportunities"), "crm.lead",
                domain=lambda users, company: Domain("user_id", "in", users.ids)
                & Domain("won_status", "=", "pending"),
                account_domain=lambda users, company: Domain("key_account_id", "!=", False),
                move=self._move_leads,
                detail=lambda lead: lead.stage_id.name,
            ),
            Holding(
                "order", self.env._("Quotations and Orders"), "sale.order",
                domain=self._get_order_domain,
                account_domain=lambda users, company: Domain("key_account_id", "!=", False),
                move=self._move_orders,
                detail=lambda order: order._fields["state"].convert_to_export(order.state, order),
            ),
            Holding(
                "meeting", self.env._("Meetings"), "calendar.event",
                domain=self._get_meeting_domain,
                account_domain=lambda users, company: self._get_meeting_account_domain(),
                move=self._move_meetings,
                detail=lambda event: format_datetime(
                    self.env, event.start, dt_format="yyyy-MM-dd HH:mm",
                    tz=self.env.company._get_key_account_timezone().zone,
                ),
            ),
            Holding(
                "activity", self.env._("Activities"), "mail.activity",
                domain=lambda users, company: self._get_activity_domain(users, company, False),
                account_domain=lambda users, company: self._get_activity_account_domain(),
                move=self._move_activities,
                detail=lambda activity: fields.Date.to_string(activity.date_deadline),
            ),
            Holding(
                "customer", self.env._("Customers as Salesperson"), "res.partner",
                domain=lambda users, company: Domain("user_id", "in", users.ids)
                & (Domain("parent_id", "=", False) | Domain("parent_id.user_id", "not in", users.ids)),
                account_domain=lambda users, company: Domain.FALSE,
                move=self._move_customers,
            ),
        ]

    @api.model
    def _get_role_holdings(self):
        return [
            self._get_role_holding(
                "team_leader", self.env._("Leads the Department"), "crm.team", "user_id", "leader",
                account_domain=lambda users, company: Domain("key_account_ids", "!=", False),
                stand_in=self._stand_in_by("team_leader", "key_account_deputy"),
            ),
            self._get_role_holding(
                "team_clerk", self.env._("Clerk of the Department"), "crm.team",
                "key_account_clerk_id", "clerk",
            ),
            self._get_deputy_holding(
                "team_deputy", self.env._("Deputy of the Department"), "crm.team",
                "key_account_deputy", "leader",
            ),
            self._get_role_holding(
                "company_director", self.env._("Named Director of the Company"), "res.company",
                "key_account_director_id", "director",
                stand_in=self._stand_in_by("company_director", "key_account_director_deputy"),
            ),
            self._get_deputy_holding(
                "director_deputy", self.env._("Deputy of the Named Director"), "res.company",
                "key_account_director_deputy", "director",
            ),
            self._get_role_holding(
                "company_executive", self.env._("Named Executive of the Company"), "res.company",
                "key_account_executive_id", "executive",
                stand_in=self._stand_in_by("company_executive", "key_account_executive_deputy"),
            ),
            self._get_deputy_holding(
                "executive_deputy", self.env._("Deputy of the Named Executive"), "res.company",
                "key_account_executive_deputy", "executive",
            ),
        ]

    @api.model
    def _get_deputy_holding(self, key, label, model, prefix, role):
        """Return the kind of standing in for somebody, as long as the dates are not over."""
        return self._get_role_holding(
            key, label, model, f"{prefix}_id", role,
            get_extra=lambda company: Domain(f"{prefix}_to", "=", False)
            | Domain(f"{prefix}_to", ">=", self._get_today(company)),
        )

    @api.model
    def _get_role_holding(self, key, label, model, field, role, get_extra=None, **values):
        """Return the kind of a role that a field names on a department or a company."""
        return Holding(
            key, label, model,
            domain=lambda users, company: Domain(field, "in", users.ids)
            & (get_extra(company) if get_extra else Domain.TRUE),
            move=self._move_plainly(field), role=role, **values,
        )

    # === WHAT THEY HOLD === #

    @api.model
    def _get_held_domain(self, kind, users, company):
        """Return what of a kind people hold, as far as it is not another company's.

        :param Holding kind: one kind
        :param res.users users: who holds it
        :param res.company company: empty for all companies
        :rtype: odoo.fields.Domain
        """
        domain = kind.domain(users, company)
        # where an activity or a meeting belongs says the record on which it hangs: see _at_home
        is_note = kind.model in ("mail.activity", "calendar.event")
        return domain if is_note else domain & self._get_home_domain(kind.model, users, company)

    @api.model
    def _get_today(self, company):
        """Return a company's day; over all companies, the server's, which costs no query."""
        return company._get_key_account_today() if company else fields.Date.today()

    @api.model
    def _get_account_holding_domain(self, users, company):
        return Domain("manager_id", "in", users.ids) & Domain("state", "not in", CLOSED_STATES)

    @api.model
    def _get_seat_domain(self, users, company):
        return (
            Domain("user_id", "in", users.ids)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", self._get_today(company)))
            & Domain("account_id.state", "not in", CLOSED_STATES)
        )

    @api.model
    def _get_order_domain(self, users, company):
        """Open orders: quotations, and confirmed ones that are not fully invoiced."""
        return (
            Domain("user_id", "in", users.ids)
            & (
                Domain("state", "in", ("draft", "sent"))
                | Domain("state", "=", "sale") & Domain("invoice_status", "!=", "invoiced")
            )
        )

    @api.model
    def _get_meeting_domain(self, users, company):
        """Meetings to come that have to do with a customer; private appointments stay."""
        return self._at_home("calendar.event", users, company, (
            Domain("stop", ">=", fields.Datetime.now())
            & (Domain("user_id", "in", users.ids) | Domain("partner_ids", "in", users.partner_id.ids))
            & (
                Domain("opportunity_id", "!=", False)
                | Domain("res_model", "in", self._get_host_models())
                | self._get_meeting_account_domain()
            )
        ))

    @api.model
    def _get_meeting_account_domain(self):
        return (
            Domain("opportunity_id.key_account_id", "!=", False)
            | Domain("res_model", "=like", "key.account%")
            | Domain("partner_ids.commercial_partner_id.key_account_ids", "!=", False)
        )

    @api.model
    def _get_activity_domain(self, users, company, is_approval):
        """Decisions that wait, or all else but the offers of hand-overs, which nobody answers for another."""
        decision = self.env["key.account.approval.mixin"]._get_decision_domain()
        offer = Domain("activity_type_id", "=", self.env["ir.model.data"]._xmlid_to_res_id(OFFER_TYPE))
        offer &= Domain("res_model", "=", self._name)
        return self._at_home("mail.activity", users, company, (
            Domain("user_id", "in", users.ids)
            & Domain("res_model", "in", self._get_host_models())
            & Domain("res_id", "!=", 0)
            & (decision if is_approval else ~decision & ~offer)
        ))

    @api.model
    def _at_home(self, model_name, users, company, domain):
        """Leave out of a person's activities or meetings what belongs to another company."""
        if not company:
            return domain
        found = self.env[model_name].search(domain)
        return Domain("id", "in", self._filter_home(found, users, company).ids)

    @api.model
    def _get_activity_account_domain(self):
        """Activities on accounts, on what hangs on them, and on their customers' documents."""
        domain = Domain("res_model", "=like", "key.account%")
        for name in self.env.registry["key.account.document.mixin"]._inherit_children:
            if not self.env[name]._abstract:
                documents = self.env[name].with_context(active_test=False)._search(
                    Domain("key_account_id", "!=", False)
                )
                domain |= Domain("res_model", "=", name) & Domain("res_id", "in", documents)
        return domain

    # === THE PREVIEW === #

    def _refresh_lines(self):
        """Make the lines say what the person holds now; chosen receivers stay."""
        for handover in self:
            # read as the system: with and without the company's own accounts in sight
            handover = handover.with_company(handover.company_id)  # noqa: PLW2901
            lines = {(line.kind, line.res_id): line for line in handover.line_ids}
            missing, seen = [], set()
            for sequence, (kind, record) in enumerate(handover._find_holdings()):
                values = handover._get_line_values(kind, record, sequence)
                seen.add((kind.key, record.id))
                if line := lines.get((kind.key, record.id)):
                    line.write(values)
                else:
                    missing.append(values)
            for key, line in lines.items():
                if key not in seen:
                    line.unlink()
            self.env["key.account.handover.line"].create(missing)
        # written as superuser: nobody reads from the cache what he may not see
        self.env.flush_all()
        self.invalidate_recordset(["line_ids", "account_line_ids", "other_line_ids"])

    def _find_holdings(self):
        """Yield (kind, record) of all that the person holds in the company."""
        self.ensure_one()
        for kind in self._get_holding_kinds():
            if self.kind == "absence" and not kind.stand_in:
                continue
            domain = self._get_held_domain(kind, self.user_id, self.company_id)
            for record in self.env[kind.model].search(domain):
                yield kind, record

    def _get_line_values(self, kind, record, sequence):
        account = self._get_record_account(record)
        name, detail = record.display_name, kind.detail(record) if kind.detail else False
        if self._is_guarded_elsewhere(record, account):
            # more people read the line than may know of the customer
            name, detail = self.env._("Something for a customer whom another company guards"), False
        return {
            "handover_id": self.id,
            "sequence": sequence,
            "kind": kind.key,
            "model": record._name,
            "res_id": record.id,
            "account_id": account.id,
            "name": name,
            "detail": detail,
        }

    # === WHO STILL HOLDS SOMETHING === #

    @api.model
    def _get_lost_kinds(self, before, after):
        """Return the kinds that somebody could hold with the roles that he had, and cannot any more.

        :param set before: names of roles
        :param set after: names of roles
        :return: list of :class:`Holding`
        :rtype: list
        """

        receiving = self._get_receiving_roles()

        def suffices(kind, roles):
            return kind.role in roles if kind.role else not roles.isdisjoint(receiving)

        if before <= after:
            return []
        return [
            kind for kind in self._get_holding_kinds()
            if suffices(kind, before) and not suffices(kind, after)
        ]

    @api.model
    def _find_held_kinds(self, users, company=None, kinds=None):
        """Return the kinds of what these users hold for key accounts; one query.

        :param res.users users: who is asked about
        :param res.company company: only what they hold there; none for all companies
        :param list kinds: only these; none for all
        :return: keys of :meth:`_get_holding_kinds`
        :rtype: set
        """
        parts = []
        for kind in kinds or self._get_holding_kinds():
            query = self.env[kind.model]._search(self._get_blocking_domain(kind, users, company))
            if not query.is_empty():
                parts.append(SQL("SELECT %s WHERE EXISTS (%s)", kind.key, query.select(SQL("1"))))
        if not parts:
            return set()
        return {key for key, in self.env.execute_query(SQL(" UNION ALL ").join(parts))}

    @api.model
    def _get_blocking_domain(self, kind, users, company=None):
        """Return what of a kind keeps users from being archived: what is about key accounts."""
        company = company or self.env["res.company"]
        domain = self._get_held_domain(kind, users, company)
        return domain & kind.account_domain(users, company) if kind.account_domain else domain

    @api.model
    def _count_held(self, user, company=None, kinds=None):
        """Say how much of each kind a user holds for key accounts, or nothing.

        :param res.users user: one user
        :param res.company company: as above
        :param list kinds: as above
        :rtype: str
        """
        counts = [
            (kind.label, self.env[kind.model].search_count(self._get_blocking_domain(kind, user, company)))
            for kind in kinds or self._get_holding_kinds()
        ]
        return ", ".join(f"{label} {count}" for label, count in counts if count)
