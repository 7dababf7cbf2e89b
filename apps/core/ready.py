"""Model instances from rows of statements that are written by hand.

For the few statements that run with each request or each group of letters: the ORM takes longer
to write one, and to look at the shape of its rows, than the database takes to answer.
"""
from functools import cache, partial

from django.db import DEFAULT_DB_ALIAS, connection


@cache
def columns(model, table):
    """Return the list of all columns of `model`, for a SELECT from `table` (or its alias)."""
    quote = connection.ops.quote_name
    return ", ".join(f"{table}.{quote(field.column)}" for field in model._meta.concrete_fields)


def instance(model, row):
    """Return the instance that a row of `columns` holds, as a query of the ORM would."""
    values = list(row)
    for place, convert in converters(model):
        values[place] = convert(values[place])
    return model.from_db(DEFAULT_DB_ALIAS, attributes(model), values)


@cache
def attributes(model):
    return [field.attname for field in model._meta.concrete_fields]


@cache
def converters(model):
    """Return [(place in the row, function of its value)] for what the driver gives otherwise."""
    found = []
    for place, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        for convert in (*connection.ops.get_db_converters(column),
                        *column.get_db_converters(connection)):
            found.append((place, partial(
                convert, expression=column, connection=connection)))
    return found
