"""Against a real Redis that is stopped, frozen and made read-only."""
import shutil
import signal
import socket
import subprocess
import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import caches
from redis import Redis

from apps.core import cache as steady
from tests.factories import PASSWORD
from tests.smtp import free_port

SERVER = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(not SERVER, reason="no redis-server on this machine")


class Server:
    """A Redis of our own that can be hurt."""

    def __init__(self):
        self.port = free_port()
        self.admin = Redis(port=self.port)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--loglevel", "warning"], stdout=subprocess.PIPE)
        while True:  # its own retries would be slower than the server
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                assert self.process.poll() is None

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def use(settings, monkeypatch):
    """Make Redis on a port the default cache; as in production, but patient for a blink."""
    monkeypatch.setattr(steady, "PAUSE", 60)
    monkeypatch.setattr(steady, "BREAKERS", {})
    monkeypatch.setitem(steady.LIMITS, "SOCKET_TIMEOUT", 0.05)

    def use_port(port):
        settings.CACHES = {"default": {
            "BACKEND": "apps.core.cache.SteadyCache", "LOCATION": f"redis://127.0.0.1:{port}/0"}}
        return caches["default"]

    return use_port


def hurt_stop(server):
    server.stop()


def hurt_freeze(server):
    server.process.send_signal(signal.SIGSTOP)


def hurt_read_only(server):
    server.admin.replicaof("127.0.0.1", 1)


def hurt_replicas(server):
    server.admin.config_set("min-replicas-to-write", 1)


@needs_redis
@pytest.mark.parametrize("hurt", [hurt_stop, hurt_freeze, hurt_read_only, hurt_replicas])
def test_memory_stands_in_for_a_redis_that_does_not_work(server, use, hurt):
    cache = use(server.port)
    cache.set("a", "before")
    hurt(server)
    cache.set("a", 1)
    assert cache.incr("a") == 2 and cache.get("a") == 2
    assert cache.add("lock", True, 10) and not cache.add("lock", True, 10)
    assert cache.get_or_set("b", 5) == 5 and cache.get_many(["a", "b"]) == {"a": 2, "b": 5}
    assert cache.delete("lock") and not cache.has_key("lock")  # noqa: W601


@needs_redis
def test_redis_is_asked_again_after_a_pause_and_believed_when_it_takes_a_write(
        server, use, monkeypatch):
    cache = use(server.port)
    cache.set("a", "redis")
    hurt_read_only(server)
    cache.set("a", "memory")
    monkeypatch.setattr(cache.breaker, "retry_at", 0)
    assert cache.get("a") == "memory"
    server.admin.replicaof("NO", "ONE")
    assert cache.get("a") == "memory"
    monkeypatch.setattr(cache.breaker, "retry_at", 0)
    assert cache.get("a") == "redis"


@needs_redis
def test_a_frozen_redis_is_waited_for_once_not_by_each_request(server, use, caplog):
    cache = use(server.port)
    hurt_freeze(server)
    for _ in range(20):
        cache.get("a")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(caches["default"].breaker.retry_at))
    thread.start()
    thread.join()
    assert seen[0] and len(caplog.records) == 1


@needs_redis
def test_what_one_process_keeps_another_one_finds(server, use):
    use(server.port).set("a", {"n": 1}, 60)
    monitor = Redis(port=server.port)
    assert monitor.keys() == [b":1:a"] and 0 < monitor.ttl(":1:a") <= 60


@pytest.mark.django_db
def test_people_log_in_and_pages_answer_while_redis_is_away(client, owner, use):
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    use(free_port())
    assert client.post("/accounts/login/", {"login": "x@example.com", "password": "no"})
    response = client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert response.url == "/" and client.get("/").context["user"] == owner


@pytest.mark.django_db
def test_log_in_attempts_are_limited_while_redis_is_away(client, owner, use):
    use(free_port())
    for _ in range(12):
        page = client.post("/accounts/login/", {"login": owner.email, "password": "wrong"})
    page = client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert page.status_code != 302
