from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.drafts import services
from apps.mailings.drafts.services import LONGEST, MOST
from apps.mailings.models import Draft, Message
from tests.conftest import client_of
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

KEEP = "/drafts/"
KEY = "abcdef0123456789"


def typed(user, **fields):
    return {"_place": "message:new", "_draft": KEY, "_user": user.pk, "_version": "",
            "subject": "Скидки", "body": "Здравствуйте, {имя}!", **fields}


def drafts_offered(page):
    return [draft.key for draft in page.context["drafts"]]


def test_what_is_typed_is_kept_and_brought_back_by_its_owner(as_owner, owner):
    answer = as_owner.post(KEEP, typed(owner)).json()
    assert answer["text"].startswith("Черновик сохранён в ")
    page = as_owner.get("/messages/create/")
    assert f'href="?draft={KEY}"' in page.content.decode()
    form = as_owner.get(f"/messages/create/?draft={KEY}").context["form"]
    assert form["subject"].value() == "Скидки" and form["body"].value() == "Здравствуйте, {имя}!"
    assert form.draft == KEY and form.draft_at == answer["at"]


def test_one_window_writes_its_own_draft_again_and_again(as_owner, owner):
    at = as_owner.post(KEEP, typed(owner)).json()["at"]
    at = as_owner.post(KEEP, typed(owner, subject="Новое", _draft_at=at)).json()["at"]
    assert Draft.objects.get().data["subject"] == ["Новое"]
    assert Draft.objects.get().stamp == at


def test_two_windows_never_write_over_each_other(as_owner, owner):
    at = as_owner.post(KEEP, typed(owner)).json()["at"]
    assert as_owner.post(KEEP, typed(owner, subject="Один", _draft_at=at)).status_code == 200
    assert as_owner.post(KEEP, typed(owner, subject="Два", _draft_at=at)).status_code == 409
    assert as_owner.post(KEEP, typed(owner, subject="Два", _draft="f" * 12)).status_code == 200
    assert drafts_offered(as_owner.get("/messages/create/")) == ["f" * 12, KEY]


def test_a_saved_message_leaves_no_draft_here_or_in_the_browser(as_owner, owner):
    as_owner.post(KEEP, typed(owner))
    response = as_owner.post("/messages/create/", typed(owner))
    assert Message.objects.get().subject == "Скидки"
    assert drafts_offered(as_owner.get("/messages/create/")) == []
    assert not Draft.objects.get().data
    assert response.cookies["saved_draft"].value == KEY


def test_a_draft_that_the_form_refuses_stays(as_owner, owner):
    as_owner.post(KEEP, typed(owner, subject=""))
    page = as_owner.post("/messages/create/", typed(owner, subject=""))
    assert page.status_code == 422 and Draft.objects.exists()
    assert page.context["form"].draft == KEY and drafts_offered(page) == []


def test_what_was_kept_on_its_way_while_it_was_saved_does_not_come_back(as_owner, owner):
    at = as_owner.post(KEEP, typed(owner)).json()["at"]
    as_owner.post("/messages/create/", typed(owner))
    for late in ({}, {"_draft_at": at}):
        assert as_owner.post(KEEP, typed(owner, **late)).status_code == 409
    page = as_owner.get(f"/messages/create/?draft={KEY}")
    assert drafts_offered(page) == [] and not page.context["form"]["subject"].value()
    assert as_owner.post(f"/drafts/{KEY}/drop/").status_code == 404


def test_two_first_saves_of_one_window_at_once_are_no_error(as_owner, owner, monkeypatch):
    as_owner.post(KEEP, typed(owner))
    monkeypatch.setattr(services, "found", lambda owner, key: None)
    assert as_owner.post(KEEP, typed(owner)).status_code == 409


def test_a_field_that_no_form_has_is_not_kept(as_owner, owner):
    assert as_owner.post(KEEP, {**typed(owner), "a\0": "b", "c" * 300: "d"}).status_code == 200
    assert set(Draft.objects.get().data) == {"subject", "body", "_version"}


def test_somebody_elses_draft_is_not_shown_written_or_thrown_away(as_owner, as_other, owner, other):
    as_owner.post(KEEP, typed(owner))
    assert drafts_offered(as_other.get("/messages/create/")) == []
    form = as_other.get(f"/messages/create/?draft={KEY}").context["form"]
    assert not form["subject"].value()
    assert as_other.post(f"/drafts/{KEY}/drop/").status_code == 404
    assert as_other.post(KEEP, typed(other, subject="Чужое")).status_code == 200
    assert Draft.objects.get(owner=owner).data["subject"] == ["Скидки"]


def test_a_page_of_who_was_here_before_writes_nothing_into_the_drafts_of_who_is_here_now(
        as_other, owner):
    assert as_other.post(KEEP, typed(owner)).status_code == 403
    assert not Draft.objects.exists()


def test_a_draft_of_somebody_elses_message_is_refused(as_owner, as_other, other, owner, manager):
    place = f"message:{MessageFactory(owner=owner).pk}"
    assert as_other.post(KEEP, typed(other, _place=place)).status_code == 404
    assert client_of(manager).post(KEEP, typed(manager, _place=place)).status_code == 403
    assert as_owner.post(KEEP, typed(owner, _place=place)).status_code == 200


@pytest.mark.parametrize("wrong", [
    {"_place": "recipient:new"}, {"_place": "message:x"}, {"_draft": ""}, {"_draft": "ж" * 9}])
