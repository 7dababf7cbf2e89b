"""Reports on delivery: of RFC 3464, and written for people."""
import pytest

from apps.mailings.attempts.faults import Meaning

from ..reading import understood
from ..report import Kind, Outcome
from .samples import FROM, ORIGINAL, TO, exim, letter, qmail, recipient, report


def outcomes(octets):
    return [str(event.outcome) for event in understood(octets).events]


def test_no_such_user_in_the_machine_part_is_gone():
    found = understood(report(recipient()))
    assert found.kind is Kind.BOUNCE
    [event] = found.events
    assert (event.outcome, event.address, event.status) == (Outcome.GONE, TO, "5.1.1")
    assert event.meaning is Meaning.NO_MAILBOX
    assert "User unknown" in event.words


def test_each_recipient_of_a_report_has_an_outcome():
    found = understood(report(
        recipient(address="a@shop.example"),
        recipient("smtp; 552 5.2.2 Mailbox full", address="b@shop.example", status="5.2.2"),
        recipient("", address="c@shop.example", action="relayed", status="2.0.0"),
    ))
    assert [(event.address, str(event.outcome)) for event in found.events] == [
        ("a@shop.example", "gone"), ("b@shop.example", "now"), ("c@shop.example", "delivered")]


@pytest.mark.parametrize("action, status, expected", [
    ("delayed", "4.4.1", "delayed"), ("delivered", "2.0.0", "delivered"),
    ("relayed", "2.0.0", "delivered"), ("expanded", "2.0.0", "delivered"),
])
def test_only_what_failed_is_a_bounce(action, status, expected):
    octets = report(recipient("", action=action, status=status))
    assert outcomes(octets) == [expected]
    assert understood(octets).kind is Kind.NEWS


@pytest.mark.parametrize("diagnostic, status, expected", [
    ("smtp; 550 5.1.1 Mailbox full", "5.1.1", "now"),
    ("smtp; 550 5.7.1 No such user here", "5.7.1", "gone"),
    ("smtp; 450 4.1.1 User unknown", "4.1.1", "now"),
    ("X-Postfix; unknown user: \"anna\"", "5.1.1", "gone"),
    ("X-Postfix; Host or domain name not found. Name service error for name=shop.example "
     "type=A: Host not found", "5.4.4", "gone"),
    ("X-Postfix; Host or domain name not found. Name service error for name=shop.example "
     "type=MX: Host not found, try again", "4.4.3", "now"),
    ("smtp; DNS Error: lookup of shop.example responded with code NXDOMAIN", "4.0.0", "gone"),
    ("X-Postfix; connect to shop.example[192.0.2.1]:25: Connection timed out", "4.4.1", "now"),
    ("smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using rbl.example",
     "5.7.1", "us"),
    ("smtp; 550 5.1.8 <news@sender.example>: Sender address rejected: Domain not found",
     "5.1.8", "us"),
    ("smtp; 554 5.7.1 Message contains spam", "5.7.1", "letter"),
    ("smtp; 550 Ask your administrator", "5.0.0", "letter"),
    ("", "5.1.1", "gone"), ("", "5.2.2", "now"), ("", "4.4.7", "now"), ("", "5.0.0", "letter"),
])
def test_words_decide_before_codes(diagnostic, status, expected):
    assert outcomes(report(recipient(diagnostic, status=status))) == [expected]


def test_a_code_that_the_text_contradicts_makes_nobody_gone():
    octets = report(recipient(), text="Your message was rejected: not enough disk space")
    assert outcomes(octets) == ["now"]


def test_the_dialogue_before_a_recipient_was_named_is_about_us():
    octets = report(
        recipient("smtp; 550 unknown user", status="5.0.0"),
        text=f"<{TO}>: host mx.example[192.0.2.1] refused to talk to me: 550 unknown user")
    assert outcomes(octets) == ["us"]


@pytest.mark.parametrize("kind", [
    "message/global-delivery-status", "text/plain", "message/rfc822", "text/rfc822-headers",
])
def test_the_machine_part_is_found_in_wrappers_of_other_types(kind):
    assert outcomes(report(recipient(), kind=kind)) == ["gone"]


def test_a_machine_part_in_base64_is_read():
    octets = report("", kind="message/delivery-status\nContent-Transfer-Encoding: base64")
    fields = b"RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAc2hvcC5leGFtcGxlCkFjdGlvbjogZmFpbGVkClN0YXR1\n" \
             b"czogNS4yLjIK"
    octets = octets.replace(b"Reporting-MTA: dns; mx.example", fields)
    [event] = understood(octets).events
    assert (event.address, event.outcome) == ("a@shop.example", Outcome.NOW)


