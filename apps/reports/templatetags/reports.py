"""Figures of the reports, where they lead, and small pictures in tables."""
from django import template
from django.urls import reverse

from apps.reports.charts import stacked
from apps.reports.letters import WORDS

register = template.Library()


@register.filter
def result_bar(row):
    """Return [(outcome, start, width)] in per cent, as text, of a row of fates."""
    parts = stacked(
        row["sent"], row["failed"], row["unknown"], row["total"] or 1, row["returned"])
    return [(name, f"{start:.3f}", f"{width:.3f}") for name, start, width in parts]


@register.filter
def arrived_share(fates):
    """Return which part of the letters arrived, in per cent; 100 only where all did."""
    if fates["sent"] == fates["total"]:
        return 100
    return min(round(100 * fates["sent"] / fates["total"], 1), 99.9)


@register.filter
def fates_in_words(fates):
    """Return (fate, words, number) of what did not arrive, or not yet; without what is nought."""
    rest = [(fate, words, fates[fate]) for fate, words in WORDS.items() if fate != "sent"]
    return [row for row in rest if row[2] or row[0] == "failed"]


@register.simple_tag(takes_context=True)
def letters_link(context, fate, mailing=None, owner=None):
    """Return the address of the letters behind a figure: of this page's period, or of a mailing.

    On a mailing's report, all time; in a row of the reports, the period that the page shows.
    """
    asked = context["request"].GET.copy()
    for name in ("page", "sort", "by", "run"):
        asked.pop(name, None)
    asked["fate"] = fate
    if mailing:
        asked["mailing"] = mailing.pk
    if owner:
        asked["owner"] = owner.pk
    if "period" not in context:
        asked["period"] = "all"
    return f"{reverse('reports:letter_list')}?{asked.urlencode()}"
