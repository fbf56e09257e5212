from odoo import api, fields, models
from odoo.exceptions import UserError

KIND = [
    ("open", "Opened"),
    ("print", "Printed"),
    ("export", "Exported"),
    ("reveal", "Revealed"),
    ("bypass", "Bypassed a Guard"),
    ("erase", "Erased a Person"),
    ("refuse", "Was Refused the Customer"),
]

# Opening the same file again within so many minutes is the same visit to it.
SAME_VISIT_MINUTES = 15


class KeyAccountAccessLog(models.Model):
    """Who opened, printed, exported or revealed what of a key account, when and why (O6, X17).

    Lines are written by the addon alone, never changed and never deleted. They point by model and id
    and hold no content, so that they outlive what they tell of. Reading through a shell, SQL or a
    server action leaves no line.
    """

    _name = "key.account.access.log"
    _description = "Key Account Access Log"
    _inherit = ["key.account.guard.mixin"]
    _order = "date desc, id desc"
    _rec_name = "kind"

    kind = fields.Selection(selection=KIND, required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="model", string="Record", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True, index=True)
    record_name = fields.Char(string="What", compute="_compute_record_name")
    reason = fields.Text(readonly=True)
    detail = fields.Char(readonly=True, help="What was exported, revealed or still held; never any content.")

    # === COMPUTE METHODS === #

    @api.depends("model", "res_id")
    def _compute_record_name(self):
        for model_name, lines in self.grouped("model").items():
            if model_name not in self.env:
                lines.record_name = False
                continue
            records = self.env[model_name].browse(lines.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in records._filtered_access("read")}
            for line in lines:
                line.record_name = names.get(line.res_id) or self.env._("No longer there")

    # === CRUD METHODS === #

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The access log is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The access log is kept for good."))

    # === ACTION METHODS === #

    def action_open_record(self):
        """Open what the line tells of, if it is still there."""
        self.ensure_one()
        if self.model not in self.env or not self.env[self.model].browse(self.res_id).exists():
            raise UserError(self.env._("This record is no longer there."))
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
            "kind", "user_id", "date", "model", "res_id", "company_id", "reason", "detail",
        }

    @api.model
    def _log(self, kind, records, reason="", detail=""):
        """Write one line a record in the user's name.

        :param str kind: one of ``KIND``
        :param records: what was opened, printed, exported, revealed or bypassed
        :param str reason: why, in the user's words
        :param str detail: names of fields, never their content
        """
        # sudo: nobody has the right to create lines; this method is the only way
        self.sudo().create([
            {
                "kind": kind,
                "user_id": self.env.uid,
                "model": record._name,
                "res_id": record.id,
                # sudo: the company of a record just seen
                "company_id": record.sudo().company_id.id if "company_id" in record._fields else False,
                "reason": reason,
                "detail": detail,
            }
            for record in records
        ])

    @api.model
    def _get_logged_ids(self, kind, records):
        """Return the ids of those records for which the user has a line of these last minutes.

        :param str kind: one of ``KIND``
        :param records: records of one model
        :rtype: set
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), minutes=SAME_VISIT_MINUTES)
        # sudo: the log is not readable to those whom it tells of
        lines = self.sudo().search_fetch([
            ("user_id", "=", self.env.uid),
            ("kind", "=", kind),
            ("date", ">=", since),
            ("model", "=", records._name),
            ("res_id", "in", records.ids),
        ], ["res_id"])
        return set(lines.mapped("res_id"))
