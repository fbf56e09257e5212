"""An environment on the benchmark's database, outside a server."""

from contextlib import closing, contextmanager

import odoo
import odoo.init  # as the server does: time zone, garbage collection
from odoo.modules.registry import Registry
from odoo.tools import config


def open_registry(name=None):
    """Load Odoo on a database.

    :param str name: of the database; else the one that the configuration names
    :rtype: Registry
    """
    if not config["db_name"]:
        config.parse_config([])
    return Registry(name or config["db_name"][0])


@contextmanager
def environment():
    """Open the database that the configuration names; nothing is ever committed."""
    with closing(open_registry().cursor()) as cr:
        yield odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        cr.rollback()


def vacuum(*tables):
    """Give back the space of what was rolled back, so that the next measuring does not read it."""
    run_alone(config["db_name"][0], *(f"VACUUM {table}" for table in tables))


def vacuum_full(name):
    """Write every table of a database anew and count it, so that two databases are laid out alike."""
    run_alone(name, "VACUUM (FULL, ANALYZE)")


def run_alone(name, *statements):
    """Run statements outside of a transaction."""
    with odoo.sql_db.db_connect(name).cursor() as cr:
        cr.commit()
        cr._cnx.autocommit = True
        for statement in statements:
            cr.execute(statement)
