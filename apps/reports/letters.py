"""Letters by what became of them in the end: the figures of reports, and the letters behind each.

The letters of a period are those of the runs that began in it. A recipient whom a later of these
runs of the same mailing took again counts once, by the later letter. Runs carry their figures, so
only letters that were sent again are looked up in the ledger.
"""
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from apps.mailings.models import Delivery, Run

State = Delivery.State
FATES = {
    "sent": (State.SENT,),
    "failed": (State.FAILED,),
    "unknown": (State.UNKNOWN,),
    "skipped": (State.SKIPPED, State.CANCELLED),
    "left": Delivery.OPEN,
}
WORDS = {
    "sent": _("Arrived"), "failed": _("Did not arrive"), "unknown": _("Not known"),
    "skipped": _("Left out"), "left": _("On the way"),
}
FATE_OF = {state: fate for fate, states in FATES.items() for state in states}
STORED = ("total", "sent", "failed", "unknown", "skipped")  # columns of Run
Figures = dict[str, int]


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
    """Return the figures of `runs` by their `mailing` or `owner`."""
    found = {}
    rows = runs.order_by().values_list(field).annotate(*map(Sum, STORED))
    for key, *numbers in rows:
        found[key] = dict(zip(STORED, numbers, strict=True))
    again = sent_again(runs).order_by().values_list(f"run__{field}", "state")
    for key, state, number in again.annotate(Count("pk")):
        found[key]["total"] -= number
        fate = FATE_OF[state]
        if fate != "left":
            found[key][fate] -= number
    for one in found.values():
        one["left"] = one["total"] - sum(one[name] for name in STORED[1:])
    return found


def sent_again(runs: QuerySet[Run]) -> QuerySet[Delivery]:
    """Return the letters of `runs` whose recipient is in a later one of the same mailing."""
    earlier = runs.filter(Exists(later_than(runs)))
    return Delivery.objects.filter(run__in=earlier.values("pk")).filter(later_letter(runs))


def later_than(runs: QuerySet[Run]) -> QuerySet[Run]:
    return runs.filter(mailing=OuterRef("mailing"), pk__gt=OuterRef("pk"))


def later_letter(runs: QuerySet[Run]) -> Exists:
    """Whether one of `runs` has a later letter of the same mailing to the same recipient."""
    return Exists(Delivery.objects.filter(
        recipient=OuterRef("recipient"), run__mailing=OuterRef("run__mailing"),
        run__gt=OuterRef("run"), run__in=runs.values("pk")))


def letters(runs: QuerySet[Run], fate: str) -> QuerySet[Delivery]:
    """Return the letters behind the figure `fate` of `runs`, or all that count; newest first."""
    found: QuerySet[Delivery] = Delivery.objects.filter(run__in=runs.values("pk"))
    if fate:
        found = found.filter(state__in=FATES[fate])
    return found.exclude(later_letter(runs)).order_by("-run_id", "pk")


def confirmed(runs: QuerySet[Run]) -> int:
    """Return how many letters of unknown outcome a person marked as delivered."""
    return letters(runs, "sent").filter(settled_at__isnull=False).count()
