"""Write the good people of a file into the book of this moment, and what each had before."""
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.services import Action, record
from apps.jobs.kinds import Failed, Later
from apps.jobs.models import Job
from apps.users.models import User

from ..suppression.recognising import recognise
from ..tags.models import Tag, key_of
from ..tags.services import tags_named
from .book import deleted_keys, known_people, suppressed_keys
from .checking import tags_of
from .comparing import ADDED, Outcome, compare
from .jobs import Prepared, ReadingKind, count, told
from .models import Import, ImportChange
from .people import Person
from .rules import Rules
from .writing import (
    NewRow, Written, add_changes, add_recipients, add_taggings, change_recipients, new_row,
    written_of)


LOOK = timedelta(seconds=2)  # while another import is taken back


class LandKind(ReadingKind):

    key = "import_land"
    label = _("Import")
    after_failure = Import.Stage.LANDED  # what was written stays, and can be taken back
    with_mended = True

    def at_stop(self) -> dict[str, object]:
        return {"landed_at": timezone.now()}

    def look(self, job: Job) -> None:
        # Who is found in the book now may be gone a moment later.
        if Import.objects.filter(owner=job.owner_id, stage=Import.Stage.UNDOING).exists():
            raise Later(timezone.now() + LOOK)
        super().look(job)
        if self.prepared:
            self.rows = {person.key: new_row(person.email, person.values)
                         for person in self.prepared.batch.good}

    def write(self, job: Job, prepared: Prepared) -> None:
        of, rules, batch = prepared.of, prepared.source.rules, prepared.batch
        people = batch.good
        keys = [person.key for person in people]
        recognise(owner=of.owner, emails=keys)
        suppressed = suppressed_keys(rules.owner, keys)
        deleted = deleted_keys(rules.owner, keys)
        make_tags(of, people, rules)
        outcomes = land(of, people, rules, tags_of(batch, rules), self.rows)
        telling = told(job, prepared)
        telling.rejected(batch.people)
        telling.good(outcomes, suppressed, deleted)
        telling.store(batch)
        count(of, batch, outcomes, suppressed, set(deleted))
        if batch.ended:
            landed(job, of)


def make_tags(of: Import, people: list[Person], rules: Rules) -> None:
    """Make the tags of these people that are missing, and remember that this import did."""
    names = {key_of(name): name for person in people for name in person.tags}
    missing = [name for key, name in names.items() if key not in rules.tag_ids]
    if not missing:
        return
    there = set(Tag.objects.filter(owner=rules.owner).values_list("pk", flat=True))
    try:
        tags = tags_named(owner=User.objects.get(pk=rules.owner), names=missing)
    except ValidationError as error:
        raise Failed(" ".join(error.messages)) from None
    rules.tag_ids |= {tag.key: tag.pk for tag in tags}
    made = [tag.pk for tag in tags if tag.pk not in there]
    stored = Import.objects.select_for_update().get(pk=of.pk)
    stored.made["tags"] = [*stored.made.get("tags", []), *made]
    stored.save(update_fields=["made"])


def land(of: Import, people: list[Person], rules: Rules, tags: set[int],
         rows: dict[str, NewRow]) -> list[Outcome]:
    """Write these people. Whoever else adds some of them meanwhile makes them known ones."""
    known = known_people(rules.owner, [person.key for person in people], tags, lock=True)
    outcomes = [compare(person, known.get(person.key), rules) for person in people]
    now = timezone.now()
    new = [outcome for outcome in outcomes if outcome.what == ADDED]
    pks = add_recipients([rows[outcome.person.key] for outcome in new], owner=rules.owner,
                         of=of.pk, ground=rules.ground, now=now)
    # Who is unchanged is noted too: an earlier import that added them is not to be taken back.
    there_before = [outcome for outcome in outcomes if outcome.what != ADDED]
    change_recipients([changed_row(outcome) for outcome in there_before if outcome.after], now=now)
    landed = [outcome for outcome in new if outcome.person.key in pks]
    note(of, [*landed, *there_before], pks, rules)
    late = [outcome.person for outcome in new if outcome.person.key not in pks]
    if late:
        there = [outcome for outcome in outcomes
                 if outcome.what != ADDED or outcome.person.key in pks]
        return [*there, *land(of, late, rules, tags, rows)]
    return outcomes


def changed_row(outcome: Outcome) -> Written:
    assert outcome.known is not None
    row = written_of(outcome.known)
    for target, value in outcome.after.items():
        row.set(target, value)
    return row


def note(of: Import, outcomes: list[Outcome], pks: dict[str, int], rules: Rules) -> None:
    """Give these people their tags, and store what was written to each, be it nothing."""
    changes = []
    pairs = []
    for outcome in outcomes:
        pk = outcome.known.pk if outcome.known else pks[outcome.person.key]
        after = dict(outcome.after)
        if outcome.known is None:
            after["email"] = outcome.person.email  # by it an undo sees that it was corrected since
        tags = sorted(rules.tag_ids[key_of(name)] for name in outcome.new_tags)
        if tags:
            after["tags"] = tags
            pairs += [(tag, pk) for tag in tags]
        changes.append(ImportChange(
            of_import_id=of.pk, recipient_id=pk, added=outcome.known is None,
            before=outcome.before, after=after))
    add_taggings(pairs)
    add_changes(changes)


def landed(job: Job, of: Import) -> None:
    """Say that all is written."""
    Import.objects.filter(pk=of.pk, stage=Import.Stage.LANDING).update(
        stage=Import.Stage.LANDED, landed_at=timezone.now())
    of.refresh_from_db()
    record(Action.IMPORT, on=of, by=of.owner, via=job.place.get("via", ""),
           details=f"{of.added} + {of.updated} / {of.people}")


KIND = LandKind()
