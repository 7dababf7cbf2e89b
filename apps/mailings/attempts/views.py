"""Every try that reached for the mail server, with what it answered."""
from django.views.decorators.http import require_safe

from apps.core.htmx import render_page
from apps.core.listing import choice, newest_first, number, search_text

from ..models import Attempt, Mailing
from .finding import found_by

STATUSES = {
    "sent": {"status": Attempt.Status.SUCCESS},
    # By lists of one: SQLite finds no index by a bare column that is true or false.
    "failed": {"status": Attempt.Status.FAILURE, "outcome_unknown__in": [False]},
    "unknown": {"status": Attempt.Status.FAILURE, "outcome_unknown__in": [True]},
}
OFFERED = 200  # mailings that the filter offers


@require_safe
def attempt_list(request):
    attempts = Attempt.objects.visible_to(request.user).select_related(
        "mailing__message", "owner", "recipient")
    q = search_text(request)
    status = choice(request, "status", STATUSES)
    mailing = number(request, "mailing")
    if status:
        attempts = attempts.filter(**STATUSES[status])
    if q:
        attempts = found_by(attempts, q, request.user)
    if mailing:
        attempts = attempts.filter(mailing=mailing)
    listing = newest_first(request, attempts, "attempted_at")
    filtered = q or mailing or listing["since"] or listing["until"] or status
    return render_page(request, "mailings/attempt_list.html", {
        **listing, "q": q, "mailing": mailing, "status": status,
        "filtered": filtered, "nothing_yet": not filtered,
        "mailings": Mailing.objects.visible_to(request.user).select_related(
            "message").order_by("-starts_at", "-pk")[:OFFERED],
    })
