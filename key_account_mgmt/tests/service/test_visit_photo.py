import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import VisitCase

PHOTO = "odoo.addons.key_account_mgmt.models.service.key_account_visit_photo"
GPS = 0x8825


def picture(size=(40, 30), image_format="JPEG", gps=False):
    """Return a picture as the browser sends it."""
    stream = io.BytesIO()
    exif = Image.Exif()
    if gps:
        exif[0x010E] = "Shanghai, Gate 3"
        exif.get_ifd(GPS)[1] = "N"
    Image.new("RGB", size, "red").save(stream, image_format, exif=exif)
    return base64.b64encode(stream.getvalue()).decode()


class PhotoCase(VisitCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._new_graded("Alpha", member_ids=[Command.create({"user_id": cls.assistant.id})])
        cls.visit = cls._new_visit(cls.account, visit_type="reception")
        cls.visit.action_plan()

    def _add(self, visit=None, **values):
        visit = visit or self.visit
        visit.action_add_photos([{"name": "gate.jpg", "data": picture(), **values}])
        return visit.photo_ids.sorted("id")[-1]


@tagged("post_install", "-at_install")
class TestVisitPhotos(PhotoCase):
    """Photographs of a visit: pictures alone, of those who go, as they were once it is reported."""

    def test_those_who_go_add_and_remove_photographs(self):
        self._add()
        photo = self._add(name="../../etc/Büro 大门.PNG", data=picture(image_format="PNG"))
        self.assertEqual((photo.name, photo.mimetype), ("Büro 大门.jpg", "image/jpeg"))
        self.assertEqual((photo.res_model, photo.res_id), ("key.account.visit", self.visit.id))
        self.assertFalse(photo.public)
        self.visit.action_remove_photo(photo.id)
        self.assertFalse(photo.exists())
        self.assertEqual(len(self.visit.photo_ids), 1)

    def test_nobody_else_does(self):
        photo = self._add()
        for user in (self.assistant, self.leader, self.director, self.clerk, self.executive):
            visit = self.visit.with_user(user)
            with self.subTest(user=user.login), self._refused("Only those who go on the visit"):
                self._add(visit)
            with self._refused("Only those who go on the visit"):
                visit.action_remove_photo(photo.id)
        with self.assertRaises(AccessError):
            self._add(self.visit.with_user(self.other_manager))

    def test_what_a_telephone_writes_beside_the_picture_is_not_kept(self):
        photo = self._add(data=picture(gps=True))
        kept = Image.open(io.BytesIO(photo.raw))
        self.assertFalse(dict(kept.getexif()))
        self.assertNotIn(b"Shanghai", photo.raw)

    def test_a_big_picture_is_drawn_smaller(self):
        photo = self._add(data=picture((3000, 1000)))
        self.assertEqual(Image.open(io.BytesIO(photo.raw)).size, (1920, 640))

    def test_what_is_no_picture_too_big_or_too_much_is_refused_and_nothing_is_kept(self):
        svg = base64.b64encode(b"<svg onload='alert(1)'/>").decode()
        for data in (svg, base64.b64encode(b"%PDF-1.4").decode(), "not base64!", "", None, 5, ["x"]):
            with self.subTest(data=str(data)[:12]), self._refused("is no photograph"):
                self.visit.action_add_photos([
                    {"name": "a.jpg", "data": picture()}, {"name": "b.jpg", "data": data},
                ])
        for photos in ([], None, "x", {}):
            with self.subTest(photos=photos), self._refused("Choose a photograph"):
                self.visit.action_add_photos(photos)
        with self._refused("is no photograph"):
            self.visit.action_add_photos(["x"])
        with patch(f"{PHOTO}.MAX_MEGABYTES", 0), self._refused("too big"):
            self._add()
        with patch(f"{PHOTO}.MAX_PHOTOS", 1), self._refused("at most 1"):
            self.visit.action_add_photos([{"name": "a", "data": picture()}] * 2)
        self.assertFalse(self.visit.photo_ids)

    def test_nobody_writes_which_photographs_there_are(self):
        photo = self._add()
        other = self.env["ir.attachment"].with_user(self.manager).create({
            "name": "x.jpg", "datas": picture(), "res_model": "key.account.visit", "res_id": self.visit.id,
        })
        for command in (Command.link(other.id), Command.unlink(photo.id), Command.clear()):
            with self.assertRaises(AccessError):
                self.visit.write({"photo_ids": [command]})
        with self.assertRaises(AccessError):
            self._new_visit(self.account, photo_ids=[Command.link(other.id)])

    def test_a_photograph_stays_as_it_was_taken(self):
        photo = self._add().with_user(self.manager)
        for values in (
            {"datas": picture((5, 5))}, {"raw": b"x"}, {"name": "other.jpg"}, {"res_id": False},
            {"res_model": "res.partner"}, {"public": True}, {"mimetype": "text/html"},
        ):
            with self.subTest(values=list(values)), self._refused("stays as it was taken"):
                photo.write(values)
            with self._refused("stays as it was taken"):
                photo.sudo().write(values)

    def test_once_the_visit_is_reported_its_photographs_stay(self):
        photo = self._add()
        self.visit.action_hold()
        self._add()
        self._report(self.visit)
        with self._refused("until it is reported"):
            self._add()
        with self._refused("until it is reported"):
            self.visit.action_remove_photo(photo.id)
        for way in (photo.with_user(self.manager), photo.with_user(self.manager).sudo()):
            with self._refused("until it is reported"):
                way.unlink()
        with self._refused("Only those who go on the visit"):
            photo.with_user(self.director).unlink()
        self.visit.with_user(self.leader)._decline("returned", "Which gate?")
        self.visit.action_remove_photo(photo.id)
        self.assertEqual(len(self.visit.photo_ids), 1)
        self.visit.photo_ids.with_user(self.env.ref("base.user_root")).unlink()
        self.assertFalse(self.visit.photo_ids, "the system may")

    def test_who_does_not_see_the_visit_sees_no_photograph(self):
        photo = self._add()
        for user in (self.other_manager, self.salesman):
            self.env.invalidate_all()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                photo.with_user(user).read(["name", "datas"])


@tagged("post_install", "-at_install")
class TestVisitPhotosInTheChatter(PhotoCase, HttpCase):

    def test_the_chatter_removes_no_photograph_of_a_reported_visit(self):
        photo = self._add()
        self.visit.action_hold()
        self._report(self.visit)
        self.authenticate(self.manager.login, self.manager.login)
        with self.assertRaisesRegex(Exception, "UserError"), mute_logger("odoo.http"):
            self.make_jsonrpc_request("/mail/attachment/delete", {"attachment_id": photo.id})
        self.env.invalidate_all()
        self.assertTrue(photo.exists())
