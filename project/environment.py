"""The environment, read so that a wrong value is told in one line that names its key.

The value is not in that line: it may hold a password.
"""
import hashlib
import math
import os
import re
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

LINE = re.compile(r"(export )?[A-Za-z_0-9]+=.*|\s*(#.*)?")  # what django-environ reads, or skips
TRUE = ("1", "true", "yes", "on", "y", "t", "ok")
FALSE = ("", "0", "false", "no", "off", "n", "f")
LAST_PORT = 65535
ON_DISK = ("sqlite", "locmemcache", "dummycache", "filecache")  # addresses without a password
DATABASES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
BROKERS = ("amqp", "amqps", "redis", "rediss")
ESCAPE = ("can not be read. In the user and the password write # / ? % @ : [ ] as "
          "%23 %2F %3F %25 %40 %3A %5B %5D (percent-encoded).")


def wrong(key: str, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{key} {why}")


class Environment(environ.Env):
    """django-environ's Env, less its `$`: a value that begins with one is no other key's name."""

    def __call__(self, key: str, default: str = "") -> str:
        return str(self.ENVIRON.get(key, default))

    def read_file(self, path: Path) -> None:
        """Take the keys of the file `path`, where there is one and they are not set already."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return
        except UnicodeDecodeError:
            raise wrong(path.name, "is not in UTF-8.") from None
        for number, line in enumerate(lines, 1):
            if not LINE.fullmatch(line):
                raise wrong(path.name, f"has no KEY=value in line {number}.")
        self.read_env(path)

    def given(self, key: str) -> str:
        """Return the value without blanks around it; "" stands for the default."""
        return self(key).strip()

    def flag(self, key: str, default: bool) -> bool:
        text = self.given(key).lower()
        if key not in self.ENVIRON:
            return default
        if text not in TRUE + FALSE:
            raise wrong(key, "must be 1 or 0.")
        return text in TRUE

    def number(self, key: str, default: int, least: int = 0, most: float = math.inf) -> int:
        """Return a whole number from `least` to `most`."""
        text = self.given(key)
        try:
            number = int(text) if text else default
        except ValueError:
            raise wrong(key, "must be a whole number.") from None
        if number < least:
            raise wrong(key, f"must be a whole number from {least} on.")
        if number > most:
            raise wrong(key, f"must be a whole number from {least} to {most}.")
        return number

    def port(self, key: str, default: int) -> int:
        return self.number(key, default, least=1, most=LAST_PORT)

    def rate(self, key: str) -> float:
        """Return a number that is not negative, by default 0."""
        try:
            number = float(self.given(key) or 0)
        except ValueError:
            number = -1
        if number < 0 or not math.isfinite(number):
            raise wrong(key, "must be a number, 0 or more.")
        return number

    def choice(self, key: str, default: str, choices: tuple[str, ...]) -> str:
        text = self.given(key) or default
        if text not in choices:
            raise wrong(key, f"must be one of: {', '.join(choices)}.")
        return text

    def zone(self, key: str, default: str) -> str:
        name = self.given(key) or default
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise wrong(key, "must name a time zone, as Europe/Moscow.") from None
        return name

    def names(self, key: str, default: list[str]) -> list[str]:
        """Return what stands between commas, without blanks."""
        parts = [part.strip() for part in self.given(key).split(",")]
        return [part for part in parts if part] or default

    def hosts(self, key: str, default: list[str]) -> list[str]:
        hosts = self.names(key, default)
        if any("/" in host for host in hosts):
            raise wrong(key, "must be host names alone, without http:// and paths.")
        return hosts

    def origins(self, key: str) -> list[str]:
        origins = self.names(key, [])
        if not all(origin.startswith(("http://", "https://")) for origin in origins):
            raise wrong(key, "must be addresses that begin with http:// or https://.")
        return origins

    def site(self, key: str, default: str) -> str:
        """Return the address of a site, without a slash at its end."""
        address = (self.given(key) or default).rstrip("/")
        split = network_address(key, address)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise wrong(key, "must be an address, as https://mail.example.com.")
        return address

    def folder(self, key: str, default: str, base: Path) -> Path:
        """Return a folder, relative to `base`; it is made where it is not there."""
        folder = base / (self.given(key) or default)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise wrong(key, f"is no folder that can be used ({error.strerror}).") from None
        return folder

    def shared_folder(self, key: str, default: Path) -> Path:
        """Return the folder of a file:// address, which several machines share.

        It must be there: one that is made where nothing is mounted would be this machine's own.
        """
        address = self.given(key)
        if not address:
            return default
        split = network_address(key, address)
        if split.scheme != "file" or split.netloc or not split.path.startswith("/"):
            raise wrong(key, "must be a folder, as file:///mnt/vestnik.")
        folder = Path(unquote(split.path))
        if not os.access(folder, os.W_OK) or not folder.is_dir():
            raise wrong(key, "names no folder that can be written to. Is it mounted?")
        return folder

    def database(self, key: str, default: str = "") -> dict[str, Any]:
        """Return Django's settings of a database; {} where there is neither value nor default."""
        address = self.given(key) or default
        if not address:
            return {}
        scheme = network_address(key, address).scheme
        if self.DB_SCHEMES.get(scheme) not in DATABASES:
            raise wrong(key, "must begin with postgres:// or sqlite:///.")
        try:
            return self.db_url_config(address)
        except ValueError:
            raise wrong(key, ESCAPE) from None

    def cache_server(self, key: str, default: str) -> dict[str, Any]:
        """Return Django's settings of a cache."""
        address = self.given(key) or default
        if network_address(key, address).scheme not in self.CACHE_SCHEMES:
            raise wrong(key, "must begin with redis://, rediss:// or locmemcache://.")
        return self.cache_url_config(address)

    def broker(self, key: str, needed: bool) -> str:
        """Return the address of a message broker; "" where there is none and none is `needed`."""
        address = self.given(key)
        if not address and needed:
            raise wrong(key, "must be set where SENDER_ENGINE is celery.")
        if address and network_address(key, address).scheme not in BROKERS:
            raise wrong(key, "must begin with amqp://, amqps://, redis:// or rediss://.")
        return address


def network_address(key: str, address: str) -> SplitResult:
    """Return the parts of an address, none of which a bare sign in the password has cut."""
    try:
        split = urlsplit(address)
        for server in split.netloc.split(","):
            urlsplit(f"//{server}").port
    except ValueError:
        raise wrong(key, ESCAPE) from None
    if split.scheme in ON_DISK:
        return split
    if split.fragment or "@" in split.path + split.query or "#" in address:
        raise wrong(key, ESCAPE)
    return split


def key_prefix(secret: str, database: dict[str, Any]) -> str:
    """Return what the cache's keys begin with, so that installations can share one Redis.

    All machines of an installation share its secret key and its database, so they have the same
    prefix without asking anybody. A row in the database would go along into a copy of it, and the
    copy, for tests, would show figures of the original.
    """
    place = (str(database.get(key, "")) for key in ("HOST", "PORT", "NAME"))
    told = "\n".join((secret, *place))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
