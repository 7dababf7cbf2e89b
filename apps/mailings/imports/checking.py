"""The dry run: what would come of each person of a file. Only the import's own rows are written."""
from django.utils.translation import gettext_lazy as _

from apps.jobs.models import Job

from ..tags.models import key_of
from .book import deleted_keys, known_people, suppressed_keys
from .comparing import Outcome, compare, tag_names
from .jobs import Prepared, ReadingKind, count, told
from .models import Import
from .rules import Rules
from .source import Batch


class CheckKind(ReadingKind):

    key = "import_check"
    label = _("Check of an import")
    after_failure = Import.Stage.MAPPING

    def look(self, job: Job) -> None:
        super().look(job)
        if self.prepared:
            rules = self.prepared.source.rules
            good = self.prepared.batch.good
            keys = [person.key for person in good]
            self.outcomes = judged(self.prepared.batch, rules)
            self.suppressed = suppressed_keys(rules.owner, keys)
            self.deleted = deleted_keys(rules.owner, keys)

    def write(self, job: Job, prepared: Prepared) -> None:
        telling = told(job, prepared)
        telling.rejected(prepared.batch.people)
        telling.good(self.outcomes, self.suppressed, self.deleted)
        telling.store(prepared.batch)
        count(prepared.of, prepared.batch, self.outcomes, self.suppressed, set(self.deleted))
        if prepared.batch.ended:
            Import.objects.filter(pk=prepared.of.pk, stage=Import.Stage.CHECKING).update(
                stage=Import.Stage.CHECKED, last_row=prepared.batch.last)

    def total(self, job: Job, prepared: Prepared) -> int:
        """Return about how many rows there are; 0 where the file's size does not tell."""
        read = prepared.source.characters
        if prepared.source.of.reading.get("kind") != "text" or not read:
            return 0
        return int(prepared.batch.last * prepared.source.of.size / read)


def judged(batch: Batch, rules: Rules) -> list[Outcome]:
    """Return what would come of the good people of a batch."""
    people = batch.good
    known = known_people(rules.owner, [person.key for person in people], tags_of(batch, rules))
    return [compare(person, known.get(person.key), rules) for person in people]


def tags_of(batch: Batch, rules: Rules) -> set[int]:
    """Return the ids of the tags that people of a batch get, of those that are there."""
    names = {name for person in batch.people if person.tags for name in tag_names(person, rules)}
    keys = {key_of(name) for name in names} | {tag.key for tag in rules.tags}
    return {rules.tag_ids[key] for key in keys if key in rules.tag_ids}


KIND = CheckKind()
