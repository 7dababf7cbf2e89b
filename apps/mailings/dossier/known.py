"""All that mailings know of one person, in words."""
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.audit.models import Entry
from apps.audit.words import details_in_words
from apps.core.addresses import shown

from ..bounces.stories import add_stories
from ..fields.marks import add_facts
from ..models import Delivery, Recipient
from ..suppression.marks import add_suppressions
from ..titles import without_fields
from .sections import Section, moment


def sections_of(recipient: Recipient) -> list[Section]:
    return [the_person(recipient), how_they_came(recipient), not_written_to(recipient),
            letters(recipient), deeds(recipient)]


def the_person(recipient: Recipient) -> Section:
    add_facts(recipient, recipient.owner)
    tags = ", ".join(map(str, recipient.tags.all()))
    rows = [
        (_("Name"), recipient.full_name), (_("E-mail"), shown(recipient.email)),
        (_("Comment"), recipient.comment), (_("Tags"), tags),
        *recipient.facts]  # type: ignore[attr-defined]
    if recipient.bounced_at:
        rows.append((_("No such mailbox"),
                     f"{moment(recipient.bounced_at)}\n{recipient.bounced_reply}"))
    if recipient.resting_until:
        rows.append((capfirst(_("rests until")), moment(recipient.resting_until)))
    return filled(_("The person"), rows)


def how_they_came(recipient: Recipient) -> Section:
    ground = recipient.ground
    rows = [
        (_("Source"), recipient.get_source_display()),
        (_("Import"), str(recipient.added_by) if recipient.added_by else ""),
        (pgettext("recipient", "Added"), moment(recipient.created_at)),
        (capfirst(_("changed at")), moment(recipient.updated_at))]
    if ground:
        day = date_format(ground.agreed_on, "DATE_FORMAT") if ground.agreed_on else ""
        rows += [
            (_("On what ground"), ground.text),
            (_("What they are written for"), ground.get_purpose_display()),
            (_("Version of that text"), ground.version),
            (_("When they agreed"), day),
            (_("Where the proof lies"), ground.proof)]
    else:
        rows.append((_("On what ground"), _("No ground is given")))
    return filled(_("How the address came here, and on what ground it is written to"), rows)


def not_written_to(recipient: Recipient) -> Section:
    add_suppressions([recipient], recipient.owner)
    suppression = recipient.suppression  # type: ignore[attr-defined]
    rows: list[tuple[str, str]] = []
    if suppression:
        rows = [
            (capfirst(_("of what")), suppression.get_scope_display()),
            (_("Reason"), suppression.get_reason_display()),
            (capfirst(_("why")), suppression.get_why_display()),
            (capfirst(_("note")), suppression.note),
            (capfirst(_("since")), moment(suppression.created_at))]
    return filled(_("Not written to any more"), rows)


def letters(recipient: Recipient) -> Section:
    """Each letter, with what became of it, and what the mail server said."""
    rows = list(Delivery.objects.filter(recipient=recipient).select_related("run").defer(
        "run__body", "run__html", "run__attachments").order_by("-pk"))
    add_stories(rows)
    head = (capfirst(_("time")), capfirst(_("subject")), _("E-mail"), _("What became of it"),
            capfirst(_("server's answer")))
    return Section(_("Letters to them"), [told(letter) for letter in rows], head)


def told(letter: Delivery) -> tuple[str, ...]:
    story = letter.story  # type: ignore[attr-defined]
    fate = [str(letter.get_state_display())]
    answers = [letter.answer]
    for event in story:
        fate.append(f"{moment(event.happened_at)}: {event.words}")
        answers.append(event.answer)
    return (moment(letter.updated_at), without_fields(letter.run.subject), shown(letter.email),
            "\n".join(fate), "\n".join(filter(None, answers)))


def deeds(recipient: Recipient) -> Section:
    """What was done with them, as the audit trail tells."""
    entries = Entry.objects.filter(
        object_type=recipient._meta.label_lower, object_id=recipient.pk)
    rows = [(moment(entry.happened_at), entry.get_action_display(), shown(entry.who_label),
             details_in_words(entry)) for entry in entries]
    head = (capfirst(_("time")), capfirst(_("what")), capfirst(_("who")), capfirst(_("details")))
    return Section(_("What was done with this"), rows, head)


def filled(heading: str, rows: list[tuple[str, str]]) -> Section:
    """Return a section of those of `rows` that say something."""
    return Section(heading, [row for row in rows if row[1]])
