from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..access.roles import group
from .batches import work_through
from .key_account import ADMITTED_STATES, CANDIDATE_STATES

OWNER_CHANGE = "key_account_owner_change"


class OwnerChange(NamedTuple):
    """Why an owner changes, in the context while he does.

    A Python object, so that no call from outside can pretend it.
    """

    reason: str = ""
    source: str = ""
    is_told: bool = True


class KeyAccount(models.Model):
    """Whose an account is: who developed it, who had it when, and who may change that (O1–O5)."""

    _inherit = "key.account"

    developer_id = fields.Many2one(
        comodel_name="res.users",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="Who developed the customer. His department has the first choice when others want to work "
        "with it; only the director corrects this afterwards.",
    )
    developer_team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Developing Department",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
    )
    developed_on = fields.Date(copy=False, tracking=True)
    ownership_history_ids = fields.One2many(
        comodel_name="key.account.ownership.history", inverse_name="account_id", readonly=True
    )
    has_active_manager = fields.Boolean(
        compute="_compute_has_active_manager",
        search="_search_has_active_manager",
        help="The manager is there, may log in and belongs to the company.",
    )
    is_missing_manager_told = fields.Boolean(copy=False)

    # === COMPUTE METHODS === #

    @api.depends("manager_id.active", "manager_id.company_ids", "company_id")
    def _compute_has_active_manager(self):
        for account in self.sudo():  # sudo: whether somebody still works here is no secret
            manager = account.manager_id
            account.has_active_manager = manager.active and account.company_id in manager.company_ids

    def _search_has_active_manager(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as above; one condition a company, of which there are few
        users = self.env["res.users"].sudo()
        domain = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("manager_id", "in", users._search([("company_ids", "in", company.ids)]))
            for company in self.env["res.company"].sudo().search([])  # sudo: as above
        )
        if set(value) == {True, False}:
            return Domain.TRUE
        return domain if True in value else ~domain

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_rewrite_developer({name: value for name, value in vals.items() if value})
        accounts = super().create(vals_list)
        for account, vals in zip(accounts, vals_list):
            account._set_developer(vals)
        owned = accounts.filtered(lambda account: account.manager_id or account.team_id)
        owned._write_ownership_history(OwnerChange(source=self.env._("First owner")))
        return accounts

    def write(self, vals):
        self._check_may_rewrite_developer(vals)
        moving = self._get_moving(vals)
        before = {account: account.manager_id for account in moving}
        result = super().write(vals)
        if moving:
            change = self.env.context.get(OWNER_CHANGE)
            if not isinstance(change, OwnerChange):
                change = OwnerChange(source=self.env._("Assigned by %(user)s", user=self.env.user.name))
            moving._write_ownership_history(change)
            if change.is_told:
                for account, manager in before.items():
                    account._tell_owners(manager, change)
            moving._forget_missing_manager()
        return result

    # === ACTION METHODS === #

    def action_open_ownership(self):
        """Open whose the account was, from when to when."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_mgmt.key_account_ownership_history_action"
        )
        return action | {"domain": [("account_id", "=", self.id)]}

    def action_propose_ownership(self):
        """Propose another owner for the account; two approvals decide."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Propose an Ownership Change"),
            "res_model": "key.account.ownership.exception",
            "view_mode": "form",
            "context": {"default_account_id": self.id},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"ownership_history_ids", "is_missing_manager_told"}

    @api.model
    def _get_developer_fields(self):
        return {"developer_id", "developer_team_id", "developed_on"}

    def _set_developer(self, vals):
        """Note who developed the customer, where the values do not say so (O2, O3)."""
        defaults = {
            "developer_id": (self.manager_id or self.create_uid).id,
            "developer_team_id": self.team_id.id,
            "developed_on": self.company_id._get_key_account_today(),
        }
        # sudo: whoever proposes a customer does not choose who developed it
        self.sudo().write({name: value for name, value in defaults.items() if not vals.get(name)})

    def _check_may_rewrite_developer(self, vals):
        if not self._get_developer_fields() & vals.keys() or self.env.su:
            return
        if not self.env.user.has_group(group("director")):
            raise AccessError(self.env._(
                "Who developed a customer is corrected by the director alone: ask for it with your "
                "evidence."
            ))

    def _check_may_own(self, vals):
        if (
            not self.env.su
            and not self.env.user.has_group(group("director"))
            and self.state in ADMITTED_STATES
            and self._get_moving(vals)
        ):
            raise AccessError(self.env._(
                "The owner of a key account changes by an approved proposal or hand-over. Use “Propose "
                "an Ownership Change” on the account, or a hand-over when somebody leaves; the director "
                "may also assign it directly."
            ))
        return super()._check_may_own(vals)

    def _get_moving(self, vals):
        """Return the accounts whose manager or department these values change."""
        names = {"manager_id", "team_id"} & vals.keys()
        return self.filtered(
            lambda account: any(account[name].id != (vals[name] or False) for name in names)
        )

    def _change_owner(self, manager, team, change):
        """Give accounts to another manager and department; the caller has checked the approval.

        :param res.users manager: the new manager; empty to keep the present one
        :param crm.team team: the new department; empty to keep the present one
        :param OwnerChange change: why
        """
        values = {"manager_id": manager.id, "team_id": team.id}
        # sudo: decided on by those whose role it is; the context holds why
        self.sudo().with_context(**{OWNER_CHANGE: change}).write(
            {name: value for name, value in values.items() if value}
        )

    def _write_ownership_history(self, change):
        # sudo: history is written by the addon alone
        self.env["key.account.ownership.history"].sudo().create([
            {
                "account_id": account.id,
                "manager_id": account.manager_id.id,
                "team_id": account.team_id.id,
                "date_from": account.company_id._get_key_account_today(),
                "reason": change.reason,
                "source": change.source,
                "user_id": self.env.uid,
            }
            for account in self
        ])

    def _tell_owners(self, before, change):
        """Tell the old and the new manager; the note names no secret customer.

        :param res.users before: the manager until now
        :param OwnerChange change: why
        """
        account = self.sudo()  # sudo: the old manager may not see the account any more
        if before == account.manager_id:
            return
        body = self.env._(
            "%(account)s goes from %(before)s to %(after)s. %(origin)s. %(reason)s",
            account=account._get_discreet_name(),
            before=before.name or self.env._("nobody"),
            after=account.manager_id.name or self.env._("nobody"),
            origin=change.source,
            reason="" if account.confidentiality == "secret" else change.reason or "",
        )
        account._notify_discreetly((before | account.manager_id) - self.env.user, body)

    def _get_discreet_name(self):
        """Return how the account is called before people who may not see it.

        :rtype: str
        """
        self.ensure_one()
        if self.confidentiality == "internal":
            return self.display_name
        return self.code or self.env._("a candidate")

    @api.model
    def _notify_discreetly(self, users, body):
        """Send people a note that hangs on no record, so that it tells no name by itself."""
        partners = users.filtered("active").partner_id
        if partners:
            # sudo: the note comes from the addon; it does not depend on who triggered it
            self.env["mail.thread"].sudo().message_notify(
                partner_ids=partners.ids, body=body, subject=self.env._("Key account ownership")
            )

    def _get_cannot_receive_reason(self, user, is_manager=True, joins=True):
        """Say why somebody cannot become the manager of this account, or False where he can.

        :param res.users user: who is to get it
        :param bool is_manager: False where he is only to work for it
        :param bool joins: False where he does not become one of those who see the account by that
        :rtype: str or bool
        """
        self.ensure_one()
        account = self.sudo()  # sudo: asked about accounts and people that the user may not see
        user = user.sudo()  # sudo: as above
        names = {"user": user.name, "company": account.company_id.name}
        if not user.active or user.share:
            return self.env._("%(user)s cannot log in here: choose an internal user.", **names)
        if account.company_id not in user.company_ids:
            return self.env._("%(user)s does not work for %(company)s.", **names)
        if is_manager and not user.has_group(group("manager")):
            return self.env._(
                "%(user)s lacks the role “Key Account Manager”: give him that role first.", **names
            )
        closed = ("secret",) if joins else ("confidential", "secret")
        is_outside = account.confidentiality in closed and not account._is_open_to(user)
        return is_outside and self._get_outsider_reason(user)

    @api.model
    def _get_outsider_reason(self, user):
        """Return the sentence by which somebody outside is refused; it names no account."""
        return self.env._(
            "%(user)s may not see one of these accounts yet. Have him added to that account's team "
            "first, by its manager or the director.", user=user.name
        )

    def _is_open_to(self, user):
        """Return whether somebody may read the account."""
        self.ensure_one()
        account = self.with_user(user).with_company(self.company_id).sudo(False)
        return account.has_access("read")

    def _forget_missing_manager(self):
        """Begin anew with telling the director, now that the account has another owner."""
        told = self.sudo().filtered(  # sudo: a field of the system
            lambda account: account.is_missing_manager_told and account.has_active_manager
        )
        told.is_missing_manager_told = False
        told.activity_unlink(["key_account_mgmt.mail_activity_type_missing_manager"])

    # === CRON METHODS === #

    @api.model
    def _cron_tell_missing_managers(self):
        """Tell the director of each account that nobody looks after, once while it lasts (O4).

        A candidate counts when its manager is gone; who proposes one may still look for the first.
        """
        # sudo: the scheduled action looks at every company's accounts
        accounts = self.sudo()
        self._reset_found_managers()
        left = Domain("state", "in", CANDIDATE_STATES) & Domain("manager_id", "!=", False)
        domain = (
            (Domain("state", "in", ADMITTED_STATES) | left)
            & Domain("has_active_manager", "=", False)
            & Domain("is_missing_manager_told", "=", False)
        )
        work_through(accounts.search(domain, order="id"), lambda account: account._tell_missing_manager())

    def _tell_missing_manager(self):
        """Return False where there is no director yet."""
        overseer = self.company_id._get_key_account_overseer()
        if not overseer:
            return False
        self.activity_schedule(
            "key_account_mgmt.mail_activity_type_missing_manager", user_id=overseer.id
        )
        self.is_missing_manager_told = True
        return True

    @api.model
    def _reset_found_managers(self):
        # sudo: as above
        found = self.sudo().search([
            ("is_missing_manager_told", "=", True), ("has_active_manager", "=", True),
        ])
        found._forget_missing_manager()
