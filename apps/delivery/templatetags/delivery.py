"""Sending as other apps' pages show it, without importing this app."""
from django import template

from .. import panel

register = template.Library()
register.filter("bar", panel.bar)


@register.inclusion_tag("delivery/_run.html", takes_context=True)
def run_panel(context, mailing):
    """The live panel of a mailing's sending; it refreshes itself at `delivery:progress`."""
    request = context["request"]
    return {**panel.panel(mailing, request.user), "request": request,
            "csrf_token": context.get("csrf_token")}
