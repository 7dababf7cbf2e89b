"""Who a session belongs to, read by one statement written by hand, as each request needs it."""
from functools import cache

from django.contrib.auth import backends
from django.db import connection

from .models import User


@cache
def statement():
    """Return the statement that reads a whole user by id, made once per process."""
    quote, meta = connection.ops.quote_name, User._meta
    columns = ", ".join(quote(field.column) for field in meta.concrete_fields)
    return f"SELECT {columns} FROM {quote(meta.db_table)} WHERE id = %s"  # nosec B608: no input


class ModelBackend(backends.ModelBackend):
    """Django's own backend but for `get_user`."""

    def get_user(self, user_id):
        user = next(iter(User.objects.raw(statement(), [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None
