"""What readers did about letters: complained, unsubscribed; no part of what became of them."""
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.mailings.models import Bounce, Delivery, Run, Suppression
from apps.users.models import User

REACTIONS = {
    "unsubscribed": _("Unsubscribed"),
    "complained": _("Complained"),
}


def of_letters(name: str, runs: QuerySet[Run], user: User) -> Q:
    """Return the condition of the letters of `runs` after which somebody did this.

    Who has left is for their owner alone to see; an index of the owner's leads to them.
    """
    if name == "complained":
        rows = Bounce.objects.visible_to(user).filter(
            outcome=Bounce.Outcome.COMPLAINT, run__in=runs.values("pk"))
    else:
        rows = Suppression.objects.owned_by(user).filter(
            reason=Suppression.Reason.UNSUBSCRIBED, delivery__run__in=runs.values("pk"))
    return Q(pk__in=rows.order_by().values("delivery"))


def reactions(runs: QuerySet[Run], user: User) -> list[tuple[str, object, int]]:
    """Return (name, words, after how many letters of `runs`) of each of REACTIONS that there is."""
    found = []
    for name, words in REACTIONS.items():
        number = sum(by_run(name, runs, user).values())
        if number:
            found.append((name, words, number))
    return found


def by_run(name: str, runs: QuerySet[Run], user: User) -> dict[int, int]:
    """Return after how many letters of each of `runs` somebody did this."""
    letters = Delivery.objects.filter(of_letters(name, runs, user)).order_by()
    return dict(letters.values_list("run").annotate(Count("pk")))
