from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import RedirectWarning
from odoo.tools import SQL

from ..access.roles import group
from .key_account_handover_holding import CLOSED_STATES

# What counts first when several customers fit.
PRECEDENCE = {"account": 0, "vat": 1, "name": 2, "domain": 3, "phone": 4}
SELLER = "sales_team.group_sale_salesman"


class KeyAccountClaimMixin(models.AbstractModel):
    """A lead or order for a customer whom another department has: warned of, or refused (O3).

    Those who sell are asked. The superuser, and so the mail gateway and the website, is never stopped;
    nor are those who only handle or check what others sold.
    """

    _name = "key.account.claim.mixin"
    _description = "May Concern Somebody Else's Key Account"

    key_account_claim_warning = fields.Text(
        compute="_compute_key_account_claim_warning", string="Taken Customer"
    )
    key_account_claimed_id = fields.Many2one(
        comodel_name="key.account",
        string="Warned About",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=group("director"),
        help="The account whose manager was told of this document.",
    )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_key_account_claim_warning(self):
        found = self._get_foreign_claims()
        for document in self:
            account = found.get(document)
            # whoever only tries names in a form learns of no secret customer: of what is saved, its
            # manager is told
            is_tried = not document.id and account and account.confidentiality == "secret"
            is_wrong = account and not is_tried and not document._is_work_of_owner(account)
            document.key_account_claim_warning = is_wrong and account._get_claim_message()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        documents._check_claims()
        return documents

    def write(self, vals):
        result = super().write(vals)
        if self._get_claim_fields() & vals.keys():
            self._check_claims()
        return result

    # === ACTION METHODS === #

    def action_request_ownership(self):
        """Open the window that asks for somebody else's customer, with a reason."""
        self.ensure_one()
        return self._get_request_action(default_res_id=self.id)

    # === BUSINESS METHODS === #

    @api.model
    def _get_claim_fields(self):
        """Return the fields by which a customer is recognised; a change of them is looked at."""
        return {"partner_id", "company_id"}

    def _get_claim_keys(self):
        """Return by what the document's customer is recognised.

        :return: pairs of kind and key
        :rtype: set
        """
        self.ensure_one()
        partner = self.partner_id
        if not partner:
            return set()
        return self.env["key.account.claim"]._get_keys(
            name=partner.commercial_partner_id.name, emails=[partner.email], phones=[partner.phone],
            vat=partner.vat,
        )

    def _check_claims(self):
        """Refuse, or warn of, documents for customers of another department.

        :raise RedirectWarning: where the company refuses them, with the way to ask for the customer
        """
        found = self._get_foreign_claims()
        for document, account in found.items():
            if document._get_claim_policy() == "block":
                document._refuse_claim(account)
            own = document.sudo()  # sudo: whoever may write it need not see the account
            if own.key_account_claimed_id != account:
                own.key_account_claimed_id = account
                account._tell_claim(document)

    def _refuse_claim(self, account):
        """Refuse the document; the account's manager is told of the try, although nothing is saved."""
        self.ensure_one()
        registry, uid, context = self.env.registry, self.env.uid, dict(self.env.context)
        account_id, model_name = account.id, self._name

        @self.env.cr.postrollback.add
        def tell():
            with registry.cursor() as cr:
                # the superuser's rights: the one who tried need not see the account
                env = api.Environment(cr, SUPERUSER_ID, context)
                env["key.account"].browse(account_id)._tell_refusal(env["res.users"].browse(uid), model_name)

        typed = {name: self[name] for name in self._get_claim_fields() if isinstance(self[name], str)}
        # sudo: only the id of what the user himself has chosen
        typed |= {name: self.sudo()[name].id for name in ("partner_id", "company_id")}
        raise RedirectWarning(
            account._get_claim_message(),
            self._get_request_action(default_typed=typed),
            self.env._("Ask for This Customer"),
        )

    @api.model
    def _get_request_action(self, **context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for This Customer"),
            "res_model": "key.account.ownership.request",
            "views": [(False, "form")],
            "view_mode": "form",
            "target": "new",
            "context": {"default_model": self._name, **context},
        }

    def _is_work_of_owner(self, account):
        """Return whether the document's salesperson is one of those who have the customer.

        :param key.account account: with superuser rights
        """
        # sudo: whose document it is decides, not who looks at it
        seller = self.sudo().user_id
        team = account.team_id
        return bool(seller & (
            account.allowed_user_ids | team.member_ids | team.user_id | team.key_account_acting_deputy_id
        ))

    def _get_claim_policy(self):
        # sudo: the settings of a company are not readable to everyone
        return (self.company_id or self.env.company).sudo().key_account_claim_policy

    def _get_foreign_claims(self):
        """Return the documents whose customer another department has; one query for those that nobody has.

        :return: {document: key.account (as superuser)}
        :rtype: dict
        """
        user = self.env.user
        if self.env.su or not user.has_group(SELLER) or user.has_group(group("director")):
            return {}
        documents = self.filtered(lambda document: document._get_claim_policy() != "off")
        asked = {}
        # sudo: whose account it is need not be known to the user, nor may he see its contact
        for document, own in zip(documents, documents.sudo()):
            account_id = own._find_key_account_id()
            asked[document] = {("account", account_id)} if account_id else own._get_claim_keys()
        taken = self._find_taken(set().union(*asked.values()))
        found = {}
        for document, keys in asked.items():
            companies = (document.company_id or self.env.companies).ids
            accounts = [
                (PRECEDENCE[kind], account_id)
                for kind, key in keys for account_id, company_id in taken.get((kind, key), ())
                if company_id in companies
            ]
            if accounts:
                # sudo: its message says only what may be said
                found[document] = self.env["key.account"].sudo().browse(min(accounts)[1])
        return found

    @api.model
    def _find_taken(self, keys):
        """Return the accounts behind keys that are not the user's, nor his department's.

        :param set keys: pairs of kind and key; kind ``account`` with the id of an account
        :return: {(kind, key): [(account id, company id)]}
        :rtype: dict
        """
        behind = {(kind, key): [key] for kind, key in keys if kind == "account"}
        if pairs := tuple((key, kind) for kind, key in keys if kind != "account"):
            self.env["key.account.claim"].flush_model()
            for kind, key, account_id in self.env.execute_query(SQL(
                "SELECT kind, key, account_id FROM key_account_claim WHERE (key, kind) IN %s", pairs
            )):
                behind.setdefault((kind, key), []).append(account_id)
        foreign = self._find_foreign({id_ for ids in behind.values() for id_ in ids})
        return {
            asked: [(id_, foreign[id_]) for id_ in ids if id_ in foreign] for asked, ids in behind.items()
        }

    @api.model
    def _find_foreign(self, account_ids):
        """Return which of these accounts have people, and not the user nor his department.

        :param set account_ids: ids of accounts
        :return: {account id: company id}
        :rtype: dict
        """
        if not account_ids:
            return {}
        for name in ("key.account", "crm.team", "crm.team.member"):
            self.env[name].flush_model()
        return dict(self.env.execute_query(SQL(
            """
            SELECT account.id, account.company_id
              FROM key_account account
         LEFT JOIN crm_team team ON team.id = account.team_id
             WHERE account.id IN %(ids)s
               AND account.active AND account.state NOT IN %(closed)s
               AND team.user_id IS DISTINCT FROM %(uid)s
               AND team.key_account_acting_deputy_id IS DISTINCT FROM %(uid)s
               AND NOT EXISTS (SELECT 1 FROM key_account_allowed_user_rel allowed
                                WHERE allowed.account_id = account.id AND allowed.user_id = %(uid)s)
               AND NOT EXISTS (SELECT 1 FROM crm_team_member member
                                WHERE member.crm_team_id = account.team_id AND member.active
                                  AND member.user_id = %(uid)s)
            """,
            ids=tuple(account_ids), closed=CLOSED_STATES, uid=self.env.uid,
        )))
