"""Write whom a mailing is for, beside those who are picked by hand."""
from collections.abc import Collection, Mapping

from ..models import Mailing, Tag
from .rules import NAMES, lists_of

Groups = Mapping[str, Collection[int]]  # ids of tags and segments by the names of the fields


def groups_write(*, mailing: Mailing, groups: Groups) -> bool:
    """Have a stored `mailing` be for these tags and segments, and no others.

    Call it in the transaction that writes the rest. Returns whether anything changes.
    """
    stored = lists_of(mailing)
    changed = False
    for name in NAMES:
        wanted = set(groups.get(name, ()))
        if wanted != set(stored[name]):
            getattr(mailing, name).set(wanted)
            changed = True
    if changed:
        mailing.save(update_fields=["updated_at"])
    return changed


def mailings_retag(*, tag: Tag, to: Tag) -> None:
    """Have the mailings that name `tag` name `to` in its place: the two become one."""
    for name in ("tags", "excluded_tags"):
        for mailing in Mailing.all_objects.filter(**{name: tag}):
            getattr(mailing, name).add(to)
            getattr(mailing, name).remove(tag)
            mailing.save(update_fields=["updated_at"])
