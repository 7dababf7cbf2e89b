"""Letters by what became of them in the end: the figures of reports, and the letters behind each.

The letters of a period are those of the runs that began in it. A recipient whom several of these
runs of a mailing took counts once, as on the mailing's page: by the latest letter that was not left
out, else by the latest. Runs carry their figures, so only mailings that ran several times are
looked up in the ledger.
"""
import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.cache import cache
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.mailings.bounces.models import came_back
from apps.mailings.models import Delivery, Run

State = Delivery.State
FATES = {
    "sent": (State.SENT,),
    "failed": (State.FAILED,),
    "returned": (State.SENT,),  # and came back
    "unknown": (State.UNKNOWN,),
    "skipped": (State.SKIPPED, State.CANCELLED),
    "left": Delivery.OPEN,
}
WORDS = {
    "sent": _("Arrived"), "failed": _("Did not arrive"),
    "returned": pgettext_lazy("letters", "Came back"), "unknown": _("Not known"),
    "skipped": _("Left out"), "left": _("On the way"),
}
FATE_OF = {state: fate for fate, states in FATES.items() for state in states
           if fate != "returned"}
FATE = Case(When(Q(came_back(), state=State.SENT), then=Value("returned")), default=F("state"))
AT_ONCE = 1000  # runs that one statement names
STORED = ("total", "sent", "failed", "returned", "unknown", "skipped")  # columns of Run
BIG = 1000  # letters; of fewer it is counted each time which tell the fate
KEPT = 300  # seconds
Figures = dict[str, int]
Repeated = tuple[int, int, datetime, int]


def none() -> Figures:
    """Return the figures of no letters."""
    return dict.fromkeys((*STORED, "left"), 0)


def figures(runs: QuerySet[Run]) -> Figures:
    """Return how many letters `runs` have: `total`, and of each of FATES."""
    return summed(figures_by(runs, "mailing").values())


def summed(several: Iterable[Figures]) -> Figures:
    total = none()
    for one in several:
        for name in total:
            total[name] += one[name]
    return total


def figures_by(runs: QuerySet[Run], field: str) -> dict[int, Figures]:
    """Return the figures of `runs` by their `mailing`, `owner` or `pk`."""
    found = {}
    rows = runs.order_by().values_list(field).annotate(*map(Sum, STORED))
    for key, *numbers in rows:
        found[key] = dict(zip(STORED, numbers, strict=True))
        found[key]["sent"] -= found[key]["returned"]
    for key, state, number in uncounted(runs, field):
        found[key]["total"] -= number
        fate = FATE_OF.get(state, state)
        if fate != "left":
            found[key][fate] -= number
    for one in found.values():
        one["left"] = one["total"] - sum(one[name] for name in STORED[1:])
    return found


def uncounted(runs: QuerySet[Run], field: str) -> list[tuple[int, str, int]]:
    """Return (key, state, how many) of the letters of which another letter tells the fate.

    Of many letters it is kept until a figure of these runs changes.
    """
    several = repeated(runs)
    if sum(one[1] for one in several) <= BIG:
        return count_uncounted(runs, field, several)
    said = repr((field, several)).encode()
    key = f"uncounted:{hashlib.sha256(said).hexdigest()}"
    return cache.get_or_set(key, lambda: count_uncounted(runs, field, several), KEPT)


def count_uncounted(runs: QuerySet[Run], field: str,
                    several: list[Repeated]) -> list[tuple[int, str, int]]:
    ids = [one[0] for one in several]
    found = []
    for start in range(0, len(ids), AT_ONCE):
        letters = Delivery.objects.filter(has_better(runs), run__in=ids[start:start + AT_ONCE])
        rows = letters.order_by().annotate(fate=FATE).values_list(f"run__{field}", "fate")
        found += rows.annotate(Count("pk"))
    return found


def repeated(runs: QuerySet[Run]) -> list[Repeated]:
    """Return (id, letters, when it changed, how many came back) of those runs that are not the only
    one of their mailing."""
    others = runs.filter(mailing=OuterRef("mailing")).exclude(pk=OuterRef("pk"))
    return list(runs.filter(Exists(others)).order_by("pk").values_list(
        "pk", "total", "updated_at", "returned"))


def has_better(runs: QuerySet[Run]) -> Q:
    """Whether one of `runs` has a letter of the mailing to the recipient that tells more."""
    same = Delivery.objects.filter(
        recipient=OuterRef("recipient"), run__mailing=OuterRef("run__mailing"),
        run__in=runs.values("pk"))
    taken = same.exclude(state__in=FATES["skipped"])
    later = Q(run__gt=OuterRef("run"))
    left_out = Q(state__in=FATES["skipped"])
    return Exists(taken.filter(later)) | left_out & (Exists(taken) | Exists(same.filter(later)))


def confirmed(runs: QuerySet[Run]) -> int:
    """Return how many letters of unknown outcome a person marked as delivered."""
    return Delivery.objects.filter(
        settled_at__isnull=False, state=State.SENT, run__in=runs.values("pk")).count()
