"""Count what reports read: tries by minute and meaning, fates by domain."""
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Lower, StrIndex, Substr
from django.utils import timezone

from apps.mailings.attempts.verdicts import Meaning, meaning_of
from apps.mailings.models import Attempt, Delivery, Run
from apps.mailings.runs import DOMAINS_STALE

from .counting import Tries
from .models import DomainTally

State = Delivery.State
DOMAINS_EVERY = timedelta(seconds=10)  # at most, while a run goes on …
LETTERS_A_SECOND = 2000  # … and longer for a big one: counting takes a small share of the time


def of_results(results: Iterable[Any]) -> Tries:
    """Return the tries of the ledger's Results (a type of the layer above), all with outcomes."""
    tries: dict[tuple[int, str], tuple[int, Any]] = {}
    for result in results:
        outcome = result.outcome
        meaning = Meaning.ACCEPTED
        if not outcome.accepted:
            meaning = meaning_of(
                accepted=False, unknown=outcome.unknown, code=outcome.code, reply=outcome.reply,
                recipient=result.delivery.email)
        key = (int(result.at.timestamp()) // 60, meaning)
        number, _before = tries.get(key, (0, None))
        tries[key] = (number + 1, outcome)
    return {key: (number, last.reply) for key, (number, last) in tries.items()}


def of_attempts(attempts: Iterable[Attempt]) -> Tries:
    """Return the tries that stored attempts tell of."""
    tries: Tries = {}
    for attempt in attempts:
        meaning = meaning_of(
            accepted=attempt.status == Attempt.Status.SUCCESS, unknown=attempt.outcome_unknown,
            code=attempt.code, reply=attempt.server_response, recipient=attempt.email)
        key = (int(attempt.attempted_at.timestamp()) // 60, meaning)
        number, _before = tries.get(key, (0, ""))
        tries[key] = (number + 1, attempt.server_response)
    return tries


def refresh_domains() -> None:
    """Count the domains of runs that have moved on since; of a run that goes on, now and then.

    They have too many keys for each group of letters to touch, so they follow within seconds.
    """
    now = timezone.now()
    for run in Run.objects.filter(DOMAINS_STALE).without_letter():
        rest = max(DOMAINS_EVERY, timedelta(seconds=run.total / LETTERS_A_SECOND))
        if not run.is_active or run.domains_at is None or abs(now - run.domains_at) > rest:
            count_domains(run)


def count_domains(run: Run) -> None:
    """Count the fates of a run's recipients by domain, and remember as of when; of a test none.

    `run` must have been read before this reads the ledger: a change in between also changes the
    run's `updated_at`, so that the run is stale and counted again.
    """
    rows = [] if run.mailing_id is None else [
        DomainTally(run=run, mailing_id=run.mailing_id, **row) for row in domains(run)]
    with transaction.atomic():
        mine = Run.objects.filter(pk=run.pk, domains_at=run.domains_at).update(
            domains_at=run.updated_at)
        if mine:
            run.domains.all().delete()
            DomainTally.objects.bulk_create(rows, batch_size=1000)


def domains(run: Run) -> Iterable[Mapping[str, Any]]:
    """Return the fates by domain as the ledger has them now: dicts of DomainTally's fields."""
    domain = Lower(Substr("email", StrIndex(F("email"), Value("@")) + 1))
    return run.deliveries.order_by().values(domain=domain).annotate(
        total=Count("pk"), sent=number_in(State.SENT), failed=number_in(State.FAILED),
        unknown=number_in(State.UNKNOWN), skipped=number_in(State.SKIPPED, State.CANCELLED))


def number_in(*states: str) -> Count:
    return Count("pk", filter=Q(state__in=states))
