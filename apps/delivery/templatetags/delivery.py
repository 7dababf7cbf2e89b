"""Sending as other apps' pages show it, without importing this app."""
from urllib.parse import urlencode

from django import template

from apps.mailings.polling import seconds_between

from .. import progress
from ..by_provider.shown import section
from ..test_letters.shown import last_test

register = template.Library()
register.filter("bar", progress.bar)
register.filter("arrived", progress.arrived)
register.simple_tag(last_test)


@register.inclusion_tag("delivery/_moving.html")
def moving(runs, statuses=False):
    """The element that polls the bars of all active `runs` of a list with one request.

    With `statuses` the words beside them are brought up to date too.
    """
    asked = [("id", run.mailing_id) for run in runs if run and run.is_active]
    if asked and statuses:
        asked.append(("statuses", 1))
    return {"query": urlencode(asked), "every": seconds_between(runs)}


@register.inclusion_tag("delivery/_run.html", takes_context=True)
def run_panel(context, mailing):
    """The live panel of a mailing's sending; it refreshes itself at `delivery:progress`."""
    request = context["request"]
    counted = "counted" in request.GET
    panel = progress.progress_context(mailing, request.user, counted=counted)
    return {**panel, "request": request, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("delivery/_by_provider.html", takes_context=True)
def by_provider(context, sender):
    """The part of a sender's page about the providers of its recipients."""
    request = context["request"]
    is_owner = sender.owner_id == request.user.pk
    return {**section(sender, is_owner=is_owner), "request": request,
            "csrf_token": context.get("csrf_token")}
