"""The settings of a service on the open net, in processes of their own."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KEY = "k3y-of-more-than-fifty-characters-that-nobody-else-can-guess-0123456789"


def python(*arguments, **keys):
    """Run Python over production settings; a key given as None is not set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    keys = {"DEBUG": "0", "SECRET_KEY": KEY, "BASE_URL": "https://mail.example.com",
            "ALLOWED_HOSTS": "mail.example.com", **keys}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, errors="replace",
        env=kept | {name: value for name, value in keys.items() if value is not None})


@pytest.mark.parametrize("key", ["", "change-me"])
def test_nothing_starts_without_a_secret_key_of_its_own(key, tmp_path):
    done = python("-c", "import project.settings", SECRET_KEY=key, DATA_DIR=str(tmp_path))
    assert done.returncode and "Set SECRET_KEY" in done.stderr


def test_the_deployment_checks_have_no_remark(tmp_path):
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING",
                  DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr


SERVE = """
import sys; sys.modules["aiosmtpd"] = None  # it is the demo's, and not installed here
import django; django.setup()
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client
call_command("collectstatic", interactive=False, verbosity=0)
client = Client(headers={"host": "mail.example.com", "accept-encoding": "gzip"})
for name in ("css/app.css", "js/app.js", "django_htmx/htmx-2.min.js"):
    answer = client.get(static(name), secure=True)
    print(static(name), answer.status_code, answer["Cache-Control"], answer["Content-Encoding"])
plain = client.get("/static/css/app.css", secure=True)
print("plain", plain.status_code)
print("hsts", plain["Strict-Transport-Security"])
print("http", client.get("/help/")["Location"])
client = Client(headers={"host": "10.0.0.7"})
print("health", client.get("/healthz").status_code)
"""


def test_static_files_are_hashed_compressed_and_kept_and_http_leads_to_https(tmp_path):
    done = python("-c", SERVE, DATA_DIR=str(tmp_path), DJANGO_SETTINGS_MODULE="project.settings")
    *files, plain, hsts, http, health = done.stdout.splitlines()
    assert done.returncode == 0 and len(files) == 3, done.stderr
    for line in files:
        address, status, kept, encoding = line.replace(", ", ",").split(" ")
        assert len(address.split(".")) >= 3 and (status, encoding) == ("200", "gzip")
        assert "immutable" in kept and int(kept.split(",")[0].removeprefix("max-age=")) >= 31536000
    assert plain == "plain 404"  # only hashed names exist: nothing stale can be served
    assert hsts == "hsts max-age=31536000; includeSubDomains"
    assert http == "http https://mail.example.com/help/"
    assert health == "health 200"  # probes ask by address, without TLS


DEMO = """
import django; django.setup()
from django.templatetags.static import static
from django.test import Client
from project import urls
def broken(request): raise ZeroDivisionError("told to the log alone")
broken.login_required = False
urls.urlpatterns.append(urls.path("broken/", broken))
client = Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"})
client.raise_request_exception = False
for page, host in (("/nothing/", "localhost"), ("/broken/", "localhost"), ("/help/", "a.example")):
    answer = client.get(page, headers={"host": host, "accept-encoding": ""})
    print(answer.status_code, "Вестник" in answer.text, "Traceback" in answer.text)
first = client.get(static("css/app.css"))
again = client.get(static("css/app.css"), headers={"if-none-match": first["ETag"]})
print(first.status_code, first["Cache-Control"], again.status_code)
"""


def test_the_demo_has_our_own_pages_of_errors_and_its_static_files_are_fetched_once(tmp_path):
    done = python("-c", DEMO, DEBUG="1", DATA_DIR=str(tmp_path), BASE_URL=None,
                  ALLOWED_HOSTS=None, DJANGO_SETTINGS_MODULE="project.settings")
    assert done.stdout.splitlines() == [
        "404 True False", "500 True False", "400 True False",
        "200 max-age=0, public 304"], done.stderr
    assert "told to the log alone" in done.stderr


def test_no_code_asks_for_djangos_own_switch_which_is_always_off():
    asked = [path.name for path in (ROOT / "apps").rglob("*.py")
             if "settings.DEBUG" in path.read_text(encoding="utf-8")]
    assert asked == []  # settings.DEMO tells
