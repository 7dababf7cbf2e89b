"""What `manage.py check --database default` says of a database behind a pooler."""
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import Error, connection

# A session of a pool takes no options from us: its role has to have them.
TIME_OUTS = {"lock_timeout": "2s", "idle_in_transaction_session_timeout": "15s", "jit": "off"}
OFF = {"lock_timeout": "0", "idle_in_transaction_session_timeout": "0", "jit": "on"}
FIND = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"


@register(Tags.database)
def pool_has_time_outs(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
                       ) -> list[CheckMessage]:
    """Warn where sessions of a pool may wait for a lock, or stand in a transaction, for ever."""
    is_pooled = settings.DATABASE_DIRECT and connection.vendor == "postgresql"
    if not is_pooled or "default" not in (databases or []):
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(FIND, [list(OFF)])
            lacking = [name for name, value in cursor.fetchall() if value == OFF[name]]
    except Error:  # it is away: others tell of that
        return []
    if not lacking:
        return []
    role = connection.ops.quote_name(connection.settings_dict["USER"])
    return [Warning(
        f"The role of the pool's sessions does not set {', '.join(sorted(lacking))}.",
        id="core.W001",
        hint=" ".join(f"ALTER ROLE {role} SET {name} = '{TIME_OUTS[name]}';"
                      for name in sorted(lacking)) + " Then RECONNECT the pooler.")]
