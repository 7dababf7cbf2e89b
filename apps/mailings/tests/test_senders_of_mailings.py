"""From whom a mailing goes: chosen in its form, kept by copies, drafts and history."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Draft, Mailing, Sender
from apps.mailings.services import mailing_copy
from tests.factories import MailingFactory, MessageFactory, RecipientFactory, SenderFactory

pytestmark = pytest.mark.django_db
CREATE = reverse("mailings:mailing_create")
NOTHING = "Письма уйдут от имени «Вестник»"


@pytest.fixture
def shop(owner):
    return SenderFactory(
        owner=owner, name="Лавка чая", address="olga@lavka.example", is_default=True)


@pytest.fixture
def mailing(owner, shop):
    recipient = RecipientFactory(owner=owner)
    return MailingFactory(owner=owner, sender=shop, autostart=False, recipients=[recipient])


def filled(mailing=None, **fields):
    """What the form of a mailing posts."""
    mailing = mailing or MailingFactory.build()
    times = {name: timezone.localtime(getattr(mailing, name)).strftime("%Y-%m-%dT%H:%M")
             for name in ("starts_at", "ends_at")}
    return {"when": "draft", "who": "everyone", **times, **fields}


def new(owner, **fields):
    RecipientFactory(owner=owner)
    message = MessageFactory(owner=owner)
    return filled(message=message.pk, **fields)


def edited(mailing, **fields):
    return filled(mailing, message=mailing.message_id, **fields)


def test_a_new_mailing_has_the_default_sender_chosen(as_owner, shop, owner):
    SenderFactory(owner=owner)
    page = as_owner.get(CREATE)
    assert f'<option value="{shop.pk}" selected>Лавка чая &lt;olga@lavka.example&gt;' in page.text
    as_owner.post(CREATE, new(owner, sender=shop.pk))
    assert Mailing.objects.get().sender == shop


def test_a_program_that_does_not_name_a_sender_gets_what_the_form_would_show(
        as_owner, shop, owner, mailing):
    as_owner.post(CREATE, new(owner))
    assert Mailing.objects.first().sender == shop
    as_owner.post(mailing.url("edit", mailing.pk), edited(mailing, name="Другая"))
    mailing.refresh_from_db()
    assert (mailing.name, mailing.sender) == ("Другая", shop)


def test_a_mailing_may_go_without_a_sender(as_owner, shop, mailing):
    as_owner.post(mailing.url("edit", mailing.pk), edited(mailing, sender=""))
    mailing.refresh_from_db()
    assert mailing.sender is None
    assert NOTHING in as_owner.get(mailing.get_absolute_url()).text


def test_who_has_no_sender_is_asked_to_name_themselves(as_owner, owner):
    mailing = MailingFactory(owner=owner)
    for url in (CREATE, mailing.get_absolute_url(), reverse("delivery:start", args=[mailing.pk])):
        page = as_owner.get(url).text
        assert NOTHING in page and reverse("mailings:sender_create") in page
        assert 'name="sender"' not in page


@pytest.mark.parametrize("value", ["theirs", "0", "-1", "abc", "\0", "9" * 30, "٣"])
def test_no_other_sender_than_ones_own_can_be_chosen(as_owner, mailing, other, shop, value):
    theirs = SenderFactory(owner=other, name="Чужая")
    if value == "theirs":
        value = theirs.pk
    for url in (mailing.url("edit", mailing.pk), CREATE):
        answer = as_owner.post(url, edited(mailing, sender=value))
        assert answer.status_code == 422 and "sender" in answer.context["form"].errors
        assert "Чужая" not in answer.text
    mailing.refresh_from_db()
    assert mailing.sender == shop and Mailing.objects.count() == 1


def test_nobody_elses_sender_comes_by_a_draft_or_an_address(as_owner, owner, other, shop):
    theirs = SenderFactory(owner=other, name="Чужая")
    Draft.objects.create(owner=owner, place="mailing:new", key="a" * 8, updated_at=timezone.now(),
                         data={"sender": [str(theirs.pk)]})
    for query in ({"draft": "a" * 8}, {"sender": theirs.pk}, {"initial-sender": theirs.pk}):
        assert "Чужая" not in as_owner.get(CREATE, query).text
    assert "Чужая" not in as_owner.post(CREATE, {"_find": "1", "sender": theirs.pk}).text


def test_a_draft_keeps_the_sender_that_was_chosen(as_owner, owner, shop):
    second = SenderFactory(owner=owner)
    Draft.objects.create(owner=owner, place="mailing:new", key="a" * 8, updated_at=timezone.now(),
                         data={"sender": [str(second.pk)]})
    page = as_owner.get(CREATE, {"draft": "a" * 8})
    assert f'<option value="{second.pk}" selected' in page.text
    Draft.objects.update(data={"sender": [""]})
    page = as_owner.get(CREATE, {"draft": "a" * 8})
    assert f'<option value="{shop.pk}" selected' not in page.text


@pytest.mark.parametrize("fields, words", [
    ({"confirmed_at": None}, "адрес не подтверждён"),
    ({"verified_at": None}, "сейчас не может отправлять"),
    ({"trouble": "login"}, "сейчас не может отправлять"),
    ({"deleted_at": timezone.now()}, "удалён, выберите другого"),
])
def test_a_sender_that_can_not_send_is_for_drafts_alone(as_owner, mailing, fields, words):
    Sender.all_objects.update(**fields)
    url = mailing.url("edit", mailing.pk)
    assert words in as_owner.get(url).text
    planned = edited(mailing, sender=mailing.sender_id, when="planned",
                     starts_at=timezone.localtime(timezone.now() + timedelta(hours=2)).strftime(
                         "%Y-%m-%dT%H:%M"))
    answer = as_owner.post(url, planned)
    assert answer.status_code == 422 and "sender" in answer.context["form"].errors
    assert as_owner.post(url, {**planned, "when": "draft"}).status_code == 302


def test_a_deleted_sender_is_offered_only_to_the_mailing_that_has_it(as_owner, mailing, shop):
    Sender.all_objects.update(deleted_at=timezone.now(), is_default=False)
    assert "Лавка чая" not in as_owner.get(CREATE).text
    answer = as_owner.post(CREATE, edited(mailing, sender=shop.pk))
    assert answer.status_code == 422 and Mailing.objects.count() == 1


def test_a_copy_keeps_the_sender_even_a_deleted_one(mailing, shop):
    Sender.all_objects.update(deleted_at=timezone.now())
    assert mailing_copy(mailing=mailing).sender == shop


def test_lists_and_pages_say_from_whom(as_owner, as_manager, mailing):
    for client in (as_owner, as_manager):
        for url in (reverse("mailings:mailing_list"), mailing.get_absolute_url()):
            assert "от Лавка чая &lt;olga@lavka.example&gt;" in client.get(url).text


def test_a_list_asks_no_query_for_each_sender(as_owner, owner, django_assert_max_num_queries):
    for _ in range(5):
        MailingFactory(owner=owner, sender=SenderFactory(owner=owner))
    with django_assert_max_num_queries(14):
        as_owner.get(reverse("mailings:mailing_list"))


def test_a_sender_of_the_services_own_server_is_named_without_an_address(as_owner, mailing):
    Sender.objects.update(preset="service")
    page = as_owner.get(mailing.get_absolute_url()).text
    assert "от Лавка чая" in page and "olga@lavka.example" not in page


def test_the_name_may_hold_anything(as_owner, mailing):
    Sender.objects.update(name="<img src=x onerror=alert(1)>, 🍵")
    for url in (mailing.get_absolute_url(), mailing.url("edit", mailing.pk),
                reverse("delivery:start", args=[mailing.pk])):
        page = as_owner.get(url).text
        assert "<img src=x" not in page and "&lt;img src=x" in page
