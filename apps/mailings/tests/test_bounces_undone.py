"""Writing again to those whom one reply of a mail server marked as having no mailbox."""
import pytest
from django.urls import reverse

from apps.audit.models import Entry
from apps.mailings.models import Recipient
from apps.mailings.services import recipients_bounce_clear, recipients_bounce_mark
from tests.factories import MailingFactory, RecipientFactory

from ..attempts.reply_key import reply_key

REPLY = "550 5.1.1 <{}>: Recipient address rejected: User unknown"
OTHER = "556 5.1.10 <{}>: Domain does not accept mail"


@pytest.mark.parametrize("one, other", [
    ("550 5.1.1 <anna@example.com>: User unknown", "550 5.1.1 <boris@example.org>: User unknown"),
    ("550 5.1.1 <Anna@Example.COM>: User unknown", "550 5.1.1 <boris@example.org>: user unknown"),
    ("550 5.1.1 No mailbox 'anna' here", "550 5.1.1 No mailbox 'boris' here"),
    ("550 5.1.1 Gone\n5.1.1 a640c23a62f3a-b1254 - gsmtp", "550 5.1.1 Gone 5.1.1 4fTq2x - gsmtp"),
    ("550 User unknown [192.0.2.1] (mx1.example.net) 12:01:59",
     "550 User unknown [198.51.100.77] (mx22.example.net) 12:05:00"),
    ("550 5.1.1 user unknown", "550  5.1.1 User unknown\n"),
])
def test_replies_that_say_the_same_of_two_addresses_are_one(one, other):
    assert reply_key(one, "anna@example.com") == reply_key(other, "boris@example.org")


@pytest.mark.parametrize("one, other", [
    ("550 5.1.1 User unknown", "550 5.1.10 User unknown"),
    ("550 5.1.1 User unknown", "551 5.1.1 User unknown"),
    ("550 5.1.1 User unknown", "550 5.1.1 Mailbox disabled"),
    ("550 <anna@example.com> unknown", "550 <info@shop.example> unknown"),
])
def test_replies_that_say_something_else_are_two(one, other):
    assert reply_key(one, "anna@example.com") != reply_key(other, "anna@example.com")


def test_a_local_part_that_is_a_word_of_the_reply_makes_no_reply_of_its_own():
    text = "550 5.1.1 user unknown"
    assert reply_key(text, "user@example.com") == reply_key(text, "anna@example.com")


def mark(*recipients, reply=REPLY):
    replies = {one.pk: (one.email, reply.format(one.email)) for one in recipients}
    return recipients_bounce_mark(replies=replies)


@pytest.fixture
def marked(owner):
    """Three of the owner's whom one reply marked, and one whom another did."""
    same = RecipientFactory.create_batch(3, owner=owner)
    apart = RecipientFactory(owner=owner, email="apart@example.org")
    mark(*same)
    mark(apart, reply=OTHER)
    return Recipient.objects.filter(owner=owner).order_by("pk")


def left(owner):
    return Recipient.objects.filter(owner=owner, bounced_at__isnull=False).count()


pytestmark = pytest.mark.django_db


def test_a_mark_keeps_the_reply_that_set_it(marked):
    assert marked[0].bounced_reply == REPLY.format(marked[0].email)
    assert marked[0].bounced_key == marked[1].bounced_key != marked[3].bounced_key


def test_a_second_reply_does_not_change_a_mark(marked):
    assert mark(marked[0], reply=OTHER) == 0
    assert marked[0].bounced_reply == REPLY.format(marked[0].email)


def test_an_address_that_was_corrected_meanwhile_is_not_marked(owner):
    recipient = RecipientFactory(owner=owner, email="right@example.com")
    assert recipients_bounce_mark(replies={recipient.pk: ("wrong@example.com", REPLY)}) == 0
    assert left(owner) == 0


@pytest.mark.parametrize("where", ["list", "page", "mailing"])
def test_the_owner_sees_the_reply_and_how_many_it_marked(as_owner, owner, marked, where):
    mailing = MailingFactory(owner=owner, recipients=marked)
    url = {"list": reverse("mailings:recipient_list"), "page": marked[0].get_absolute_url(),
           "mailing": mailing.get_absolute_url()}[where]
    text = as_owner.get(url).text
    assert "Такого ящика нет" in text
    assert f"&lt;{marked[0].email}&gt;: Recipient address rejected" in text
    assert "Писать снова всем, у кого был такой ответ: 3" in text
    assert "такой ответ: 1" not in text


def test_whom_a_reply_marked_alone_has_one_button(as_owner, marked):
    text = as_owner.get(marked[3].get_absolute_url()).text
    assert "Писать снова" in text and "кого отметил" not in text


def test_one_click_takes_back_all_marks_of_one_reply(as_owner, owner, marked):
    answer = as_owner.post(reverse("mailings:recipient_clear_same", args=[marked[0].pk]))
    assert answer.url == marked[0].get_absolute_url()
    assert [one.bounced_at is None for one in marked.all()] == [True, True, True, False]
    assert marked[0].bounced_reply == marked[0].bounced_key == ""
    entry = Entry.objects.get(action=Entry.Action.WRITE_AGAIN)
    assert (entry.who, entry.details) == (owner, "3") and "User unknown" in entry.object_label


def test_htmx_gets_a_toast_with_the_number_and_the_list_is_asked_for_anew(htmx, marked):
    answer = htmx.post(reverse("mailings:recipient_clear_same", args=[marked[0].pk]))
    assert answer.status_code == 204
    assert "recipients:changed" in answer["HX-Trigger"] and " 3 " in answer["HX-Trigger"]


def test_a_mark_that_is_gone_is_not_taken_back_twice(htmx, marked):
    url = reverse("mailings:recipient_clear_same", args=[marked[0].pk])
    assert [htmx.post(url).status_code for _ in range(2)] == [204, 409]
    assert Entry.objects.filter(action=Entry.Action.WRITE_AGAIN).count() == 1


def test_the_marks_of_another_owner_stay(as_owner, owner, other, marked):
    theirs = RecipientFactory(owner=other)
    mark(theirs)
    as_owner.post(reverse("mailings:recipient_clear_same", args=[marked[0].pk]))
    assert (left(owner), left(other)) == (1, 1)


def test_a_manager_reads_the_reply_and_has_no_button(as_manager, marked):
    text = as_manager.get(marked[0].get_absolute_url()).text
    assert "Recipient address rejected" in text and "Писать снова" not in text


def test_one_mark_taken_back_by_itself_is_in_the_trail(as_owner, owner, marked):
    as_owner.post(reverse("mailings:recipient_clear", args=[marked[0].pk]))
    assert left(owner) == 3
    entry = Entry.objects.get(action=Entry.Action.WRITE_AGAIN)
    assert entry.object_id == marked[0].pk


def test_another_address_forgets_the_reply_too(as_owner, marked):
    one = marked[0]
    as_owner.post(reverse("mailings:recipient_edit", args=[one.pk]), {
        "email": "there@example.com", "full_name": one.full_name, "comment": ""})
    assert marked[0].bounced_reply == marked[0].bounced_key == ""


def test_a_mark_without_a_reply_is_nobodys_group(owner):
    RecipientFactory.create_batch(2, owner=owner)
    assert recipients_bounce_clear(owner=owner, key="", reply="") == 0