def test_what_names_no_form_or_window_is_refused(as_owner, owner, wrong):
    assert as_owner.post(KEEP, typed(owner, **wrong)).status_code == 422


def test_a_draft_is_no_longer_than_a_form_may_be(as_owner, owner):
    assert as_owner.post(KEEP, typed(owner, body="я" * LONGEST)).status_code == 413
    assert as_owner.post(KEEP, typed(owner, body="я" * 100_000 + "\0")).status_code == 200


def test_the_oldest_of_too_many_and_all_of_more_than_thirty_days_are_forgotten(as_owner, owner):
    now = timezone.now()
    Draft.objects.bulk_create(
        Draft(owner=owner, place="message:new", key=f"key{n:05}", data={},
              updated_at=now - timedelta(minutes=n)) for n in range(MOST + 5))
    old = Draft.objects.filter(key="key00001")
    old.update(updated_at=now - timedelta(days=31))
    assert "key00001" not in drafts_offered(as_owner.get("/messages/create/"))
    as_owner.post(KEEP, typed(owner))
    assert Draft.objects.count() == MOST and not old.exists()


def test_a_mailing_is_brought_back_with_whom_it_was_for(as_owner, owner):
    anna, boris = RecipientFactory.create_batch(2, owner=owner)
    message = MessageFactory(owner=owner)
    answer = as_owner.post(KEEP, {
        "_place": "mailing:new", "_draft": KEY, "_user": owner.pk, "message": message.pk,
        "starts_at": "2030-01-02T03:04", "ends_at": "2030-01-03T03:04",
        "recipients": [anna.pk, boris.pk]})
    # «Сохранить черновик» makes the mailing itself: this is not said in the same words.
    assert "черновик" not in answer.json()["text"].lower()
    assert "Вы не сохранили то, что набрали" in as_owner.get("/mailings/create/").text
    form = as_owner.get(f"/mailings/create/?draft={KEY}").context["form"]
    assert form["starts_at"].value() == "2030-01-02T03:04"
    assert form["message"].value() == str(message.pk)
    assert set(form.picked().by_hand) == {anna, boris}


def test_without_a_script_a_draft_is_thrown_away_too(as_owner, owner):
    as_owner.post(KEEP, typed(owner))
    response = as_owner.post(f"/drafts/{KEY}/drop/")
    assert response.url == "/messages/create/" and not Draft.objects.get().data
    assert drafts_offered(as_owner.get(response.url)) == []


@pytest.fixture
def windows(owner):
    """A mailing, its form's address, and what a window that has just opened it would send."""
    recipient = RecipientFactory(owner=owner)
    mailing = MailingFactory(owner=owner, recipients=[recipient])
    fields = {"message": mailing.message_id, "recipients": recipient.pk, "when": "draft",
              "starts_at": "2030-01-01T10:00", "ends_at": "2030-01-02T10:00",
              "_version": mailing.updated_at.isoformat()}
    return mailing, reverse("mailings:mailing_edit", args=[mailing.pk]), fields


def told(response, owned):
    """Whether the answer tells of another window, and where to see what is there now."""
    page = response.content.decode()
    return (response.status_code == 422 and "изменили в другом окне" in page
            and owned.get_absolute_url() in page)


def test_the_second_of_two_windows_is_told_and_loses_nothing(as_owner, owner):
    message = MessageFactory(owner=owner)
    address = reverse("mailings:message_edit", args=[message.pk])
    version = as_owner.get(address).context["form"].seen_version
    as_owner.post(address, typed(owner, subject="Первая", _version=version))
    second = as_owner.post(address, typed(owner, subject="Вторая", _version=version))
    assert told(second, message) and "Вторая" in second.content.decode()
    assert Message.objects.get().subject == "Первая"
    mine = second.context["form"].seen_version
    as_owner.post(address, typed(owner, subject="Вторая", _version=mine))
    assert Message.objects.get().subject == "Вторая"


def test_a_mailing_changed_in_another_window_is_told_too(as_owner, windows):
    mailing, address, fields = windows
    assert as_owner.post(address, {**fields, "name": "Первая"}).status_code == 302
    assert told(as_owner.post(address, {**fields, "name": "Вторая"}), mailing)
    mailing.refresh_from_db()
    assert mailing.name == "Первая"


def test_a_recipient_changed_in_another_window_is_told_too(as_owner, owner):
    recipient = RecipientFactory(owner=owner)
    address = reverse("mailings:recipient_edit", args=[recipient.pk])
    fields = {"email": "a@example.com", "_version": recipient.updated_at.isoformat()}
    as_owner.post(address, {**fields, "full_name": "Первая"})
    assert told(as_owner.post(address, {**fields, "full_name": "Вторая"}), recipient)


def test_a_draft_of_an_older_version_is_told_of_the_newer(as_owner, owner):
    message = MessageFactory(owner=owner)
    address = reverse("mailings:message_edit", args=[message.pk])
    as_owner.post(KEEP, typed(owner, _place=f"message:{message.pk}",
                              _version=message.updated_at.isoformat()))
    message.save()
    form = as_owner.get(f"{address}?draft={KEY}").context["form"]
    assert as_owner.post(address, typed(owner, _version=form.seen_version)).status_code == 422


@pytest.mark.parametrize("version", ["", "x", "2026-99-99T00:00", "2026-01-01T00:00", "\0"])
def test_a_version_that_is_none_checks_nothing(as_owner, owner, version):
    message = MessageFactory(owner=owner)
    address = reverse("mailings:message_edit", args=[message.pk])
    assert as_owner.post(address, typed(owner, _version=version)).status_code == 302
