"""What limits guessing, also when several web workers share the guesses between them."""
import os
import subprocess
import sys
import uuid

import pytest
import redis
from django.conf import settings
from django.test import Client

from apps.audit.models import Entry

REDIS = "redis://127.0.0.1:6379/1"
WORKER = """
import sys, django; django.setup()
from allauth.core.ratelimit import consume
from django.test import RequestFactory
request = RequestFactory().post("/accounts/login/")
print(sum(consume(request, action="login_failed", key=sys.argv[1]) for _ in range(4)))
"""


def redis_answers():
    try:
        return redis.Redis.from_url(REDIS, socket_timeout=1).ping()
    except redis.RedisError:
        return False


@pytest.mark.skipif(not redis_answers(), reason="no Redis on this machine")
def test_three_workers_on_redis_allow_no_more_guesses_than_one():
    key = uuid.uuid4().hex  # of this run: each address has a limit too, and others test here
    environment = {**os.environ, "CACHE_URL": f"{REDIS}?key_prefix={key}",
                   "DJANGO_SETTINGS_MODULE": "project.settings"}
    workers = [subprocess.Popen(
        [sys.executable, "-c", WORKER, key], cwd=settings.BASE_DIR, env=environment, text=True,
        stdout=subprocess.PIPE) for _ in range(3)]
    assert sum(int(worker.communicate(timeout=60)[0]) for worker in workers) == 5


@pytest.mark.django_db
def test_the_sixth_guess_at_a_password_is_not_even_tried(owner):
    for number in range(7):
        page = Client().post(
            "/accounts/login/", {"login": owner.email, "password": f"guess-{number}"})
    assert Entry.objects.filter(action="login_failed").count() == 5
    assert "form" in page.context and page.context["form"].errors


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("language, words", [("ru", "Подождите минуту"), ("en", "Wait a minute")])
@pytest.mark.django_db
def test_over_a_limit_our_own_page_says_for_how_long(client, settings, debug, language, words):
    settings.DEMO = debug
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.post("/language/", {"language": language})
    for _number in range(2):
        page = client.post("/accounts/login/", {"login": "a@b.example", "password": "guess"})
    assert page.status_code == 429 and page["Retry-After"] == "60"
    assert words in page.content.decode() and "app-footer" in page.content.decode()
