"""The same company in two databases: customers, leads, orders; and key accounts where the addon is.

Records are made by the ORM once and then replicated by SQL, so that every column is filled as Odoo
fills it. All values follow from a row's number alone, so both databases hold the same.
"""

from odoo import api
from odoo.fields import Command
from odoo.tools import SQL

from lib.replicate import replicate

# a row that points to itself: the columns of a row are evaluated one after the other, id first
NEW_ID = "nextval('res_partner_id_seq')"
SAME_ID = "currval('res_partner_id_seq')"
SALESMAN = "bench_salesman"
DIRECTOR = "bench_director"
MANAGERS = 20
TEAMS = 4
# of a hundred partners, so many are companies; the others are their contacts
COMPANY_PERCENT = 60
# every so many-th company is a key account, and every so many-th of those is secret
ACCOUNT_EVERY = 12
SECRET_EVERY = 100
BATCH = 500
MODELS = (
    "res.partner", "res.users", "crm.lead", "sale.order", "sale.order.line", "mail.activity",
    "calendar.event", "calendar.attendee",
)
MESSAGES = 3
# Monday of the week whose meetings are looked at, and how many days of meetings lie before it
WEEK = "2025-06-02"
EVENTS_BEFORE = 20
ROLE = "key_account_mgmt.group_key_account_"
# The demands of a bulk import: no mails, no tracking, no follower but who has to be one.
QUIET = {
    "tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True,
    "mail_notrack": True, "no_reset_password": True,
}

CITY = "(ARRAY['Harbin','Dalian','Tianjin','Qingdao','Nanjing','Suzhou','Ningbo','Xiamen','Wuhan','Xian'])"
TRADE = (
    "(ARRAY['Bearing','Hydraulic','Machinery','Valve','Pump','Steel','Marine','Mining','Railway','Wind',"
    "'Tractor','Casting','Robot'])"
)


