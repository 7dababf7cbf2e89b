"""Small pictures in the reports' tables."""
from django import template

register = template.Library()
KINDS = {"sent": ("successful", "sent"), "failed": ("failed",), "unknown": ("unknown",)}


@register.filter
def result_bar(row):
    """Return [(outcome, start, width)] in per cent, as text, of a row of attempts or of fates."""
    whole, start, parts = row.get("attempts") or row.get("total") or 1, 0, []
    for kind, names in KINDS.items():
        share = 100 * next(row[name] for name in names if name in row) / whole
        if share:
            parts.append((kind, f"{start:.3f}", f"{share:.3f}"))
        start += share
    return parts