@pytest.mark.parametrize("octets, expected", [
    (qmail("Sorry, no mailbox here by that name. (#5.1.1)"), "gone"),
    (qmail("Sorry, I couldn't find any host named shop.example. (#5.1.2)"), "gone"),
    (qmail("192.0.2.1 does not like recipient.\nRemote host said: 550 unknown user\n"
           "Giving up on 192.0.2.1."), "gone"),
    (qmail("Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try "
           "again; this message has been in the queue too long."), "now"),
    (qmail("user is over quota"), "now"),
    (exim("Unrouteable address"), "gone"),
    (exim("SMTP error from remote mail server after RCPT TO:<anna@shop.example>:\n    host "
          "mx.shop.example [192.0.2.1]: 550 5.1.1 User unknown"), "gone"),
    (exim("SMTP error from remote mail server after end of data:\n    host mx.shop.example "
          "[192.0.2.1]: 550 spam detected"), "letter"),
    (exim("mailbox is full (MTA-imposed quota exceeded while writing to tmp)"), "now"),
    (exim("retry timeout exceeded"), "now"),
])
def test_reports_for_people_are_read(octets, expected):
    found = understood(octets)
    assert [str(event.outcome) for event in found.events] == [expected]
    assert found.events[0].address == TO


@pytest.mark.parametrize("text, expected", [
    (f"Delivery to the following recipient failed permanently:\n\n     {TO}\n\nTechnical details "
     "of permanent failure:\nThe error that the other server returned was:\n550 5.1.1 No such "
     "user\n\n----- Original message -----\n", "gone"),
    (f"К сожалению, ваше письмо не может быть доставлено:\n\n  {TO}\n    550 5.2.2 Ящик "
     "переполнен\n", "now"),
    (f"Your message did not reach some or all of the intended recipients.\n\n      {TO} on "
     "02.11.2026 10:00\n         550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found\n", "gone"),
    (f"   ----- The following addresses had permanent fatal errors -----\n<{TO}>\n\n   ----- "
     f"Transcript of session follows -----\n550 <{TO}>... User unknown\n\n   ----- Original "
     "message follows -----\n", "gone"),
    (f"Your message\n\n  Subject: News\n\nwas not delivered to:\n\n  {TO}\n\nbecause:\n\n  User "
     f"anna ({TO}) not listed in Domino Directory\n", "gone"),
    (f"Could not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients "
     f"were affected:\n    {TO}\n\nSender-MTA: <192.0.2.1>\n", "gone"),
    ("Sorry, we were unable to deliver your message to the following address.\n\n"
     f"<{TO}>:\nThis mailbox is disabled\n", "now"),
])
def test_the_sentence_about_the_address_is_found(text, expected):
    found = understood(letter(text + "\n" + ORIGINAL))
    assert [str(event.outcome) for event in found.events] == [expected]
    assert found.events[0].address == TO


def test_a_warning_for_people_is_no_bounce():
    found = understood(letter(
        f"THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to {TO} has been delayed.\n",
        subject="Delivery Status Notification (Delay)"))
    assert (found.kind, found.events[0].outcome) == (Kind.NEWS, Outcome.DELAYED)


def test_what_nobody_understands_is_unknown_or_counts_for_nobody():
    found = understood(letter("Something happened.", subject="Hello"))
    assert found.kind is Kind.UNKNOWN
    assert not found.events


def test_a_person_who_quotes_a_report_sends_no_report():
    octets = letter("I got this: 550 5.1.1 User unknown", sender=f"Anna <{TO}>",
                    subject="Question").replace(b"Return-Path: <>\n", b"")
    assert understood(octets).kind is Kind.PERSON


def test_the_report_of_another_letter_inside_a_letter_is_no_report():
    inner = report(recipient()).decode()
    octets = (f"From: Anna <{TO}>\nTo: {FROM}\nSubject: look\nMIME-Version: 1.0\nContent-Type: "
              f"multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nlook\n\n--o\n"
              f"Content-Type: message/rfc822\n\n{inner}\n--o--\n").encode()
    assert understood(octets).kind is Kind.PERSON


def test_a_notice_in_json_is_read():
    text = ('{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":'
            f'[{{"emailAddress":"{TO}","action":"failed","status":"5.1.1","diagnosticCode":'
            '"smtp; 550 5.1.1 user unknown"}]}}')
    found = understood(letter(text, sender="no-reply@notices.example", subject="Notification"))
    assert [(event.address, str(event.outcome)) for event in found.events] == [(TO, "gone")]
