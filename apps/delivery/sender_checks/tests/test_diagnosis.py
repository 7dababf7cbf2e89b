"""What servers answer, as people have reported it, is named for what it is."""
import smtplib
import socket
import ssl

import pytest

from apps.mailings.senders.troubles import Trouble as T

from ...wire.account import Account
from ...wire.faults import HostRefused, SettingsFault
from ..diagnosis import diagnosed
from ..dialogue import Ended, Port, Step

ADDRESS = "olga@lavka.example"


def trouble_of(step, reply, host="mail.lavka.example", login="olga", password="secret"):
    code, _, text = reply.partition(reply[3])
    ended = Ended(step, code=int(code), text=text.encode())
    return diagnosed(ended, Account(host, 465, "tls", login, password), ADDRESS)


@pytest.mark.parametrize("host, reply, trouble", [
    # Yandex
    ("smtp.yandex.ru", "535 5.7.8 Error: authentication failed: Invalid user or password!",
     T.APP_PASSWORD),
    ("smtp.yandex.ru", "535 5.7.8 Error: authentication failed: This user does not have access "
                       "rights to this service", T.ACCESS_OFF),
    ("smtp.yandex.ru", "535 5.7.8 Error: authentication failed: Your message looks like spam. You "
                       "need to use web for sending or prove you are not a robot using the "
                       "following link http://ya.cc/x", T.BLOCKED),
    ("smtp.yandex.ru", "530 5.7.7 Email sending without SSL/TLS encryption is not allowed. Please "
                       "see: http://help.yandex.ru/mail/mail-clients/ssl.xml", T.NEEDS_TLS),
    # Mail.ru
    ("smtp.mail.ru", "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/"
                     "protection/external / Application password is REQUIRED", T.APP_PASSWORD),
    ("smtp.mail.ru", "535 Incorrect authentication data: authentication failed", T.APP_PASSWORD),
    ("smtp.mail.ru", "451 Ratelimit exceeded for mailbox olga@mail.ru. Try again later.",
     T.QUOTA),
    # Gmail
    ("smtp.gmail.com", "534 5.7.9 Application-specific password required. For more information, "
                       "go to\n5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x",
     T.APP_PASSWORD),
    ("smtp.gmail.com", "535 5.7.8 Username and Password not accepted. Learn more at\n5.7.8  "
                       "https://support.google.com/mail/?p=BadCredentials x - gsmtp",
     T.APP_PASSWORD),
    ("smtp.gmail.com", "534 5.7.14 <https://accounts.google.com/ContinueSignIn?sarp=1>\nPlease log "
                       "in via your web browser and\nthen try again.", T.ACCESS_OFF),
    ("smtp.gmail.com", "454 4.7.0 Too many login attempts, please try again later. x - gsmtp",
     T.LATER),
    # Microsoft
    ("smtp.office365.com", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is "
                           "disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for "
                           "more information.", T.BASIC_OFF),
    ("smtp-mail.outlook.com", "535 5.7.139 Authentication unsuccessful, basic authentication is "
                              "disabled.", T.BASIC_OFF),
    ("smtp.office365.com", "550 5.7.30 Basic authentication is not supported for Client "
                           "Submission.", T.BASIC_OFF),
    ("smtp.office365.com", "535 5.7.139 Authentication unsuccessful, the request did not meet the "
                           "criteria to be authenticated successfully.", T.BASIC_OFF),
    ("smtp.office365.com", "535 5.7.3 Authentication unsuccessful", T.LOGIN),
    ("smtp.office365.com", "550 5.2.1 Mailbox cannot be accessed", T.BLOCKED),
    # Others
    ("mail.lavka.example", "535 5.7.8 Error: authentication failed: authentication failure",
     T.LOGIN),
    ("mail.lavka.example", "535 5.7.8 Error: authentication failed: Invalid format.", T.LOGIN),
    ("mail.lavka.example", "535 5.7.0 Invalid login or password", T.LOGIN),
    ("mail.lavka.example", "535 auth failed (this user authenticate too many times)", T.LATER),
    ("mail.lavka.example", "535 5.7.0 (#AUTH005) Too many bad auth attempts.", T.LATER),
    ("mail.lavka.example", "435 Unable to authenticate at present", T.LATER),
    ("mail.lavka.example", "454 4.7.0 Temporary authentication failure: Connection lost to "
                           "authentication server", T.LATER),
    ("mail.lavka.example", "502 5.5.2 Syntax error, command unrecognized.", T.NO_LOGIN),
    ("mail.lavka.example", "504 5.5.4 Unrecognized authentication type.", T.NO_LOGIN),
    ("mail.lavka.example", "530 5.7.0 Must issue a STARTTLS command first", T.NEEDS_TLS),
    ("mail.lavka.example", "538 5.7.11 Encryption required for requested authentication mechanism",
     T.NEEDS_TLS),
    ("mail.lavka.example", "421 4.3.2 Service not available, closing channel", T.BUSY),
    ("mail.lavka.example", "535 5.7.8 Your account has been suspended", T.BLOCKED),
    ("mail.lavka.example", "525 5.7.13 User account disabled", T.BLOCKED),
    ("mail.lavka.example", "535 Login Fail. Please enter your authorization code to login",
     T.APP_PASSWORD),
    ("mail.lavka.example", "571 Bad authentication", T.LOGIN),
    ("mail.lavka.example", "534 5.7.9 Authentication mechanism is too weak", T.LOGIN),
    ("mail.lavka.example", "535 5.7.1 authentication failed - plaintext authentication disallowed "
                           "on non-secure (SSL/TLS) connections", T.NEEDS_TLS),
])
def test_a_refused_login(host, reply, trouble):
    assert trouble_of(Step.LOGIN, reply, host) is trouble


