"""What an owner hands to somebody who asks what is known of them."""
import pytest
from django.utils import timezone, translation

from apps.audit.models import Entry
from apps.inbound.models import InboundLetter
from apps.mailings.bounces.services import bounce_record
from apps.mailings.models import Delivery, Field, Ground, Import, Run, Suppression, Tag, Tagging
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(owner):
    Field.objects.create(owner=owner, key="город", label="Город")
    ground = Ground.objects.create(
        owner=owner, text="Анкета в лавке", version="2-я редакция", proof="Папка 7")
    recipient = RecipientFactory(
        owner=owner, full_name="Анна <b>Ли</b>", email="anna@example.com", comment="Любит чай",
        fields={"город": "Тверь"}, source="import", ground=ground,
        added_by=Import.objects.create(owner=owner, name="clients.csv"))
    Tagging.objects.create(
        recipient=recipient, tag=Tag.objects.create(owner=owner, name="Опт"))
    return recipient


@pytest.fixture
def letter(anna):
    run = Run.objects.create(
        mailing=MailingFactory(owner=anna.owner), owner=anna.owner, subject="Новый чай", total=1)
    return Delivery.objects.create(
        run=run, recipient=anna, email=anna.email, full_name=anna.full_name,
        state=Delivery.State.SENT, answer="250 queued as 7")


def test_the_file_has_all_that_is_known(as_owner, owner, anna, letter):
    bounce_record(delivery=letter, outcome="letter", words="550 spam", happened_at=timezone.now())
    InboundLetter.objects.create(
        owner=owner, key="1", kind="reply", recipient=anna, text="Пришлите ещё",
        from_address="anna@home.example")
    Suppression.objects.create(
        owner=owner, email=anna.email, reason="unsubscribed", note="По телефону")
    answer = as_owner.get(f"/recipients/{anna.pk}/dossier/")
    assert answer["Content-Disposition"] == f'attachment; filename="dossier-{anna.pk}.html"'
    for text in ("anna@example.com", "Любит чай", "Тверь", "Опт", "clients.csv", "Анкета в лавке",
                 "2-я редакция", "Папка 7", "Новый чай", "250 queued as 7", "550 spam",
                 "Пришлите ещё", "anna@home.example", "По телефону"):
        assert text in answer.text, text


def test_it_opens_anywhere_and_runs_nothing(as_owner, anna):
    text = as_owner.get(f"/recipients/{anna.pk}/dossier/").text
    assert "Анна &lt;b&gt;Ли&lt;/b&gt;" in text and "<b>" not in text
    assert not any(part in text for part in ("<script", "<link", "src=", "href="))


def test_taking_it_is_written_down_and_stands_in_the_next_one(as_owner, owner, anna):
    as_owner.head(f"/recipients/{anna.pk}/dossier/")
    assert not Entry.objects.filter(action="dossier").exists()
    as_owner.get(f"/recipients/{anna.pk}/dossier/")
    entry = Entry.objects.get(action="dossier")
    assert (entry.object_id, entry.who) == (anna.pk, owner)
    assert owner.email in as_owner.get(f"/recipients/{anna.pk}/dossier/").text


def test_of_somebody_of_whom_little_is_known_it_says_so(as_owner, owner):
    owner.language = "en"
    owner.save()
    with translation.override("en"):
        text = as_owner.get(f"/recipients/{RecipientFactory(owner=owner).pk}/dossier/").text
    assert "No ground is given" in text and "Nothing is kept." in text


def test_letters_to_others_are_not_in_it(as_owner, owner, anna, letter):
    boris = RecipientFactory(owner=owner)
    assert "Новый чай" not in as_owner.get(f"/recipients/{boris.pk}/dossier/").text
