"""The demo's mail server: takes every letter on loopback and keeps it for `/outbox/`.

It speaks real SMTP and refuses what a real server would: addresses that begin with `nobody` for
good, those that begin with `busy` until they are tried again later (greylisting).
"""
import importlib.util
import logging
import os
import re
import secrets
import tempfile
import time
from datetime import UTC, datetime

from django.conf import settings

log = logging.getLogger("vestnik.catcher")
KEPT = 500
NAME = re.compile(r"[0-9]{16}-[0-9A-F]{10}")
UNKNOWN = "550 5.1.1 <{}>: Recipient address rejected: User unknown"
GREYLISTED = "450 4.2.0 <{}>: Recipient address rejected: Greylisted, try again later"
FULL = "452 4.3.1 Insufficient system storage"
GREY_SECONDS = 30
MISSING = ("The demo's mail server needs aiosmtpd, which is not installed: pip install "
           "--require-hashes -r requirements-demo.txt, or set EMAIL_URL to a mail server.")


def folder():
    path = settings.DATA_DIR / "outbox"
    path.mkdir(parents=True, exist_ok=True)
    return path


class Catcher:
    """aiosmtpd handler that keeps letters as files."""

    def __init__(self):
        self.first_seen = {}  # of greylisted addresses

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.lower()
        if local.startswith("nobody"):
            return UNKNOWN.format(address)
        if local.startswith("busy") and self.too_soon(local):
            return GREYLISTED.format(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    def too_soon(self, address):
        """Whether the address was first tried less than GREY_SECONDS ago."""
        now = time.monotonic()
        return now - self.first_seen.setdefault(address, now) < GREY_SECONDS

    async def handle_DATA(self, server, session, envelope):
        queue_id = secrets.token_hex(5).upper()
        try:
            keep(envelope.content, queue_id)
        except OSError as error:
            log.error("a letter could not be kept: %s", error)
            return FULL
        return f"250 2.0.0 Ok: queued as {queue_id}"


def keep(content, queue_id):
    """Store a letter; it is there whole or not at all."""
    where = folder()
    with tempfile.NamedTemporaryFile(dir=where, prefix=".", delete=False) as file:
        file.write(content)
    os.replace(file.name, where / f"{time.time_ns() // 1000:016d}-{queue_id}.eml")
    for old in letters()[KEPT:]:
        old.unlink(missing_ok=True)


def letters():
    """Return the kept letters' paths, newest first."""
    return sorted(folder().glob("*.eml"), reverse=True)


def caught_at(path):
    """Return when the letter in `path` was caught; its name begins with the microsecond."""
    return datetime.fromtimestamp(int(path.stem.partition("-")[0]) / 1_000_000, UTC)


def letter_path(name):
    """Return the path of the letter `name`; None where there is none, or none of ours."""
    path = folder() / f"{name}.eml"
    if NAME.fullmatch(name) and path.is_file():
        return path
    return None


def is_installed():
    """Whether the package that speaks SMTP for the catcher is there."""
    return importlib.util.find_spec("aiosmtpd") is not None


def start(port):
    """Start catching on loopback; return the controller. OSError when the port is taken."""
    from aiosmtpd.controller import Controller  # production does not install it
    controller = Controller(Catcher(), hostname="127.0.0.1", port=port, server_hostname="catcher")
    controller.start()
    return controller
