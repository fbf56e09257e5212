"""Many rows from one that the ORM has made, so that every column is filled as Odoo fills it."""

from odoo.tools import SQL


def replicate(env, record, first, last, joins="", **values):
    """Copy a record for each number of a range, with some columns of SQL expressions.

    :param Environment env: of the record's database
    :param record: the prototype
    :param int first: the number before the first
    :param int last: the last number
    :param str joins: further tables, known to the expressions
    :param values: column to SQL expression on ``series.number``, or on ``number`` where no table
        has a column of that name
    """
    columns = [
        name for name, in env.execute_query(SQL(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s ORDER BY column_name != 'id', ordinal_position",
            record._table,
        ))
    ]
    values.setdefault("id", f"nextval('{record._table}_id_seq')")
    unknown = values.keys() - set(columns)
    if unknown:
        raise KeyError(f"{record._table} has no columns {unknown}")
    env.cr.execute(SQL(
        "INSERT INTO %s (%s) SELECT %s FROM generate_series(%s, %s) AS series (number)"
        " JOIN %s prototype ON prototype.id = %s %s ORDER BY series.number",
        SQL.identifier(record._table),
        SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(
            SQL(values[name]) if name in values else SQL.identifier("prototype", name)
            for name in columns
        ),
        first + 1, last, SQL.identifier(record._table), record.id, SQL(joins),
    ))
    env.cr.execute(SQL("ANALYZE %s", SQL.identifier(record._table)))  # for the joins that follow
