from odoo.tools import SQL

# Models whose records others hold on to are removed last by an uninstallation, and their seeds first.
OWN = "key.account%"


def uninstall_hook(env):
    """Empty the addon's tables at once, and let go of what other tables have of them.

    Uninstalling deletes the seeded records first, while accounts, complaints and pay still point to them,
    and the models last, when fields that reading a calendar entry takes are gone: the database would refuse
    one after the other in the log, and the tables of what is in the calendar would stay. What is of other
    applications stays: orders, invoices, meetings, surveys' answers.
    """
    env.cr.execute(SQL("DELETE FROM mail_activity WHERE res_model LIKE %s", OWN))
    env.cr.execute(SQL(
        "DELETE FROM mail_activity WHERE activity_type_id IN (SELECT res_id FROM ir_model_data"
        " WHERE module = 'key_account_mgmt' AND model = 'mail.activity.type')"
    ))
    env.cr.execute(SQL(
        "UPDATE calendar_event SET res_model_id = NULL, res_model = NULL, res_id = NULL"
        " WHERE res_model LIKE %s",
        OWN,
    ))
    tables = _get_tables(env)
    env.cr.execute(SQL(
        "SELECT conrelid::regclass, conname FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid::regclass::text IN %(tables)s"
        " AND conrelid::regclass::text NOT IN %(tables)s",
        tables=tables,
    ))
    for table, name in env.cr.fetchall():
        env.cr.execute(SQL(
            "ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)
        ))
    env.cr.execute(SQL("TRUNCATE %s", SQL(", ").join(SQL.identifier(table) for table in tables)))
    env.invalidate_all()


def _get_tables(env):
    """Return the tables of the addon's models and of their relations.

    :rtype: tuple
    """
    models = [model for name, model in env.registry.items() if name.startswith("key.account")]
    stored = [model for model in models if model._auto and not model._abstract]
    relations = {
        field.relation for model in stored for field in model._fields.values()
        if field.type == "many2many" and field.store and field.relation
    }
    return tuple(sorted({model._table for model in stored} | relations))
