from odoo.tests import BaseCase, tagged

from ...calculations.position import read_position


@tagged("post_install", "-at_install")
class TestPosition(BaseCase):
    """What a browser sends is read as a position, or refused."""

    def test_a_position_is_read_to_six_decimals(self):
        place = read_position({"latitude": 31.23041699, "longitude": -121, "accuracy": 12.5})
        self.assertEqual(place, (31.230417, -121, 12.5))

    def test_the_ends_of_the_earth_are_positions(self):
        for latitude in (-90, 90):
            for longitude in (-180, 180):
                read_position({"latitude": latitude, "longitude": longitude, "accuracy": 0})

    def test_anything_else_is_refused(self):
        good = {"latitude": 31.2, "longitude": 121.4, "accuracy": 10}
        for name, value in (
            ("latitude", 90.000001), ("latitude", -91), ("longitude", 180.1), ("longitude", -181),
            ("accuracy", -1), ("accuracy", 10 ** 400), ("latitude", float("nan")),
            ("longitude", float("inf")), ("latitude", "31.2"), ("latitude", None),
            ("latitude", True), ("longitude", [121]),
        ):
            with self.subTest(name=name, value=str(value)[:10]), self.assertRaises(ValueError):
                read_position({**good, name: value})
        for values in ({}, [], "31,121", 5, {"latitude": 1, "longitude": 1}, {**good, "name": "x"}):
            with self.subTest(values=values), self.assertRaises(ValueError):
                read_position(values)
