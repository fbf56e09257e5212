from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .roles import FALLBACKS, group

ACTIVITY_TYPE = "key_account_mgmt.mail_activity_type_approval"
TO_DO = "mail.mail_activity_data_todo"


class Transition(NamedTuple):
    """One allowed step from a state to another; a model's table maps (from, to) to it.

    ``kind`` says how it is taken:
    - ``work``: by anyone who may write the record and has one of ``roles`` (empty: no role needed);
    - ``submit``: the same, and the decision is asked for;
    - ``approve``: once ``step`` approvals have been given;
    - ``returned``, ``rejected``: by the one who has to decide, with a comment;
    - ``system``: by the addon's own code alone.
    """

    kind: str = "work"
    roles: tuple = ()
    step: int = 0


class KeyAccountApprovalMixin(models.AbstractModel):
    """States as a table, and decisions that nobody can take on his own behalf.

    A model names its ``_transitions`` and ``_approval_steps``. One method,
    :meth:`_get_cannot_transition_reason`, says why a state may not be reached; the buttons, the batch
    actions and ``write`` all ask it, so that no call can pass by. Nobody is exempt, administrators
    included. Decisions are :class:`key.account.approval` rows that only this mixin writes. The model
    also inherits ``mail.thread`` and ``mail.activity.mixin``.
    """

    _name = "key.account.approval.mixin"
    _description = "Approval in Steps"

    # from which state to which other, and how
    _transitions = {}
    # the role asked at each step, e.g. ("leader", "executive")
    _approval_steps = ()
    # states that a record may have when it is created
    _initial_states = ()

    approval_ids = fields.One2many(
        comodel_name="key.account.approval",
        inverse_name="res_id",
        string="Decisions",
        domain=lambda self: [("model", "=", self._name)],
        readonly=True,
        copy=False,
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")
    waiting_for = fields.Char(
        compute="_compute_can_approve", help="Who has to decide now, and in which role."
    )

    # === COMPUTE METHODS === #

    @api.depends("state", "approval_ids")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        labels = dict(self.env["key.account.approval"]._fields["role"]._description_selection(self.env))
        for record in self:
            role, users = record._get_pending_approvers()
            record.can_approve = self.env.user in users
            record.waiting_for = bool(users) and self.env._(
                "%(role)s: %(names)s", role=labels[role], names=users.mapped("name")
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            if record.state not in self._initial_states:
                record._check_created_in_state()
        return records

    def write(self, vals):
        target = vals.get("state")
        if target:
            for record in self:
                if record.state != target:
                    record._check_transition(target)
        return super().write(vals)

    def copy_data(self, default=None):
        default = dict(default or {}, state=self._initial_states[0])
        return super().copy_data(default)

    # === ACTION METHODS === #

    def action_approve(self):
        """Give the approval that is due; the last one moves the record on."""
        self._check_each(lambda record: record._get_cannot_approve_reason())
        for record in self:
            record._approve()
        return True

    def action_ask_comment(self):
        """Open the window that asks for the comment of a return or a rejection."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Your Comment"),
            "res_model": "key.account.decision",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": ",".join(map(str, self.ids)),
                "default_decision": self.env.context.get("decision", "returned"),
            },
        }

    # === BUSINESS METHODS === #

    def _check_each(self, get_reason):
        """Ask every record and refuse the whole batch with all reasons.

        :param callable get_reason: record → why not, or False
        :raise UserError: with one line a record
        """
        reasons = [reason for record in self if (reason := get_reason(record))]
        if reasons:
            raise UserError("\n".join(reasons))

    def _check_created_in_state(self):
        """Refuse a record that is created past its first state; a model may allow an import."""
        raise UserError(self.env._(
            "A new record starts as “%(state)s”.", state=self._get_state_label(self._initial_states[0])
        ))

    def _check_transition(self, target):
        if reason := self._get_cannot_transition_reason(target):
            raise UserError(reason)

    def _get_state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env)).get(state, state)

    def _get_cannot_transition_reason(self, target):
        """Say why the user may not bring this record to a state now.

        The one place that decides; to add a model's own conditions, override it and call super first.

        :param str target: the state asked for
        :return: a sentence for the user, or False where nothing stands against it
        """
        self.ensure_one()
        transition = self._transitions.get((self.state, target))
        if not transition:
            return self.env._(
                "%(record)s is “%(before)s”: it cannot become “%(target)s” from there.",
                record=self.display_name,
                before=self._get_state_label(self.state),
                target=self._get_state_label(target),
            )
        if transition.kind == "system":
            return not self.env.su and self.env._("This step is taken by the system itself.")
        if transition.kind == "approve":
            missing = transition.step > len(self._get_round("approved"))
            return missing and self.env._(
                "“%(target)s” needs an approval that has not been given yet: use “Approve”.",
                target=self._get_state_label(target),
            )
        if transition.kind in ("returned", "rejected"):
            last = self._get_round()[-1:]
            decided = last.decision == transition.kind and last.user_id == self.env.user
            return not decided and self.env._("Send back or reject with a comment, by the button.")
        return self._get_cannot_work_reason(transition, target)

    def _get_cannot_work_reason(self, transition, target):
        """Say why the user may not take a step that needs no decision."""
        roles = transition.roles
        if roles and not any(self.env.user.has_group(group(role)) for role in roles):
            return self.env._(
                "To make it “%(target)s” one needs another role in the key account department.",
                target=self._get_state_label(target),
            )
        if transition.kind == "submit" and self._get_round()[-1:].decision != "submitted":
            return self.env._("Submit it by the button, so that the decision is asked for.")
        return False

    def _submit(self, target):
        """Ask for the decision: check that someone can take it, note who asked, tell the first.

        :param str target: the state in which the decision is waited for
        :raise UserError: when the step is not allowed, or nobody could decide
        """
        self.ensure_one()
        if gap := self._get_approver_gap():
            raise UserError(gap)
        self._record_decision("submitted")
        self.write({"state": target})
        self._notify_approver()

    def _approve(self):
        self.ensure_one()
        step = len(self._get_round("approved")) + 1
        role = self._get_pending_approvers()[0]
        self._record_decision("approved", step=step, role=role)
        if target := self._get_approval_target(step):
            # sudo: an approver decides on records that he may otherwise only read; `write`
            # asks again whether the decisions are there
            self.sudo().write({"state": target})
        self._notify_approver()

    def _get_approval_target(self, step):
        """Return the state to which so many approvals lead from here; None where more are needed.

        Override where it depends on the record.

        :param int step: how many have been given
        :rtype: str
        """
        return next((
            target for (source, target), transition in self._transitions.items()
            if source == self.state and transition.kind == "approve" and transition.step == step
        ), None)

    def _decline(self, decision, comment):
        """Send back or reject.

        :param str decision: ``returned`` or ``rejected``
        :param str comment: why, for the one who asked
        :raise UserError: without a comment, or when it is not his to decide
        """
        self._check_each(lambda record: record._get_cannot_approve_reason())
        if not (comment or "").strip():
            raise UserError(self.env._("Say why, so that the other side knows what to do."))
        for record in self:
            step = len(record._get_round("approved")) + 1
            role = record._get_pending_approvers()[0]
            target = next((
                target for (source, target), transition in record._transitions.items()
                if source == record.state and transition.kind == decision
            ), None)
            if not target:
                raise UserError(self.env._("This cannot be rejected; send it back instead."))
            requester = record._get_requester()
            record._record_decision(decision, step=step, role=role, comment=comment)
            # sudo: as in _approve
            record.sudo().write({"state": target})
            record._notify_approver()
            record._notify_declined(requester, decision)

    def _record_decision(self, decision, **values):
        """Write one decision row in the user's name."""
        self.ensure_one()
        # sudo: nobody has the right to create decisions; this method is the only way
        self.env["key.account.approval"].sudo().create({
            "model": self._name,
            "res_id": self.id,
            "decision": decision,
            "user_id": self.env.uid,
            **values,
        })
        self.invalidate_recordset(["approval_ids", "can_approve", "waiting_for"])

    # === WHO DECIDES === #

    def _get_round(self, decision=None):
        """Return the decisions since the last submission, oldest first.

        :param str decision: only those with this outcome
        :rtype: key.account.approval
        """
        self.ensure_one()
        # sudo: the approvers before may be people whom the user does not see
        rows = self.sudo().approval_ids.sorted("id")
        submissions = [index for index, row in enumerate(rows) if row.decision == "submitted"]
        rows = rows[submissions[-1]:] if submissions else rows.browse()
        return rows.filtered(lambda row: row.decision == decision) if decision else rows

    def _get_requester(self):
        return self._get_round("submitted").user_id

    def _get_approval_company(self):
        return self.company_id

    def _get_approval_team(self):
        """Return the department whose leader is asked first."""
        return self.team_id if "team_id" in self._fields else self.env["crm.team"]

    def _get_barred_users(self):
        """Return those who may not decide because it is their own matter.

        Override to add the owner or the subject of the record.

        :rtype: res.users
        """
        return self._get_requester()

    def _get_role_users(self, role):
        """Return the active internal users of the record's company who hold a role.

        :param str role: ``clerk`` (or inspector), ``leader`` (of the record's department, or his
            deputy), ``director``, ``executive``
        :rtype: res.users
        """
        self.ensure_one()
        # sudo: the record may be outside of what the asking user sees
        company = self.sudo()._get_approval_company()
        if role == "leader":
            # sudo: the department may be another one's
            users = self.sudo()._get_approval_team()._get_key_account_leaders()
        else:
            roles = ("clerk", "inspector") if role == "clerk" else (role,)
            # sudo: groups are not readable to everyone
            users = self.env["res.users"].sudo().union(
                *(self.env.ref(group(name)).sudo().all_user_ids for name in roles)  # sudo: as above
            )
        return users.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        ).sudo(False)

    def _get_eligible(self, role, excluded):
        """Return who may decide in a role: not barred, and able to read the record."""
        # sudo: those involved bar themselves also where the user does not see them
        barred = excluded | self.sudo()._get_barred_users()
        return (self._get_role_users(role) - barred.sudo(False)).filtered(
            lambda user: self.with_user(user).with_company(self._get_approval_company())
            .sudo(False).has_access("read")
        )

    def _get_step_approvers(self, step, excluded):
        """Return who may take a step's decision, and in which role.

        The step's own role first; where nobody in it may decide, the role that stands in.

        :param int step: 1 for the first approval
        :param res.users excluded: who took part already
        :return: (role, users); the users are empty where nobody is eligible
        :rtype: tuple
        """
        for role in FALLBACKS[self._approval_steps[step - 1]]:
            if users := self._get_eligible(role, excluded):
                return role, users
        return self._approval_steps[step - 1], self.env["res.users"]

    def _get_pending_approvers(self):
        """Return the role and the users who may take the decision that is due now."""
        self.ensure_one()
        rows = self._get_round()
        step = len(rows.filtered(lambda row: row.decision == "approved")) + 1
        if not self._awaits_decision() or not rows or step > len(self._approval_steps):
            return None, self.env["res.users"]
        return self._get_step_approvers(step, rows.user_id)

    def _awaits_decision(self):
        return any(
            source == self.state and transition.kind == "approve"
            for (source, _target), transition in self._transitions.items()
        )

    def _get_cannot_approve_reason(self):
        """Say why the user may not take the decision that is due, or False where he may.

        :rtype: str or bool
        """
        self.ensure_one()
        role, users = self._get_pending_approvers()
        if not role:
            return self.env._("%(record)s does not wait for a decision.", record=self.display_name)
        if self.env.user in users:
            return False
        # sudo: as in _get_eligible
        if self.env.user in self.sudo()._get_barred_users():
            return self.env._(
                "%(record)s is your own matter: someone else has to decide on it.",
                record=self.display_name,
            )
        if self.env.user in self._get_round().user_id:
            return self.env._(
                "You have decided on %(record)s already; the next step is for someone else.",
                record=self.display_name,
            )
        return self.env._(
            "%(record)s waits for the decision of %(waiting)s.",
            record=self.display_name,
            waiting=self.waiting_for or self.env._("a role that nobody holds"),
        )

    def _get_approver_gap(self):
        """Say which role must be filled before anybody could decide on this, or False."""

        def find_gap(step, taken):
            if step > len(self._approval_steps):
                return False
            role, users = self._get_step_approvers(step, taken)
            gaps = [find_gap(step + 1, taken | user) for user in users]
            return role if not users else all(gaps) and gaps[0]

        role = find_gap(1, self.env.user)
        if not role:
            return False
        labels = dict(self.env["key.account.approval"]._fields["role"]._description_selection(self.env))
        return self.env._(
            "Nobody could decide on %(record)s: no other person than those involved holds the role "
            "“%(role)s”. Give that role to someone first.",
            record=self.display_name,
            role=labels[role],
        )

    # === TELLING PEOPLE === #

    def _give_activity(self, user, get_summary, kind=TO_DO):
        """Give somebody an activity on each of these records in his own language, whoever acts.

        :param res.users user: who gets it; nobody, where empty
        :param callable get_summary: environment → its summary
        :param str kind: xml id of the activity's type
        """
        if user:
            records = self.with_context(lang=user.lang)
            records.activity_schedule(kind, user_id=user.id, summary=get_summary(records.env))

    @api.model
    def _get_decision_domain(self):
        """Return the domain of the activities by which decisions are asked for.

        Everybody may plan an activity of that type for himself; on other records it asks for nothing.

        :rtype: odoo.fields.Domain
        """
        models_ = [
            name for name in self.env.registry["key.account.approval.mixin"]._inherit_children
            if not self.env[name]._abstract
        ]
        kind = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY_TYPE)
        return Domain("activity_type_id", "=", kind) & Domain("res_model", "in", models_)

    def _get_asked_people(self, role):
        """Return who is named for a role, in the order in which they are asked: first who stands in today.

        :param str role: as in :meth:`_get_role_users`
        :rtype: res.users
        """
        # sudo: who decides is named on the company and the department
        record = self.sudo()
        if role == "leader":
            team = record._get_approval_team()
            return team.key_account_acting_deputy_id | team.user_id
        if role == "clerk":
            return record._get_approval_team().key_account_clerk_id
        return record._get_approval_company()[f"key_account_{role}_id"]

    def _get_named_approver(self, role, users):
        """Return the one person who gets the activity, among those who may decide."""
        return next((user for user in self._get_asked_people(role) if user in users), users[:1])

    def _notify_approver(self):
        """Close the activity of the step before and give the next one to its person."""
        # sudo: the activity belongs to the approver, not to the one who acts
        record = self.sudo()
        record.activity_unlink([ACTIVITY_TYPE])
        role, users = record._get_pending_approvers()
        if users:
            record.activity_schedule(
                ACTIVITY_TYPE, user_id=record._get_named_approver(role, users).id
            )

    def _get_returned_to(self, requester):
        """Return who is told that it was sent back: the one who asked, as long as he is here and reads it.

        :param res.users requester: who asked for the decision
        :rtype: res.users
        """
        self.ensure_one()
        outsiders = self.env["key.account"]._filter_outsiders(self.sudo(False), requester)
        return (requester - outsiders).filtered("active") or self._get_returned_instead()

    def _get_returned_instead(self):
        """Return who is told where the one who asked has gone; nobody where the model knows no other."""
        return self.env["res.users"]

    def _get_returned_deadline(self):
        """Return until when it is to be mended, or False for the usual days."""
        return False

    def _notify_declined(self, requester, decision):
        # sudo: whoever is told may be hidden from the one who decides
        if not (told := self.sudo()._get_returned_to(requester)):
            return
        # sudo: as above
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self._get_returned_deadline() or None,
            user_id=told.id,
            summary=(
                self.env._("Rejected: read why") if decision == "rejected"
                else self.env._("Sent back: read why and submit again")
            ),
        )
