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
    for place, field in converted(model):
        values[place] = value(field, values[place])
    return model.from_db(DEFAULT_DB_ALIAS, attributes(model), values)


def value(field, given):
    """Return what a column of `field` holds, from what the database's driver gives."""
    for convert in converters(field):
        given = convert(given)
    return given


@cache
def attributes(model):
    return [field.attname for field in model._meta.concrete_fields]


@cache
def converted(model):
    """Return [(place in a row, field)] of the fields whose columns the driver gives otherwise."""
    return [(place, field) for place, field in enumerate(model._meta.concrete_fields)
            if converters(field)]


@cache
def converters(field):
    column = field.get_col(field.model._meta.db_table)
    return [partial(convert, expression=column, connection=connection) for convert in (
        *connection.ops.get_db_converters(column), *column.get_db_converters(connection))]
