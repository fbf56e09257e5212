from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..access.roles import group


class KeyAccountHandoverLine(models.Model):
    """One thing that somebody holds, and who gets it; after the hand-over, the record of it."""

    _name = "key.account.handover.line"
    _description = "Hand-over Line"
    _inherit = ["key.account.access.mixin", "key.account.guard.mixin"]
    _order = "handover_id, account_id, sequence, id"
    _rec_name = "name"

    _is_account_optional = True
    # what moves, not the file
    _is_audited = False

    account_id = fields.Many2one(required=False, readonly=True)
    handover_id = fields.Many2one(
        comodel_name="key.account.handover", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="model", string="Record", readonly=True, index=True)
    name = fields.Char(readonly=True)
    detail = fields.Char(readonly=True, help="Stage, status or deadline; a hand-over changes none of it.")
    chosen_receiver_id = fields.Many2one(
        comodel_name="res.users",
        string="Receiver",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False)]",
        help="Empty: the default receiver.",
    )
    receiver_id = fields.Many2one(
        comodel_name="res.users",
        string="Goes To",
        compute="_compute_receiver_id",
        store=True,
        index="btree_not_null",
        help="What belongs to an account follows the receiver of that account.",
    )
    is_follower = fields.Boolean(compute="_compute_receiver_id", store=True)
    is_moved = fields.Boolean(readonly=True)
    note = fields.Char(readonly=True)

    # === COMPUTE METHODS === #

    @api.model
    def _selection_kind(self):
        return [(kind.key, kind.label) for kind in self.env["key.account.handover"]._get_holding_kinds()]

    @api.depends(
        "chosen_receiver_id", "kind", "account_id", "handover_id.receiver_id",
        "handover_id.line_ids.chosen_receiver_id", "handover_id.line_ids.account_id",
    )
    def _compute_receiver_id(self):
        for handover, lines in self.grouped("handover_id").items():
            heads = {
                head.account_id: head
                for head in handover._get_all_lines().sorted("sequence", reverse=True) if head._is_head()
            }
            for line in lines:
                head = line if line._is_head() else heads.get(line.account_id, line)
                line.is_follower = head != line
                line.receiver_id = head.chosen_receiver_id or handover.receiver_id

    def _is_head(self):
        """Return whether what belongs to the line's account goes where this line goes."""
        return self.kind in ("account", "seat")

    # === CRUD METHODS === #

    def write(self, vals):
        if "chosen_receiver_id" in vals and not self.env.su:
            self.handover_id._check_is_draft()
            for line in self:
                if line.is_follower and vals["chosen_receiver_id"]:
                    raise UserError(self.env._(
                        "“%(line)s” follows its account: choose the receiver there.", line=line.name
                    ))
        return super().write(vals)

    # === ACTION METHODS === #

    def action_open(self):
        """Open the record that is handed over."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {
            "account_id", "handover_id", "sequence", "kind", "model", "res_id", "name", "detail",
            "receiver_id", "is_follower", "is_moved", "note",
        }

    def _get_receiver_problem(self):
        """Say why this line cannot go where it is to go, or False; hidden accounts stay unnamed.

        :rtype: str or bool
        """
        self.ensure_one()
        user = self.receiver_id
        if not user:
            name = self._get_safe_name()
            return self.env._("Choose who receives “%(line)s”, or a default receiver.", line=name)
        if user == self.handover_id.user_id:
            return self.env._("%(user)s cannot hand over to himself: choose somebody else.", user=user.name)
        if reason := self._get_cannot_see_reason():
            return reason
        company = self.handover_id.company_id
        if not user.active or user.share or company not in user.company_ids:
            return self.env._(
                "%(user)s cannot receive anything here: choose an active internal user of %(company)s.",
                user=user.name, company=company.name,
            )
        if not user.has_groups(",".join(map(group, self.handover_id._get_receiving_roles()))):
            return self.env._(
                "%(user)s has no role in the key account department and would not see the hand-over: give "
                "him one first, or choose somebody else.",
                user=user.name,
            )
        role = self.handover_id._get_holding_kind(self.kind).role
        if role and not user.has_group(group(role)):
            label = self.env.ref(group(role)).sudo().name  # sudo: groups are not readable to everyone
            return self.env._(
                "“%(line)s” needs somebody with the role “%(role)s”: choose another receiver for it than "
                "%(user)s.",
                line=self._get_safe_name(), role=label, user=user.name,
            )
        return False

    def _get_cannot_see_reason(self):
        """Say that the receiver does not see what he is to get, and will not by the hand-over, or False."""
        account, user = self.account_id, self.receiver_id
        if account and (self._is_head() or account.confidentiality not in self._get_open_levels()):
            reason = account._get_cannot_receive_reason(
                user, is_manager=self.kind == "account", joins=self._makes_seen()
            )
            if reason:
                return reason
        record = self.handover_id._get_document(self.env[self.model].browse(self.res_id).exists())
        if record._name == "key.account" or getattr(record, "_is_inside_perimeter", False):
            return False  # asked above
        accounts = self.env["key.account"]
        # the customer is asked for: the record itself may be readable to its owner alone
        guarded = accounts._filter_guarded(record) and record._get_key_account_customers()
        is_hidden = any(accounts._filter_outsiders(partner, user) for partner in guarded)
        return is_hidden and accounts._get_outsider_reason(user)

    def _get_open_levels(self):
        """Return the levels of accounts on which somebody may be given this without being on their team.

        :rtype: tuple
        """
        return ("internal",)

    def _makes_seen(self):
        """Return whether the receiver gets the line's account, a seat on its team, or the lead of it."""
        if self._is_head() or self.is_follower:
            return True
        team = self.account_id.team_id
        return bool(self.handover_id._get_all_lines().filtered(
            lambda line: line.kind == "team_leader" and line.res_id == team.id
            and line.receiver_id == self.receiver_id
        ))

    def _get_safe_name(self):
        """Return what the line is called before the user, who may not see its account."""
        if self.account_id and not self.account_id._is_open_to(self.env.user):
            return self.env._("an account that you do not see")
        return self.name

    def _get_customer(self):
        """Return the customer of the line's account, for the letter.

        :rtype: res.partner
        """
        self.check_access("read")
        # sudo: who reads the account reads its customer's name, also where the contact is hidden
        return self.sudo().account_id.partner_id

    def _get_letter(self):
        """Return the paragraphs of the letter to the customer, in the language of the context.

        :rtype: list
        """
        self.ensure_one()
        handover, receiver = self.handover_id, self.receiver_id
        names = {"before": handover.user_id.name, "after": receiver.name}
        if handover.kind == "absence":
            news = self.env._(
                "%(before)s, who looks after your company, is absent from %(date_from)s to %(date_to)s. "
                "%(after)s stands in for that time.",
                date_from=format_date(self.env, handover.date_from),
                date_to=format_date(self.env, handover.date_to),
                **names,
            )
        else:
            news = self.env._(
                "from now on %(after)s looks after your company in the place of %(before)s. All "
                "agreements, quotations, orders and appointments remain as they are.", **names,
            )
        reachable = ", ".join(way for way in (receiver.email, receiver.phone) if way)
        return [
            self.env._("Dear Sir or Madam,"),
            news,
            self.env._("You reach %(after)s at: %(ways)s", after=receiver.name, ways=reachable or "–"),
            self.env._("We thank you for your trust and look forward to going on working with you."),
        ]

    def _summarise(self, user):
        """Say what lines bring to a receiver, who need not see the accounts yet.

        :param res.users user: the receiver
        :return: one line for each account and for each kind of what belongs to none
        :rtype: str
        """
        labels = dict(self._fields["kind"]._description_selection(self.env))
        rows = []
        for account, lines in self.grouped("account_id").items():
            counts = {}
            for line in lines:
                if not line._is_head():
                    counts[line.kind] = counts.get(line.kind, 0) + 1
            parts = [f"{labels[kind]} {count}" for kind, count in counts.items()]
            if not account:
                rows += parts
                continue
            is_seen = account._is_open_to(user)
            name = account.display_name if is_seen else account._get_discreet_name()
            rows.append(" · ".join([name, *parts]))
        return "\n".join(rows)
