"""Redis as a cache that pages never wait for: without it, this process's memory does.

django-redis can ignore errors, but then each request pays the timeout again, and allauth's locks
are never got. Here the first failure turns to memory; Redis is asked again after a pause, by one
thread, and is believed once it takes a write (a replica reads, but forgets log-in attempts).
"""
import logging
import threading
import time

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger("vestnik.cache")
TIMEOUT = 0.3  # seconds, for connecting and for each answer
PAUSE = 5  # seconds before Redis is asked again
PROBE = "vestnik:probe"
LIMITS = {"SOCKET_CONNECT_TIMEOUT": TIMEOUT, "SOCKET_TIMEOUT": TIMEOUT}
KEPT = 10_000  # entries in a process's memory


class Breaker:
    """Whether Redis may be asked now; one for all threads of a process."""

    def __init__(self):
        self.lock = threading.Lock()
        self.retry_at = None  # monotonic; None while Redis works

    def fail(self, error):
        with self.lock:
            if self.retry_at is None:
                log.error("Redis does not work, memory stands in: %s", error)
            self.retry_at = time.monotonic() + PAUSE

    def due(self):
        """Whether the caller is the one to ask Redis again."""
        with self.lock:
            now = time.monotonic()
            if self.retry_at is None or now < self.retry_at:
                return False
            self.retry_at = now + PAUSE
            return True

    def mend(self):
        with self.lock:
            self.retry_at = None
        log.warning("Redis works again")


BREAKERS = {}  # by server: Django makes a cache object for each thread


def steady(name):
    """Return the cache method `name`: Redis's own, or memory's when Redis fails."""

    def method(self, *args, **kwargs):
        if self.redis_works():
            try:
                return getattr(self.redis, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                self.breaker.fail(error)
        return getattr(self.memory, name)(*args, **kwargs)

    method.__name__ = name
    return method


class SteadyCache(BaseCache):
    """django-redis's cache at `server`, and its stand-in; both with the same keys."""

    get = steady("get")
    set = steady("set")
    add = steady("add")
    touch = steady("touch")
    delete = steady("delete")
    has_key = steady("has_key")
    incr = steady("incr")
    get_many = steady("get_many")
    set_many = steady("set_many")
    delete_many = steady("delete_many")
    clear = steady("clear")
    close = steady("close")

    def __init__(self, server, params):
        super().__init__(params)
        options = params.get("OPTIONS", {})
        pool = {"retry": Retry(NoBackoff(), 0), **options.get("CONNECTION_POOL_KWARGS", {})}
        self.redis = RedisCache(server, {
            **params, "OPTIONS": {**LIMITS, **options, "CONNECTION_POOL_KWARGS": pool}})
        self.memory = LocMemCache(str(server), {**params, "OPTIONS": {"MAX_ENTRIES": KEPT}})
        self.breaker = BREAKERS.setdefault(str(server), Breaker())

    def redis_works(self):
        if self.breaker.retry_at is None:
            return True
        if not self.breaker.due():
            return False
        try:
            self.redis.set(PROBE, 1, PAUSE)
        except (RedisError, OSError):
            return False
        self.breaker.mend()
        return True
