import pytest

from apps.mailings.meanings import Meaning, meaning_of, refusal


@pytest.mark.parametrize(("reply", "meaning"), [
    ("550 5.1.1 <a@x.org>: Recipient address rejected: User unknown", Meaning.NO_MAILBOX),
    ("550 No such user here", Meaning.NO_MAILBOX),
    ("550 5.4.1 Recipient address rejected: Access denied", Meaning.NO_MAILBOX),
    ("450 4.1.2 Recipient address rejected: Domain not found", Meaning.NO_DOMAIN),
    ("556 5.1.10 Domain takes no mail", Meaning.NO_DOMAIN),
    ("552 5.2.2 Mailbox full", Meaning.FULL),
    ("452 4.2.2 Over quota", Meaning.FULL),
    ("552 Message size exceeds fixed maximum message size", Meaning.TOO_BIG),
    ("552 5.3.4 Message too big for system", Meaning.TOO_BIG),
    ("450 4.2.0 Greylisted, try again later", Meaning.WAIT),
    ("421 4.7.28 Our system has detected an unusual rate of mail", Meaning.WAIT),
    ("550 5.7.1 Message rejected as spam", Meaning.POLICY),
    ("554 Your address is listed in zen.spamhaus.org, blocked", Meaning.POLICY),
    ("550 spam message rejected", Meaning.POLICY),
    ("535 5.7.8 Authentication failed", Meaning.SETTINGS),
    ("550 5.7.8 Authentication credentials invalid", Meaning.SETTINGS),
    ("553 5.1.8 Sender address rejected: Domain not found", Meaning.SETTINGS),
    ("554 5.4.4.4 is listed as a source of junk", Meaning.POLICY),
    ("503 Bad sequence of commands", Meaning.OTHER),
])
def test_a_refusal_means_what_its_codes_and_words_say(reply, meaning):
    assert refusal(int(reply[:3]), reply) == meaning


def test_without_a_reply_it_depends_on_whether_the_letter_had_left():
    silence = {"accepted": False, "code": None, "reply": "TimeoutError: timed out"}
    assert meaning_of(unknown=False, **silence) == Meaning.UNREACHABLE
    assert meaning_of(unknown=True, **silence) == Meaning.UNKNOWN
