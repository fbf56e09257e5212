from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...calculations.ownership import find_gaps
from .key_account_ownership import OwnerChange

# What moves is told in one note by the hand-over, and nothing is sent to customers by itself.
SILENT = {
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "skip_attendee_notification": True,
    "no_mail_to_attendees": True,
    "dont_notify": True,
}


class KeyAccountHandover(models.Model):
    """How things move: all in the transaction of the approval, or none."""

    _inherit = "key.account.handover"

    def _execute(self):
        """Move everything as it is held now; called as superuser, after the approval.

        :raise UserError: when something could not go to its receiver
        """
        self.ensure_one()
        handover = self.with_company(self.company_id).with_context(**SILENT)
        handover._refresh_lines()
        handover._check_executable()
        kinds = {kind.key: kind for kind in handover._get_holding_kinds()}
        for key, kind in kinds.items():
            lines = handover.line_ids.filtered(lambda line, key=key: line.kind == key)
            for receiver, theirs in lines.grouped("receiver_id").items():
                move = kind.stand_in if self.kind == "absence" else kind.move
                move(self.env[kind.model].with_env(handover.env).browse(theirs.mapped("res_id")),
                     receiver, handover)
            lines.is_moved = True
        handover.executed_on = fields.Datetime.now()
        handover._tell_hands()

    def _check_executable(self):
        problems = dict.fromkeys(
            problem for line in self.line_ids if (problem := line._get_receiver_problem())
        )
        if problems:
            raise UserError("\n".join(problems))
        unasked = self._get_receivers() - self.acceptance_ids.filtered(
            lambda answer: answer.state == "accepted"
        ).user_id
        if unasked:
            raise UserError(self.env._(
                "%(names)s would receive something and was not asked: send it back, so that it is offered "
                "anew.",
                names=unasked.mapped("name"),
            ))

    def _get_owner_change(self):
        return OwnerChange(reason=self.reason or "", source=self.display_name, is_told=False)

    # === MOVING === #

    @api.model
    def _move_plainly(self, field):
        """Return a way of moving that writes the receiver into a field."""

        def move(records, receiver, handover):
            records.write({field: receiver.id})

        return move

    @api.model
    def _move_customers(self, partners, receiver, handover):
        """The contacts of a customer go with it."""
        contacts = self.env["res.partner"].search([
            ("id", "child_of", partners.ids), ("user_id", "=", handover.user_id.id),
        ])
        (partners | contacts).write({"user_id": receiver.id})

    @api.model
    def _move_accounts(self, accounts, receiver, handover):
        accounts._change_owner(receiver, self.env["crm.team"], handover._get_owner_change())

    @api.model
    def _move_seats(self, seats, receiver, handover):
        """End the leaver's seats yesterday; the receiver takes them from today on."""
        today = handover.company_id._get_key_account_today()
        for seat in seats:
            account, role = seat.account_id, seat.role
            begin, end = max(seat.date_from, today), seat.date_to
            if seat.date_from >= today:
                seat.unlink()
            else:
                seat.date_to = fields.Date.subtract(today, days=1)
            if receiver != account.manager_id:
                handover._give_seats(account, receiver, role, begin, end)

    @api.model
    def _give_seats(self, account, user, role, date_from, date_to):
        """Put somebody on an account's team for the days on which he is not there yet."""
        far = date_to or fields.Date.add(date_from, years=1000)
        taken = [
            (member.date_from, member.date_to or None)
            for member in account.member_ids.filtered(lambda member: member.user_id == user)
        ]
        self.env["key.account.member"].create([
            {
                "account_id": account.id,
                "user_id": user.id,
                "role": role,
                "date_from": first,
                "date_to": last if last != far or date_to else False,
            }
            for first, last in find_gaps(date_from, far, taken)
        ])

    @api.model
    def _move_file_parts(self, parts, receiver, handover):
        """Another owner is no news of the customer: the files stay as old as they are."""
        updated = {account: account.file_updated_on for account in parts.account_id}
        parts.write({"user_id": receiver.id})
        for account, moment in updated.items():
            account.file_updated_on = moment

    @api.model
    def _move_leads(self, leads, receiver, handover):
        """Only the salesperson changes: not stage, department, company, nor the day of assignment."""
        opened = {lead: lead.date_open for lead in leads}
        kept = [leads._fields[name] for name in ("team_id", "stage_id", "company_id")]
        with self.env.protecting(kept, leads):
            leads.write({"user_id": receiver.id})
            self.env.flush_all()
        for lead, moment in opened.items():
            lead.date_open = moment

    @api.model
    def _move_orders(self, orders, receiver, handover):
        with self.env.protecting([orders._fields["team_id"]], orders):
            orders.write({"user_id": receiver.id})
            self.env.flush_all()

    @api.model
    def _move_meetings(self, events, receiver, handover):
        leaver = handover.user_id
        for event in events:
            values = {"partner_ids": [
                Command.unlink(leaver.partner_id.id), Command.link(receiver.partner_id.id),
            ]}
            if event.user_id == leaver:
                values["user_id"] = receiver.id
            event.write(values)

    @api.model
    def _move_activities(self, activities, receiver, handover):
        activities.exists().write({"user_id": receiver.id})

    @api.model
    def _move_approvals(self, activities, receiver, handover):
        """Ask somebody else who may decide; a receiver does not decide just because he receives."""
        for activity in activities.exists():
            record = self.env[activity.res_model].browse(activity.res_id)
            role, users = record._get_pending_approvers()
            others = users - handover.user_id
            if users and not others:
                raise UserError(self.env._(
                    "Something waits for a decision that only %(user)s may take: have it decided, or give "
                    "the role to somebody else first.",
                    user=handover.user_id.name,
                ))
            # where nothing is to be decided it is a reminder that somebody made by hand
            activity.user_id = record._get_named_approver(role, others) if others else receiver

    # === STANDING IN === #

    @api.model
    def _stand_in_accounts(self, accounts, receiver, handover):
        for account in accounts:
            handover._give_seats(account, receiver, "deputy", handover.date_from, handover.date_to)

    @api.model
    def _stand_in_by(self, key, prefix):
        """Return a way of standing in: the receiver becomes the deputy for the days of the absence.

        One who is named for another time stays, and the line says so.

        :param str key: the kind's key
        :param str prefix: what the names of the three fields begin with
        """

        def stand_in(records, receiver, handover):
            today = handover.company_id._get_key_account_today()
            for record in records:
                deputy, until = record[f"{prefix}_id"], record[f"{prefix}_to"]
                if deputy and not (until and until < today):
                    handover._note_line(key, record, self.env._(
                        "Has a deputy already: %(user)s", user=deputy.name
                    ))
                    continue
                record.write({
                    f"{prefix}_id": receiver.id,
                    f"{prefix}_from": handover.date_from,
                    f"{prefix}_to": handover.date_to,
                })

        return stand_in

    def _note_line(self, key, record, note):
        self.line_ids.filtered(lambda line: line.kind == key and line.res_id == record.id).note = note

    # === TELLING === #

    def _tell_hands(self):
        """Tell the leaver and the receivers, and give each receiver the letters to write."""
        people = self.user_id | self._get_receivers()
        self.message_notify(
            partner_ids=(people - self.env.user).filtered("active").partner_id.ids,
            subject=self.display_name,
            body=self.env._("The hand-over is done. Its record can be printed here."),
        )
        if self.kind == "absence":
            return
        for line in self.line_ids.filtered(lambda line: line.kind == "account"):
            speaking = line.account_id.with_context(lang=line.receiver_id.lang)
            speaking.activity_schedule(
                "mail.mail_activity_data_email",
                user_id=line.receiver_id.id,
                summary=speaking.env._(
                    "Introduce yourself: print the letter on the hand-over and send it"
                ),
            )
