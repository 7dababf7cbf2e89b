"""The service's own letters are jobs: no page waits for a mail server, and each fate is told."""
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.mail import EmailMessage, send_mail
from django.utils import timezone, translation

from apps.audit.services import request_var
from apps.core import letters
from apps.core.letters import Fate
from apps.delivery import own_letters
from apps.delivery.models import RestoreGuard
from apps.jobs.models import Job
from apps.jobs.services import job_cancel, jobs_forget
from apps.jobs.worker import claim, do_batch, hold
from tests.smtp import sink_server

from .test_mail import SUBJECT, full_letter

pytestmark = pytest.mark.django_db
ANNA = "anna@example.com"
GREYLISTED = "450 4.2.0 Greylisted, come again later"
NOBODY = "550 5.1.1 User unknown"


@pytest.fixture(autouse=True)
def queued(settings):
    settings.EMAIL_BACKEND = "apps.delivery.own_letters.Backend"


def write(*addresses, text="The link: /reset/secret-token/"):
    """Write a letter and return the ids of its jobs."""
    message = EmailMessage("Hello", text, to=list(addresses or [ANNA]))
    assert message.send() == 1
    return message.letters


def told(letter_id):
    """Return what a page is told of the letter, in English."""
    with translation.override("en"):
        return letters.post.find(letter_id)


def work():
    """Do what the jobs' process would do now."""
    while job := claim("me"):
        do_batch(job)
    own_letters.KIND.idle()


def time_passes(**span):
    Job.objects.update(next_try_at=timezone.now() - timedelta(seconds=1),
                       created_at=timezone.now() - timedelta(**span))


def test_a_letter_is_queued_and_then_taken(settings):
    letter, = write()
    assert (told(letter).email, told(letter).fate) == (ANNA, Fate.WAITING)
    with sink_server(settings) as sink:
        work()
    assert sink.addresses == [ANNA] and told(letter).fate == Fate.SENT
    assert not told(letter).reason and not told(letter).answer


def test_each_address_gets_the_letter_once_in_an_envelope_of_its_own(settings):
    message = full_letter()
    message.bcc.append(ANNA)
    assert message.send() == 1 and len(message.letters) == 4
    with sink_server(settings) as sink:
        work()
    assert sorted(sink.addresses) == [
        ANNA, "boris@example.com", "c@xn--e1afmkfd.xn--p1ai", "hidden@example.com"]
    assert sink.parsed(ANNA)["Subject"] == SUBJECT


