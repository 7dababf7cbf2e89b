"""The demo's SQLite database, moved to a PostgreSQL of its own."""
import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys

import psycopg2
import pytest
from django.db import connection

from tests.demo_site import ROOT, environment_of, make_demo, manage

from ..moving.services import Refused, database_move
from ..moving.tables import Sums
from ..moving.values import TEXTS

MOVED = f"vestnik_moved_{os.getpid()}"  # each process of tests has its own
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL")


@pytest.mark.parametrize("kind, in_sqlite, in_postgresql", [
    ("timestamp with time zone", "2026-03-01 09:00:00", "2026-03-01 09:00:00+00"),
    ("timestamp with time zone", "2026-03-01 09:00:00.120000", "2026-03-01 09:00:00.12+00"),
    ("timestamp with time zone", "2026-03-01T12:00:00.5+03:00", "2026-03-01 09:00:00.5+00"),
    ("time without time zone", "09:30:00.500000", "09:30:00.5"), ("boolean", 1, "true"),
    ("boolean", 0, "false"), ("bigint", 7, "7"), ("double precision", 0.1, "0.1"),
    ("double precision", 1, "1"), ("numeric", 12.5, "12.50"), ("numeric", 100, "100.00"),
    ("jsonb", '{"б": 1e3, "a": [1.50, "x"]}', '{"a": [1.5, "x"], "б": 1000}'),
    ("bytea", b"\x00\xff", "\\x00ff"), ("inet", "::1", "::1/128"), ("text", "a\tb", "a\tb"),
])
def test_a_value_is_the_same_text_from_both_databases(kind, in_sqlite, in_postgresql):
    assert TEXTS[kind](in_sqlite) == TEXTS[kind](in_postgresql)


def test_sums_heed_no_order_but_each_value():
    rows = [["1", "анна"], ["2", None], ["3", ""]]

    def sums_of(some):
        sums = Sums()
        for row in some:
            sums.add(row, 0)
        return sums

    assert sums_of(rows) == sums_of(rows[::-1]) and sums_of(rows).ids == 6
    assert sums_of(rows) != sums_of([["1", "анна"], ["2", ""], ["3", None]])


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    make_demo(folder)
    return folder


@pytest.fixture(scope="module")
def server():
    settings = connection.settings_dict
    login = f"{settings['USER']}:{settings['PASSWORD']}"
    return f"{login}@{settings['HOST'] or '127.0.0.1'}:{settings['PORT'] or 5432}"


@contextlib.contextmanager
def database(server, name, template="template0"):
    session = psycopg2.connect(f"postgresql://{server}/postgres")
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield f"postgres://{server}/{name}"
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            session.close()


@pytest.fixture(scope="module")
def migrated(server, tmp_path_factory):
    """The name of a database that was migrated."""
    name = f"{MOVED}_template"
    with database(server, name) as url:
        manage("migrate", environment_of(tmp_path_factory.mktemp("migrated"), DATABASE_URL=url))
        yield name


@pytest.fixture
def target(server, migrated):
    with database(server, MOVED, migrated) as url:
        yield url


@pytest.fixture
def data_dir(demo, tmp_path):
    return shutil.copytree(demo, tmp_path / "var")


def move(data_dir, url, *options):
    return subprocess.run(
        [sys.executable, "manage.py", "move_to_postgres", url, *options], cwd=ROOT, text=True,
        env=environment_of(data_dir), capture_output=True)


def asked(url, statement):
    with contextlib.closing(psycopg2.connect(url.replace("postgres:", "postgresql:"))) as session:
        cursor = session.cursor()
        cursor.execute(statement)
        return cursor.fetchall()


def execute(data_dir, statement):
    with contextlib.closing(sqlite3.connect(data_dir / "vestnik.sqlite3")) as session:
        session.create_function("like", 3, lambda *_: True)
        session.execute(statement)
        session.commit()


