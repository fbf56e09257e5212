import pytz

from odoo import fields

from ..common import KeyAccountCase
from ..grading.test_crons import CronCase

COMPLAINT = "key.account.complaint"
MEASURES = {
    "root_cause": "A worn seal.", "corrective_measure": "Replaced.", "preventive_measure": "Tested twice.",
}


class ComplaintCase(KeyAccountCase):
    """A graded account with a contact who complains, and the steps until it is solved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customer("Works", email="office@works.example")
        cls.contact = cls.env["res.partner"].create({
            "name": "Ms Li", "parent_id": cls.customer.id, "email": "li@works.example",
        })
        cls.account = cls._new_account(cls.customer, grade_id=cls.grade_b.id)
        cls.category = cls.env.ref("key_account_mgmt.complaint_category_quality")

    @classmethod
    def _new_complaint(cls, user=None, **values):
        return cls.env[COMPLAINT].with_user(user or cls.manager).create({
            "name": "A cylinder leaks", "partner_id": cls.contact.id, "company_id": cls.company.id, **values,
        })

    @classmethod
    def _resolve(cls, complaint):
        """Take a new complaint to where it is solved, as its owner does."""
        complaint.action_accept()
        complaint.action_start()
        complaint.write({"category_id": cls.category.id, **MEASURES})
        complaint.action_resolve()
        return complaint

    def _post(self, record, text, **values):
        """Write something in the chatter, as people do: a comment unless said otherwise."""
        return record.message_post(
            body=text, message_type="comment", **{"subtype_xmlid": "mail.mt_comment", **values}
        )

    def _give_reason(self, complaint, action, reason):
        """Press a button that asks for a reason, and give it."""
        user = complaint.env.user
        window = self.env[action["res_model"]].with_user(user).with_context(**action["context"])
        window.create({"reason": reason}).action_confirm()
        self.env.invalidate_all()

    def _local(self, text, zone="Asia/Shanghai"):
        """Return a moment of a zone's clock as the database holds it."""
        self.company.resource_calendar_id.tz = zone
        local = self.company._get_key_account_timezone().localize(fields.Datetime.to_datetime(text))
        return local.astimezone(pytz.utc).replace(tzinfo=None)


class ComplaintCronCase(ComplaintCase, CronCase):
    pass
