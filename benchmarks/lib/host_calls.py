"""The usual work of a salesman: the calls that host_overhead.py measures."""

from odoo.fields import Command, Date

from odoo.addons.mail.tools.discuss import Store

from lib.host_data import ACCOUNT_EVERY, SECRET_EVERY, WEEK
from lib.web_client import Request, Route, View

# so many records for calls that take another one each time
VARIETY = 60
PIPELINE_SUMS = [
    "expected_revenue:sum", "recurring_revenue_monthly:sum", "company_currency:array_agg_distinct",
    "expected_revenue:sum_currency", "recurring_revenue_monthly:sum_currency",
]
# as the calendar view asks
EVENT_FIELDS = [
    "display_name", "start", "duration", "stop", "allday", "partner_ids", "attendees_count",
    "accepted_count", "declined_count", "user_can_edit", "is_highlighted", "privacy", "effective_privacy",
    "recurrency", "recurrence_update", "location", "videocall_location", "res_model_name", "alarm_ids",
    "categ_ids", "partner_id", "description", "display_description",
]


def get_calls(env):
    """Return the salesman's work: the name of each call and its requests, taken in turns.

    :param Environment env: the salesman's
    :rtype: dict
    """
    return (
        get_contact_calls(env) | get_order_calls(env) | get_lead_calls(env) | get_pipeline_calls(env)
        | get_other_calls(env)
    )


def get_contact_calls(env):
    by_list = View(env, "res.partner", "base.view_partner_tree", "list")
    by_kanban = View(env, "res.partner", "base.res_partner_kanban_view", "kanban")
    form = View(env, "res.partner", "base.view_partner_form", "form")
    customers = get_customers(env, is_account=False) + get_customers(env, is_account=True)

    def search(term):
        return Request("res.partner", "name_search", [], {
            "name": term, "domain": [], "operator": "ilike", "limit": 8,
            "context": by_list.context | {"res_partner_search_mode": "customer"},
        })

    return {
        "partner `name_search`, nothing typed": [search("")],
        "partner `name_search`, a name typed": [
            search(f"{city} {trade}")
            for city in ("Dalian", "Suzhou", "Wuhan") for trade in ("Pump", "Valve Works 00", "Robot")
        ],
        "contacts: list": [by_list.search_read([], default_is_company=True)],
        "contacts: kanban": [by_kanban.search_read([], default_is_company=True)],
        "contact: form": list(map(form.read, customers)),
        "`res.partner` create": [Request("res.partner", "create", [[{
            "name": "A new customer", "is_company": True, "email": "new@example.com",
        }]], {"context": form.context})],
        "`res.partner` write": [
            Request("res.partner", "write", [[customer], {"phone": "+86 1"}], {"context": form.context})
            for customer in customers
        ],
    }


def get_customers(env, is_account):
    """Return the ids of customers who are key accounts, not secret, or who are none."""
    found = env["res.partner"].search(
        [("ref", "=like", "C%")], order="ref", limit=VARIETY * (ACCOUNT_EVERY if is_account else 2)
    )
    numbers = {partner.id: int(partner.ref[1:]) for partner in found}
    return [
        partner_id for partner_id, number in numbers.items()
        if (number % ACCOUNT_EVERY == 0) == is_account and number % (ACCOUNT_EVERY * SECRET_EVERY)
    ]


