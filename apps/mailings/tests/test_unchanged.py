"""A form that changes nothing changes nothing."""
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Mailing, Message, Recipient
from apps.users.models import User
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

pytestmark = pytest.mark.django_db


def post_as_shown(client, url, changes=None):
    """Open the form at `url` and send it back as a browser does, but for `changes`."""
    page = client.get(url)
    fields = {}
    for bound in page.context["form"]:
        value = bound.value()
        if bound.name.endswith("_at"):
            value = re.search(f'name="{bound.name}" value="([^"]*)"', page.text)[1]
        if isinstance(value, str):
            value = value.replace("\n", "\r\n")
        if value not in (None, False) and bound.name != "avatar":
            fields[bound.name] = value
    response = client.post(url, {**fields, **(changes or {})})
    assert response.status_code == 302, response.context["form"].errors


def rows(model):
    return list(model.objects.order_by("pk").values())


@pytest.fixture
def mailing(owner):
    recipients = RecipientFactory.create_batch(2, owner=owner, comment="Две\nстроки")
    return MailingFactory(
        owner=owner, recipients=recipients, autostart=False,
        message=MessageFactory(owner=owner, body="Раз\nДва"))


@pytest.mark.parametrize("noun, model", [
    ("mailing", Mailing), ("message", Message), ("recipient", Recipient)])
def test_a_form_saved_as_it_was_shown_writes_nothing(as_owner, mailing, noun, model):
    before = rows(model)
    pk = {"mailing": mailing, "message": mailing.message,
          "recipient": Recipient.objects.first()}[noun].pk
    post_as_shown(as_owner, f"/{noun}s/{pk}/edit/")
    assert rows(model) == before


def test_a_profile_saved_as_it_was_shown_writes_nothing(
        as_owner, owner, few_choices, monkeypatch):
    User.objects.update(phone="+79161234567", country="RU", time_zone="Asia/Almaty")
    before = rows(User)
    monkeypatch.setattr(User, "save", lambda *args, **kwargs: pytest.fail("it was written"))
    post_as_shown(as_owner, "/profile/edit/")
    assert rows(User) == before


def test_seconds_of_a_start_are_kept(as_owner, mailing):
    start = timezone.now().replace(second=41) - timedelta(days=1)
    Mailing.objects.update(starts_at=start)
    url = f"/mailings/{mailing.pk}/edit/"
    post_as_shown(as_owner, url, {"ends_at": "2099-01-01T10:00"})
    mailing.refresh_from_db()
    assert mailing.starts_at == start and mailing.ends_at.year == 2099


@pytest.mark.parametrize("autostart", [True, False])
def test_a_start_in_the_second_of_two_half_past_twos_stays(as_owner, owner, mailing, autostart):
    User.objects.update(time_zone="Europe/Berlin")
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    Mailing.objects.update(
        autostart=autostart, starts_at=second, ends_at=second + timedelta(days=3))
    before = rows(Mailing)
    post_as_shown(as_owner, f"/mailings/{mailing.pk}/edit/")
    assert rows(Mailing) == before
    post_as_shown(as_owner, f"/mailings/{mailing.pk}/edit/", {"name": "Осень"})
    mailing.refresh_from_db()
    assert mailing.starts_at == second and mailing.name == "Осень"


def test_another_choice_of_recipients_is_a_change(as_owner, mailing):
    one = mailing.recipients.first()
    post_as_shown(as_owner, f"/mailings/{mailing.pk}/edit/", {"recipients": [one.pk], "stays": ""})
    before = mailing.updated_at
    mailing.refresh_from_db()
    assert list(mailing.recipients.all()) == [one] and mailing.updated_at > before
