"""From the octets that came in to what follows, as one mail server or another writes them."""
import pytest

from apps.inbound.reports.reading import read
from apps.mailings.models import Bounce, Suppression

from .conftest import id_of, link_of, path_of

DSN = """\
From: MAILER-DAEMON@mx.example.net
To: <{to}>
Subject: Undelivered Mail Returned to Sender
Message-ID: <1@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

<{final}>: host mx.example.com said: 550 5.1.1 <{final}>: Recipient address
    rejected: User unknown (in reply to RCPT TO command)
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {final}
{original}Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{final}>: Recipient address rejected: User unknown

--B
Content-Type: text/rfc822-headers

From: shop@shop.example
To: anna@example.com
{headers}Subject: News

--B--
"""
ARF = """\
From: fbl@provider.example
To: bounces@shop.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--B
Content-Type: text/rfc822-headers

From: shop@shop.example
Message-ID: <{id}>
Subject: News

--B--
"""
PERSON = """\
From: Anna <anna@example.com>
To: shop@shop.example
Subject: {subject}
Message-ID: <9@example.com>
{headers}Content-Type: text/plain; charset=utf-8

{text}
"""


def dsn(to="bounces@shop.example", headers="", final="anna@example.com", original=""):
    return DSN.format(to=to, headers=headers, final=final, original=original)


def outcomes():
    return list(Bounce.objects.values_list("delivery", "outcome"))


@pytest.fixture
def arrive(come):
    return lambda text: come(read(text.encode()))


def test_a_report_to_the_return_path_marks_whose_letter_it_was(arrive, delivery, anna):
    arrive(dsn(to=f"bounces+{path_of(delivery)}@shop.example"))
    assert outcomes() == [(delivery.pk, "gone")]
    anna.refresh_from_db()
    assert anna.bounced_at


def test_where_there_is_no_return_path_the_headers_tell(arrive, delivery):
    arrive(dsn(headers=f"Message-ID: <{id_of(delivery)}>\n"))
    assert outcomes() == [(delivery.pk, "gone")]


def test_where_the_message_id_was_changed_the_link_tells(arrive, delivery):
    link = f"List-Unsubscribe: <https://example.com/u/{link_of(delivery)}/>\n"
    arrive(dsn(headers=f"Message-ID: <changed@relay.example>\n{link}"))
    assert outcomes() == [(delivery.pk, "gone")]


def test_a_report_about_a_letter_that_went_on_does_not_mark_ours(arrive, delivery, anna):
    arrive(dsn(to=f"bounces+{path_of(delivery)}@shop.example", final="anna@else.example"))
    assert outcomes() == [(delivery.pk, "now")]
    anna.refresh_from_db()
    assert anna.bounced_at is None


def test_nor_where_the_report_names_ours_as_the_one_written_to(arrive, delivery):
    arrive(dsn(to=f"bounces+{path_of(delivery)}@shop.example", final="anna@else.example",
               original="Original-Recipient: rfc822; anna@example.com\n"))
    assert outcomes() == [(delivery.pk, "now")]


def test_nor_where_the_words_quote_nobody(arrive, delivery):
    report = dsn(to=f"bounces+{path_of(delivery)}@shop.example", final="anna@else.example",
                 original="Original-Recipient: rfc822; anna@example.com\n")
    arrive(report.replace("5.1.1 <anna@else.example>:", "5.1.1"))
    assert outcomes() == [(delivery.pk, "now")]


def test_a_report_about_another_letter_is_shown(arrive, delivery):
    assert arrive(dsn(headers="Message-ID: <1@shop.example>\n")).letter.kind == "stray"
    assert outcomes() == []


def test_a_complaint_makes_its_reader_leave(arrive, delivery):
    arrive(ARF.format(id=id_of(delivery)))
    assert Suppression.objects.get().reason == "complained"
    assert outcomes() == [(delivery.pk, "complaint")]


def test_an_answer_that_quotes_our_letter_is_an_answer(arrive, delivery, anna):
    text = f"Спасибо!\n> https://example.com/u/{link_of(delivery)}/"
    applied = arrive(PERSON.format(
        subject="Re: News", text=text, headers=f"In-Reply-To: <{id_of(delivery)}>\n"))
    letter = applied.letter
    assert (letter.kind, letter.recipient, letter.delivery) == ("reply", anna, delivery)
    assert outcomes() == [] and not Suppression.objects.exists()


def test_who_asks_to_leave_in_words_stays_until_a_person_says_so(arrive, delivery):
    applied = arrive(PERSON.format(
        subject="Re: News", text="Отпишите меня", headers=f"In-Reply-To: <{id_of(delivery)}>\n"))
    assert applied.letter.kind == "asks" and not Suppression.objects.exists()


def test_the_letter_that_the_header_asks_for_makes_its_writer_leave(arrive, delivery):
    arrive(PERSON.format(subject=f"unsubscribe-{link_of(delivery)}", text="", headers=""))
    assert Suppression.objects.get().email == "anna@example.com"
