from collections import Counter
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...calculations.rhythm import Need
from ...calculations.schedule import count_promised, get_first_due, make_schedule
from .key_account_visit import HELD_STATES, OPEN_STATES

# Where a company has no working calendar: Monday to Friday
USUAL_HOURS = ((time(9), time(12)), (time(13), time(17)))
# More visits of one person on a day than that are told of
FULL_DAY = 8
# From so many drafts on they are not deleted without a look at what hangs on them
MANY = 1000
# So many accounts are named in the note
NAMED = 10


class KeyAccountVisitPlan(models.Model):
    """Drafting a plan from what the grades promise (V1, V5, G13)."""

    _inherit = "key.account.visit.plan"

    def action_generate(self):
        """Draft the visits that the grades of the department's accounts promise in the period.

        What somebody entered or changed stays and counts; generated drafts that nobody touched are
        replaced. The same accounts give the same plan. Accounts that the user does not see are left out.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("Visits are generated while the plan is a draft: use “Revise”."))
        begin = max(
            self.date_from, fields.Date.add(self.company_id._get_key_account_today(), days=1)
        )
        if begin > self.date_to:
            raise UserError(self.env._("The period is over: choose one that still lies ahead."))
        self._drop_untouched()
        self._draft_visits(begin)
        return True

    def _draft_visits(self, begin):
        """Draft what is due from a day of the period on.

        :param datetime.date begin: the first day that may get a visit
        :raise UserError: without a working day, or when nobody is promised a visit
        """
        working_time = self._get_working_time(begin)
        if not working_time:
            raise UserError(self.env._(
                "The company's working calendar has no working day in this period: correct the calendar "
                "or choose another period."
            ))
        accounts, people, left_out = self._get_accounts_to_visit()
        needs, taken = self._get_needs(accounts, people, begin)
        slots = make_schedule(needs, working_time, taken)
        self._insert_visits(slots, {account.id: account for account in accounts})
        # sudo: the note is the system's to write
        self.sudo().generation_note = self._get_generation_note(slots, accounts, left_out)

    # === WHAT IS DUE === #

    def _get_accounts_to_visit(self):
        """Return the department's accounts with promised visits, who goes there, and how many are left out.

        :return: (accounts, {account id: user id}, {reason: count})
        :rtype: tuple
        """
        found = self.env["key.account"].search([
            ("team_id", "=", self.team_id.id), ("company_id", "=", self.company_id.id),
            ("state", "=", "active"),
        ], order="number, id")
        promised = found.filtered(lambda account: account._get_visit_interval() > 0)
        if not promised:
            raise UserError(self.env._(
                "No visit is promised to any account of %(team)s: none is active with a grade that "
                "promises visits. Check the grades of its accounts and the intervals of the grades.",
                team=self.team_id.name,
            ))
        leader = self.team_id.user_id
        people = {}
        for person, theirs in promised.grouped(
            lambda account: account.manager_id if account.has_active_manager else leader
        ).items():
            if person.active:
                people.update(dict.fromkeys(self._filter_open_to(theirs, person).ids, person.id))
        accounts = promised.filtered(lambda account: account.id in people)
        return accounts, people, {
            "ungraded": len(found) - len(promised), "unmanned": len(promised) - len(accounts),
        }

    def _filter_open_to(self, accounts, person):
        """Return those accounts that somebody may see; he is not sent to the others."""
        theirs = accounts.with_user(person).with_company(self.company_id)
        return theirs._filtered_access("read").with_env(self.env)

    def _get_needs(self, accounts, people, begin):
        """Return what is due, and the times at which these people are out already.

        :return: (list of Need, {(user id, day): [(start, stop)]}) in local time
        :rtype: tuple
        """
        last, kept = self._get_standing(accounts, begin)
        needs = []
        for account in accounts:
            period = (begin, self.date_to)
            interval, before = account._get_visit_interval(), last.get(account.id)
            if count := count_promised(*period, interval, before):
                needs.append(Need(
                    people[account.id], account.number or "", account.id, interval,
                    get_first_due(begin, interval, before), count, before,
                    tuple(sorted(kept.get(account.id, ()))),
                ))
        return needs, self._get_taken(set(people.values()), begin)

    def _get_standing(self, accounts, begin):
        """Return the last visit of each account before a day, and the days of those after it that stay.

        :return: ({account id: day}, {account id: [days]})
        :rtype: tuple
        """
        visits = self.env["key.account.visit"]
        standing = visits._get_kept_domain() & Domain("account_id", "in", accounts.ids)
        rows = visits._read_group(
            standing & Domain("date", "<", begin), ["account_id"], ["date:max"]
        )
        last = {account.id: day for account, day in rows}
        kept = {}
        own = Domain("plan_id", "=", self.id) & Domain("state", "=", "draft") & \
            Domain("account_id", "in", accounts.ids)
        for visit in visits.search_fetch(
            (standing | own) & Domain("date", ">=", begin) & Domain("date", "<=", self.date_to),
            ["account_id", "date"],
        ):
            kept.setdefault(visit.account_id.id, []).append(visit.date)
        return last, kept

    def _get_taken(self, user_ids, begin):
        zone = self.company_id._get_key_account_timezone()
        start, stop = self.company_id._get_key_account_utc_bounds(begin, self.date_to)
        taken = {}
        # sudo: of visits to hidden accounts only the times count, so that nobody is out twice
        for visit in self.env["key.account.visit"].sudo().search_fetch([
            ("start", ">=", start), ("start", "<", stop),
            "|", ("user_id", "in", list(user_ids)), ("visitor_ids", "in", list(user_ids)),
            ("state", "in", OPEN_STATES + HELD_STATES),
            "|", ("state", "!=", "draft"), ("plan_id", "in", (False, self.id)),
        ], ["user_id", "visitor_ids", "start", "stop"]):
            times = tuple(
                pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
                for moment in (visit.start, visit.stop)
            )
            for user_id in {visit.user_id.id, *visit.visitor_ids.ids} & user_ids:
                taken.setdefault((user_id, times[0].date()), []).append(times)
        return taken

    def _get_working_time(self, begin):
        """Return the company's working time from a day on, without its public holidays; asked for once.

        :return: {day: [(start, stop)]} in local time
        :rtype: dict
        """
        zone = self.company_id._get_key_account_timezone()
        calendar = self.company_id.sudo().resource_calendar_id  # sudo: only working hours are read
        if not calendar:
            return self._get_usual_time(begin)
        intervals = calendar._work_intervals_batch(
            zone.localize(datetime.combine(begin, time.min)),
            zone.localize(datetime.combine(self.date_to + timedelta(days=1), time.min)),
            # the holidays of another company that uses the same calendar are not this one's
            domain=[("time_type", "=", "leave"), ("company_id", "in", [False, self.company_id.id])],
            tz=zone,
        )[False]
        working_time = {}
        for start, stop, _source in intervals:
            start, stop = (  # noqa: PLW2901
                moment.astimezone(zone).replace(tzinfo=None, microsecond=0) for moment in (start, stop)
            )
            working_time.setdefault(start.date(), []).append((start, stop))
        return {day: parts for day, parts in working_time.items() if begin <= day <= self.date_to}

    def _get_usual_time(self, begin):
        days = (begin + timedelta(days=index) for index in range((self.date_to - begin).days + 1))
        return {
            day: [(datetime.combine(day, start), datetime.combine(day, stop)) for start, stop in USUAL_HOURS]
            for day in days if day.weekday() < 5
        }

    # === WRITING === #

    def _drop_untouched(self):
        """Delete generated drafts that nobody touched, of the accounts that the user sees.

        What somebody wrote, planned or attached keeps its draft.
        """
        visits = self.env["key.account.visit"]
        dropped = visits.search([
            ("plan_id", "=", self.id), ("state", "=", "draft"), ("is_generated", "=", True),
            ("is_touched", "=", False), ("message_ids", "=", False), ("activity_ids", "=", False),
        ])
        # sudo: also what others attached keeps the draft
        attached = self.env["ir.attachment"].sudo().search_fetch(
            [("res_model", "=", visits._name), ("res_id", "in", dropped.ids)], ["res_id"]
        )
        dropped -= visits.browse(attached.mapped("res_id"))
        if dropped:
            # one DELETE: they were inserted by one, nothing hangs on them, and they may be thousands
            self._count_links(dropped)
            self.env.cr.execute(SQL("DELETE FROM key_account_visit WHERE id = ANY(%s)", dropped.ids))
            visits.invalidate_model(flush=False)
            self.invalidate_recordset(flush=False)

    @api.model
    def _count_links(self, dropped):
        """Let the database know how many links there are; else it may read all for each row deleted."""
        if len(dropped) < MANY:
            return
        for name in ("visitor_ids", "contact_ids"):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(dropped._fields[name].relation)))

    def _insert_visits(self, slots, accounts):
        """Write all drafts with three INSERTs; through the ORM a year's plan takes minutes."""
        if not slots:
            return
        zone = self.company_id._get_key_account_timezone()
        proposals = self.env["key.account"].browse(accounts)._get_visit_proposals()
        contacts = self.env["key.account"].browse(accounts)._choose_visit_contacts(slots)
        rows = [(slot, accounts[slot.demand.key], proposals[accounts[slot.demand.key]]) for slot in slots]

        def to_utc(moment):
            return zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)

        columns = {
            "account_id": [account.id for _slot, account, _proposal in rows],
            "plan_id": [self.id] * len(rows),
            "company_id": [self.company_id.id] * len(rows),
            "team_id": [self.team_id.id] * len(rows),
            "user_id": [slot.demand.person for slot in slots],
            "state": ["draft"] * len(rows),
            "visit_type": [account.grade_id.visit_type for _slot, account, _proposal in rows],
            "is_generated": [True] * len(rows),
            "start": [to_utc(slot.start) for slot in slots],
            "stop": [to_utc(slot.stop) for slot in slots],
            "date": [slot.start.date() for slot in slots],
        }
        for name in ("place", "purpose", "content", "expected_effect"):
            columns[name] = [proposal[name] or None for _slot, _account, proposal in rows]
        visits = self.env["key.account.visit"]
        ids = self.env["key.account.grading.run"]._bulk_insert(visits, columns)
        self._insert_links("visitor_ids", zip(ids, columns["user_id"]))
        self._insert_links("contact_ids", zip(ids, contacts))
        visits.invalidate_model(flush=False)
        self.invalidate_recordset(flush=False)

    @api.model
    def _insert_links(self, name, pairs):
        field = self.env["key.account.visit"]._fields[name]
        pairs = [(visit_id, other_id) for visit_id, other_id in pairs if other_id]
        if pairs:
            self.env.cr.execute(SQL(
                "INSERT INTO %s (%s, %s) SELECT * FROM unnest(%s::int[], %s::int[])",
                SQL.identifier(field.relation), SQL.identifier(field.column1),
                SQL.identifier(field.column2), *map(list, zip(*pairs)),
            ))

    def _get_generation_note(self, slots, accounts, left_out):
        """Say in words what was generated, and what was not."""
        parts = [self.env._(
            "Drafted: visits %(visits)s, accounts %(accounts)s.",
            visits=len(slots), accounts=len({slot.demand.key for slot in slots}),
        )]
        if left_out["ungraded"]:
            parts.append(self.env._(
                "Active accounts without a grade that promises visits: %(count)s.",
                count=left_out["ungraded"],
            ))
        if left_out["unmanned"]:
            parts.append(self.env._(
                "Accounts to which nobody could go: %(count)s. Give them a manager.",
                count=left_out["unmanned"],
            ))
        parts += self._get_contact_note(slots, accounts)
        days = Counter((slot.demand.person, slot.start.date()) for slot in slots)
        fullest = {}
        for (person, _day), count in days.items():
            fullest[person] = max(count, fullest.get(person, 0))
        for person, count in sorted(fullest.items()):
            if count > FULL_DAY:
                parts.append(self.env._(
                    "%(user)s would have up to %(count)s visits on a day: spread the accounts over more "
                    "people.",
                    user=self.env["res.users"].browse(person).name, count=count,
                ))
        return "\n".join(parts)

    def _get_contact_note(self, slots, accounts):
        """Name the accounts of whose people nobody is known, so that nobody can be named as visited (V1)."""
        visited = accounts.browse(dict.fromkeys(slot.demand.key for slot in slots))
        people = visited._get_people_to_meet()
        unknown = visited.filtered(lambda account: not people.get(account.id))
        if not unknown:
            return []
        # the note stays, and others read it too: guarded customers are counted, and not named
        named = unknown.filtered(lambda account: account.confidentiality == "internal")[:NAMED]
        names = named.mapped("display_name") + (["…"] if named != unknown else [])
        return [self.env._(
            "Accounts without a contact, so that their visits do not say whom they are to: %(count)s "
            "(%(names)s). Enter the people.",
            count=len(unknown), names=names,
        )]
