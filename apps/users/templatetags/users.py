"""Words for what a browser says of itself, and for the letters that a session asked for."""
from django import template
from django.template.context import Context
from django.utils.translation import gettext as _

from apps.users import letters

register = template.Library()
# The first mark that a User-Agent has counts: Edge and Opera call themselves Chrome too.
BROWSERS = {
    "YaBrowser": "Яндекс Браузер", "Edg": "Edge", "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
    "Mac OS X": "macOS", "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """Return "Firefox, Windows" for a User-Agent; its first words when we know neither."""
    known = filter(None, [name_in(user_agent, BROWSERS), name_in(user_agent, SYSTEMS)])
    return ", ".join(known) or user_agent[:60] or _("Unknown browser")


def name_in(user_agent: str, names: dict[str, str]) -> str:
    """Return the name of the first mark that `user_agent` has, or ""."""
    for mark, name in names.items():
        if mark in user_agent:
            return name
    return ""


@register.simple_tag(takes_context=True)
def letter(context: Context, kind: str) -> letters.Told | None:
    """Return what to tell of the session's newest letter of this kind, while it is news."""
    told = letters.told(context["request"], kind)
    if told and told.is_fresh:
        return told
    return None
