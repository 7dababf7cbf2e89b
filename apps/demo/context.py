"""Whether a request may see the demo's outbox."""
from django.conf import settings

LOOPBACK = ("127.0.0.1", "::1")


def in_demo(request):
    """Whether this is the demo, asked from its own machine and not through a proxy."""
    return bool(settings.DEMO and settings.CATCHER
                and request.META.get("REMOTE_ADDR") in LOOPBACK
                and "X-Forwarded-For" not in request.headers)


def outbox(request):
    """Context processor: whether the demo's outbox is there for this request."""
    return {"catcher": in_demo(request)}
