from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """Note in the access log what is printed of a confidential or secret account."""
        model = self.env.get(report.model)
        if model is not None and getattr(model, "_is_audited", False) and not self.env.su:
            records = model.browse(docids)
            records.check_access("read")
            self.env["key.account.access.log"]._log(
                "print", records._get_audited_accounts(), detail=report.name
            )
        return super()._get_rendering_context(report, docids, data)
