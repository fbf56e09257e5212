import base64
import binascii
from pathlib import PurePath

from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.image import ImageProcess, image_apply_opt

from .key_account_visit import AHEAD_STATES

PHOTO_STATES = (*AHEAD_STATES, "done")
MAX_PHOTOS = 20
MAX_MEGABYTES = 10
# Sharp enough to read a type plate by; more only costs room.
MAX_EDGE = 1920
QUALITY = 85


class KeyAccountVisit(models.Model):
    """Photographs of a visit: taken by those who go on it, and kept as they are once it is reported."""

    _inherit = "key.account.visit"

    photo_ids = fields.Many2many(
        comodel_name="ir.attachment",
        relation="key_account_visit_photo_rel",
        column1="visit_id",
        column2="attachment_id",
        string="Photographs",
        readonly=True,
        copy=False,
    )
    can_add_photos = fields.Boolean(compute="_compute_can_add_photos")

    # === COMPUTE METHODS === #

    @api.depends("state", "user_id", "visitor_ids")
    @api.depends_context("uid")
    def _compute_can_add_photos(self):
        for visit in self:
            visit.can_add_photos = bool(visit._origin) and not visit._get_cannot_change_photos_reason()

    # === ACTION METHODS === #

    def action_add_photos(self, photos):
        """Keep photographs of the visit, all or none.

        Each is drawn anew as a JPEG of at most :data:`MAX_EDGE` pixels: what a telephone writes into the
        file beside the picture, the place above all, is not kept.

        :param list photos: dicts with ``name`` and ``data`` (base64)
        :raise UserError: when they are not the user's to add, too many, too big or no pictures
        """
        self.ensure_one()
        self.check_access("read")
        self._check_each(lambda visit: visit._get_cannot_change_photos_reason())
        if not isinstance(photos, list) or not photos:
            raise UserError(self.env._("Choose a photograph first."))
        if len(self.photo_ids) + len(photos) > MAX_PHOTOS:
            raise UserError(self.env._("A visit keeps at most %(count)s photographs.", count=MAX_PHOTOS))
        # sudo: who goes along need not be able to write the visit; it was asked whether he goes
        attachments = self.env["ir.attachment"].sudo().create([
            {
                **self._read_photo(photo), "type": "binary", "mimetype": "image/jpeg",
                "res_model": self._name, "res_id": self.id,
            }
            for photo in photos
        ])
        self.sudo().photo_ids = [Command.link(attachment.id) for attachment in attachments]  # sudo: as above
        return True

    def action_remove_photo(self, attachment_id):
        """Take a photograph away, as long as the visit is not reported.

        :param int attachment_id: one of the visit's photographs
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: as when it was added; the attachment asks by itself whether it may go
        self.sudo().photo_ids.filtered(lambda photo: photo.id == attachment_id).unlink()
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _get_system_fields(self):
        return super()._get_system_fields() | {"photo_ids"}

    def _get_cannot_change_photos_reason(self):
        """Say why the user can neither add nor remove photographs of the visit, or False where he can.

        :rtype: str or bool
        """
        self.ensure_one()
        if self.env.user not in self._get_people():
            return self.env._("Only those who go on the visit add and remove its photographs.")
        return self.state not in PHOTO_STATES and self.env._(
            "Photographs are added and removed from when the visit is planned until it is reported. Have the "
            "report sent back to change them."
        )

    def _read_photo(self, photo):
        """Return name and content of a photograph as it is kept.

        :param dict photo: as it was sent
        :rtype: dict
        """
        name = photo.get("name") if isinstance(photo, dict) else None
        name = name if isinstance(name, str) and name.strip() else self.env._("Photograph")
        try:
            content = base64.b64decode(photo["data"], validate=True)
        except (binascii.Error, KeyError, TypeError, ValueError) as error:
            raise self._get_no_picture_error(name) from error
        if len(content) > MAX_MEGABYTES * 1024 ** 2:
            raise UserError(self.env._(
                "“%(name)s” is too big: a photograph has at most %(size)s MB.", name=name, size=MAX_MEGABYTES
            ))
        return {"name": f"{PurePath(name).stem[:100]}.jpg", "raw": self._draw_anew(name, content)}

    def _draw_anew(self, name, content):
        """Return the picture alone, as a JPEG."""
        try:
            process = ImageProcess(content)
            if not process.image:
                # what core lets pass as it is: drawings and some others
                raise self._get_no_picture_error(name)
            picture = process.resize(MAX_EDGE, MAX_EDGE).image.convert("RGB")
        except (OSError, SyntaxError, ValueError, UserError, Image.DecompressionBombError) as error:
            raise self._get_no_picture_error(name) from error
        return image_apply_opt(picture, "JPEG", quality=QUALITY, optimize=True)

    def _get_no_picture_error(self, name):
        return UserError(self.env._(
            "“%(name)s” is no photograph: choose a JPEG or PNG picture.", name=name
        ))
