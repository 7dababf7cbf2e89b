"""Who a session belongs to, read by one statement written by hand, as each request needs it."""
from functools import cache

from django.contrib.auth import backends
from django.db import connection

from apps.core import ready

from .models import User


@cache
def statement():
    """Return the statement that reads a whole user by id, made once per process."""
    return f"SELECT {ready.columns(User, 'u')} FROM users_user u WHERE u.id = %s"  # nosec B608


class ModelBackend(backends.ModelBackend):
    """Django's own backend but for `get_user`."""

    def get_user(self, user_id):
        with connection.cursor() as cursor:
            cursor.execute(statement(), [user_id])
            row = cursor.fetchone()
        user = row and ready.instance(User, row)
        return user if user and self.user_can_authenticate(user) else None
