"""The address of a list of recipients says whom it shows."""
import pytest
from django.http import QueryDict
from django.utils import timezone

from apps.mailings.ground.models import Ground
from apps.mailings.models import Import, Recipient, Segment, Tagging
from apps.mailings.recipients.filters import Filters, filtered
from tests.factories import RecipientFactory, TagFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(owner):
    """Anna with a tag, Boris of an import with a ground, Vera with nothing."""
    anna, boris, vera = (RecipientFactory(owner=owner, full_name=name)
                         for name in ("Анна", "Борис", "Вера"))
    tag = TagFactory(owner=owner, name="Опт")
    Tagging.objects.create(tag=tag, recipient=anna)
    of_import = Import.objects.create(owner=owner, name="clients.csv")
    ground = Ground.objects.create(owner=owner, text="Анкета")
    Recipient.objects.filter(pk=boris.pk).update(
        source="import", added_by=of_import, ground=ground)
    return {"tag": tag.pk, "import": of_import.pk, "anna": anna.pk, "vera": vera.pk,
            "ground": ground.pk}


def found(query, user):
    rows, sieve, words = filtered(QueryDict(query), user)
    kept = {recipient.full_name for recipient in rows.filter(sieve.keeps)}
    assert kept == {one.full_name for one in rows.filter(sieve.keeps).filter(sieve.indexed)}
    return "".join(sorted(name[0] for name in kept)), words


def test_each_filter_keeps_just_those_it_says(owner, book):
    assert found("", owner) == ("АБВ", [])
    assert found(f"tag={book['tag']}", owner) == ("А", ["Метка: Опт"])
    assert found("tag=none", owner)[0] == "БВ"
    assert found("source=hand", owner)[0] == "АВ"
    assert found("source=import", owner)[0] == "Б"
    assert found(f"import={book['import']}", owner) == ("Б", ["Загрузка: clients.csv"])
    assert found("ground=none", owner)[0] == "АВ"
    assert found("ground=given", owner)[0] == "Б"
    assert found(f"ground={book['ground']}", owner)[0] == "Б"
    assert found("ground=missing", owner)[0] == ""
    Recipient.objects.exclude(pk=book["anna"]).update(last_letter_at=timezone.now())
    assert found("ground=missing", owner)[0] == "В"
    assert found(f"ids={book['anna']},{book['vera']}", owner)[0] == "АВ"
    assert found(f"ids={book['anna']}&ids={book['vera']}&tag=none", owner)[0] == "В"
    assert found("q=Вера&tag=none", owner)[0] == "В"


@pytest.mark.parametrize("name", ["tag", "import", "ground", "segment", "ids"])
@pytest.mark.parametrize("value", ["0", "-1", "9" * 18, "9" * 400, "abc", "\0", "'", "1 OR 1"])
def test_what_is_not_there_finds_nobody(owner, book, name, value):
    assert found(f"{name}={value}", owner)[0] == ""


@pytest.mark.parametrize("name", ["tag", "import", "ground"])
def test_what_is_somebody_elses_finds_nobody_whoever_asks(other, manager, book, name):
    for user in (other, manager):
        assert found(f"{name}={book[name]}", user) == ("", [])


def test_somebody_elses_segment_finds_nobody(owner, other, book):
    segment = Segment.objects.create(owner=owner, name="Все", conditions={"match": "all", "of": []})
    assert found(f"segment={segment.pk}", other) == ("", [])


def test_a_manager_who_filters_by_what_is_own_sees_own_people(manager, owner, book):
    assert found("", manager)[0] == "АБВ"
    assert found("tag=none", manager)[0] == ""


def test_one_filter_can_be_taken_out_of_an_address(owner, book):
    filters = Filters(QueryDict(f"q=а&import={book['import']}&sort=-added&after=3~x"), owner)
    assert filters.chips == [("Загрузка: clients.csv", "?q=%D0%B0&sort=-added")]
    assert filters.query == f"q=%D0%B0&import={book['import']}"
