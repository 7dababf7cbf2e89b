"""The plainest reading of conditions, one person at a time: what the sieves must keep."""
from calendar import isleap
from datetime import date, timedelta

from django.utils.timezone import get_default_timezone

from apps.core.words import folded
from apps.mailings.models import Delivery


def same_case(text):
    return text.lower().replace("ё", "е")


def fits(conditions, person, world):
    """Whether a group, or one condition, fits a person."""
    if "of" in conditions:
        answers = [fits(part, person, world) for part in conditions["of"]]
        return all(answers) if conditions["match"] == "all" else any(answers)
    what, how, value = conditions["what"], conditions["how"], conditions.get("value")
    if what.startswith("field:"):
        field = world.fields[what.removeprefix("field:")]
        return FIELDS[field.kind](how, value, person.fields.get(field.key), world)
    return OTHERS[what](how, value, person, world)


def text_fits(how, value, stored, world):
    stored = stored or ""
    if how in ("known", "empty"):
        return (how == "known") == bool(stored)
    stored, value = same_case(stored), same_case(value)
    return {"is": stored == value, "is_not": stored != value, "contains": value in stored}[how]


def number_fits(how, value, stored, world):
    if how in ("known", "empty"):
        return (how == "known") == (stored is not None)
    if stored is None:
        return False
    if how == "between":
        return min(value) <= stored <= max(value)
    return {"eq": stored == value, "lt": stored < value, "gt": stored > value}[how]


def date_fits(how, value, stored, world):
    if how in ("known", "empty"):
        return (how == "known") == (stored is not None)
    if stored is None:
        return False
    stored = date.fromisoformat(stored)
    if how == "yearly":
        return any(is_anniversary(world.today + timedelta(n), stored) for n in range(value + 1))
    return day_fits(how, value, stored, world)


def is_anniversary(day, first):
    if (first.month, first.day) == (2, 29) and not isleap(day.year):
        return (day.month, day.day) == (2, 28)
    return (day.month, day.day) == (first.month, first.day)


def day_fits(how, value, day, world):
    if how == "last":
        return world.today - timedelta(value) <= day <= world.today
    if how == "next":
        return world.today <= day <= world.today + timedelta(value)
    value = date.fromisoformat(value)
    return {"on": day == value, "before": day < value, "after": day > value}[how]


def choice_fits(how, value, stored, world):
    if how in ("known", "empty"):
        return (how == "known") == bool(stored)
    return (stored in value) == (how == "any_of")


def tags_fit(how, value, person, world):
    has = world.tags_of[person.pk]
    return {"any": bool(has & set(value)), "all": has >= set(value),
            "none": not has & set(value)}[how]


def words_fit(how, value, person, world):
    text = folded(f"{person.full_name} {person.email} {person.comment}")
    return all(word in text for word in folded(value).split()) == (how == "has")


def domain_fits(how, value, person, world):
    return (person.email.lower().rpartition("@")[2] in value) == (how == "any_of")


def added_fits(how, value, person, world):
    return day_fits(how, value, person.created_at.astimezone(get_default_timezone()).date(), world)


def fate_fits(how, value, person, world):
    fate = {"": "none", "cancelled": "skipped"}.get(person.last_fate, person.last_fate)
    return (fate in value) == (how == "any_of")


def mailing_fits(how, value, person, world):
    letters = [letter for letter in world.letters if letter.run.mailing_id == value
               and letter.state in (Delivery.State.SENT, Delivery.State.UNKNOWN)
               and letter.pk not in world.returned]
    got = any(letter.recipient_id == person.pk or letter.email.lower() == person.email.lower()
              for letter in letters)
    return got == (how == "got")


def written_fits(how, value, person, world):
    at = person.last_letter_at
    lately = at is not None and at >= world.now - timedelta(value)
    return lately == (how == "within")


def bounce_fits(how, value, person, world):
    if how == "resting":
        return person.resting_until is not None and person.resting_until > world.now
    return bool(person.bounced_at) == (how == "yes")


FIELDS = {"text": text_fits, "number": number_fits, "date": date_fits, "choice": choice_fits}
OTHERS = {
    "tags": tags_fit,
    "words": words_fit,
    "domain": domain_fits,
    "added": added_fits,
    "import": lambda how, value, person, world: (person.added_by_id in value) == (how == "any_of"),
    "source": lambda how, value, person, world: (person.source in value) == (how == "any_of"),
    "fate": fate_fits,
    "mailing": mailing_fits,
    "written": written_fits,
    "bounced": bounce_fits,
}
