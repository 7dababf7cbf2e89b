"""Every write of an owner's own fields, with all that follows from it."""
import logging
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.audit.services import Action, record
from apps.core.words import folded as looks
from apps.jobs.services import job_create
from apps.users.models import User

from ..messages.merge_fields import LABELS, WORDS, bare, folded
from ..owned_form import one_line
from ..services import UNDO_FOR
from .models import LONGEST_KEY, Field
from .values import LONGEST_TEXT

log = logging.getLogger("vestnik.mailings")
MOST = 50  # fields of one owner
MOST_CHOICES = 100
KEY = "field_values"  # the kind of the job that takes a deleted field's values from recipients
NO_LETTERS = re.compile(r"[\W_\d]*")
# What no field of somebody's own may be called: a letter could mean either.
BUILT_IN = {bare(name) for name in LABELS} | {
    bare(word) for words in WORDS.values() for typed in words.values() for word in typed}


class FieldRefused(Exception):
    """It can not be brought back now. `str()` is for the person who asked."""


@transaction.atomic
def field_save(*, field: Field) -> Field:
    """Add `field`, with a key that is made of its label, or write a new label, choices, column.

    Key and kind of one that is there stay. Raises ValidationError by the form's fields.
    """
    # Whoever adds another to the same owner waits: the names are compared here.
    User.objects.select_for_update().filter(pk=field.owner_id).first()
    others = list(Field.all_objects.filter(owner=field.owner_id).exclude(pk=field.pk))
    field.label = checked_label(field, [other for other in others if not other.deleted_at])
    if field.kind == Field.Kind.CHOICE:
        field.choices = checked_choices(field.choices)
    what = "edited"
    if field.pk:
        keep_former(field)
    else:
        what = "created"
        field.key = new_key(field.label, {other.key for other in others})
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError:  # the database folds letters that we do not
        raise ValidationError({"label": taken()}) from None
    log.info("field %s of user %s: %s", field.pk, field.owner_id, what)
    return field


def checked_label(field: Field, others: list[Field]) -> str:
    """Return the label as it is stored. Raises ValidationError where it can not be used."""
    label = " ".join(one_label(field.label).split())
    if not label:
        raise ValidationError({"label": _("Give the field a label.")})
    if len(label) > 60:
        raise ValidationError({"label": _("The label is longer than 60 characters.")})
    if bare(label) in BUILT_IN:
        raise ValidationError({"label": _(
            "“%(label)s” is there for every recipient already. Call this field something else.") % {
                "label": label}})
    if any(folded(other.label) == folded(label) for other in others):
        raise ValidationError({"label": taken()})
    if not field.pk and len(others) >= MOST:
        raise ValidationError({"label": _("There are %(n)s fields already, and no more fit.") % {
            "n": MOST}})
    return label


def one_label(text: str) -> str:
    try:
        return one_line(unicodedata.normalize("NFC", text.strip()))
    except ValidationError as why:
        raise ValidationError({"label": why.messages}) from None


def taken() -> str:
    return _("You already have a field with this label.")


def new_key(label: str, used: set[str]) -> str:
    """Return the word of letters for a field called `label`: its letters, digits and blanks."""
    base = " ".join(re.sub(r"[^\w ]|_(?=\W|$)", " ", folded(label)).split())
    if NO_LETTERS.fullmatch(base) or bare(base) in BUILT_IN:
        base = f"{pgettext('of a recipient', 'field')} {base}".strip()
    base = base[:LONGEST_KEY].strip()
    key = base
    number = 1
    while key in used:
        number += 1
        end = f" {number}"
        key = base[:LONGEST_KEY - len(end)].strip() + end
    return key


def checked_choices(choices: list[str]) -> list[str]:
    """Return the choices as they are stored: no blank one, and each once, however it is typed."""
    found: dict[str, str] = {}
    for choice in choices:
        if text := " ".join(str(choice).split()):
            found.setdefault(looks(text), text)
    if not found:
        raise ValidationError({"choices": _("Name what there is to choose from, a line each.")})
    if len(found) > MOST_CHOICES:
        raise ValidationError({"choices": _("There are at most %(n)s choices.") % {
            "n": MOST_CHOICES}})
    for text in found.values():
        if len(text) > LONGEST_TEXT:
            raise ValidationError({"choices": _("The text is longer than %(n)s characters.") % {
                "n": LONGEST_TEXT}})
        one_choice(text)
    return list(found.values())


def one_choice(text: str) -> None:
    try:
        one_line(text)
    except ValidationError as why:
        raise ValidationError({"choices": why.messages}) from None


def keep_former(field: Field) -> None:
    """Remember the choices that this save takes away: recipients may have them yet."""
    stored = Field.objects.values_list("choices", "former").get(pk=field.pk)
    known = {looks(choice) for choice in field.choices}
    former = {looks(choice): choice for choices in stored for choice in choices}
    field.former = [choice for look, choice in former.items() if look not in known]


@transaction.atomic
def field_delete(*, field: Field) -> bool:
    """Delete a field; a job takes its values from all recipients when it can not be undone.

    Its key is nobody's until then. Letters that use it can not be sent before they are changed.
    Returns False where somebody was quicker.
    """
    deleted = Field.objects.filter(pk=field.pk).update(deleted_at=timezone.now())
    if not deleted:
        return False
    job = job_create(kind=KEY, owner=field.owner, place={"field": field.pk, "after": 0})
    job.next_try_at += UNDO_FOR
    job.save(update_fields=["next_try_at"])
    record(Action.DELETE, on=field)
    log.info("field %s of user %s: deleted", field.pk, field.owner_id)
    return True


@transaction.atomic
def field_restore(*, field: Field) -> None:
    """Bring back a field that was deleted within the last minute. Raises FieldRefused."""
    try:
        with transaction.atomic():
            restored = Field.all_objects.filter(
                pk=field.pk, deleted_at__gt=timezone.now() - UNDO_FOR).update(deleted_at=None)
    except IntegrityError:
        raise FieldRefused(
            _("You have a new field with this label, so the old one stays deleted.")) from None
    if not restored:
        raise FieldRefused(_("The minute for bringing it back is over."))
    record(Action.RESTORE, on=field)
    log.info("field %s of user %s: brought back", field.pk, field.owner_id)
