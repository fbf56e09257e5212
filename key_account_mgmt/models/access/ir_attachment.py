from odoo import models

CONTENT = {"datas", "raw", "db_datas", "index_content"}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        if CONTENT & set(fnames):
            self.env["key.account"]._log_notes(self, "res_model")
        return result

    def _to_http_stream(self):
        # whatever is downloaded or shown in the browser comes through here, as superuser
        result = super()._to_http_stream()
        self.env["key.account"].sudo(False)._log_notes(self, "res_model")
        return result
