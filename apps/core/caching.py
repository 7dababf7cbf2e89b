"""What was made once and is not made again: figures by the version of their data, ETags."""
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

KEPT = 300  # seconds: also what a write that forgot the version may stay unseen
SOURCES = (("templates", "*.html"), ("apps", "*.py"), ("locale", "*.mo"))


def rights_to_see(user):
    """Return the user's rights to see everyone's rows, as one word; "" for who sees their own."""
    return "+".join(sorted(
        right for right in user.get_all_permissions() if ".view_all_" in right))


def data_version(user, rights):
    """Return the version of all the data that `user` sees, as the database has it now.

    One's own moves with each change of it. Who sees everyone's hangs on the sum of all: versions
    only grow, and the number of users tells when one is gone.
    """
    users = get_user_model().objects
    if not rights:
        return users.values_list("version", flat=True).get(pk=user.pk)
    return "{n}.{total}".format(**users.aggregate(n=Count("pk"), total=Sum("version")))


def cached(user, name, make):
    """Return `make()` as it was for this user, these rights and this version of the data.

    For figures of what people change. Counters that move with a run do not belong here.
    """
    rights = rights_to_see(user)
    key = f"{name}:{user.pk}:{rights}:{data_version(user, rights)}"
    return cache.get_or_set(key, make, KEPT)


def fragment_etag(request, *parts):
    """Return the ETag of a fragment whose contents hang on `parts`, and on who asks, in which
    language and time zone, of which release of the program."""
    about = (request.user.pk, get_language(), get_current_timezone_name(), release(), *parts)
    return f'"{blake2b(repr(about).encode(), digest_size=16).hexdigest()}"'


@lru_cache(maxsize=1)
def release():
    """Return when the program last changed: what an older one made is not served again."""
    return max(path.stat().st_mtime_ns for folder, pattern in SOURCES
               for path in (settings.BASE_DIR / folder).rglob(pattern))
