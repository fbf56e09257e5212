import ast
import re
from pathlib import Path

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import BaseCase, TransactionCase, tagged

LAYERS = ("access", "account", "grading", "service", "performance")
ADDON = Path(__file__).parents[2]
# What puts the addon together may name everything.
EXEMPT = {"menus.xml"}
# Which accounts a review is of: the run is its company's, each row hangs on its account.
POINTS_FREELY = {"key.account.grading.run.account_ids", "key.account.service.record.account_ids"}


@tagged("post_install", "-at_install")
class TestLayers(BaseCase):
    """A layer knows itself and those before it: models, xml ids and rules."""

    def _find_homes(self):
        """Return in which layer each model and each xml id is declared first."""
        homes = {}
        for rank, layer in enumerate(LAYERS):
            for path in sorted((ADDON / "models" / layer).glob("*.py")):
                for name in re.findall(r'^    _name = "(key\.account[\w.]*)"', path.read_text(), re.M):
                    homes.setdefault(name, rank)
            for path in self._get_xml(layer):
                pattern = r'<(?:record|menuitem|template)\b[^>]*?\bid="(\w+)"'
                for xml_id in re.findall(pattern, path.read_text()):
                    homes.setdefault(xml_id, rank)
        return homes

    def _get_xml(self, layer):
        for pattern in (f"views/{layer}/*.xml", f"security/{layer}_*.xml", f"data/{layer}_*.xml"):
            yield from sorted(ADDON.glob(pattern))

    def _get_names(self, path):
        """Return every model or xml id that a file names: in Python, whole string constants."""
        text = path.read_text()
        if path.suffix == ".xml":
            return set(re.findall(r'(?:ref\(\'|ref="|groups="|model">|inherit_id" ref=")([\w.]+)', text))
        return {
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }

    def _find_breaches(self, homes, files):
        return [
            f"{path.relative_to(ADDON)} ({LAYERS[rank]}) names {name} ({LAYERS[homes[key]]})"
            for rank, path in files
            if path.name not in EXEMPT
            for name in self._get_names(path)
            if (key := name.removeprefix("key_account_mgmt.")) in homes and homes[key] > rank
        ]

    def test_no_layer_names_a_higher_one(self):
        homes = self._find_homes()
        self.assertGreater(len(homes), 20, "the models and views were not found")
        files = [
            (rank, path)
            for rank, layer in enumerate(LAYERS)
            for path in [*sorted((ADDON / "models" / layer).glob("*.py")), *self._get_xml(layer)]
        ]
        self.assertEqual(self._find_breaches(homes, files), [])

    def test_a_breach_is_found(self):
        homes = {"key.account.grading.run": 2, "key_account_grading_run_action": 2}
        with self.subTest("python"):
            breaches = self._find_breaches(
                homes, [(0, ADDON / "models/grading/key_account_grading_run_cron.py"),
                        (0, ADDON / "models/grading/key_account_grading_run.py")]
            )
            self.assertTrue(breaches)

    def test_calculations_are_pure(self):
        for path in (ADDON / "calculations").glob("*.py"):
            text = path.read_text()
            self.assertNotRegex(text, r"\benv\b|\bself\b|\bimport odoo|from odoo", path.name)


@tagged("post_install", "-at_install")
class TestPerimeterIsComplete(TransactionCase):

    def _find_outside(self):
        """Return by which fields a model of the addon points to accounts without hanging on one.

        Inside the perimeter is ``account_id`` alone, of a model with the access mixin.
        """
        return [
            f"{name}.{field.name}"
            for name, model in self.env.registry.items()
            if name.startswith("key.account") and not model._abstract
            for field in model._fields.values()
            if field.type in ("many2one", "many2many") and field.comodel_name == "key.account"
            and not (field.name == "account_id" and getattr(model, "_is_inside_perimeter", False))
            and f"{name}.{field.name}" not in POINTS_FREELY
        ]

    def _add_model(self, model):
        """Put a model into the registry for the length of a test."""
        add_to_registry(self.registry, model)
        self.addCleanup(self.registry._setup_models__, self.env.cr, [])
        self.addCleanup(self.registry.__delitem__, model._name)
        self.registry._setup_models__(self.env.cr, [])

    def test_every_model_with_an_account_is_inside_the_perimeter(self):
        self.assertEqual(self._find_outside(), [], "inherit key.account.access.mixin")
        hosts = self.env.registry["key.account.document.mixin"]._inherit_children
        self.assertTrue({"sale.order", "crm.lead", "account.move"} <= set(hosts))
        for name in ("sale.report", "account.invoice.report", "res.partner"):
            self.assertIn("key_account_id", self.env[name]._fields)

    def test_a_model_outside_of_the_perimeter_is_found_by_whatever_field_it_points(self):
        class Forgetful(models.Model):
            _module = None
            _name = "key.account.forgetful"
            _description = "Names an Account Without the Mixin"

            account_id = fields.Many2one("key.account")
            rival_id = fields.Many2one("key.account")

        class Inside(models.Model):
            _module = None
            _name = "key.account.mindful"
            _description = "Has the Mixin, and Another Account Beside It"
            _inherit = ["key.account.access.mixin"]

            parent_account_id = fields.Many2one("key.account")

        self._add_model(Forgetful)
        self._add_model(Inside)
        self.assertEqual(self._find_outside(), [
            "key.account.forgetful.account_id", "key.account.forgetful.rival_id",
            "key.account.mindful.parent_account_id",
        ])

    def test_every_model_has_rules_of_access(self):
        models = self.env["ir.model"].search([("model", "=like", "key.account%")])
        for model in models:
            if not self.env[model.model]._abstract:
                self.assertTrue(model.access_ids, f"{model.model} has no line in ir.model.access.csv")


@tagged("post_install", "-at_install")
class TestDocumentedStates(TransactionCase):

    def test_docs_and_code_name_the_same_transitions(self):
        text = (ADDON.parent / "docs" / "states.md").read_text()
        sections = dict(re.findall(r"^## (key\.account[\w.]*)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
        models = {
            name for name in self.env.registry["key.account.approval.mixin"]._inherit_children
            if not self.env[name]._abstract
        }
        self.assertEqual(set(sections), models)
        for name in models:
            documented = {
                tuple(cell.strip() for cell in line.strip("|").split("|"))
                for line in re.findall(r"^\|.*\|$", sections[name], re.M)[2:]
            }
            coded = {
                (source, target, rule.kind, ", ".join(rule.roles), str(rule.step or ""))
                for (source, target), rule in self.env[name]._transitions.items()
            }
            self.assertEqual(documented, coded, name)
