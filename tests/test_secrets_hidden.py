"""A sender's password is on no page, in no log line, export, dump or error.

Its login and server are its owner's business.
The marks are looked for in all that the service says, whoever asks.
"""
import contextlib
import io
import smtplib
import traceback

import pytest
from django.core.management import call_command
from django.urls import reverse

from apps.audit.models import Entry
from apps.core.secrets import Unreadable
from apps.delivery.tests.test_logins import LoginScript
from apps.delivery.wire.account import Account, account_of
from apps.delivery.wire.opening import open_server
from apps.delivery.wire.transport import Transport
from apps.mailings.models import Sender
from tests.conftest import MARK
from tests.matrix import addresses, admin_addresses, read, undone, url_of
from tests.smtp import sink_server
from tests.test_logs import written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_pages", "few_choices")]
PASSWORD = "OWNERSSECRET"
LOGIN = "owners-login"
HOST = "smtp.owners-host.example"


@pytest.fixture
def sender(pks):
    sender = Sender.objects.get(pk=pks["sender"])
    sender.host = HOST
    sender.port = 465
    sender.security = Sender.Security.TLS
    sender.login = LOGIN
    sender.set_password(PASSWORD)
    sender.save()
    return sender


@pytest.fixture
def log(settings):
    with written(settings, "text") as text:
        yield text


def pages(role, client, pks):
    """Return the text of all pages that `client` can open, Django's admin among them."""
    client.raise_request_exception = False
    names = [name for name in addresses() if not name.startswith(("account_", "mfa_"))]
    asked = [(url_of(name, pks), {}) for name in names]
    asked += [(url, {"hx-request": "true"}) for url, _ in asked if "sender" in url]
    if role == "superuser":
        asked += [(url, {}) for url in admin_addresses(pks)]
    texts = []
    for url, headers in asked:
        with contextlib.suppress(NotImplementedError), undone(client):
            texts.append(read(client.get(url, headers=headers)))
    return "\n".join(texts)


@pytest.mark.parametrize("role", ["owner", "manager", "superuser", "other"])
def test_no_page_has_the_password_and_no_one_elses_the_login(role, cast, pks, sender, log):
    text = pages(role, cast[role], pks)
    assert f"{MARK} subject" in text or role == "other"
    assert PASSWORD not in text + log()
    assert sender.password not in text + log()  # not even encrypted
    if role != "owner":
        assert LOGIN not in text + log() and HOST not in text


@pytest.mark.parametrize("name", ["sender_create", "sender_edit"])
@pytest.mark.parametrize("port", ["465", "none"])
def test_a_password_that_is_typed_is_not_said_again(name, port, as_owner, cast, pks, sender, log):
    as_owner.raise_request_exception = False
    typed = {"name": "Shop", "address": "shop@shop.example", "preset": "own", "host": HOST,
             "port": port, "security": "tls", "login": LOGIN,
             **dict.fromkeys(("password", "new_password"), "TYPEDSECRET")}
    answer = as_owner.post(url_of(f"mailings:{name}", pks), typed)
    text = read(answer) + read(cast["superuser"].get(reverse("audit:entry_list")))
    text += repr(list(Entry.objects.values()))
    assert "TYPEDSECRET" not in text + log()


def test_a_dump_of_the_database_has_no_password_in_clear(sender):
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)
    assert HOST in dump.getvalue() and PASSWORD not in dump.getvalue()


def test_no_export_has_it(as_owner, pks, sender, tmp_path):
    for name in addresses():
        if name.endswith("_export"):
            assert PASSWORD not in read(as_owner.get(url_of(name, pks)))
    target = tmp_path / "people.csv"
    call_command("export_recipients", str(target), owner=sender.owner.email)
    text = target.read_text()
    assert "@" in text and PASSWORD not in text and LOGIN not in text


def told(error):
    """Return all that a log could say of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


def test_an_account_and_its_connection_do_not_say_it(sender):
    account = account_of(sender)
    assert account.password == PASSWORD
    said = f"{account!r} {Transport(account)!r} {sender!r} {sender}"
    assert PASSWORD not in said and LOGIN not in f"{sender!r}"


def test_a_refused_login_does_not_say_it(sender, settings, log):
    settings.SMTP_ALLOW_PRIVATE = True
    script = LoginScript("PLAIN", verdict=b"535 no, not by %s\r\n" % PASSWORD.encode())
    sender.host = "127.0.0.1"
    sender.port = script.port
    sender.security = Sender.Security.NONE
    account = account_of(sender)
    server = open_server(account, 5)
    with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
        server.login(account.login, account.password)
    server.close()
    outcome = Transport(account).send(b"a: b\r\n\r\n", "a@x.org", "b@x.org")
    script.close()
    assert outcome.reply == "535 no, not by […]"
    assert PASSWORD not in told(refusal.value) + log()


@pytest.mark.parametrize("password", [f"{PASSWORD}\0", f"{PASSWORD}\r\n", f"{PASSWORD}\ud800"])
def test_a_password_that_no_login_can_carry_is_not_said(settings, password, log):
    settings.SMTP_ALLOW_PRIVATE = True
    with sink_server(settings):
        account = Account(settings.EMAIL_HOST, settings.EMAIL_PORT, "none", LOGIN, password)
        outcome = Transport(account).send(b"a: b\r\n\r\n", "a@x.org", "b@x.org")
    assert PASSWORD not in outcome.reply + log() and LOGIN not in outcome.reply


def test_one_that_can_not_be_read_is_not_said_either(sender, settings):
    settings.SECRET_KEY = "another"
    with pytest.raises(Unreadable) as loss:
        account_of(sender)
    assert sender.password not in told(loss.value) and sender.is_password_lost
