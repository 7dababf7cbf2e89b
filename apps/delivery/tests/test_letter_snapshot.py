"""What a run keeps of its letter: HTML and attachments as they were."""
import pytest

from apps.delivery.before_start import sample_for
from apps.delivery.engine.prefetch import letter_loaded, letter_of
from apps.delivery.engine.runnable import runs_with_letters
from apps.delivery.services import as_seen, run_start
from apps.mailings.media.content import ATTACHMENTS, name_of, store
from apps.mailings.messages.merge_fields import own_in, unknown_fields
from apps.mailings.models import Mailing, Message, Run
from tests.factories import AttachmentFactory, FieldFactory
from tests.sending import send, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def letter(mailing):
    Message.objects.filter(pk=mailing.message_id).update(
        kind="html", html="<p>Привет, {имя|друг}</p>", body="Привет")
    mailing.message.refresh_from_db()
    return mailing.message


@pytest.fixture
def price(letter):
    return AttachmentFactory(message=letter, name="прайс.pdf", digest=store(b"%PDF-1", ATTACHMENTS))


def test_all_get_the_html_and_the_attachment(mailing, letter, price, sink):
    run = send(mailing)
    assert run.sent == 3 and run.attachments == [price.snapshot]
    received = sink.parsed("anna@example.com")
    [attached] = received.iter_attachments()
    assert attached.get_filename() == "прайс.pdf" and attached.get_content() == b"%PDF-1"
    assert received.get_body(("html",)).get_content().startswith("<p>Привет, Анна</p>")
    assert "Привет" in received.get_body(("plain",)).get_content()
    boris = sink.parsed("boris@example.com").get_body(("html",)).get_content()
    assert boris.startswith("<p>Привет, друг</p>")


def test_what_is_changed_later_is_not_sent(mailing, letter, price, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    Message.objects.update(html="<p>Иначе</p>")
    price.delete()
    work(run)
    received = sink.parsed("vera@example.com")
    assert "Вера" in received.get_body(("html",)).get_content()
    assert [one.get_filename() for one in received.iter_attachments()] == ["прайс.pdf"]


def test_without_its_attachment_no_letter_leaves_and_the_run_says_why(
        mailing, letter, price, sink, own_storage):
    (own_storage / name_of(ATTACHMENTS, price.digest)).unlink()
    run = send(mailing)
    assert not sink.letters and (run.state, run.sent, run.left) == ("paused", 0, 3)
    assert "attachment" in run.server_words


def test_another_attachment_is_a_change_of_what_was_seen(mailing, letter, price):
    seen = as_seen(mailing)
    assert as_seen(Mailing.objects.get(pk=mailing.pk)) == seen
    price.delete()
    assert as_seen(Mailing.objects.get(pk=mailing.pk)) != seen


def test_the_check_shows_the_letter_as_its_first_recipient_gets_it(mailing, letter, price):
    anna = mailing.recipients.get(email="anna@example.com")
    sample = sample_for(mailing, anna)
    assert (sample.attachments, sample.fault) == ([price], "")
    assert sample.html.startswith("<p>Привет, Анна</p>")
    assert sample_for(mailing, None).html == letter.html


def test_the_check_tells_of_a_missing_attachment(mailing, letter, price, own_storage):
    (own_storage / name_of(ATTACHMENTS, price.digest)).unlink()
    sample = sample_for(mailing, mailing.recipients.first())
    assert sample.fault == "Вложения этого письма больше нет в хранилище."


def test_the_page_of_a_check_has_the_letter_in_its_frame(as_owner, mailing, letter, price):
    page = as_owner.get(f"/mailings/{mailing.pk}/start/").content.decode()
    assert f"/messages/{letter.pk}/preview/letter/?to=" in page and "прайс.pdf" in page


def test_fields_of_html_are_fields_of_the_letter(owner, letter):
    FieldFactory(owner=owner, key="город", label="Город")
    letter.html = "<style>a {b}</style><a href='https://x.org/{город}'>{имья}</a>"
    assert own_in(letter, ["город", "чай"]) == {"город"}
    assert unknown_fields(letter, {"город": "Город"}) == ["{имья}"]


@pytest.fixture
def started(mailing, letter):
    return run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)


def test_the_letter_is_read_once_a_run(started, django_assert_num_queries):
    [(run, *_)] = runs_with_letters()
    assert run.get_deferred_fields() > {"body", "html", "attachments"}

    letter_loaded(run)
    with django_assert_num_queries(0):
        made = letter_of(run)

    [(again, *_)] = runs_with_letters()
    with django_assert_num_queries(0):
        letter_loaded(again)
        assert letter_of(again) is made