def get_order_calls(env):
    drafts = env["sale.order"].search([("state", "=", "draft"), ("name", "=like", "B%")], order="id")
    by_list = View(env, "sale.order", "sale.view_quotation_tree_with_onboarding", "list")
    form = View(env, "sale.order", "sale.view_order_form", "form")
    product = env["product.product"].search([("name", "=", "Bearing")], limit=1)

    def confirm(is_account):
        return [
            Request("sale.order", "action_confirm", [order.ids], {"context": by_list.context})
            for order in drafts
            if (int(order.partner_id.ref[1:]) % ACCOUNT_EVERY == 0) == is_account
        ]

    def create(partner_id):
        return Request("sale.order", "create", [[{
            "partner_id": partner_id,
            "user_id": env.uid,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 3})],
        }]], {"context": by_list.context})

    return {
        "quotations: list": [by_list.search_read([["user_id", "=", env.uid]])],
        "quotation: form": list(map(form.read, drafts.ids)),
        "`sale.order` create, no key account": list(map(create, get_customers(env, is_account=False))),
        "`sale.order` create, key account": list(map(create, get_customers(env, is_account=True))),
        "`sale.order` confirm, no key account": confirm(is_account=False),
        "`sale.order` confirm, key account": confirm(is_account=True),
        "sales analysis: graph": [Request("sale.report", "formatted_read_group", [], {
            "domain": [["state", "not in", ["draft", "cancel", "sent"]]], "groupby": ["date:month"],
            "aggregates": ["price_subtotal:sum", "__count"], "context": by_list.context,
        })],
    }


def get_lead_calls(env):
    form = View(env, "crm.lead", "crm.crm_lead_view_form", "form")
    leads = env["crm.lead"].search([("user_id", "=", env.uid)], order="id", limit=VARIETY)

    def create(partner_id):
        return Request("crm.lead", "create", [[{
            "name": "A new opportunity", "type": "opportunity", "partner_id": partner_id,
            "expected_revenue": 5000, "contact_name": "Somebody",
        }]], {"context": form.context | {"default_type": "opportunity"}})

    return {
        "`crm.lead` create, no customer": [create(False)],
        "`crm.lead` create, no key account": list(map(create, get_customers(env, is_account=False))),
        "`crm.lead` create, key account": list(map(create, get_customers(env, is_account=True))),
        "lead: form": list(map(form.read, leads.ids)),
        "lead: post a note": [
            Request("crm.lead", "message_post", [lead.ids], {
                "body": "Called again.", "message_type": "comment", "subtype_xmlid": "mail.mt_note",
                "context": form.context,
            })
            for lead in leads
        ],
    }


def get_pipeline_calls(env):
    view = View(env, "crm.lead", "crm.crm_case_kanban_view_leads", "kanban")
    domain = ["&", ["type", "=", "opportunity"], ["user_id", "=", env.uid]]
    context = {"default_type": "opportunity", "show_user_team_stages": 1}
    return {
        "pipeline: columns (`web_read_group`)": [
            view.read_group(domain, "stage_id", PIPELINE_SUMS, **context)
        ],
        "pipeline: progress bars": [view.read_progress_bar(domain, "stage_id", **context)],
        "pipeline: one column (`web_search_read`)": [
            view.search_read(["&", ["stage_id", "=", stage.id], *domain], **context)
            for stage in env["crm.stage"].search([]) if not stage.is_won
        ],
    }


def get_other_calls(env):
    context = View(env, "crm.lead", "crm.crm_lead_view_form", "form").context
    leads = env["crm.lead"].search([("user_id", "=", env.uid)], order="id", limit=VARIETY)

    def open_chatter(lead_id):
        def run(env):
            # the body of /mail/thread/messages
            lead = env["crm.lead"].browse(lead_id)
            lead.check_access("read")
            messages = env["mail.message"]._message_fetch(domain=None, thread=lead)["messages"]
            messages.set_message_done()
            Store().add(messages).get_result()
            return messages.ids

        return Route(run, context)

    return {
        "chatter of a lead": list(map(open_chatter, leads.ids)),
        "activities at the top of each page": [
            Route(lambda env: env["res.users"]._get_activity_groups(), context)
        ],
        "calendar: a week": [Request("calendar.event", "search_read", [], {
            "domain": [
                ["start", "<=", f"{Date.add(Date.to_date(WEEK), days=6)} 23:59:59"],
                ["stop", ">=", f"{WEEK} 00:00:00"],
                ["partner_ids", "in", env.user.partner_id.ids],
            ],
            "fields": EVENT_FIELDS,
            "context": context | {"calendar_filters": {"all": False, "user": True}},
        })],
    }
