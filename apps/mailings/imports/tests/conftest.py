"""An import from its first octet to its last, done as the jobs process does."""
import pytest

from apps.jobs.models import Job
from apps.jobs.tests.conftest import work

from ...models import Recipient
from .. import services
from ..models import Import

HEADER = "E-mail;Имя;Примечание"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def finish(of):
    """Do the job of an import to its end; return the import as it is then."""
    while work(of.job):
        pass
    of.refresh_from_db()
    return of


def opened(owner, text, name="clients.csv"):
    content = text.encode() if isinstance(text, str) else text
    return finish(services.import_begin(owner=owner, name=name, content=[content]))


def checked(owner, text, columns=None, known=Import.Known.UPDATE, **kwargs):
    """Return an import of `text` after its dry run."""
    of = opened(owner, text)
    assert of.stage == Import.Stage.MAPPING, of.refusal
    return finish(services.import_map(
        of=of, columns=columns or of.columns, known=known, **kwargs))


def landed(owner, text, **kwargs):
    of = checked(owner, text, **kwargs)
    return finish(services.import_land(of=of))


def undone(of):
    return finish(services.import_undo(of=of))


def counts(of):
    assert of.added + of.updated + of.unchanged + of.rejected == of.people
    return of.people, of.added, of.updated, of.unchanged, of.rejected


def table(*rows, header=HEADER):
    return "\r\n".join([header, *rows]) + "\r\n"


def book(owner):
    """Return the owner's book as an export has it."""
    return [
        (person.email, person.full_name, person.comment, person.fields,
         sorted(tag.name for tag in person.tags.all()), person.ground_id, person.search_text,
         person.sort_name)
        for person in Recipient.objects.filter(owner=owner).order_by("email")]


def last_job():
    return Job.objects.order_by("-pk").first()
