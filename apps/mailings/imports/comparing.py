"""What an import makes of one person: whom it adds, what it changes, whom it leaves alone."""
from dataclasses import dataclass, field
from typing import Any

from ..tags.models import key_of
from .book import Known
from .columns import FIELD
from .models import Import
from .people import Person, one_line, plain_text
from .rules import Rules

ADDED, UPDATED, UNCHANGED, REJECTED = "added", "updated", "unchanged", "rejected"


@dataclass(slots=True)
class Outcome:
    """What comes of a person; `before` and `after` by target, of what differs alone."""

    person: Person
    what: str
    known: Known | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    new_tags: list[str] = field(default_factory=list)  # names that they get


def compare(person: Person, known: Known | None, rules: Rules) -> Outcome:
    """Return what the rules of an import make of a good person.

    What the file does not say is never erased. Who is left as they are gets no tag either. The
    ground of somebody who has one stays: on that one they were written to.
    """
    tags = tag_names(person, rules)
    if known is None:
        return Outcome(person, ADDED, after=dict(person.values), new_tags=tags)
    outcome = Outcome(person, UNCHANGED, known)
    if rules.known == Import.Known.LEAVE:
        return outcome
    for target, value in person.values.items():
        old = value_of(known, target)
        differs = not same(old, value)
        if differs and (rules.known == Import.Known.UPDATE or old in (None, "")):
            outcome.before[target] = old
            outcome.after[target] = value
    if rules.ground and known.ground is None:
        outcome.before["ground"] = None
        outcome.after["ground"] = rules.ground
    outcome.new_tags = [name for name in tags
                        if rules.tag_ids.get(key_of(name)) not in known.tags]
    if outcome.after or outcome.new_tags:
        outcome.what = UPDATED
    return outcome


def tag_names(person: Person, rules: Rules) -> list[str]:
    """Return the names of the tags that a person gets, each once."""
    if not person.tags:
        return [tag.name for tag in rules.tags]
    names = {tag.key: tag.name for tag in rules.tags}
    for name in person.tags:
        names.setdefault(key_of(name), name)
    return list(names.values())


def value_of(known: Known, target: str) -> Any:
    if target == "full_name":
        return known.full_name
    if target == "comment":
        return known.comment
    return known.fields.get(target.removeprefix(FIELD))


def same(old: Any, new: Any) -> bool:
    """Whether a stored value is what the file says, but for blanks that an import takes out."""
    if old == new:
        return True
    if isinstance(old, str) and isinstance(new, str):
        return one_line(old) == new or plain_text(old) == new
    return False
