from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountReason(models.TransientModel):
    """Asks for the reason without which something final is not done.

    A model names what is done for a reason in ``_reason_actions``: {the act: the method that takes the
    reason}. The method itself decides whether the user may, and may return an action to go on with.
    """

    _name = "key.account.reason"
    _description = "Key Account Reason"

    model = fields.Char(required=True, readonly=True)
    res_ids = fields.Char(required=True, readonly=True)
    act = fields.Char(required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Do it in the user's name.

        :raise UserError: without a reason, or for anything that is not done this way
        """
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: the reason is kept."))
        method = (
            self.model in self.env
            and getattr(self.env.registry[self.model], "_reason_actions", {}).get(self.act)
        )
        if not method:
            raise UserError(self.env._("There is nothing here that is done for a reason."))
        ids = [int(text) for text in self.res_ids.split(",") if text.strip().isdecimal()]
        records = self.env[self.model].browse(ids).exists()
        if not records:
            raise UserError(self.env._("What you decide on is no longer there. Open it anew."))
        records.check_access("read")
        action = getattr(records, method)(self.reason.strip())
        return action or {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _get_action(self, records, act, title):
        """Return the action that opens the window.

        :param records: what it is done to
        :param str act: a key of the model's ``_reason_actions``
        :param str title: of the window
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": records._name,
                "default_res_ids": ",".join(map(str, records.ids)),
                "default_act": act,
            },
        }
