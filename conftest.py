"""How every test runs: on a database that need not survive a power cut, emptied cheaply."""
import gc

import pytest
from django.db import connection, connections, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

# Rows that migrating makes from the models; no test changes them.
KEPT = {"django_content_type", "auth_permission"}

# How long an example takes is told by the machine's other work as well.
settings.register_profile("unhurried", deadline=None,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run a file, or one test, in this process: workers take longer to start than that takes."""
    files = all(".py" in path for path in config.args)
    return 0 if files else None


def pytest_collection_finish() -> None:
    """Let the collector pass over what lives to the end: the code, and the tests themselves."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Have a commit wait for no disk."""
    options = connections["default"].settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        options["init_command"] = options["init_command"].replace("FULL", "OFF")
    else:
        given = options.get("options", "")
        options["options"] = f"{given} -c synchronous_commit=off".strip()


def empty_tables(test_case: TransactionTestCase) -> None:
    """Delete the rows of each table that has some, in place of Django's `flush`.

    A flush truncates every table, and makes every permission anew.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    with transaction.atomic(), connection.cursor() as cursor:
        quoted = {table: connection.ops.quote_name(table) for table in sorted(tables)}
        cursor.execute(" UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name})"
            for table, name in quoted.items()))
        for table, in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted[table]}")


@pytest.fixture(scope="session", autouse=True)
def cheap_flush():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
