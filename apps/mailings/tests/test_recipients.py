import json

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core import sieve
from apps.mailings.models import Recipient, Run
from apps.statistics.last_letters import follow_all
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

CREATE = "/recipients/create/"


def fields(**changes):
    return {"email": "anna@example.com", "full_name": "Анна Ли", "comment": "", **changes}


def test_a_person_adds_a_recipient_to_their_own_book(as_owner, owner):
    response = as_owner.post(CREATE, fields())
    recipient = Recipient.objects.get()
    assert (recipient.owner, recipient.email) == (owner, "anna@example.com")
    assert response.url == recipient.get_absolute_url()


def test_in_the_modal_adding_answers_204_and_tells_the_list(htmx):
    response = htmx.post(CREATE, fields())
    assert response.status_code == 204
    assert {"modal:close", "recipients:changed", "toast"} <= json.loads(
        response["HX-Trigger"]).keys()


def test_the_owner_in_a_tampered_form_is_not_asked(as_owner, owner, other):
    as_owner.post(CREATE, fields(owner=other.pk))
    assert Recipient.objects.get().owner == owner


def test_a_duplicate_in_any_case_is_an_error_at_the_field_and_keeps_what_was_typed(htmx, owner):
    RecipientFactory(owner=owner, email="Anna@example.com")
    response = htmx.post(CREATE, fields(comment="длинный рассказ"))
    assert response.status_code == 422
    assert "email" in response.context["form"].errors
    assert "длинный рассказ" in response.content.decode()
    assert Recipient.objects.count() == 1


def test_two_people_may_have_the_same_client(as_owner, other):
    RecipientFactory(owner=other, email="anna@example.com")
    as_owner.post(CREATE, fields())
    assert Recipient.objects.filter(email="anna@example.com").count() == 2


def test_losing_a_race_for_an_address_reads_like_a_duplicate(htmx, owner, monkeypatch):
    from ..recipients.forms import TAKEN, RecipientForm
    RecipientFactory(owner=owner, email="anna@example.com")
    monkeypatch.setattr(RecipientForm, "clean_email", lambda self: "anna@example.com")
    response = htmx.post(CREATE, fields())
    assert response.status_code == 422
    assert response.context["form"].errors["email"] == [TAKEN]


def test_an_address_is_kept_with_its_domain_in_lower_case_a_labels(as_owner):
    as_owner.post(CREATE, fields(email=" Shop@Пример.РФ "))
    assert Recipient.objects.get().email == "Shop@xn--e1afmkfd.xn--p1ai"


@pytest.mark.parametrize("name", ["list", "create"])
def test_pages_are_full_without_htmx_and_parts_with_it(as_owner, htmx, name):
    url = reverse(f"mailings:recipient_{name}")
    assert b"<html" in as_owner.get(url).content
    assert b"<html" not in htmx.get(url).content


def test_search_finds_russian_names_in_any_case(as_owner, owner):
    RecipientFactory(owner=owner, full_name="Иванова Ольга")
    RecipientFactory(owner=owner, full_name="Петров Пётр")
    page = as_owner.get("/recipients/", {"q": "ИВАНОВ"}).content.decode()
    assert "Иванова Ольга" in page and "Петров" not in page


@pytest.mark.parametrize("query", [
    {"page": "0"}, {"page": "9" * 400}, {"page": "abc"}, {"sort": "owner__password"},
    {"sort": "--name"}, {"q": "\x00"}, {"q": "%" * 100_000},
])
def test_odd_queries_are_harmless(as_owner, owner, query):
    RecipientFactory(owner=owner)
    assert as_owner.get("/recipients/", query).status_code == 200


def test_a_row_is_edited_in_place(htmx, owner):
    recipient = RecipientFactory(owner=owner)
    url = reverse("mailings:recipient_row", args=[recipient.pk])
    assert b"<form" in htmx.get(url, {"edit": 1}).content
    saved = htmx.post(url, fields(full_name="Новое Имя"))
    assert saved.status_code == 200 and "Новое Имя" in saved.content.decode()
    assert htmx.post(url, fields(email="нет")).status_code == 422


def test_a_deleted_recipient_leaves_the_list_and_may_be_added_again(as_owner, owner):
    recipient = RecipientFactory(owner=owner, email="anna@example.com")
    as_owner.post(reverse("mailings:recipient_delete", args=[recipient.pk]))
    assert not Recipient.objects.exists() and Recipient.all_objects.count() == 1
    as_owner.post(CREATE, fields())
    assert Recipient.objects.count() == 1


@pytest.mark.parametrize("action", ["detail", "edit", "delete", "row"])
def test_somebody_elses_recipient_is_404(as_other, owner, action):
    url = reverse(f"mailings:recipient_{action}", args=[RecipientFactory(owner=owner).pk])
    assert as_other.get(url).status_code == 404
    assert as_other.post(url).status_code in (404, 405)


