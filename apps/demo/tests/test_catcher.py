"""The demo's mail server, over real SMTP on loopback."""
import smtplib
import stat
from email import policy
from email.message import EmailMessage

import pytest

from tests.smtp import free_port

from .. import catcher


@pytest.fixture
def server():
    controller = catcher.start(free_port())
    yield controller
    controller.stop()


@pytest.fixture
def smtp(server):
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        yield client


def letter(subject="Свежий хлеб"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", subject
    message.set_content("Здравствуйте!\n.\nточка в начале строки\n")
    return message


def test_a_letter_is_kept_as_it_came_and_the_answer_names_its_queue_id(smtp):
    sent = letter().as_bytes(policy=policy.SMTP)
    smtp.ehlo()
    smtp.mail("a@example.com")
    smtp.rcpt("b@example.com")
    code, answer = smtp.data(sent)
    assert code == 250 and answer.startswith(b"2.0.0 Ok: queued as ")
    path, = catcher.letters()
    assert path.stem.endswith(answer.rpartition(b" ")[2].decode())
    assert path.read_bytes() == sent
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_unknown_address_is_refused_for_good(smtp):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.sendmail("a@example.com", ["Nobody.Ivanov@example.com"], b"x")
    code, answer = refused.value.recipients["Nobody.Ivanov@example.com"]
    assert code == 550
    assert answer == (b"5.1.1 <Nobody.Ivanov@example.com>: "
                      b"Recipient address rejected: User unknown")
    assert catcher.letters() == []


def test_a_busy_address_is_greylisted_and_taken_later(smtp, monkeypatch):
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.sendmail("a@example.com", ["busy.anna@example.com"], b"x")
        assert refused.value.recipients["busy.anna@example.com"][0] == 450
    monkeypatch.setattr(catcher, "GREY_SECONDS", 0)
    smtp.sendmail("a@example.com", ["busy.anna@example.com"], b"x")
    assert len(catcher.letters()) == 1


def test_a_letter_refused_to_one_reaches_the_other(smtp):
    refused = smtp.send_message(letter(), to_addrs=["nobody@example.com", "b@example.com"])
    assert list(refused) == ["nobody@example.com"] and len(catcher.letters()) == 1


def test_only_the_newest_letters_are_kept(smtp, monkeypatch):
    monkeypatch.setattr(catcher, "KEPT", 3)
    for number in range(5):
        smtp.send_message(letter(str(number)))
    subjects = [path.read_bytes().partition(b"Subject: ")[2][:1] for path in catcher.letters()]
    assert subjects == [b"4", b"3", b"2"]


def test_a_full_disk_is_a_temporary_answer(smtp, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(catcher, "keep", full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.send_message(letter())
    assert refused.value.smtp_code == 452


def test_it_does_not_promise_pipelining_and_listens_on_loopback_only(server, smtp):
    smtp.ehlo()
    assert not smtp.has_extn("pipelining")
    assert server.hostname == "127.0.0.1"
