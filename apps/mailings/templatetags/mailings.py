"""Merge fields as a message's reader sees them, and stored answers in their language."""
import re

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..attempts.explanations import advice, in_words, said
from ..attempts.faults import Meaning
from ..attempts.verdicts import verdict
from ..fields.values import add_labels
from ..mailings import fates, from_whom, words
from ..mailings.story import add_stories
from ..messages.merge_fields import split
from ..models import Attempt, Delivery, Mailing, Run, Sender
from ..titles import without_fields

register = template.Library()

DISABLED = "disabled"  # what a manager makes of a mailing, whatever its status is
WORDS = {
    DISABLED: _("Disabled by a manager"),
    **dict(Mailing.Status.choices),
    **dict(Run.State.choices),
    **dict(Delivery.State.choices),
    fates.RETURNED: pgettext_lazy("letter", "Came back"),
    **dict(Attempt.Status.choices),
}
COLOURS = {
    DISABLED: "app-red",
    Mailing.Status.RUNNING: "app-blue",
    Mailing.Status.COMPLETED: "app-green",
    Run.State.RUNNING: "app-blue",
    Run.State.PAUSED: "app-amber",
    Run.State.FINISHED: "app-green",
    Delivery.State.CLAIMED: "app-blue",
    Delivery.State.RETRY: "app-amber",
    Delivery.State.SENT: "app-green",
    Delivery.State.FAILED: "app-red",
    Delivery.State.UNKNOWN: "app-amber",
    fates.RETURNED: "app-amber",
    Attempt.Status.SUCCESS: "app-green",
    Attempt.Status.FAILURE: "app-red",
}
# Lines that a letter of blocks begins with: a link, and nothing beside it.
LINKS_ABOVE = re.compile(r"\s*(?:[^\n]*\((?:\{[^{}\n]*\}|https?://[^\s()]*)\)[^\S\n]*\n\s*)*")
register.filter("in_words", in_words)
register.filter("without_fields", without_fields)
register.filter("has_reply", fates.has_reply)
register.filter("reason_of", fates.reason_of)
register.filter("is_corrected", fates.is_corrected)
register.filter("is_to_correct", fates.is_to_correct)


@register.filter
def advice_of(run):
    """Return what a person can do about what the mail server has said to a paused run."""
    if run.state != Run.State.PAUSED:
        return ""
    own = run.sender is not None and not run.sender.uses_service
    return advice(run.server_words, own=own)


@register.filter
def gist(message):
    """Return what a list says of a message below its subject."""
    return message.preheader or LINKS_ABOVE.sub("", message.body, count=1)


@register.filter
def meaning_words(answer):
    """Return what a stored answer means, where that is stored with it; else ""."""
    return said(answer)[0]


@register.filter
def server_words(answer):
    """Return a stored answer without its meaning, in words."""
    return in_words(said(answer)[1])


@register.filter
def fields_marked(text, message):
    """Return a `text` of `message` as HTML in which its merge fields are marked."""
    if not hasattr(message, "own_fields"):
        add_labels([message])
    marked = SafeString("")
    for part in split(text, message.own_fields):
        if isinstance(part, str):
            marked += conditional_escape(part)
        else:
            words = part.typed.strip("{}").replace("|", " | ")
            marked += format_html('<span class="app-field">{}</span>', words)
    return marked


@register.filter
def bounce_words(recipient):
    """Return what the reply that marked `recipient` means; "" where the mark says it already."""
    found = verdict(recipient.bounced_reply, "rcpt", recipient.email)
    return "" if found.meaning == Meaning.NO_MAILBOX else found.words


@register.filter
def rests(recipient):
    """Return whether no letters go to `recipient` for now, as too many came back."""
    return recipient.resting_until is not None and recipient.resting_until > timezone.now()


@register.simple_tag
def badge(status, more=""):
    """A mailing's, run's, delivery's or attempt's status in its colour, and `more` words on it."""
    words = str(WORDS[status])
    if more:
        words = f"{words}: {more}"
    classes = f"app-badge {COLOURS.get(status, '')}".strip()
    return format_html('<span class="{}">{}</span>', classes, words)


@register.simple_tag
def mailing_badge(mailing):
    """A mailing's status as a badge; that a manager has disabled it comes first."""
    if mailing.disabled_at:
        return badge(DISABLED)
    return badge(mailing.status)


@register.filter
def when_words(mailing):
    """Return whether, and when, a mailing starts by itself."""
    return words.when_words(mailing, timezone.now())


@register.filter
def missed_start(mailing):
    """Return what kept a mailing from starting at its time."""
    return words.missed_start(mailing, timezone.now())


@register.filter
def may_be_sent(mailing):
    """Return whether letters of a mailing may leave in time to come."""
    return mailing.ends_at > timezone.now()


@register.simple_tag
def mailing_story(mailing):
    """The word that matters of a mailing: what became of it, or when it starts."""
    if not hasattr(mailing, "story"):
        add_stories([mailing])
    return mailing.story


@register.inclusion_tag("mailings/_no_sender.html")
def no_sender(owner, mailing=None):
    """That letters of `owner`'s new mailing, or of `mailing`, come from the service itself."""
    choose_at = ""
    if mailing and Sender.objects.owned_by(owner).exists():
        choose_at = mailing.url("edit", mailing.pk)
    return {"service": from_whom.service_name(), "choose_at": choose_at}


@register.inclusion_tag("mailings/_from.html")
def from_sender(sender):
    """From whom the letters of a mailing with this sender come."""
    return {"name": sender.name, "address": "" if sender.uses_service else sender.address}


@register.inclusion_tag("mailings/_from.html")
def from_of_run(run):
    """From whom the letters of a run came, as it was then."""
    return {"name": run.from_name, "address": run.from_address}