def test_a_manager_reads_everyones_recipients_and_changes_none(as_manager, owner):
    recipient = RecipientFactory(owner=owner)
    assert recipient.full_name in as_manager.get("/recipients/").content.decode()
    assert as_manager.get(recipient.get_absolute_url()).status_code == 200
    for action in ("edit", "delete"):
        url = reverse(f"mailings:recipient_{action}", args=[recipient.pk])
        assert as_manager.post(url, fields()).status_code == 403


def test_the_list_shows_the_fate_of_the_last_letter_to_each(as_owner, owner):
    for name, states in (("Анна", ("failed", "sent")), ("Вера", ("failed",)), ("Ян", ())):
        recipient = RecipientFactory(owner=owner, full_name=name)
        for state in states:
            run = Run.objects.create(
                mailing=MailingFactory(owner=owner), owner=owner, subject="", body="")
            run.deliveries.create(recipient=recipient, email=recipient.email, state=state)
    follow_all()
    page = as_owner.get("/recipients/").context["page"]
    assert [(row.full_name, row.last_fate) for row in page] == [
        ("Анна", "sent"), ("Вера", "failed"), ("Ян", "")]


@pytest.fixture
def book(owner):
    """People with all sorts of last letters; Вера's address bounced."""
    now = timezone.now()
    for name, state in {"Анна": "sent", "Борис": "failed", "Вера": "failed", "Глеб": "unknown",
                        "Дана": "skipped", "Егор": "cancelled", "Жанна": "pending",
                        "Захар": "retry", "Ян": ""}.items():
        person = RecipientFactory(
            owner=owner, full_name=name, bounced_at=now if name == "Вера" else None)
        if state:
            run = Run.objects.create(
                mailing=MailingFactory(owner=owner), owner=owner, subject="", body="")
            run.deliveries.create(
                recipient=person, email=person.email, state=state, tries=state == "retry")
    follow_all()


@pytest.mark.parametrize("query, found", [
    ("fate=sent", ["Анна"]), ("fate=failed", ["Борис", "Вера"]), ("fate=unknown", ["Глеб"]),
    ("fate=skipped", ["Дана"]), ("fate=cancelled", ["Егор"]), ("fate=pending", ["Жанна"]),
    ("fate=retry", ["Захар"]), ("fate=none", ["Ян"]), ("bounced=1", ["Вера"]),
    ("fate=failed&sort=-name", ["Вера", "Борис"]), ("fate=failed&q=бор", ["Борис"]),
    ("fate=failed&bounced=1", ["Вера"]), ("fate=sent&bounced=1", []), ("fate=sent&q=вера", []),
])
@pytest.mark.parametrize("walked", [0, 2000])
def test_recipients_are_found_by_their_last_letter_and_by_bounces(
        as_owner, as_manager, book, query, found, walked, monkeypatch):
    monkeypatch.setattr(sieve, "WALKED", walked)
    for client in (as_owner, as_manager):
        page = client.get(f"/recipients/?{query}").context["page"]
        assert [row.full_name for row in page] == found
        assert page.count == len(found)


def test_nonsense_filters_show_everybody_and_others_letters_find_nobody(as_owner, book, other):
    page = as_owner.get("/recipients/?fate=nonsense&bounced=2").context["page"]
    assert len(page) == 9
    Recipient.objects.update(owner=other)
    assert not as_owner.get("/recipients/?fate=failed").context["page"].object_list


def test_a_filter_that_nobody_fits_says_so_and_offers_everyone(as_owner, book):
    page = as_owner.get("/recipients/?fate=sent&bounced=1").content.decode()
    assert "Под эти фильтры не подходит никто" in page and "Показать всех" in page


def test_a_recipients_page_tells_of_the_last_letter(as_owner, book):
    person = Recipient.objects.get(full_name="Анна")
    page = as_owner.get(person.get_absolute_url()).content.decode()
    assert "Последнее письмо" in page and "Письмо уходило в последний раз" in page
    person = Recipient.objects.get(full_name="Ян")
    page = as_owner.get(person.get_absolute_url()).content.decode()
    assert "Письмо уходило в последний раз" not in page


def test_who_has_no_name_is_shown_by_the_address(as_owner, owner):
    as_owner.post("/recipients/create/", {"email": "anna@example.com", "full_name": ""})
    recipient = Recipient.objects.get()
    assert recipient.title == str(recipient) == "anna@example.com"
    for address in ("/recipients/", recipient.get_absolute_url(), "/mailings/create/"):
        assert "anna@example.com</" in "".join(as_owner.get(address).content.decode().split())


def test_without_a_script_the_empty_form_follows_a_saved_recipient(as_owner):
    fields = {"email": "anna@example.com", "full_name": "Анна", "_more": "1"}
    assert as_owner.post("/recipients/create/", fields).url == "/recipients/create/"
    assert as_owner.post("/recipients/create/", fields).status_code == 422  # the same address
    assert Recipient.objects.count() == 1


def test_who_has_written_nothing_yet_is_led_on_from_a_recipient_to_a_message(as_owner, owner):
    page = RecipientFactory(owner=owner).get_absolute_url()
    assert "Написать сообщение" in as_owner.get(page).content.decode()
    MessageFactory(owner=owner)
    assert "Написать сообщение" not in as_owner.get(page).content.decode()
