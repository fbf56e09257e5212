from odoo import api, models, tools
from odoo.api import NewId
from odoo.exceptions import RedirectWarning, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL


class KeyAccount(models.Model):
    """Which records are guarded because of a confidential or secret account, and from whom."""

    _inherit = "key.account"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # a document of this very transaction must not be computed with what was known before
        self.env.flush_all()
        self._forget_accounts()
        accounts = super().create(vals_list)
        self._forget_accounts()
        accounts._close_meetings()
        return accounts

    def write(self, vals):
        moves = bool(vals.keys() & {"confidentiality", "partner_id", "company_id"})
        if moves:
            # before as well: what depends on it may be computed at any time from now on
            self.env.flush_all()
            self._forget_accounts()
        result = super().write(vals)
        if moves:
            self._forget_accounts()
            if "confidentiality" in vals:
                self.env["calendar.event"]._assign_key_accounts(self)
            self._close_meetings()
        return result

    def unlink(self):
        self._forget_accounts()
        result = super().unlink()
        self._forget_accounts()
        return result

    # === BUSINESS METHODS === #

    # what is kept in memory: asked for with every contact and document, changed a few times a week

    @api.model
    @tools.ormcache()
    def _get_customer_accounts(self):
        """Return the accounts of each customer in all companies, whatever their state, the oldest first.

        :return: {customer id: ((account id, company id), …)}
        :rtype: dict
        """
        self.flush_model(["partner_id", "company_id"])
        found = {}
        for id_, partner_id, company_id in self.env.execute_query(
            SQL("SELECT id, partner_id, company_id FROM key_account ORDER BY id")
        ):
            found.setdefault(partner_id, []).append((id_, company_id))
        return {partner_id: tuple(accounts) for partner_id, accounts in found.items()}

    @api.model
    @tools.ormcache()
    def _get_guarded_levels(self):
        """Return the accounts that are not merely internal: {account id: (customer id, level)}.

        :rtype: dict
        """
        self.flush_model(["partner_id", "confidentiality"])
        return {
            id_: (partner_id, level) for id_, partner_id, level in self.env.execute_query(SQL(
                "SELECT id, partner_id, confidentiality FROM key_account"
                " WHERE confidentiality != 'internal'"
            ))
        }

    @api.model
    @tools.ormcache()
    def _get_secret_partner_ids(self):
        """Return the ids of secret customers and of their contacts.

        :rtype: frozenset
        """
        # sudo: what is guarded is asked on behalf of those from whom it is guarded
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return frozenset(partners.search([("key_account_is_secret", "=", True)]).ids)

    @api.model
    @tools.ormcache()
    def _get_secret_people_ids(self):
        """Return the ids of the users who work for customers with any secret account.

        For whichever account of them: one company's secret customer may be another one's internal one.
        The rules ask it, so that they stay short for everybody else. Were it out of date, somebody would
        see too little for a moment; those in it are asked by the rules themselves.

        :rtype: frozenset
        """
        self.flush_model(["partner_id", "allowed_user_ids", "confidentiality"])
        return frozenset(
            id_ for id_, in self.env.execute_query(SQL(
                "SELECT DISTINCT allowed.user_id FROM key_account_allowed_user_rel allowed"
                " JOIN key_account account ON account.id = allowed.account_id"
                " JOIN key_account secret ON secret.partner_id = account.partner_id"
                " WHERE secret.confidentiality = 'secret'"
            ))
        )

    @api.model
    def _get_secret_customer_ids(self):
        """Return the ids of the customers, without their contacts, who have a secret account anywhere.

        :rtype: set
        """
        return {
            partner_id for partner_id, level in self._get_guarded_levels().values() if level == "secret"
        }

    def _forget_accounts(self):
        """Ask the database anew from now on, in every process."""
        registry = self.env.registry
        registry.clear_cache()
        # and again when it is committed: another thread may have asked in between
        self.env.cr.postcommit.add(registry.clear_cache)

    @api.model
    def _filter_guarded(self, records):
        """Return those records that an account guards more closely than their application would.

        Of the account's own models all of confidential and secret accounts; of contacts, leads, orders,
        invoices and meetings those of secret ones.

        :param records: records of one model
        :return: some of the records
        """
        levels = self._get_guarded_levels()
        if not levels or not records:
            return records.browse()
        if records._name == "key.account":
            return records.filtered(lambda account: account.id in levels)
        if getattr(records, "_is_inside_perimeter", False):
            # sudo: only the account's id is asked
            return records.filtered(lambda record: record.sudo().account_id.id in levels)
        secret = self._get_secret_partner_ids()
        if not secret or not hasattr(records, "_get_key_account_customers"):
            return records.browse()
        # sudo: only the customer's id is asked
        return records.filtered(lambda record: record.sudo()._get_key_account_customers().id in secret)

    @api.model
    def _find_guarded_ids(self, model_name, ids):
        """Return which records an account guards (see above), by one query or none.

        :param str model_name: the name of any model
        :param ids: ids of records, which need not exist
        :rtype: set
        """
        ids = {id_ for id_ in ids if isinstance(id_, int) and id_}
        levels = self._get_guarded_levels()
        if not levels or not ids or model_name not in self.env:
            return set()
        model = self.env[model_name]
        if model_name == "key.account":
            return ids & levels.keys()
        if model_name == "res.partner":
            return ids & self._get_secret_partner_ids()
        if getattr(model, "_is_inside_perimeter", False):
            condition = Domain("account_id", "in", list(levels))
        elif hasattr(model, "_get_key_account_customers") and self._get_secret_partner_ids():
            condition = Domain("key_account_is_secret", "=", True)
        else:
            return set()
        # sudo: only whether it is guarded is asked
        model = model.sudo().with_context(active_test=False)
        return set(model.search(condition & Domain("id", "in", ids), order="id").ids)

    @api.model
    def _get_guarded_account(self, record):
        """Return the account that guards a record, as superuser.

        :param record: one of those that :meth:`_filter_guarded` returns
        :rtype: key.account
        """
        # sudo: for the neutral name of what is guarded, and to offer its team to those inside
        record = record.sudo()
        if record._name == "key.account":
            return record
        if getattr(record, "_is_inside_perimeter", False):
            return record.account_id
        return self.sudo().with_context(active_test=False).search([  # sudo: as above
            ("partner_id", "=", record._get_key_account_customers().commercial_partner_id.id),
            ("confidentiality", "=", "secret"),
        ], limit=1)

    @api.model
    def _filter_outsiders(self, record, users):
        """Return those internal users who may not read a record.

        :param record: one record
        :param res.users users: whom to ask for
        :rtype: res.users
        """
        return users.filtered(
            lambda user: not user.share and not record.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            ).has_access("read")
        )

    @api.model
    def _filter_behind_veil(self, notes, model_field):
        """Return those messages or activities whose document is guarded and hidden from the user.

        :param notes: records that point to a document by model and id
        :param str model_field: the name of the field with the document's model
        :return: some of them
        """
        hidden = notes.browse()
        if notes.env.su or not self._get_guarded_levels():
            return hidden
        # sudo: only where they point to is asked
        for model_name, group_sudo in notes.sudo().grouped(model_field).items():
            if not model_name or model_name not in self.env:
                continue
            guarded = notes.env[model_name].browse(
                self._find_guarded_ids(model_name, group_sudo.mapped("res_id"))
            )
            outside = set((guarded - guarded._filtered_access("read")).ids)
            hidden |= group_sudo.filtered(
                lambda note, outside=outside: note.res_id in outside
            ).with_env(notes.env)
        return hidden

    @api.model
    def _log_notes(self, notes, model_field):
        """Leave a line in the access log for the guarded files whose messages or attachments are read.

        :param notes: records that point to a document by model and id
        :param str model_field: the name of the field with the document's model
        """
        if self.env.su or not self._get_guarded_levels():
            return
        # sudo: only where they point to is asked, of what has just been read
        for model_name, group_sudo in notes.sudo().grouped(model_field).items():
            model = self.env.get(model_name)
            if hasattr(model, "_log_use") and model._is_audited:
                ids = self._find_guarded_ids(model_name, group_sudo.mapped("res_id"))
                model.browse(ids)._log_use("open")

    def _filter_veiled(self):
        """Return the confidential and secret accounts that the user may not see, superuser code or not."""
        guarded = self._filter_guarded(self)
        # sudo(False): asked for the one who reads, not for the code that reads for him
        return guarded - guarded.sudo(False)._filtered_access("read").with_env(self.env)

    # === POINTING TO WHAT IS HIDDEN === #

    @api.model
    def _get_hidden_pointers(self, model, values):
        """Return the names of those values that point to records which are hidden from the user.

        Core computes names, addresses and the like from them as superuser, whoever asks. Contacts and
        documents count where a secret account guards them; accounts and what hangs on them, where the
        user may not read them and the field is one that people fill in.

        :param model: records, possibly none, of the model whose values these are
        :param dict values: as for ``create``, ``write`` or ``onchange``
        :rtype: set
        """
        if self.env.su or not self._get_guarded_levels():
            return set()
        return {
            name for name, value in values.items()
            if value and (field := model._fields.get(name)) and field.relational
            and self._points_to_hidden(field, value)
        }

    def _points_to_hidden(self, field, value):
        records = self.env[field.comodel_name]
        ids, made = self._get_pointed(field, value)
        if any(self._get_hidden_pointers(records, values) for values in made):
            return True
        if records._name == "key.account" or getattr(records, "_is_inside_perimeter", False):
            ids = () if field.readonly else ids
            asked = records.browse(ids).exists()
        else:
            asked = records.browse(self._find_guarded_ids(records._name, ids))
        return asked and asked != asked._filtered_access("read")

    @api.model
    def _get_pointed(self, field, value):
        """Return what a value of a relational field points to, in whatever form core takes it.

        :param field: the field
        :param value: an id, records, an id with its name, values or, for many, a list of these and commands
        :return: (ids, the values of records that are made or changed along with it)
        :rtype: tuple
        :raise ValidationError: when it has none of these forms
        """
        try:
            if field.type == "many2one":
                items = value[:1] if isinstance(value, (list, tuple)) else [value]
                return self._read_pointers(items, commands=False)
            return self._read_pointers([value] if isinstance(value, models.BaseModel) else value)
        except (TypeError, IndexError, OverflowError) as error:
            raise ValidationError(self.env._(
                "“%(field)s” cannot be filled in like this: give the database ids of what it points to.",
                field=field._description_string(self.env),
            )) from error

    def _read_pointers(self, items, commands=True):
        if not isinstance(items, (list, tuple)):
            raise TypeError(items)
        ids, made = [], []
        for item in items:
            if isinstance(item, models.BaseModel):
                ids += item.ids
            elif isinstance(item, dict):
                ids.append(item.get("id"))
                made.append(item)
            elif commands and isinstance(item, (list, tuple)):
                if item[0] in (Command.CREATE, Command.UPDATE):
                    made.append(item[2])
                if item[0] not in (Command.CREATE, Command.CLEAR):
                    ids += item[2] if item[0] == Command.SET else [item[1]]
            else:
                ids.append(item)
        if not all(isinstance(values, dict) for values in made):
            raise TypeError(made)
        return {self._read_id(id_) for id_ in ids} - {0}, made

    def _read_id(self, value):
        """Return the id that a value stands for, 0 where it is that of a line not stored yet."""
        if isinstance(value, NewId):
            value = value.origin
        try:
            return int(value or 0)
        except ValueError:
            return 0

    @api.model
    def _check_may_point(self, model, values):
        """Refuse values that point to what is hidden from the user.

        :param model: as above
        :param dict values: as above
        :raise AccessError: without a name
        """
        if names := self._get_hidden_pointers(model, values):
            field = model._fields[min(names)]
            raise self.env["ir.rule"]._make_access_error("read", self.env[field.comodel_name].browse())

    def _get_cover_name(self):
        """Return what may be said of a secret account outside of the database."""
        self.ensure_one()
        return self.env._("Key account #%s", self.id)

    @api.model
    def _check_may_work(self, record, users):
        """Refuse to give work on a guarded record to somebody who may not see it.

        :param record: one record
        :param res.users users: to whom the work is given
        :raise RedirectWarning: with the way to the account's team
        """
        if self.env.su or not self._filter_guarded(record):
            return
        outsiders = self._filter_outsiders(record, users)
        if not outsiders:
            return
        raise RedirectWarning(
            self.env._(
                "%(names)s may not see this customer's file, so no work on it can be given to them. Add "
                "them to the account team first, from one day to another.",
                names=outsiders.mapped("name"),
            ),
            {
                "type": "ir.actions.act_window",
                "res_model": "key.account",
                "res_id": self._get_guarded_account(record).id,
                "views": [(False, "form")],
            },
            self.env._("Open the Account Team"),
        )

    def _close_meetings(self):
        """Make the meetings of confidential and secret accounts private."""
        closed = self.filtered(lambda account: account.confidentiality != "internal")
        # sudo: they are other people's meetings
        self.env["calendar.event"].sudo().search([
            ("key_account_id", "in", closed.ids), ("privacy", "!=", "private"),
        ]).privacy = "private"
