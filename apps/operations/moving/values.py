"""One text for one value, whichever database it comes from: it is sent, and compared, as that.

SQLite keeps moments as text, and booleans as numbers; PostgreSQL orders the keys of JSON anew.
"""
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?")
TRUE = (1, "1", "t", "true")


def moment(value: Any) -> str:
    found = MOMENT.fullmatch(value)
    if not found:
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        found = MOMENT.fullmatch(str(at.astimezone(UTC).replace(tzinfo=None)))
    if not found:
        raise ValueError(f"no moment: {value}")
    day, time, fraction = found.groups()
    return f"{day} {time}{shorter(fraction)}+00"


def shorter(fraction: str | None) -> str:
    """Return a second's fraction with its dot and without zeros at its end; "" of none."""
    digits = (fraction or "").rstrip("0")
    return f".{digits}" if digits else ""


def time_of_day(value: Any) -> str:
    time, _dot, fraction = str(value).partition(".")
    return time + shorter(fraction)


def boolean(value: Any) -> str:
    return "t" if value in TRUE else "f"


def whole(value: Any) -> str:
    return str(int(value))


def real(value: Any) -> str:
    return repr(float(value))


def decimal(value: Any) -> str:
    number = Decimal(str(value)).normalize()
    return format(number, "f")


def in_json(text: str) -> int | float:
    """Return a number of JSON; PostgreSQL writes 1e3 as 1000."""
    number = float(text)
    return int(number) if number.is_integer() else number


def json_text(value: Any) -> str:
    read = json.loads(value, parse_float=in_json)
    return json.dumps(read, ensure_ascii=False, sort_keys=True)


def octets(value: Any) -> str:
    return value if isinstance(value, str) else f"\\x{bytes(value).hex()}"


def network(value: Any) -> str:
    return str(ip_address(value.partition("/")[0]))


TEXTS: dict[str, Callable[[Any], str]] = {  # by PostgreSQL's names of types
    "bigint": whole, "integer": whole, "smallint": whole, "boolean": boolean,
    "timestamp with time zone": moment, "time without time zone": time_of_day, "date": str,
    "double precision": real, "numeric": decimal, "jsonb": json_text, "bytea": octets,
    "inet": network, "character varying": str, "text": str,
}
