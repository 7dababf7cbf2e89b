"""The page before a send: the way out, grounds, and what comes back. It warns, and stops nothing.
"""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Ground, Message, Recipient
from tests.factories import BounceMailboxFactory, SenderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(mailing):
    return reverse("delivery:start", args=[mailing.pk])


@pytest.fixture
def sender(mailing, owner):
    mailing.sender = SenderFactory(owner=owner)
    mailing.save()
    return mailing.sender


def write(mailing, **values):
    Message.objects.filter(pk=mailing.message_id).update(**values)


@pytest.mark.parametrize(("letter", "is_in_letter"), [
    ({"body": "Пока"}, False),
    ({"body": "Пока: {отписаться}"}, True),
    ({"body": "Пока: {unsubscribe}"}, True),
    ({"kind": "html", "html": "<p>Пока</p>", "body": "Пока {отписаться}"}, False),
    ({"kind": "html", "html": '<a href="{отписаться}">x</a>', "body": "Пока"}, True)])
def test_it_says_where_the_link_to_leave_is(letter, is_in_letter, as_owner, url, mailing):
    write(mailing, **letter)
    assert as_owner.get(url).context["way_out"].is_in_letter == is_in_letter


@pytest.mark.parametrize("body", ["Пока", "Пока: {отписаться}"])
def test_its_letter_ends_with_an_address_as_there_will_be_and_nobodys(
        as_owner, url, mailing, settings, body):
    settings.BASE_URL = "https://vestnik.example"
    write(mailing, body=body)
    letter = as_owner.get(url).context["letter"]
    assert letter.body.strip().endswith(": https://vestnik.example/u/…/")


def test_without_https_it_warns_that_there_is_no_one_click(as_owner, url, settings):
    settings.BASE_URL = "http://vestnik.example"
    page = as_owner.get(url)
    assert not page.context["way_out"].one_click and "Mail.ru" in page.text
    assert 'name="seen"' in page.text  # the button is there
    settings.BASE_URL = "https://vestnik.example"
    page = as_owner.get(url)
    assert page.context["way_out"].one_click and "Yahoo" not in page.text


def test_it_counts_whom_nobody_knows_why_they_are_written_to(as_owner, url, owner):
    ground = Ground.objects.create(owner=owner, text="Форма на сайте")
    Recipient.objects.filter(email="anna@example.com").update(ground=ground)
    page = as_owner.get(url)
    assert str(page.context["groundless"]) == "2" and "/recipients/?ground=none" in page.text
    Recipient.objects.update(ground=ground)
    page = as_owner.get(url)
    assert page.context["groundless"].count == 0 and "ground=none" not in page.text


def test_it_says_that_nobody_reads_what_comes_back(as_owner, url, sender):
    bounces = as_owner.get(url).context["bounces"]
    assert not bounces.is_fine and not bounces.is_unread


@pytest.mark.parametrize(("mailbox", "is_fine", "is_unread"), [
    ({"read_at": timedelta(hours=1)}, True, False),
    ({"read_at": timedelta(days=2)}, False, True),
    ({"read_at": None}, True, False),  # it was set up just now
    ({"read_at": timedelta(hours=1), "is_on": False}, False, False)])
def test_it_knows_a_mailbox_that_is_not_read(
        mailbox, is_fine, is_unread, as_owner, url, sender):
    ago = mailbox["read_at"]
    BounceMailboxFactory(
        sender=sender, **{**mailbox, "read_at": ago and timezone.now() - ago})
    bounces = as_owner.get(url).context["bounces"]
    assert (bounces.is_fine, bounces.is_unread) == (is_fine, is_unread)


def test_a_mailing_without_a_sender_has_no_line_about_what_comes_back(as_owner, url):
    assert "bounces" not in as_owner.get(url).context
