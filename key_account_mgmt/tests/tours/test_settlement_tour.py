import io
import json
import zipfile

from freezegun import freeze_time

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..performance.pay_case import PayCase


@tagged("post_install", "-at_install")
class TestSettlementTour(PayCase, HttpCase):
    """P10 in the browser: clerk, leader, executive, and then the person reads his pay sheet."""

    def _tour(self, name, user):
        with freeze_time("2026-04-02 04:00:00", tick=True):
            self.start_tour("/odoo", name, login=user.login)
        self.env.invalidate_all()

    def test_from_the_draft_to_the_pay_sheet(self):
        self._set_result({self.appraisal.date_from: "challenge"})
        self._tour("key_account_settlement_draft", self.clerk)
        settlement = self.env["key.account.settlement"].search([("team_id", "=", self.team.id)])
        self.assertEqual((settlement.month, settlement.state), ("2026-03", "submitted"))
        self._tour("key_account_settlement_leader", self.leader)
        self.assertEqual(settlement.state, "reviewed")
        self._tour("key_account_settlement_executive", self.executive)
        self.assertEqual((settlement.state, settlement.amount_total), ("frozen", 2872))
        self._tour("key_account_settlement_person", self.manager)

    def _export(self, user, ids):
        """Return the standard export's file of some lines as the browser gets it, or False."""
        user.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        self.authenticate(user.login, user.login)
        answer = self.url_open("/web/export/xlsx", data={
            "csrf_token": http.Request.csrf_token(self),
            "data": json.dumps({
                "model": "key.account.settlement.line", "ids": ids, "domain": [], "context": {},
                "fields": [
                    {"name": "user_id", "label": "Person", "type": "many2one"},
                    {"name": "total", "label": "Total", "type": "monetary"},
                ],
                "groupby": [], "import_compat": False,
            }),
        })
        return answer.ok and zipfile.ZipFile(io.BytesIO(answer.content))

    def test_the_export_in_the_browser_gives_pay_to_its_readers_alone(self):
        settlement = self._freeze(self._new_settlement())
        ids = settlement.sudo().line_ids.ids
        for login in ("manager", "leader", "clerk", "director", "executive"):
            file = self._export(self.users[login], ids)
            with self.subTest(login=login):
                self.assertIn(b"2640", file.read("xl/worksheets/sheet1.xml"))
        for login in ("manager2", "other_leader", "other_clerk", "inspector", "service", "administrator"):
            with self.subTest(login=login), mute_logger("odoo.http", "odoo.addons.web.controllers.export"):
                self.assertFalse(self._export(self.users[login], ids))