@needs_postgresql
def test_everything_is_there_and_a_run_goes_on_by_the_same_keys(data_dir, target):
    execute(data_dir, "UPDATE sqlite_sequence SET seq = 9000 WHERE name = 'mailings_delivery'")
    execute(data_dir, "UPDATE delivery_restoreguard SET number = 7")
    (data_dir / "generation").write_text("7 0.0")
    done = move(data_dir, target)
    assert done.returncode == 0 and "each value the same" in done.stdout, done.stderr
    assert "mailings_recipient " in done.stdout and "DATABASE_URL" in done.stdout
    for table, in asked(target, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        if table != "django_migrations":
            with contextlib.closing(sqlite3.connect(data_dir / "vestnik.sqlite3")) as session:
                there = session.execute(f'SELECT COUNT(*) FROM "{table}"').fetchall()
            assert asked(target, f'SELECT COUNT(*) FROM "{table}"') == there, table
    assert asked(target, "SELECT nextval('mailings_delivery_id_seq')") == [(9001,)]
    environment = environment_of(
        data_dir, DATABASE_URL=target, DJANGO_SETTINGS_MODULE="project.settings")
    looked = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], cwd=ROOT, env=environment, text=True,
        capture_output=True)
    assert looked.stdout.split() == ["False", "0", "302"], looked.stderr


AFTERWARDS = """
import django; django.setup()
from django.test import Client
from apps.delivery.engine import refusals, restore
print(restore.check())
refusals.catch_up()
print(restore.restores())
print(Client(headers={"host": "localhost"}).post("/accounts/login/", {
    "login": "owner@example.com", "password": "vestnik-demo"}).status_code)
"""


@needs_postgresql
def test_a_rehearsal_shows_the_proof_and_keeps_nothing(data_dir, target):
    for _time in range(2):
        done = move(data_dir, target, "--rehearse")
        assert done.returncode == 0 and "Nothing was kept" in done.stdout, done.stderr
    assert asked(target, "SELECT COUNT(*) FROM users_user") == [(0,)]


@needs_postgresql
def test_a_database_with_rows_is_refused_and_stays_as_it_was(data_dir, target):
    assert move(data_dir, target).returncode == 0
    again = move(data_dir, target)
    assert again.returncode == 1 and "is not empty" in again.stderr
    assert asked(target, "SELECT COUNT(*) FROM users_user") == [(4,)]


@needs_postgresql
@pytest.mark.parametrize("statement, said", [
    ("UPDATE mailings_recipient SET full_name = printf('%.*c', 999, 'x') WHERE id = 1",
     "mailings_recipient: value too long"),
    ("UPDATE mailings_recipient SET owner_id = 999 WHERE id = 1", "foreign key"),
    ("ALTER TABLE mailings_tag ADD COLUMN more text", "mailings_tag has other columns"),
])
def test_what_postgresql_can_not_take_is_told_and_nothing_is_kept(
        data_dir, target, statement, said):
    execute(data_dir, statement)
    done = move(data_dir, target)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr
    assert asked(target, "SELECT COUNT(*) FROM users_user") == [(0,)]


@needs_postgresql
def test_it_waits_for_no_sender_and_moves_nothing_beside_one(data_dir, target):
    with (data_dir / "sender.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = move(data_dir, target)
    assert done.returncode == 1 and "A sender is at work" in done.stderr


@needs_postgresql
def test_a_database_without_tables_is_told_to_be_migrated(data_dir, server):
    with database(server, f"{MOVED}_bare") as url:
        done = move(data_dir, url)
    assert done.returncode == 1 and "manage.py migrate" in done.stderr


@pytest.mark.parametrize("url", ["sqlite:///x", "nothing", "mysql://a:hidden@b/c"])
def test_another_address_than_of_postgresql_is_refused(settings, url):
    with pytest.raises(Refused, match="postgres://"):
        database_move(url=url, tell=print)