class Filling:
    """Fill one database; to be called with growing sizes."""

    def __init__(self, env):
        """Make the people.

        :param Environment env: superuser's, of the database
        """
        self.env = env(context=QUIET)
        self.has_addon = "key.account" in env.registry
        self.partners = self.leads = self.orders = 0
        self.managers = [
            self._new_user(f"bench_manager{number}", "sales_team.group_sale_salesman", role="manager")
            for number in range(MANAGERS)
        ]
        self.salesman = self._new_user(SALESMAN, "sales_team.group_sale_salesman")
        self.director = self._new_user(DIRECTOR, "sales_team.group_sale_manager", role="director")
        self.teams = self.env["crm.team"].create([
            {
                "name": f"Department {number}",
                "user_id": self.managers[number].id,
                "member_ids": [Command.set([
                    user.id for user in self.managers[number::TEAMS] + [self.salesman] * (number == 0)
                ])],
            }
            for number in range(TEAMS)
        ])
        self._make_prototypes()
        for model in (*MODELS, "mail.message"):
            # it would come in between, and keep what it looks at from being vacuumed
            self.env.cr.execute(SQL(
                "ALTER TABLE %s SET (autovacuum_enabled = off)", SQL.identifier(self.env[model]._table)
            ))

    def _new_user(self, login, group, role=None):
        groups = self.env.ref(group)
        if role and self.has_addon:
            groups |= self.env.ref(ROLE + role)
        return self.env["res.users"].create({
            "name": login.replace("_", " ").title(), "login": login, "email": f"{login}@example.com",
            "group_ids": [Command.set(groups.ids)],
        })

    def _make_prototypes(self):
        self.company = self.env["res.partner"].create({
            "name": "Prototype", "is_company": True, "city": "Harbin", "street": "1 Main Street",
            "country_id": self.env.ref("base.cn").id, "email": "info@example.com", "phone": "+86 451 1",
        })
        self.contact = self.env["res.partner"].create({
            "name": "Contact", "parent_id": self.company.id, "email": "contact@example.com",
        })
        self.lead = self.env["crm.lead"].create({
            "name": "Prototype", "type": "opportunity", "user_id": self.salesman.id,
            "partner_id": self.company.id, "expected_revenue": 1000,
        })
        product = self.env["product.product"].create({
            "name": "Bearing", "list_price": 100, "taxes_id": False, "type": "consu",
        })
        self.order = self.env["sale.order"].create({
            "partner_id": self.company.id, "user_id": self.salesman.id, "team_id": self.teams[0].id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": quantity})
                for quantity in (1, 5)
            ],
        })
        self.activity = self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.salesman.id, summary="Call back"
        )
        self.message = self.lead.message_post(
            body="Called, will order.", author_id=self.salesman.partner_id.id
        )
        self.event = self.env["calendar.event"].with_user(self.salesman).create({
            "name": "Prototype", "start": "2025-01-01 08:00:00", "stop": "2025-01-01 09:00:00",
            "partner_ids": [Command.set(self.salesman.partner_id.ids)],
        })
        self.env.flush_all()

    # === GROWING === #

    def grow(self, partners, leads, orders):
        """Fill up to these numbers of records, and commit."""
        companies = partners * COMPANY_PERCENT // 100
        self._add_partners(self.partners * COMPANY_PERCENT // 100, companies, partners)
        self._add_leads(self.leads, leads, companies)
        self._add_orders(self.orders, orders, companies)
        self._add_events(self.orders, orders, companies)
        added = range(self.partners * COMPANY_PERCENT // 100 + 1, companies + 1)
        self.partners, self.leads, self.orders = partners, leads, orders
        self.env.invalidate_all()
        if self.has_addon:
            self._add_accounts([number for number in added if number % ACCOUNT_EVERY == 0])
        self.env.cr.commit()

    def _replicate(self, record, first, last, joins="", **values):
        """Copy a record for each number of a range, with some columns of SQL expressions.

        :param record: the prototype
        :param int first: the number before the first
        :param int last: the last number
        :param str joins: further tables, known to the expressions
        :param values: column to SQL expression on ``number``
        """
        replicate(self.env, record, first, last, joins, **values)

    def _pick_manager(self, number):
        """Return SQL for one of the managers."""
        ids = ",".join(str(user.id) for user in self.managers)
        return f"(ARRAY[{ids}])[1 + ({number}) %% {MANAGERS}]"

    def _add_partners(self, first, last, partners):
        name = (
            f"{CITY}[1 + number %% 10] || ' ' || {TRADE}[1 + number / 10 %% 13]"
            " || ' Works ' || lpad(number::text, 5, '0')"
        )
        self._replicate(
            self.company, first, last,
            id=NEW_ID, commercial_partner_id=SAME_ID, commercial_company_name=name,
            name=name, complete_name=name, ref="'C' || lpad(number::text, 6, '0')",
            city=f"{CITY}[1 + number %% 10]",
            email="'info@works' || number || '.example.com'",
            email_normalized="'info@works' || number || '.example.com'",
            # an account's manager is the customer's salesperson
            user_id=f"CASE WHEN number %% {ACCOUNT_EVERY} = 0 THEN {self._pick_manager('number')} "
            f"WHEN number %% 20 = 1 THEN {self.salesman.id} END",
        )
        self._replicate(
            self.contact, first * (100 - COMPANY_PERCENT) // COMPANY_PERCENT, partners - last,
            joins="JOIN res_partner company ON company.ref = 'C' || lpad(number::text, 6, '0')",
            name="'Contact ' || number", complete_name="company.name || ', Contact ' || number",
            parent_id="company.id", commercial_partner_id="company.id",
            commercial_company_name="company.name", city="company.city",
            email="'contact' || number || '@example.com'",
            email_normalized="'contact' || number || '@example.com'",
        )

    def _join_customer(self, companies):
        """Return SQL for the customer of a lead or an order; secret ones are not the salesman's."""
        number = f"1 + (number::bigint * 7919) %% {companies}"
        secret = ACCOUNT_EVERY * SECRET_EVERY
        number = f"{number} - (({number}) %% {secret} = 0)::int"
        return f"JOIN res_partner customer ON customer.ref = 'C' || lpad(({number})::text, 6, '0')"

    def _add_leads(self, first, last, companies):
        """Every tenth lead is the salesman's, spread over the stages; seven in ten have a customer."""
        stages = self.env["crm.stage"].search([])
        own = "number %% 10 = 0"
        has_partner = "number / 10 %% 10 < 7"
        self._replicate(
            self.lead, first, last, joins=self._join_customer(companies),
            name="'Lead ' || number",
            user_id=f"CASE WHEN {own} THEN {self.salesman.id} ELSE {self._pick_manager('number')} END",
            stage_id=f"(ARRAY{stages.filtered(lambda stage: not stage.is_won).ids})"
            f"[1 + number / 10 %% {len(stages) - 1}]",
            partner_id=f"CASE WHEN {has_partner} THEN customer.id END",
            partner_name=f"CASE WHEN {has_partner} THEN customer.name ELSE 'Prospect ' || number END",
            email_from=f"CASE WHEN {has_partner} THEN customer.email END",
            expected_revenue="1000 + number %% 9000",
        )
        self._replicate(
            self.activity, first, last,
            joins="JOIN crm_lead lead ON lead.name = 'Lead ' || number AND number %% 30 = 0",
            res_id="lead.id", res_name="lead.name", user_id="lead.user_id",
            date_deadline="prototype.date_deadline - 7 + number / 10 %% 15",
        )
        for place in range(MESSAGES):
            self._replicate(
                self.message, first, last, joins="JOIN crm_lead lead ON lead.name = 'Lead ' || number",
                res_id="lead.id",
                date=f"prototype.date - number * interval '1 hour' - interval '{place} day'",
            )

    def _add_events(self, first, last, companies):
        """Meetings of the salesman and a customer, ten on each working day of his."""
        day = f"date '{WEEK}' + interval '8 hour' + (number / 10 - {EVENTS_BEFORE}) * interval '1 day'"
        self._replicate(
            self.event, first, last,
            name="'Meeting ' || number", start=day, stop=f"{day} + interval '1 hour'",
        )
        own = "JOIN calendar_event own ON own.name = 'Meeting ' || number"
        self._replicate(self.event.attendee_ids, first, last, joins=own, event_id="own.id")
        self._replicate(
            self.event.attendee_ids, first, last, joins=own + " " + self._join_customer(companies),
            event_id="own.id", partner_id="customer.id",
        )
        self.env.cr.execute(SQL(
            "INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)"
            " SELECT event_id, partner_id FROM calendar_attendee ON CONFLICT DO NOTHING"
        ))

    def _add_orders(self, first, last, companies):
        """Odd orders are drafts of the salesman, even ones are confirmed and other people's."""
        draft = "number %% 2 = 1"
        self._replicate(
            self.order, first, last, joins=self._join_customer(companies),
            name="'B' || lpad(number::text, 6, '0')",
            state=f"CASE WHEN {draft} THEN 'draft' ELSE 'sale' END",
            user_id=f"CASE WHEN {draft} THEN {self.salesman.id} ELSE {self._pick_manager('number / 2')} END",
            date_order="prototype.date_order - number * interval '1 hour'",
            partner_id="customer.id", partner_invoice_id="customer.id", partner_shipping_id="customer.id",
        )
        for line in self.order.order_line:
            self._replicate(
                line, first, last,
                joins="JOIN sale_order own ON own.name = 'B' || lpad(number::text, 6, '0')",
                order_id="own.id", order_partner_id="own.partner_id", state="own.state",
                salesman_id="own.user_id",
            )

    def _add_accounts(self, numbers):
        """The director takes over existing accounts, as on the first day, through the ORM."""
        accounts = self.env["key.account"].with_user(self.director).with_context(QUIET)
        grade = self.env.ref("key_account_mgmt.scheme_share_grade_c")
        for start in range(0, len(numbers), BATCH):
            batch = numbers[start:start + BATCH]
            customers = self.env["res.partner"].search(
                [("ref", "in", [f"C{number:06}" for number in batch])], order="ref"
            )
            accounts.create([
                {
                    "partner_id": customer.id,
                    "team_id": self.teams[number % MANAGERS % TEAMS].id,
                    "manager_id": self.managers[number % MANAGERS].id,
                    "state": "active",
                    "scheme_id": grade.scheme_id.id,
                    "grade_id": grade.id,
                    "confidentiality": self._get_confidentiality(number),
                }
                for number, customer in zip(batch, customers)
            ])
            self.env.flush_all()
            self.env.invalidate_all()

    @staticmethod
    def _get_confidentiality(number):
        return "secret" if number % (ACCOUNT_EVERY * SECRET_EVERY) == 0 else "internal"


def check_alike(environments):
    """Refuse two databases that do not hold the same.

    :param list environments: one superuser's :class:`odoo.api.Environment` each
    :raise ValueError: when a count differs
    """
    counts = [
        {
            model: env[model].with_context(active_test=False).search_count([])
            for model in MODELS
        }
        for env in environments
    ]
    if counts[0] != counts[1]:
        raise ValueError(f"The databases differ: {counts}")


def new_environment(registry, cr, user_id=api.SUPERUSER_ID):
    """Return the environment of a new request.

    :param Registry registry: whose database it is
    :param Cursor cr: of that database
    :param int user_id: who asks
    """
    if cr.dbname != registry.db_name:
        raise ValueError("The cursor is another database's.")
    return api.Environment(cr, user_id, {})
