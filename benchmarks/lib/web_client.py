"""The calls that Odoo's web client sends when somebody opens a view, made from the view itself.

What the addon adds to a view, and what it hides from a user, is so in the call as it is in life.
The shape of the calls is that of the web client of Odoo 19 (getFieldsSpec in relational_model/utils.js):
compared with what a browser sends, lists and kanbans ask for the same; of forms, a few fields that only a
widget knows of and the contexts of many2one fields are left out.
"""

import json
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

from lxml import etree

from odoo.service.model import call_kw

PAGE = 80
INNER_PAGE = 40
NO_NODE = etree.Element("field")
COUNT_LIMIT = 10_001
ACTIVITY_FIELDS = (
    "activity_exception_decoration", "activity_exception_icon", "activity_state", "activity_summary",
    "activity_type_icon", "activity_type_id",
)
# what a widget reads beside its own field
WIDGET_FIELDS = {
    "contact_image": ("write_date",),
    "image": ("write_date",),
    "list_activity": ACTIVITY_FIELDS,
    "kanban_activity": ACTIVITY_FIELDS,
}


class Request(NamedTuple):
    """One RPC, as the browser would send it."""

    model: str
    method: str
    args: list
    kwargs: dict

    def answer(self, env):
        """Do what the server does.

        :param Environment env: the user's, with no context
        """
        return call_kw(env[self.model], self.method, self.args, self.kwargs)


class Route(NamedTuple):
    """What one of the server's own routes does; for what is not asked by RPC."""

    run: Callable
    context: dict

    def answer(self, env):
        """As above."""
        return self.run(env(context=self.context))


class View:
    """A view as a user gets it."""

    def __init__(self, env, model, xml_id, kind):
        """Load the view.

        :param Environment env: the user's own
        :param str model: name of the model
        :param str xml_id: of the view; empty for the model's first one of that kind
        :param str kind: ``list``, ``kanban`` or ``form``
        """
        view_id = env.ref(xml_id).id if xml_id else False
        found = env[model].get_views([(view_id, kind)])
        self.env = env
        self.model = model
        self.arch = etree.fromstring(found["views"][kind]["arch"])
        self.fields = env[model].fields_get()
        self.context = {
            "lang": env.user.lang, "tz": "UTC", "uid": env.uid, "allowed_company_ids": env.company.ids,
        }

    def get_specification(self):
        """Return what the client asks to read of each record.

        :rtype: dict
        """
        specification = self._specify(self.arch, self.fields)
        return specification | ({"display_name": {}} if self.arch.tag == "form" else {})

    def _specify(self, arch, fields):
        """Return the specification of a view, or of one inside a field."""
        specification = {}
        for node in arch.iterfind(".//field"):
            if any(parent.tag == "field" for parent in self._get_ancestors(node, arch)):
                continue  # of a view inside the field
            name = node.get("name")
            if not specification.get(name):
                specification[name] = self._specify_field(fields[name], node)
            for other in WIDGET_FIELDS.get(node.get("widget"), ()):
                specification.setdefault(other, self._specify_field(fields[other], NO_NODE))
        for name in list(specification):
            if fields[name]["type"] == "properties":
                specification[fields[name]["definition_record"]] = {"fields": {"display_name": {}}}
        return specification

    @staticmethod
    def _get_ancestors(node, arch):
        return takewhile(lambda parent: parent is not arch, node.iterancestors())

    def _specify_field(self, field, node):
        is_hidden = {"True", "1"} & {node.get("column_invisible"), node.get("invisible")}
        if field["type"] == "many2one":
            return {"fields": {} if is_hidden else {"display_name": {}}}
        if field["type"] not in ("one2many", "many2many") or is_hidden:
            return {}
        inner = next((child for child in node if child.tag in ("list", "kanban")), None)
        if inner is not None:
            return {
                "fields": self._specify(inner, self.env[field["relation"]].fields_get()),
                "context": {}, "limit": int(inner.get("limit") or INNER_PAGE),
            }
        if node.get("widget") in ("many2many_tags", "many2many_tax_tags"):
            options = node.get("options") or ""
            return {"fields": {"display_name": {}} | ({"color": {}} if "color_field" in options else {})}
        return {"fields": {}} if node.get("widget") else {}

    def read(self, record_id):
        """Return the call for one record in a form."""
        return Request(self.model, "web_read", [[record_id]], {
            "specification": self.get_specification(), "context": self.context | {"bin_size": True},
        })

    def search_read(self, domain, **context):
        """Return the call for the first page of records, with their count."""
        return Request(self.model, "web_search_read", [], {
            "specification": self.get_specification(), "domain": domain, "offset": 0, "order": "",
            "limit": PAGE, "count_limit": COUNT_LIMIT,
            "context": self.context | {"bin_size": True} | context,
        })

    def read_group(self, domain, groupby, aggregates, **context):
        """Return the call for the columns of a kanban, each with its first records."""
        return Request(self.model, "web_read_group", [], {
            "domain": domain, "groupby": [groupby], "aggregates": aggregates, "offset": 0, "order": "",
            "auto_unfold": True, "opening_info": [],
            "unfold_read_specification": self.get_specification(), "unfold_read_default_limit": PAGE,
            "groupby_read_specification": {},
            "context": self.context | {"read_group_expand": True} | context,
        })

    def read_progress_bar(self, domain, groupby, **context):
        """Return the call for the coloured bars above the columns of a kanban."""
        bar = self.arch.find(".//progressbar")
        return Request(self.model, "read_progress_bar", [], {
            "domain": domain, "group_by": groupby,
            "progress_bar": {
                "field": bar.get("field"), "colors": json.loads(bar.get("colors")), "help": bar.get("help"),
            },
            "context": self.context | context,
        })
