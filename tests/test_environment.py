"""The environment: what is wrong in it is told in one line, and never with a part of a secret."""
import pytest
from django.core.exceptions import ImproperlyConfigured

from project.environment import Environment, key_prefix
from tests.test_production import ROOT, python

SECRET = "den7"  # a part of each password below


@pytest.fixture
def env(monkeypatch):
    """An environment that has just what a test puts into it."""
    monkeypatch.setattr(Environment, "ENVIRON", {})
    return Environment()


def fault(read, *args, **more):
    with pytest.raises(ImproperlyConfigured) as fault:
        read(*args, **more)
    text = str(fault.value)
    assert SECRET not in text and "\n" not in text
    return text


def test_a_secret_key_may_begin_with_a_dollar(env):
    env.ENVIRON["SECRET_KEY"] = "$2b$HOME"
    assert env("SECRET_KEY") == "$2b$HOME"


def test_blanks_after_commas_make_no_names_of_their_own(env):
    env.ENVIRON["X"] = " a.example, b.example ,, [::1]"
    assert env.hosts("X", []) == ["a.example", "b.example", "[::1]"]
    env.ENVIRON["X"] = "https://a.example, https://b.example"
    assert env.origins("X") == ["https://a.example", "https://b.example"]


def test_an_empty_value_stands_for_the_default(env):
    env.ENVIRON["X"] = " "
    assert env.port("X", 8000) == 8000 and env.zone("X", "Asia/Almaty") == "Asia/Almaty"
    assert env.rate("X") == 0 and env.names("X", ["a"]) == ["a"]
    assert env.choice("X", "ru", ("ru", "en")) == "ru" and env.database("X") == {}
    assert env.site("X", "http://a.example") == "http://a.example"


@pytest.mark.parametrize("kind, value, more", [
    ("port", "http", [8000]), ("port", "0", [8000]), ("port", "65536", [8000]),
    ("number", "-1", [4]), ("number", "4.5", [4]), ("number", "9" * 5000, [4, 0, 9]),
    ("rate", "much", []), ("rate", "-1", []), ("rate", "nan", []), ("rate", "inf", []),
    ("flag", "perhaps", [False]), ("choice", "de", ["ru", ("ru", "en")]),
    ("zone", "Moscow", ["Europe/Moscow"]), ("zone", "Europe", ["Europe/Moscow"]),
    ("zone", "../etc", ["Europe/Moscow"]), ("zone", "\0", ["Europe/Moscow"]),
    ("hosts", "https://a.example", [[]]), ("origins", "a.example", []),
    ("site", "a.example", [""]), ("site", "ftp://a.example", [""]), ("site", "https://", [""]),
    ("site", "https://a.example:port", [""]), ("folder", "manage.py/x", ["var", ROOT]),
    ("database", "mysql://a:hidden7@b/c", []), ("database", "hidden7", []),
    ("cache_server", "hidden7", ["locmemcache://"]),
])
def test_a_value_that_can_not_be_used_is_told_by_its_key(env, kind, value, more):
    env.ENVIRON["SOME_KEY"] = value
    assert fault(getattr(env, kind), "SOME_KEY", *more).startswith("SOME_KEY ")


@pytest.mark.parametrize("kind, scheme", [("database", "postgres"), ("cache_server", "redis")])
@pytest.mark.parametrize("password", [
    "hid#den7", "hid/den7", "hid?den7", "12#den7", "hid[den7", "℀den7",
])
def test_signs_in_a_password_are_told_without_it(env, kind, scheme, password):
    env.ENVIRON["SOME_KEY"] = f"{scheme}://me:{password}@server:5432/0"
    assert "%23" in fault(getattr(env, kind), "SOME_KEY", "")


def test_a_password_with_its_signs_written_as_asked_is_read(env):
    env.ENVIRON["X"] = "postgres://me:hid%23%2F%3Fden7@server:5432/base?sslmode=require"
    found = env.database("X")
    assert (found["PASSWORD"], found["HOST"], found["PORT"]) == ("hid#/?den7", "server", 5432)


def test_an_env_file_with_a_line_that_is_none_is_told_by_the_lines_number(env, tmp_path):
    path = tmp_path / ".env"
    path.write_text("# Ключи\n\nEMAIL_URL = smtp://me:hidden7@server\n")
    assert fault(env.read_file, path) == ".env has no KEY=value in line 3."
    path.write_bytes("# Ключи".encode("koi8-r"))
    assert fault(env.read_file, path) == ".env is not in UTF-8."
    path.write_text("\n  # blank\nA=b#c\nexport B='d'\n", encoding="utf-8")
    env.read_file(path)
    assert env.ENVIRON == {"A": "b#c", "B": "d"}


def test_installations_differ_in_their_cache_keys_and_machines_of_one_do_not():
    database = {"HOST": "db", "PORT": 5432, "NAME": "vestnik", "USER": "a", "CONN_MAX_AGE": 60}
    mine = key_prefix("key", database)
    assert mine == key_prefix("key", {**database, "USER": "b"})
    others = [key_prefix("another", database), key_prefix("key", {**database, "NAME": "copy"}),
              key_prefix("key", {**database, "HOST": "db2"})]
    assert mine not in others and len(set(others)) == 3


@pytest.mark.parametrize("keys, said", [
    ({"SECRET_KEY": None}, "manage.py: Set SECRET_KEY"), ({"PORT": "x"}, "manage.py: PORT must"),
    ({"EMAIL_URL": "smtp://me:hid#den7@mail.example.com"}, "manage.py: EMAIL_URL can not"),
    ({"EMAIL_URL": "consolemail://"}, "manage.py: EMAIL_URL begins with consolemail://"),
])
def test_a_command_ends_in_one_line_that_says_what_to_set(tmp_path, keys, said):
    done = python("manage.py", "send", "--help", DATA_DIR=str(tmp_path), **keys)
    assert done.returncode == 1 and done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1 and SECRET not in done.stderr and not done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "koi8-r"])
def test_commands_speak_on_terminals_that_do_not_know_their_letters(tmp_path, encoding):
    done = python("manage.py", "create_managers_group", "--help", DATA_DIR=str(tmp_path),
                  PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 0 and "permissions" in done.stdout


def test_a_broker_must_be_named_where_celery_sends(env):
    assert env.broker("X", needed=False) == ""
    assert fault(env.broker, "X", needed=True).startswith("X must be set")
    env.ENVIRON["X"] = "amqp://me:hid%23den7@server/vhost"
    assert env.broker("X", needed=True) == "amqp://me:hid%23den7@server/vhost"
    env.ENVIRON["X"] = "sqs://hidden7"
    assert fault(env.broker, "X", needed=True).startswith("X must begin")


def test_the_shared_storage_is_a_folder_that_is_there(env, tmp_path):
    folder = tmp_path / "общая"
    assert env.shared_folder("X", tmp_path) == tmp_path
    env.ENVIRON["X"] = f"file://{folder}"
    assert "mounted" in fault(env.shared_folder, "X", tmp_path) and not folder.exists()
    folder.mkdir()
    assert env.shared_folder("X", tmp_path) == folder
    for wrong in "/mnt/vestnik", "s3://bucket", "file://server/mnt", "file:mnt":
        env.ENVIRON["X"] = wrong
        assert fault(env.shared_folder, "X", tmp_path).startswith("X must be a folder")
