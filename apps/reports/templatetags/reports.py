"""Small pictures in the reports' tables."""
from django import template

from apps.reports.charts import stacked

register = template.Library()


@register.filter
def result_bar(row):
    """Return [(outcome, start, width)] in per cent, as text, of a row of attempts or of fates."""
    sent = row.get("successful") or row.get("sent")
    whole = row.get("attempts") or row.get("total")
    parts = stacked(sent, row["failed"], row["unknown"], whole)
    return [(name, f"{start:.3f}", f"{width:.3f}") for name, start, width in parts]
