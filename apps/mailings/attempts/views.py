"""Every try that reached for the mail server, with what it answered."""
from django.views.decorators.http import require_safe

from apps.core.htmx import render_page
from apps.core.listing import cursor_page, days_filter, number, search_text

from ..models import Attempt, Mailing

STATUSES = {
    "sent": {"status": Attempt.Status.SUCCESS},
    "failed": {"status": Attempt.Status.FAILURE, "outcome_unknown": False},
    "unknown": {"outcome_unknown": True},
}
OFFERED = 200  # mailings that the filter offers


@require_safe
def attempt_list(request):
    attempts = Attempt.objects.visible_to(request.user).select_related(
        "mailing__message", "owner", "recipient")
    days, period = days_filter(request, "attempted_at")
    q, status = search_text(request), request.GET.get("status", "")
    mailing = number(request, "mailing")
    attempts = attempts.filter(days, **STATUSES.get(status, {}))
    if q:
        attempts = attempts.filter(email__icontains=q)
    if mailing:
        attempts = attempts.filter(mailing=mailing)
    rows, cursor = cursor_page(request, attempts, "attempted_at")
    return render_page(request, "mailings/attempt_list.html", {
        "attempts": rows, "cursor": cursor, "q": q, "mailing": mailing, **period,
        "status": status if status in STATUSES else "",
        "filtered": bool(q or mailing or days or status in STATUSES),
        "later": "cursor" in request.GET,
        "mailings": Mailing.objects.visible_to(request.user).select_related(
            "message").order_by("-starts_at", "-pk")[:OFFERED],
    }, partial="table")
