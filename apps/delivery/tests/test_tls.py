"""TLS as the settings ask for it: a server that can not do it gets no letter in plain text."""
import pytest

from apps.mailings.models import Delivery, Run
from tests.certificates import DAY, Authority
from tests.factories import RecipientFactory
from tests.sending import send
from tests.smtp import sink_server

from ..wire import transport
from ..wire.outcome import Phase
from ..wire.transport import Transport
from .test_replies import HANG, LETTER, Script, at


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))  # as an operator would
    return authority


@pytest.mark.django_db(transaction=True)
def test_letters_go_by_tls_one_after_the_other(mailing, settings, trusted):
    with sink_server(settings, tls=trusted.server(), pipelining=True) as sink:
        run = send(mailing)
    assert run.sent == len(set(sink.addresses)) == 3


def refused(mailing, settings, tls, before=lambda: None):
    """Send to four with a server that TLS or a login fails with; return the run as it ended."""
    mailing.recipients.add(RecipientFactory(owner=mailing.owner))
    with sink_server(settings, tls=tls) as sink:
        settings.EMAIL_USE_TLS = True
        before()
        run = send(mailing, connections=1)
    assert not sink.letters
    assert (run.state, run.reason, run.left) == (Run.State.PAUSED, Run.Reason.SERVER, 4)
    assert run.attempts.count() == 3  # three in a row, and nobody's try is burnt
    assert not Delivery.objects.exclude(tries=0).exists()
    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("certificate, words", [
    ({"valid": -DAY}, "certificate has expired"),
    ({"address": "127.0.0.2"}, "not valid for '127.0.0.1'"),
])
def test_a_wrong_certificate_pauses_the_run_with_its_fault(
        mailing, settings, trusted, certificate, words):
    run = refused(mailing, settings, trusted.server(**certificate))
    assert words in run.server_words


@pytest.mark.django_db(transaction=True)
def test_an_unknown_authority_pauses_the_run(mailing, settings, authority):
    run = refused(mailing, settings, authority.server())
    assert "unable to get local issuer certificate" in run.server_words


@pytest.mark.django_db(transaction=True)
def test_a_server_whose_starttls_was_stripped_gets_nothing(mailing, settings):
    assert "STARTTLS" in refused(mailing, settings, None).server_words


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_pauses_the_run_with_the_servers_words(mailing, settings, trusted):
    def wrong():
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"

    run = refused(mailing, settings, trusted.server(), before=wrong)
    assert "535" in run.server_words


@pytest.mark.parametrize("step, phase", [("RCPT", Phase.DATA), ("dot", Phase.DOT)])
def test_a_silent_server_is_left_in_time_behind_tls_too(monkeypatch, trusted, step, phase):
    monkeypatch.setattr(transport, "AFTER_DOT_TIMEOUT", 0.3)
    script = Script(tls=trusted.server(), **{step: HANG})
    client = Transport(at(script, "tls"), timeout=0.3)
    client.before_dot = lambda: None
    outcome = client.send(LETTER, "shop@example.com", "anna@example.com")
    script.close()
    assert (outcome.phase, outcome.code) == (phase, None)
    assert "timed out" in outcome.text
