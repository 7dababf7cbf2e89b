"""Sending as other apps' pages show it, without importing this app."""
from urllib.parse import urlencode

from django import template

from apps.mailings.polling import seconds_between

from .. import progress

register = template.Library()
register.filter("bar", progress.bar)


@register.inclusion_tag("delivery/_moving.html")
def moving(runs):
    """The element that polls the bars of all active `runs` of a list with one request."""
    ids = [("id", run.mailing_id) for run in runs if run and run.is_active]
    return {"query": urlencode(ids), "every": seconds_between(runs)}


@register.inclusion_tag("delivery/_run.html", takes_context=True)
def run_panel(context, mailing):
    """The live panel of a mailing's sending; it refreshes itself at `delivery:progress`."""
    request = context["request"]
    return {**progress.progress_context(mailing, request.user), "request": request,
            "csrf_token": context.get("csrf_token")}
