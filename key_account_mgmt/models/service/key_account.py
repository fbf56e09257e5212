from datetime import timedelta

from odoo import api, fields, models

from ...calculations.rhythm import GRACE_DAYS
from ...calculations.schedule import choose_contact
from .key_account_visit import AHEAD_STATES, HELD_STATES, MEETING_TYPES, OPEN_STATES


class KeyAccount(models.Model):
    """The visits to the account: what was promised with its grade, what was and will be held."""

    _inherit = "key.account"

    visit_ids = fields.One2many(
        comodel_name="key.account.visit", inverse_name="account_id", string="Visits"
    )
    visit_count = fields.Integer(compute="_compute_visits", string="Visits Held")
    urgent_visit_count = fields.Integer(
        compute="_compute_visits", string="Urgent Visits", help="Of those held (X19)."
    )
    last_visit_date = fields.Date(compute="_compute_visits", string="Last Visit")
    next_visit_date = fields.Date(
        compute="_compute_visits", string="Next Visit", help="The next visit that is planned."
    )
    visit_due_date = fields.Date(
        compute="_compute_visits",
        string="Visit Due",
        help="The day by which the account is to be visited as its grade promises.",
    )
    is_visit_overdue = fields.Boolean(
        compute="_compute_visits",
        string="Visit Overdue",
        help="The day has passed, and no visit is planned soon after it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("visit_ids.state", "visit_ids.date", "grade_id.visit_interval_days", "state")
    def _compute_visits(self):
        visits = self.env["key.account.visit"]
        groups = visits._read_group(
            [("account_id", "in", self.ids), ("state", "in", HELD_STATES)],
            ["account_id", "visit_type", "is_urgent", "ratification"], ["__count", "date:max"],
        )
        held = {}
        for account, kind, is_urgent, ratification, count, day in groups:
            total, urgent, last = held.get(account.id, (0, 0, None))
            # what was not ratified was held, and keeps no promise (X19)
            if kind in MEETING_TYPES and ratification != "refused":
                last = max(last or day, day)
            held[account.id] = (total + count, urgent + (count if is_urgent else 0), last)
        ahead = dict(visits._read_group(
            [("account_id", "in", self.ids), ("state", "in", AHEAD_STATES),
             ("start", ">=", fields.Datetime.now())],
            ["account_id"], ["date:min"],
        ))
        for account in self:
            origin = account._origin
            account.visit_count, account.urgent_visit_count, last = held.get(origin.id, (0, 0, None))
            account.last_visit_date = last
            account.next_visit_date = ahead.get(origin)
            account.visit_due_date = account._get_visit_due(last)
            account.is_visit_overdue = account._is_overdue_today()

    # === CRUD METHODS === #

    def write(self, vals):
        before = {}
        if vals.keys() & {"manager_id", "team_id"}:
            before = {account: account.manager_id for account in self}
        result = super().write(vals)
        for account, manager in before.items():
            account._hand_on_visits(manager)
        if vals.get("state") in ("suspended", "ended"):
            self._cancel_visits_ahead()
        return result

    # === ACTION METHODS === #

    def action_open_visits(self):
        """Open the account's visits."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.key_account_visit_action")
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return action | {
            "domain": [("account_id", "=", self.id)],
            "views": views,
            "context": {"default_account_id": self.id},
            "display_name": self.display_name,
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_listed_fields(self):
        return super()._get_listed_fields() | {
            "visit_count", "urgent_visit_count", "last_visit_date", "next_visit_date", "visit_due_date",
            "is_visit_overdue",
        }

    def _get_visit_interval(self):
        """Return the days between two visits that are promised to the account; 0: none are."""
        self.ensure_one()
        return self.grade_id.visit_interval_days if self.state == "active" else 0

    def _get_visit_due(self, last):
        """Return the day by which the account is to be visited, or False.

        :param datetime.date last: the last visit that was held, None where there was none
        """
        interval = self._get_visit_interval()
        since = last or self.admission_date
        return bool(interval and since) and since + timedelta(days=interval)

    def _is_overdue_today(self):
        """Return whether a visit is overdue; one that is planned some days after it was due is not."""
        due, planned = self.visit_due_date, self.next_visit_date
        if not due or due >= self.company_id._get_key_account_today():
            return False
        return not planned or planned > fields.Date.add(due, days=GRACE_DAYS)

    def _get_visit_proposals(self):
        """Return what a visit is proposed with: place, purpose, content and expected effect (V1).

        :return: {account: {field name: text}}
        :rtype: dict
        """
        by_grade = {grade: grade._get_visit_texts() for grade in self.grade_id}
        no_grade = self.grade_id.browse()._get_visit_texts()
        return {
            account: by_grade.get(account.grade_id, no_grade) | {"place": account._get_visit_place()}
            for account in self
        }

    def _get_visit_place(self):
        # sudo: who reads the account reads where the customer is, also where the contact is hidden
        address = self.sudo().partner_id._display_address(without_company=True)
        lines = [line.strip() for line in address.splitlines() if line.strip()]
        return ", ".join(lines) or self.env._("At the customer's")

    def _get_people_to_meet(self):
        """Return the people with a say who are among the customer's contacts; where none is known, all.

        :return: {account id: {contact id: (decision power, day of the last meeting)}}
        :rtype: dict
        """
        people = self.env["key.account.stakeholder"].search_fetch(
            [("account_id", "in", self.ids), ("partner_id", "!=", False)],
            ["account_id", "partner_id", "decision_power", "last_met_date"],
        )
        found = {}
        for person in people:
            found.setdefault(person.account_id.id, {})[person.partner_id.id] = (
                person.decision_power, person.last_met_date or None
            )
        for account_id, contact_ids in self.filtered(
            lambda account: account.id not in found
        )._get_visit_contacts().items():
            found[account_id] = dict.fromkeys(contact_ids, (0, None))
        return found

    def _get_visit_contacts(self):
        """Return the people of the customers that a visit may be paid to, whoever may see the contacts.

        :return: {account id: [contact ids]}; accounts without contacts are missing
        :rtype: dict
        """
        # sudo: who reads the account reads whom it can be visited at, also where the contacts are hidden
        accounts = self.sudo()
        by_partner = {account.partner_id.id: account.id for account in accounts}
        contacts = accounts.env["res.partner"].search_fetch([
            ("commercial_partner_id", "in", list(by_partner)), ("is_company", "=", False),
            ("parent_id", "!=", False), ("type", "=", "contact"),
        ], ["commercial_partner_id"], order="id")
        found = {}
        for contact in contacts:
            found.setdefault(by_partner[contact.commercial_partner_id.id], []).append(contact.id)
        return found

    def _choose_visit_contact(self, start):
        """Return whom to meet at a visit.

        :param datetime.datetime start: of the visit
        :rtype: res.partner
        """
        people = self._get_people_to_meet().get(self.id, {}) if self.id else {}
        day = (start or fields.Datetime.now()).date()
        return self.env["res.partner"].browse(choose_contact(people, day) or ())

    def _choose_visit_contacts(self, slots):
        """Return whom to meet at each of many visits; whoever was chosen before waits his turn.

        :param list slots: of :class:`calculations.schedule.Slot`, each account's in the order of time
        :return: a contact's id or None for each
        :rtype: list
        """
        people = self._get_people_to_meet()
        chosen = []
        for slot in slots:
            own = people.get(slot.demand.key, {})
            day = slot.start.date()
            contact_id = choose_contact(own, day)
            if contact_id:
                own[contact_id] = (own[contact_id][0], day)
            chosen.append(contact_id)
        return chosen

    def _cancel_visits_ahead(self):
        """With the co-operation the visits that were not held yet end, with that as the reason."""
        for account in self:
            # sudo: whoever ends or suspends the co-operation need not be the one who leads the visits
            visits = self.env["key.account.visit"].sudo().search([
                ("account_id", "=", account.id), ("state", "in", OPEN_STATES),
            ])
            visits._cancel(self.env._(
                "The customer is “%(state)s”.", state=account._get_state_label(account.state)
            ))

    def _hand_on_visits(self, manager):
        """Let the visits to come go with the account: to its department, and to its new manager.

        :param res.users manager: the manager until now
        """
        self.ensure_one()
        # sudo: who changes the owner need not be the one who leads the visits
        visits = self.env["key.account.visit"].sudo().search([
            ("account_id", "=", self.id), ("state", "in", OPEN_STATES),
        ])
        if visits.team_id != self.team_id:
            # drafts of the other department's plan leave it
            visits.filtered(lambda visit: visit.state == "draft").plan_id = False
            visits.filtered(lambda visit: not visit.plan_id).team_id = self.team_id
        if manager and self.manager_id and manager != self.manager_id:
            visits.filtered(lambda visit: visit.user_id == manager).user_id = self.manager_id
