"""What every template may use."""
from django.conf import settings

THEMES = ("auto", "light", "dark")
LOOPBACK = ("127.0.0.1", "::1")


def in_demo(request):
    """Whether this is the demo, asked from its own machine and not through a proxy."""
    return bool(settings.DEBUG and settings.CATCHER
                and request.META.get("REMOTE_ADDR") in LOOPBACK
                and "X-Forwarded-For" not in request.headers)


def look(request):
    """The chosen theme, and whether the demo's outbox is there for this request."""
    theme = request.COOKIES.get("theme")
    return {"theme": theme if theme in THEMES else "auto", "catcher": in_demo(request)}
