"""A drain: an engine that is kept for many of them sends for some seconds, then claims no more."""
import time
from collections.abc import Callable

from .engine import Engine
from .throttle import SOON

GLANCE = 0.1  # seconds between glances at the engine
LOOK = 0.3  # seconds between looks for letters in the database
QUIET = 2  # seconds without a letter to send after which a drain ends


def drain(engine: Engine, *, seconds: float, stopped: Callable[[], bool]) -> bool:
    """Have the engine send for `seconds` at the most, less if nothing is left or `stopped` says so.

    Returns whether letters are left that may go now. It does not wait for connections that have
    been waiting for their servers for long: they store their answers whenever these come.
    """
    ends_at = time.monotonic() + seconds
    quiet_at = time.monotonic() + QUIET
    looks_at = time.monotonic()
    engine.open()
    try:
        while time.monotonic() < min(ends_at, quiet_at):
            if stopped() or engine.failed.is_set():
                break
            if engine.is_busy():
                quiet_at = time.monotonic() + QUIET
            elif time.monotonic() >= looks_at:
                looks_at = time.monotonic() + LOOK
                if has_letters(engine):
                    quiet_at = time.monotonic() + QUIET
            time.sleep(GLANCE)
    finally:
        engine.close()
    return bool(engine.runnable())


def has_letters(engine: Engine) -> bool:
    """Whether a letter may go now or in a moment; wakes the connections if now."""
    if not engine.runnable(ahead=SOON):
        return False
    engine.look()
    return True
