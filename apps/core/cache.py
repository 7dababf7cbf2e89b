"""Redis as a cache that pages never wait for: without it, this process's memory does.

django-redis can ignore errors, but then each request pays the timeout again, and allauth's locks
are never got. Here the first failure turns to memory; one thread asks Redis again after a pause,
and all threads use it again once it accepts a write. An answer to a read would prove too little: a
read-only replica answers it too, but would lose the counts of failed log-ins.
"""
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

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

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.retry_at: float | None = None  # monotonic; None while Redis works

    def fail(self, error: Exception) -> None:
        with self.lock:
            if self.retry_at is None:
                log.error("Redis does not work, memory stands in: %s", error)
            self.retry_at = time.monotonic() + PAUSE

    def due(self) -> bool:
        """Return whether the caller is the one to ask Redis again."""
        with self.lock:
            now = time.monotonic()
            if self.retry_at is None or now < self.retry_at:
                return False
            self.retry_at = now + PAUSE
            return True

    def mend(self) -> None:
        with self.lock:
            self.retry_at = None
        log.warning("Redis works again")


BREAKERS: dict[str, Breaker] = {}  # by server: Django makes a cache object for each thread


def steady(name: str) -> Callable[..., Any]:
    """Return the cache method `name`: Redis's own, or memory's when Redis fails."""

    def method(self: "SteadyCache", *args: Any, **kwargs: Any) -> Any:
        if self.redis_works():
            try:
                return getattr(self.redis, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                self.breaker.fail(error)
        return getattr(self.memory, name)(*args, **kwargs)

    return method


class SteadyCache(BaseCache):
    """django-redis's cache at `server`, and its stand-in; both with the same keys."""

    get = steady("get")
    set = steady("set")
    add = steady("add")
    delete = steady("delete")
    incr = steady("incr")
    clear = steady("clear")

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(params)
        once = {"CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)}}
        self.redis = RedisCache(server, {
            **params, "OPTIONS": {**LIMITS, **once, **params.get("OPTIONS", {})}})
        self.memory = LocMemCache(str(server), {**params, "OPTIONS": {"MAX_ENTRIES": KEPT}})
        self.breaker = BREAKERS.setdefault(str(server), Breaker())

    def redis_works(self) -> bool:
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
