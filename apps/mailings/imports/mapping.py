"""What a person says of the columns: checked, and the fields and tags made that it names."""
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from ..fields.models import Field
from ..fields.services import field_save
from ..tags.models import Tag
from ..tags.services import tags_named
from .columns import FIELD, IGNORED, SHARED, TARGETS
from .models import Import
from .refused import ImportRefused


def mapped(of: Import, columns: list[str]) -> list[str]:
    """Return `columns` when each may become what it says. Raises ImportRefused."""
    keys = set(Field.objects.filter(owner=of.owner_id).values_list("key", flat=True))
    for target in columns:
        if target not in TARGETS and not (
                target.startswith(FIELD) and target.removeprefix(FIELD) in keys):
            raise ImportRefused(_("A column can not become what was chosen. Choose again."))
    if "email" not in columns:
        raise ImportRefused(_("Say which column has the e-mail addresses."))
    for target in {*columns} - {IGNORED, *SHARED}:
        if columns.count(target) > 1:
            raise ImportRefused(_("Two columns can not both become “%(target)s”.") % {
                "target": target_words(of, target)})
    return columns


def target_words(of: Import, target: str) -> str:
    if target in TARGETS:
        return str(TARGETS[target])
    key = target.removeprefix(FIELD)
    return Field.objects.get(owner=of.owner_id, key=key).label


def fields_made(of: Import, columns: list[str], new: Mapping[int, tuple[str, str]]) -> list[str]:
    """Make the new fields, and return the columns with these as their targets."""
    for number, (label, kind) in sorted(new.items()):
        if not 0 <= number < len(columns) or kind not in (
                Field.Kind.TEXT, Field.Kind.NUMBER, Field.Kind.DATE):
            raise ImportRefused(_("A column can not become what was chosen. Choose again."))
        field = field_save(field=Field(owner=of.owner, label=label, kind=kind))
        columns[number] = FIELD + field.key
        of.made["fields"] = [*of.made.get("fields", []), field.pk]
    return columns


def tags_made(of: Import, names: Iterable[str]) -> list[Tag]:
    """Return the tags of these names, and remember which of them this import made."""
    names = list(names)
    if not names:
        return []
    there = set(Tag.objects.filter(owner=of.owner_id).values_list("pk", flat=True))
    tags = tags_named(owner=of.owner, names=names)
    made = [tag.pk for tag in tags if tag.pk not in there]
    of.made["tags"] = [*of.made.get("tags", []), *made]
    return tags