def test_a_password_that_looks_like_one_for_apps_is_just_wrong():
    reply = "535 5.7.8 Error: authentication failed: Invalid user or password!"
    password = "abcd efgh ijkl mnop"
    assert trouble_of(Step.LOGIN, reply, "smtp.yandex.ru", password=password) is T.LOGIN


@pytest.mark.parametrize("reply, trouble", [
    ("553 5.7.1 Sender address rejected: not owned by auth user.", T.NOT_OWNED),
    ("553 5.7.1 <olga@lavka.example>: Sender address rejected: not owned by user ivan@x.example",
     T.NOT_OWNED),
    ("550 not local sender over smtp", T.NOT_OWNED),
    ("550 5.7.1 Client does not have permissions to send as this sender", T.NOT_OWNED),
    ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", T.NOT_OWNED),
    ("554 5.2.252 SendAsDenied; ivan@x.example not allowed to send as olga@lavka.example",
     T.NOT_OWNED),
    ("550 5.7.1 Sending from domain is not allowed", T.NOT_OWNED),
    ("501 Mail from address must be same as authorization user.", T.NOT_OWNED),
    ("550 The from address does not match a verified Sender Identity", T.NOT_OWNED),
    ("550 5.7.501 Access denied, spam abuse detected. The sending account has been banned",
     T.BLOCKED),
    ("550 Sender verify failed", T.ADDRESS),
    ("550 5.1.8 <olga@lavka.example>: Sender address rejected: Domain not found", T.ADDRESS),
    ("554 5.7.1 <olga@lavka.example>: Relay access denied", T.RELAY),
    ("550 relay not permitted", T.RELAY),
    ("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", T.OUR_NAME),
    ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
     T.OUR_ADDRESS),
    ("550 5.1.1 <olga@lavka.example>: Recipient address rejected: User unknown in virtual mailbox "
     "table", T.NO_MAILBOX),
    ("550 5.4.5 Daily user sending limit exceeded.", T.QUOTA),
    ("451 Ratelimit exceeded for mailbox olga@mail.ru. Try again later.", T.QUOTA),
    ("421 4.7.0 Try again later, closing connection.", T.BUSY),
    ("450 4.2.0 <olga@lavka.example>: Recipient address rejected: Greylisted", None),
    ("552 5.2.2 Mailbox full", None),
])
def test_a_refused_envelope(reply, trouble):
    assert trouble_of(Step.RCPT, reply) is trouble


def test_a_server_that_wants_a_login_where_none_was_given():
    assert trouble_of(Step.MAIL, "530 5.7.57 Client not authenticated to send mail",
                      login="") is T.LOGIN_NEEDED
    assert trouble_of(Step.RCPT, "554 5.7.1 <a@b.example>: Relay access denied",
                      login="") is T.LOGIN_NEEDED


@pytest.mark.parametrize("step, reply, trouble", [
    (Step.CONNECT, "421 4.3.2 All server ports are busy", T.BUSY),
    (Step.CONNECT, "554 5.7.1 Your IP is blocked", T.OUR_ADDRESS),
    (Step.GREETING, "500 Unknown command", T.NOT_SMTP),
    (Step.TLS, "454 4.7.0 TLS not available due to local problem", T.NO_TLS),
])
def test_a_server_that_does_not_let_us_begin(step, reply, trouble):
    assert trouble_of(step, reply) is trouble


def unverified(code):
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code = code
    return error


def of_library(reason):
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize("step, error, trouble", [
    (Step.CONNECT, socket.gaierror(socket.EAI_NONAME, "Name or service not known"), T.HOST),
    (Step.CONNECT, socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), T.LOOKUP),
    (Step.CONNECT, HostRefused(T.PRIVATE, "private"), T.PRIVATE),
    (Step.CONNECT, ConnectionRefusedError(), T.REFUSED),
    (Step.CONNECT, OSError(113, "No route to host"), T.UNREACHABLE),
    (Step.CONNECT, TimeoutError(), T.SILENT),
    (Step.CONNECT, smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), T.CLOSED),
    (Step.TLS, smtplib.SMTPNotSupportedError("STARTTLS"), T.NO_TLS),
    (Step.TLS, unverified(10), T.CERT_EXPIRED),
    (Step.TLS, unverified(18), T.CERT_UNKNOWN),
    (Step.TLS, unverified(62), T.CERT_NAME),
    (Step.TLS, unverified(7), T.CERTIFICATE),
    (Step.TLS, of_library("UNSUPPORTED_PROTOCOL"), T.OLD_TLS),
    (Step.LOGIN, smtplib.SMTPNotSupportedError("AUTH"), T.NO_LOGIN),
    (Step.LOGIN, SettingsFault("a NUL"), T.CREDENTIALS),
    (Step.CONNECT, SettingsFault("EHLO_NAME"), T.OUR_NAME),
])
def test_a_dialogue_that_broke(step, error, trouble):
    account = Account("mail.lavka.example", 465, "tls", "olga", "secret")
    assert diagnosed(Ended(step, error), account, ADDRESS) is trouble


@pytest.mark.parametrize("port, trouble", [
    (Port.TLS, T.WANTS_TLS), (Port.SMTP, T.WANTS_STARTTLS), (Port.OTHER, T.NOT_SMTP)])
def test_what_a_second_look_has_found_is_told(port, trouble):
    ended = Ended(Step.CONNECT, TimeoutError(), port=port)
    assert diagnosed(ended, Account("mail.lavka.example", 465, "tls"), ADDRESS) is trouble
