"""Replies of many services and programs, in words that differ, are named for what they are."""
import pytest

from apps.mailings.senders.troubles import Trouble as T

from ...wire.account import Account
from ..diagnosis import diagnosed
from ..dialogue import Ended, Step

ADDRESS = "olga@lavka.example"


def trouble_of(step, reply, host="mail.lavka.example", security="tls", login="olga"):
    ended = Ended(step, code=int(reply[:3]), text=reply[4:].encode())
    return diagnosed(ended, Account(host, 465, security, login, "secret"), ADDRESS)


@pytest.mark.parametrize("reply, trouble", [
    ("535 5.7.8 Error: authentication failed: no mechanism available", T.NO_LOGIN),
    ("503 AUTH command used when not advertised", T.NO_LOGIN),
    ("535 5.7.8 Error: authentication failed: Please accept EULA first", T.ACCESS_OFF),
    ("535 5.7.8 Please enable mail clients access in settings", T.ACCESS_OFF),
    ("535 5.7.0 Your plan does not allow SMTP access", T.ACCESS_OFF),
    ("535 5.7.8 Service unavailable for user: mail plan does not include SMTP", T.ACCESS_OFF),
    ("525 5.7.1 Unauthorized IP address", T.OUR_ADDRESS),
    ("535 5.7.1 Your IP 192.0.2.1 is not whitelisted for this account", T.OUR_ADDRESS),
    ("451 Authentication failed: Maximum credits exceeded", T.QUOTA),
    ("535 Authentication failed: Maximum credits exceeded", T.QUOTA),
    ("535 Error: authentication failed, system busy", T.LATER),
    ("535 Subscription expired", T.BLOCKED),
    ("535 5.7.8 No such user or wrong password", T.LOGIN),
])
def test_a_login_that_is_refused_in_other_words(reply, trouble):
    assert trouble_of(Step.LOGIN, reply) is trouble


@pytest.mark.parametrize("reply, trouble", [
    ("554 Message rejected: Email address is not verified. The following identities failed the "
     "check in region EU-WEST-1: olga@lavka.example", T.NOT_OWNED),
    ("550 5.7.1 Sending has been rejected because the sender you used olga@lavka.example is not "
     "valid. Validate your sender or authenticate your domain", T.NOT_OWNED),
    ("553 Relaying disallowed as olga@lavka.example", T.NOT_OWNED),
    ("550 5.7.0 From address is not one of your addresses.", T.NOT_OWNED),
    ("550 Access denied - Please send from your own address only", T.NOT_OWNED),
    ("550 5.7.1 Sender address rejected: not logged in as owner", T.NOT_OWNED),
    ("550 You can't send from this address", T.NOT_OWNED),
    ("550 From header must be equal to login", T.NOT_OWNED),
    ("550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
     T.NOT_OWNED),
    ("554 Sending paused for this account. For more information, check the inbox", T.BLOCKED),
    ("554 5.1.8 Email Outgoing Blocked.", T.BLOCKED),
    ("550 Outgoing mail from this mailbox is disabled", T.BLOCKED),
    ("550 Your account is not activated for sending yet", T.BLOCKED),
    ("550 5.7.1 Your sending privileges have been revoked", T.BLOCKED),
    ("550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
     T.OUR_ADDRESS),
    ("550 5.7.1 Go away", T.OTHER),  # it says nothing of the address
])
def test_an_envelope_that_is_refused_in_other_words(reply, trouble):
    assert trouble_of(Step.MAIL, reply) is trouble


@pytest.mark.parametrize("reply", [
    "451 5.7.3 STARTTLS is required to send mail",
    "550 SMTP is available only with SSL or TLS connection enabled",
])
def test_a_server_that_wants_encryption_of_the_envelope_alone(reply):
    assert trouble_of(Step.MAIL, reply, security="none") is T.NEEDS_TLS
    assert trouble_of(Step.MAIL, reply, security="tls") is not T.NEEDS_TLS


@pytest.mark.parametrize("step, reply, trouble", [
    (Step.GREETING, "501 Syntactically invalid EHLO argument(s)", T.OUR_NAME),
    (Step.GREETING, "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname",
     T.OUR_NAME),
    (Step.GREETING, "502 5.5.1 Command not implemented", T.NOT_SMTP),
    (Step.CONNECT, "554 5.7.1 You are not allowed to connect.", T.OUR_ADDRESS),
])
def test_what_a_server_says_before_it_knows_the_account(step, reply, trouble):
    assert trouble_of(step, reply) is trouble
