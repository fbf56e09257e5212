"""An environment on the benchmark's database, outside a server."""

from contextlib import closing, contextmanager

import odoo
import odoo.init  # as the server does: time zone, garbage collection
from odoo.modules.registry import Registry
from odoo.tools import config


@contextmanager
def environment():
    """Open the database that the configuration names; nothing is ever committed."""
    if not config["db_name"]:
        config.parse_config([])
    name, = config["db_name"]
    with closing(Registry(name).cursor()) as cr:
        yield odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        cr.rollback()


def vacuum(*tables):
    """Give back the space of what was rolled back, so that the next measuring does not read it."""
    with odoo.sql_db.db_connect(config["db_name"][0]).cursor() as cr:
        cr.commit()
        cr._cnx.autocommit = True
        for table in tables:
            cr.execute(f"VACUUM {table}")
