"""The family of an address, as a part of a statement: for tables of a million addresses."""
from datetime import datetime, timedelta

from django.db import connection

from .families import BY_DOMAIN, OTHER

# Of an address in lower case. One with an @ in quotes has no domain by this, and is of OTHER.
DOMAIN = {
    "sqlite": "SUBSTR({address}, INSTR({address}, '@') + 1)",
    "postgresql": "SPLIT_PART({address}, '@', 2)",
}
KNOWN = ", ".join(f"('{domain}', '{key}')" for domain, key in BY_DOMAIN.items())
# A table for WITH: each domain that is of a family by its own name.
FAMILY = f"family(domain, provider) AS (VALUES {KNOWN})"
JOINS = """LEFT JOIN family ON family.domain = {domain}
LEFT JOIN mailings_maildomain looked ON looked.domain = {domain}"""
PROVIDER = f"COALESCE(family.provider, NULLIF(looked.provider, ''), '{OTHER}')"

OLD = timedelta(days=7)  # what DNS has told
# Domains of a piece of a run's audience that are new here, or were looked up long ago, are to be
# looked up. All runs write them in one order, so that none waits for one that waits for it.
MEET = f"""
INSERT INTO mailings_maildomain (domain, provider, server, failures)
WITH {FAMILY}, met(domain) AS (
    SELECT DISTINCT {{domain}} FROM mailings_runaudience a
    WHERE a.run_id = %s AND a.recipient_id > %s AND a.recipient_id <= %s)
SELECT met.domain, '', '', 0 FROM met {JOINS.format(domain="met.domain")}
WHERE family.domain IS NULL AND (looked.domain IS NULL OR looked.looked_at < %s)
ORDER BY 1
ON CONFLICT (domain) DO UPDATE SET looked_at = NULL
"""  # nosec B608 of constants


def domain_of(address: str, vendor: str) -> str:
    """Return the domain of `address`, an expression of SQL, in lower case."""
    return DOMAIN[vendor].format(address=f"LOWER({address})")


def joins_of(address: str, vendor: str) -> str:
    """Return the joins that PROVIDER needs, after a WITH that has FAMILY."""
    return JOINS.format(domain=domain_of(address, vendor))


def domains_meet(run_id: int, place: int, last: int, now: datetime) -> None:
    """Have the domains of a run's audience looked up that nobody knows, or not of late.

    The audience is that between two ids of recipients. Call it in the transaction that makes
    their rows of the ledger: nothing waits for what DNS will tell.
    """
    vendor = connection.vendor
    statement = MEET.format(domain=domain_of("a.email", vendor))
    long_ago = connection.ops.adapt_datetimefield_value(now - OLD)
    with connection.cursor() as cursor:
        cursor.execute(statement, [run_id, place, last, long_ago])
