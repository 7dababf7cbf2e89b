"""Letters to the owner about a run that the clock started: nobody may be looking when it stops."""
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.mailings.models import Delivery, Mailing, Run
from apps.mailings.runs import LETTERS_LEFT
from apps.mailings.senders.readiness import sender_refusal
from apps.users.middleware import zone_of
from apps.users.models import User

from .models import RunLetter

log = logging.getLogger("vestnik.delivery")
RECENT = timedelta(days=1)  # what is older, people have seen
Event = RunLetter.Event


def owners_write(*, now: datetime) -> int:
    """Write to each owner whose scheduled run needs them, once a run and event. Returns how many.

    What their own hand did is not told, and nothing to those who want no such letters.
    """
    written = 0
    for event, runs in events(now).items():
        told = RunLetter.objects.filter(run=OuterRef("pk"), event=event)
        for run in runs.exclude(Exists(told)).select_related(
                "owner", "mailing__message", "sender"):
            written += run_letter_write(run=run, event=event)
    return written


def events(now: datetime) -> dict[RunLetter.Event, QuerySet[Run]]:
    """Return the runs of late that an owner is to be told of, by what is told."""
    since = now - RECENT
    recent = Run.objects.filter(
        Q(updated_at__gte=since) | Q(finished_at__gte=since), trigger=Run.Trigger.SCHEDULE,
        owner__is_active=True, owner__wants_run_letters=True, mailing__deleted_at=None,
    ).exclude(reason=Run.Reason.PERSON)
    ended = recent.exclude(state__in=Run.ACTIVE).exclude(LETTERS_LEFT)
    everybody = Q(failed__gt=0, sent=0, unknown=0, total=F("failed") + F("skipped"))
    cut_off = Exists(Delivery.objects.filter(run=OuterRef("pk"), state=Delivery.State.CANCELLED))
    sender_deleted = Q(reason=Run.Reason.SENDER, sender__deleted_at__isnull=False)  # by their hand
    to_decide = Q(unknown__gt=0) | Q(cut_off, state=Run.State.STOPPED)
    return {
        Event.PAUSED: recent.filter(state=Run.State.PAUSED).exclude(sender_deleted),
        Event.FAILED: ended.filter(everybody).exclude(to_decide),
        Event.TO_DECIDE: ended.filter(to_decide),
    }


@transaction.atomic
def run_letter_write(*, run: Run, event: RunLetter.Event) -> bool:
    """Write to the owner of `run`. Returns False when another worker was quicker."""
    if not RunLetter.objects.get_or_create(run=run, event=event)[1]:
        return False
    owner, mailing = run.owner, run.mailing
    assert mailing is not None  # nobody is written to of a test
    with in_words_of(owner):
        title = " ".join(mailing.title.split())
        text = render_to_string("delivery/email/run_message.txt", {
            "run": run, "event": event, "title": title, **links(mailing),
            "sender_reason": sender_refusal(run.sender)})
        send_mail(subject_of(event, title), text, None, [owner.email])
    log.info("run %s: its owner is written to: %s", run.pk, event, extra={"run": run.pk})
    return True


def not_started_write(*, mailing: Mailing) -> None:
    """Write to the owner of a mailing that did not start at its time, as no letter can go by its
    sender; unless they want no such letters."""
    owner = mailing.owner
    if not owner.wants_run_letters:
        return
    with in_words_of(owner):
        title = " ".join(mailing.title.split())
        text = render_to_string("delivery/email/not_started_message.txt", {
            "title": title, "time": mailing.starts_at, "reason": sender_refusal(mailing.sender),
            **links(mailing)})
        send_mail(_("Not started: %(title)s") % {"title": title}, text, None, [owner.email])


@contextmanager
def in_words_of(owner: User) -> Iterator[None]:
    """Speak the language of `owner`, in their time zone."""
    language = owner.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(owner)):
        yield


def links(mailing: Mailing) -> dict[str, str]:
    """Return the addresses that each letter about `mailing` ends with."""
    return {"site": settings.BASE_URL, "link": settings.BASE_URL + mailing.get_absolute_url(),
            "profile": settings.BASE_URL + reverse("users:profile")}


def subject_of(event: RunLetter.Event, title: str) -> str:
    subjects = {
        Event.PAUSED: _("Paused: %(title)s"),
        Event.FAILED: _("Nobody got it: %(title)s"),
        Event.TO_DECIDE: _("For you to decide: %(title)s"),
    }
    return subjects[event] % {"title": title}
