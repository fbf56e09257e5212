from odoo import api, models


class KeyAccountAuditMixin(models.AbstractModel):
    """Opening, printing and exporting the file of a confidential or secret account leaves a line.

    Lists show what :meth:`_get_listed_fields` names without a line; asking for anything beyond it is
    opening the file, whichever method it is asked with.
    """

    _name = "key.account.audit.mixin"
    _description = "Leaves a Line in the Access Log"

    # a model whose rows are figures of the account, not its file, turns this off
    _is_audited = True

    def _read_format(self, fnames, load="_classic_read"):
        # what all ways of reading values come to: read, search_read, web_read
        result = super()._read_format(fnames, load)
        if self._is_audited and not self.env.su and set(fnames) - self._get_listed_fields():
            self._log_use("open")
        return result

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        self._log_use("export", detail=f"{self._name}: {', '.join(fields_to_export)}")
        return result

    @api.model
    def _get_listed_fields(self):
        """Return the names of the fields that lists show without it being an opening.

        :rtype: set
        """
        return {"id", "display_name"}

    def _get_accounts(self):
        """Return the key accounts to which these records belong."""
        return self.account_id

    def _get_audited_accounts(self):
        """Return the accounts of these records whose file leaves lines when it is used."""
        # sudo: the user has just read the records; only the level is asked
        accounts = self.sudo()._get_accounts()
        return accounts.filtered(lambda account: account.confidentiality != "internal").sudo(False)

    def _log_use(self, kind, detail=""):
        """Leave a line for each audited account of these records; one for all openings of a visit.

        :param str kind: ``open`` or ``export``
        :param str detail: names of fields
        """
        accounts = self._get_audited_accounts()
        if not accounts:
            return
        log = self.env["key.account.access.log"]
        if kind == "open":
            logged = log._get_logged_ids(kind, accounts)
            accounts = accounts.filtered(lambda account: account.id not in logged)
        log._log(kind, accounts, detail=detail)