def test_while_the_server_is_away_nothing_fails_and_it_is_tried_again(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter, = write()
    work()
    found = told(letter)
    assert found.fate == Fate.RETRYING and found.reason == "The server could not be reached"
    assert "refused" in found.answer
    assert timedelta() < found.next_try_at - timezone.now() <= timedelta(seconds=5)
    time_passes(minutes=1)
    with sink_server(settings):
        work()
    assert told(letter).fate == Fate.SENT


def test_a_greylisted_letter_waits_longer_each_time_and_is_given_up_after_two_days(settings):
    letter, = write()
    waits = []
    with sink_server(settings, rcpt={"anna": GREYLISTED}):
        for _ in range(4):
            work()
            waits.append(round((told(letter).next_try_at - timezone.now()).total_seconds()))
            time_passes(minutes=5)
        assert told(letter).answer == GREYLISTED
        time_passes(days=2)
        work()
    assert waits == [5, 15, 30, 60]
    assert told(letter).fate == Fate.FAILED
    assert told(letter).reason == "The server asked to come again later"


def test_an_address_that_the_server_does_not_know_fails_at_once(settings):
    letter, = write("nobody@example.com")
    with sink_server(settings, rcpt={"nobody": NOBODY}):
        work()
    found = told(letter)
    assert (found.fate, found.answer, found.is_address_refused) == (Fate.FAILED, NOBODY, True)
    assert found.reason == "There is no such mailbox"


def test_a_refusal_of_something_else_does_not_blame_the_address(settings):
    letter, = write()
    with sink_server(settings, data={"anna": "554 5.7.1 Message rejected as spam"}):
        work()
    assert told(letter).fate == Fate.FAILED and not told(letter).is_address_refused


def test_an_address_that_no_letter_can_go_to_fails_and_the_others_get_theirs(settings):
    bad, good = write(ANNA, "почта@example.com")
    assert told(bad).fate == Fate.FAILED and told(bad).is_address_refused
    assert told(bad).email == "почта@example.com"
    with sink_server(settings) as sink:
        work()
    assert sink.addresses == [ANNA] and told(good).fate == Fate.SENT


def test_only_to_an_address_that_no_letter_can_go_to(settings):
    letter, = write("почта@example.com")
    assert told(letter).fate == Fate.FAILED
    assert told(letters.post.send_again(letter)).fate == Fate.FAILED


def test_a_letter_of_which_none_can_be_made_is_refused():
    with pytest.raises(ValueError):
        send_mail("a\nBcc: b@c.org", "b", None, [ANNA])
    assert not Job.objects.exists()


def test_a_letter_in_hand_at_a_kill_is_unknown_and_never_sent_again(settings):
    letter, = write()
    hold(claim("killed"))
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    with sink_server(settings) as sink:
        work()
    assert sink.letters == [] and told(letter).fate == Fate.UNKNOWN
    assert "interrupted" in told(letter).reason


def test_an_answer_that_is_lost_is_unknown(settings, monkeypatch):
    letter, = write()
    with sink_server(settings) as sink:
        async def hang_up(server, session, envelope):
            server.transport.abort()
        monkeypatch.setattr(sink, "handle_DATA", hang_up)
        work()
        time_passes(minutes=5)
        work()
    assert told(letter).fate == Fate.UNKNOWN


def test_a_letter_from_before_a_restore_is_unknown(settings):
    letter, = write()
    RestoreGuard.objects.update_or_create(pk=1, defaults={"restores": 1})
    with sink_server(settings) as sink:
        work()
    assert sink.letters == [] and told(letter).fate == Fate.UNKNOWN
    assert "backup" in told(letter).reason


def test_the_same_letter_goes_again_under_another_id(settings):
    letter, = write(text="Same text")
    with sink_server(settings) as sink:
        work()
        again = letters.post.send_again(letter)
        work()
        first, second = sink.letters
    assert again != letter and told(again).fate == Fate.SENT
    assert first[0] == second[0] == ANNA and b"Same text" in second[1]
    ids = [next(line for line in content.splitlines() if line.startswith(b"Message-ID"))
           for _, content in sink.letters]
    assert ids[0] != ids[1]


def test_a_letter_that_waits_is_hastened_and_not_doubled(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter, = write()
    work()
    assert letters.post.send_again(letter) == letter
    with sink_server(settings) as sink:
        work()
    assert sink.addresses == [ANNA]


def test_a_letter_that_its_owner_cancelled_does_not_leave(settings, owner):
    letter, = write()
    job_cancel(job=Job.objects.get(), by=owner)
    with sink_server(settings) as sink:
        work()
    assert sink.letters == [] and told(letter).fate == Fate.FAILED
    assert told(letter).reason == "It was cancelled before it left."


def test_what_a_letter_says_and_its_address_are_not_to_be_read_in_the_database():
    write()
    row, = Job.objects.values()
    assert "secret-token" not in str(row) and "anna" not in str(row)


def test_a_letter_whose_key_is_gone_fails(settings):
    letter, = write()
    settings.SECRET_KEY = "another"
    work()
    assert told(letter) is None and Job.objects.get().error == own_letters.UNREADABLE


def test_a_forgotten_letter_is_not_found_and_not_sent_again():
    letter, = write()
    Job.objects.update(state="done", ended_at=timezone.now() - timedelta(days=4))
    jobs_forget(now=timezone.now())
    assert told(letter) is None and letters.post.send_again(letter) is None
    assert letters.post.send_again(letter + 1) is None


def test_a_letter_belongs_to_the_account_with_its_address(owner):
    write(owner.email, "nobody@example.com")
    assert set(Job.objects.values_list("owner", flat=True)) == {owner.pk, None}


def test_who_asked_for_a_letter_does_not_learn_whether_its_address_has_an_account(owner, other):
    token = request_var.set(SimpleNamespace(user=owner))
    write(other.email, "nobody@example.com")
    request_var.reset(token)
    assert set(Job.objects.values_list("owner", flat=True)) == {owner.pk}


def test_nothing_of_a_letter_shows_in_its_row_but_to_whom_it_goes(settings):
    letter, = write("anna@xn--e1afmkfd.xn--p1ai")
    with translation.override("en"):
        assert Job.objects.get(pk=letter).title == "Letter to anna@пример.рф"
