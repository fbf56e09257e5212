from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..access.roles import group
from .key_account_complaint import CANCELLERS, COMPLAINT_SEVERITY, OPEN_STATES

NO_OWNER = "key_account_mgmt.mail_activity_type_complaint_no_owner"
NEWS = "key_account_mgmt.mail_activity_type_complaint_news"
# what the owner of a complaint follows from, beside what is said of him
OWNER_FIELDS = {"user_id", "account_id", "partner_id", "company_id", "category_id"}
# what the promise follows from, and whose complaint it is
PROMISE_FIELDS = ("severity", "partner_id", "account_id", "company_id")


class KeyAccountComplaint(models.Model):
    """Whose a complaint is, how he hears of it, and what he may not change of it."""

    _inherit = "key.account.complaint"

    # === CONSTRAINT METHODS === #

    @api.constrains("user_id")
    def _check_owner_can_work(self):
        # of guarded ones the owner is looked at below, with the way to the account's team
        complaints = self - self.env["key.account"]._filter_guarded(self)
        for owner, held in complaints.grouped("user_id").items():
            if owner and (owner.share or len(held._filter_seen_by(owner)) < len(held)):
                raise ValidationError(self.env._(
                    "%(user)s has no role with which complaints are seen. Choose somebody else, or have him "
                    "given the role “Customer Service”.",
                    user=owner.name,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._check_owner_is_inside()
        complaints.filtered(lambda complaint: complaint.state in OPEN_STATES)._welcome_owner(vals_list)
        return complaints

    def write(self, vals):
        if not self.env.su:
            self._check_promise_is_kept(vals)
        owners = {complaint: complaint.user_id for complaint in self if OWNER_FIELDS & vals.keys()}
        result = super().write(vals)
        if owners:
            self._check_owner_is_inside()
            new = self.filtered(lambda complaint: complaint.user_id != owners[complaint])
            new._welcome_owner([vals] * len(new))
            # sudo: the activity belongs to the one who was told that there was none
            new.filtered("user_id").sudo().activity_unlink([NO_OWNER])
        return result

    # === WHO MAY CHANGE WHAT WAS PROMISED === #

    def _check_promise_is_kept(self, vals):
        """Refuse to change whose complaint it is, or what was promised, to those who are measured by it.

        A contact of the same customer, and a higher severity, ask more of nobody but oneself.

        :raise UserError: with what to do instead
        """
        names = [name for name in PROMISE_FIELDS if name in vals]
        for complaint in self if names else ():
            if any(complaint._loosens(name, vals[name]) for name in names):
                reason = complaint._get_cannot_change_promise_reason()
                if reason:
                    raise UserError(reason)

    def _loosens(self, name, value):
        """Return whether a new value could take something from the promise.

        :param str name: one of ``PROMISE_FIELDS``
        :param value: as given to ``write``
        :rtype: bool
        """
        if name == "severity":
            order = [severity for severity, _label in COMPLAINT_SEVERITY]
            is_open = self.state in OPEN_STATES
            return value != self.severity and not (
                is_open and value in order and order.index(value) < order.index(self.severity)
            )
        before = self.sudo()[name]  # sudo: whoever handles it need not see the account
        if name == "partner_id":
            partner = before.browse(value or ()).exists()
            return partner.commercial_partner_id != before.commercial_partner_id
        return before.id != (value or False)

    def _get_cannot_change_promise_reason(self):
        """Say why the user may not change whose complaint it is and how severe, or False.

        :rtype: str or bool
        """
        self.ensure_one()
        if self._origin and self._origin.state not in OPEN_STATES:
            return self.env._(
                "%(complaint)s is settled: whose complaint it was, and how severe, stays as it is. Open it "
                "again first.",
                complaint=self.display_name,
            )
        is_known = self._origin.sudo().partner_id  # sudo: only whether there is one
        if is_known and not any(self.env.user.has_group(group(role)) for role in CANCELLERS):
            return self.env._(
                "Whose complaint it is, and that it is less severe, is for the clerk, customer service, the "
                "leader or the director to say: what was promised follows from it."
            )
        return False

    # === THE OWNER === #

    def _get_default_owner(self):
        """Return who handles a new complaint: the first of the usual ones who may.

        :rtype: res.users
        """
        self.ensure_one()
        account = self.account_id
        user = self.env.user
        taker = user if user.has_group(group("service")) else user.browse()
        allowed = account.allowed_user_ids if account.confidentiality == "secret" else None
        for owner in (
            taker, self.category_id.user_id, account.manager_id,
            self.company_id.key_account_complaint_user_id,
        ):
            if owner and (allowed is None or owner in allowed) and self._may_own(owner, self.company_id):
                return owner
        return user.browse()

    @api.model
    def _may_own(self, user, company):
        """Return whether somebody could handle a complaint that is given to him.

        :param res.users user: one user
        :param res.company company: whose complaint; any, where empty
        :rtype: bool
        """
        # sudo: who works where is not readable to everyone
        user = user.sudo()
        return (
            user.active and not user.share and (not company or company in user.company_ids)
            and self.browse().with_user(user).has_access("write")
        )

    @api.model
    def _check_may_own(self, user, company):
        """Refuse to name somebody for complaints who could not handle one.

        :param res.users user: one user, or nobody
        :param res.company company: as above
        :raise ValidationError: with what to do instead
        """
        if user and not self._may_own(user, company):
            raise ValidationError(self.env._(
                "%(user)s could not handle a complaint: choose somebody who works in the company, or have "
                "him given the role “Customer Service” first.",
                user=user.name,
            ))

    def _filter_seen_by(self, user):
        """Return those of these complaints that somebody sees in all of his companies."""
        mine = self.with_user(user).with_context(
            allowed_company_ids=user.sudo().company_ids.ids  # sudo: where he works
        )
        return mine._filtered_access("read").with_env(self.env)

    def _check_owner_is_inside(self):
        """Refuse to give a secret customer's complaint to somebody who may not see it.

        :raise RedirectWarning: with the offer to add him to the account's team
        """
        accounts = self.env["key.account"]
        for complaint in accounts._filter_guarded(self):
            accounts._check_may_work(complaint, complaint.user_id)

    # === TELLING HIM === #

    def _welcome_owner(self, vals_list):
        """Tell whoever has become the owner without being chosen; of a mail without one, who sorts them.

        Core tells those who are written as the owner, and lets them follow; here come those who were found.

        :param list vals_list: the values with which each complaint was created or written
        """
        if self.env.context.get("tracking_disable") or self.env.context.get("default_user_id"):
            return
        chosen = {complaint for complaint, vals in zip(self, vals_list) if vals.get("user_id")}
        # sudo: who owns it need not be seen by the one who registers it
        found = self.filtered(lambda complaint: complaint not in chosen).sudo()
        for owner, complaints in found.grouped("user_id").items():
            if owner:
                complaints._message_auto_subscribe({"user_id": owner.id}, followers_existing_policy="update")
        for complaint in found.filtered(lambda complaint: not complaint.user_id):
            if complaint.origin == "mail":
                complaint._give_activity(complaint._get_sorter(), complaint._get_sorting_text, kind=NO_OWNER)

    def _get_sorting_text(self, env):
        if self.is_sender_unknown:
            return env._("Nobody known has written: choose the customer, or cancel it as spam")
        return env._("A complaint without an owner: take it on, or give it to somebody")

    def _get_sorter(self):
        """Return who sorts the complaints that have no owner: one person who sees them.

        A department's clerk, customer service, any clerk, or else a director.

        :rtype: res.users
        """
        self.ensure_one()
        company = self.company_id
        # sudo: who has which role is not readable to everyone
        teams = self.env["crm.team"].sudo().search([("company_id", "in", [company.id, False])], order="id")
        roles = [self.env.ref(group(role)).sudo().all_user_ids for role in ("service", "clerk")]
        for people in (teams.key_account_clerk_id, *roles, company._get_key_account_overseer()):
            for user in people:
                if self._may_own(user, company) and self._filter_seen_by(user):
                    return user
        return self.env["res.users"]

    def _get_told(self):
        """Return who hears of a complaint: the owner, or else whoever is nearest to it and still there.

        :rtype: res.users
        """
        self.ensure_one()
        return (
            self._get_escalation_user(1) or self._get_escalation_user(2) or self._get_sorter()
            or self._get_escalation_user(3)
        )

    def _tell_owner(self, get_summary, kind=None):
        """Give the owner, or whoever is nearest to it, an activity for today.

        :param callable get_summary: environment → its summary
        :param str kind: xml id of a type of which one is enough, however often he is told
        """
        # sudo: the activity belongs to the one who is told
        for complaint in self.sudo():
            told = complaint._get_told()
            if kind and told in complaint.activity_ids.filtered(
                lambda activity: activity.activity_type_id == self.env.ref(kind)
            ).user_id:
                continue
            complaint._give_activity(told, get_summary, **({"kind": kind} if kind else {}))
