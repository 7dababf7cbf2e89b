"""The letters of late that came back, for the home page."""
from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Sum

from apps.mailings.attempts.faults import Meaning
from apps.mailings.bounces.stories import PLAIN
from apps.mailings.mailings.fates import SET_ASIDE
from apps.mailings.models import Bounce, Delivery, Mailing, Run
from apps.users.models import User

LATELY = timedelta(days=7)
SHOWN = 5
BIG = 1000  # letters; of more it takes long to tell whose last ones they are
OF_OURS = [Bounce.Outcome.LETTER, Bounce.Outcome.US]


def returned_mailings(user: User, now: datetime) -> list[Mailing]:
    """Return the user's latest mailings of which letters came back, the newest first.

    Each has its number of them, `returned`; `ours`: how many are about the letter or the sender,
    and `why`: what most of these say.
    """
    runs = Run.objects.owned_by(user).filter(
        returned__gt=0, mailing__deleted_at=None, started_at__gte=now - LATELY)
    numbers = dict(runs.order_by("-mailing").values_list("mailing").annotate(
        Sum("returned"))[:SHOWN])
    if not numbers:
        return []
    ids = list(runs.filter(mailing__in=numbers).values_list("pk", flat=True))
    exact = last_ones(ids) if sum(numbers.values()) <= BIG else numbers
    reasons = reasons_of_ours(ids)
    found = []
    mailings = Mailing.objects.select_related("message").filter(pk__in=numbers)
    for mailing in mailings.order_by("-pk"):
        mailing.returned = exact.get(mailing.pk, 0)
        mailing.ours = sum(reasons[mailing.pk].values())
        if mailing.ours:
            mailing.why = max(reasons[mailing.pk], key=lambda why: reasons[mailing.pk][why]).label
        if mailing.returned:
            found.append(mailing)
    return found


def last_ones(runs: list[int]) -> dict[int, int]:
    """Return of how many recipients the last letter came back, by mailing."""
    later = Delivery.objects.filter(
        recipient=OuterRef("recipient"), run__mailing=OuterRef("run__mailing"),
        pk__gt=OuterRef("pk")).exclude(state__in=SET_ASIDE)
    back = Bounce.objects.returned().filter(run__in=runs).order_by()
    letters = Delivery.objects.filter(
        ~Exists(later), pk__in=back.values("delivery"), state=Delivery.State.SENT,
        recipient__deleted_at=None)
    return dict(letters.order_by().values_list("run__mailing").annotate(Count("pk")))


def reasons_of_ours(runs: list[int]) -> defaultdict[int, dict[Meaning, int]]:
    """Return for which reasons that are not the recipients' letters came back, by mailing."""
    found: defaultdict[int, dict[Meaning, int]] = defaultdict(dict)
    bounces = Bounce.objects.filter(run__in=runs, outcome__in=OF_OURS).order_by()
    rows = bounces.values_list("run__mailing", "outcome", "meaning").annotate(
        Count("delivery", distinct=True))
    for mailing, outcome, meaning, number in rows:
        why = PLAIN[Bounce.Outcome(outcome)]
        if meaning in Meaning.values:
            why = Meaning(meaning)
        found[mailing][why] = found[mailing].get(why, 0) + number
    return found
