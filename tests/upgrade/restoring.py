"""Put a baseline where Django looks for its database, and take it away again."""
import contextlib
import lzma
import os
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import connection

HERE = Path(__file__).resolve().parent


@contextlib.contextmanager
def restored(version, folder):
    """Restore the baseline of `version` into a throwaway database and work on it meanwhile."""
    restore = {"sqlite": sqlite_file, "postgresql": postgresql_database}[connection.vendor]
    with restore(version, folder) as name, default_database(name):
        yield


@contextlib.contextmanager
def default_database(name):
    """Have the default connection of this thread open `name`."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        ContentType.objects.clear_cache()


@contextlib.contextmanager
def sqlite_file(version, folder):
    path = Path(folder) / "upgrade.sqlite3"
    path.write_bytes(lzma.decompress((HERE / f"{version}.sqlite3.xz").read_bytes()))
    yield str(path)
    path.unlink()


@contextlib.contextmanager
def postgresql_database(version, folder):
    name = f"vestnik_upgrade_{os.getpid()}"
    with server("postgres") as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        with server(name) as cursor:
            cursor.execute(lzma.decompress((HERE / f"{version}.sql.xz").read_bytes()))
        yield name
    finally:
        with server("postgres") as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def server(database):
    """Yield a cursor of a connection of its own to `database` on Django's server."""
    import psycopg2
    login = {key: value for key, value in connection.get_connection_params().items()
             if key in ("host", "port", "user", "password")}
    with contextlib.closing(psycopg2.connect(**login, dbname=database)) as link:
        link.autocommit = True
        with link.cursor() as cursor:
            yield cursor
