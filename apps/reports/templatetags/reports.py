"""Small pictures in the reports' tables."""
from django import template

register = template.Library()


@register.filter
def result_bar(row):
    """Return [(outcome, start, width)] in per cent, as text, of a row of attempts or of fates."""
    outcomes = {
        "sent": row.get("successful") or row.get("sent"),
        "failed": row["failed"],
        "unknown": row["unknown"],
    }
    whole = row.get("attempts") or row.get("total")
    start = 0
    parts = []
    for kind, number in outcomes.items():
        if number:
            share = 100 * number / whole
            parts.append((kind, f"{start:.3f}", f"{share:.3f}"))
            start += share
    return parts
