"""Copies: the same letter, the same people, another week; nothing starts by itself."""
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Mailing, Message
from apps.mailings.services import mailing_copy, weeks_until
from apps.users.models import User
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def mailing(owner):
    recipients = RecipientFactory.create_batch(3, owner=owner)
    message = MessageFactory(owner=owner, subject="{full_name}, чай уже здесь")
    return MailingFactory(owner=owner, message=message, recipients=recipients)


def test_a_copy_is_a_draft_for_the_same_people_a_week_later(mailing):
    copy = mailing_copy(mailing=mailing)
    assert copy.pk != mailing.pk and not copy.autostart and copy.status == "Создана"
    assert copy.message == mailing.message
    assert set(copy.recipients.all()) == set(mailing.recipients.all())
    assert copy.starts_at - mailing.starts_at == copy.ends_at - mailing.ends_at == WEEK


def test_a_copy_of_an_old_mailing_is_for_a_week_to_come(mailing):
    long_ago = timezone.now() - 20 * WEEK
    Mailing.objects.update(starts_at=long_ago, ends_at=long_ago + WEEK, status="Завершена")
    mailing.refresh_from_db()
    copy = mailing_copy(mailing=mailing)
    assert timezone.now() < copy.starts_at <= timezone.now() + WEEK
    assert copy.status == "Создана" and copy.ends_at - copy.starts_at == WEEK


@pytest.mark.parametrize("passed, weeks", [
    (-timedelta(days=2), 1), (timedelta(hours=1), 1), (timedelta(days=8), 2), (2 * WEEK, 3)])
def test_a_copy_moves_by_whole_weeks(passed, weeks):
    now = timezone.now()
    assert weeks_until(now - passed, now) == weeks * WEEK


def test_the_hour_stays_where_the_clocks_change(mailing):
    Mailing.objects.update(starts_at=datetime(2098, 10, 24, 8, 0, tzinfo=UTC),
                           ends_at=datetime(2098, 10, 25, 8, 0, tzinfo=UTC))
    mailing.refresh_from_db()
    with timezone.override("Europe/Berlin"):
        copy = mailing_copy(mailing=mailing)
        hours = {timezone.localtime(one.starts_at).hour for one in (mailing, copy)}
    assert len(hours) == 1 and copy.starts_at.hour == 9


def test_copies_are_numbered(mailing):
    first = mailing_copy(mailing=mailing)
    second = mailing_copy(mailing=first)
    assert [first.name, second.name] == ["Чай уже здесь (2)", "Чай уже здесь (3)"]
    mailing.name = "И" * 255
    assert len(mailing_copy(mailing=mailing).name) < 255


def test_a_copy_leads_to_its_form_and_is_not_started(as_owner, mailing):
    response = as_owner.post(f"/mailings/{mailing.pk}/copy/", follow=True)
    copy = Mailing.objects.latest("pk")
    assert response.redirect_chain[-1][0] == f"/mailings/{copy.pk}/edit/"
    assert "Чай уже здесь (2)" in response.text
    assert not Mailing.objects.due(copy.starts_at).filter(pk=copy.pk).exists()


def test_a_message_is_copied_word_for_word(as_owner, mailing):
    response = as_owner.post(f"/messages/{mailing.message.pk}/copy/")
    copy = Message.objects.latest("pk")
    assert response.url == f"/messages/{copy.pk}/edit/"
    assert (copy.subject, copy.body) == (mailing.message.subject, mailing.message.body)
    assert User.objects.get(pk=copy.owner_id) == mailing.owner


@pytest.mark.parametrize("noun", ["mailing", "message"])
def test_lists_and_pages_offer_a_copy_to_the_owner_alone(as_owner, as_manager, mailing, noun):
    pk = {"mailing": mailing, "message": mailing.message}[noun].pk
    action = f'action="/{noun}s/{pk}/copy/"'
    for page in (f"/{noun}s/", f"/{noun}s/{pk}/"):
        assert action in as_owner.get(page).text
        assert action not in as_manager.get(page).text
