"""The list of whom an owner does not write to: pasted, kept, lifted, brought back."""
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from tests.factories import RecipientFactory, UserFactory

from .. import services
from ..models import Recipient, Suppression
from ..suppression import forms
from ..suppression.pasted import addresses_in
from ..suppression.services import addresses_suppress, suppression_lift

pytestmark = pytest.mark.django_db
LIST, CREATE = "/recipients/suppressed/", "/recipients/suppressed/create/"


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, email="Anna@example.com", full_name="Анна")


@pytest.fixture
def suppression(owner):
    return Suppression.objects.create(owner=owner, email="anna@example.com", note="По телефону")


def emails(owner):
    return sorted(Suppression.objects.filter(owner=owner).values_list("email", flat=True))


def toast_of(response):
    return json.loads(response["HX-Trigger"])["toast"]


@pytest.mark.parametrize("text, found", [
    ("anna@example.com", ["anna@example.com"]),
    ("A@X.org\r\nb@x.org\rc@x.org\n\n", ["a@x.org", "b@x.org", "c@x.org"]),
    ("a@x.org, b@x.org; a@x.org,", ["a@x.org", "b@x.org"]),
    ("a@x.org b@x.org\tc@x.org", ["a@x.org", "b@x.org", "c@x.org"]),
    ("Анна <a@x.org>, Борис Ли <b@x.org>", ["a@x.org", "b@x.org"]),
    ('"Ли, Анна" <a@x.org>; <b@x.org>', ["a@x.org", "b@x.org"]),
    ("иван@пример.рф", []),
    ("ivan@пример.рф", ["ivan@xn--e1afmkfd.xn--p1ai"]),
])
def test_addresses_are_read_as_people_paste_them(text, found):
    assert addresses_in(text)[0] == found


@pytest.mark.parametrize("text", ["anna", "Анна <anna>", "a@x", "<>@x", "a b@x.org", "a@x.org>"])
def test_what_is_no_address_is_named_with_why(text):
    good, wrong = addresses_in(text)
    assert not good and len(wrong) == 1 and all(wrong.values())


def test_each_wrong_address_is_named_and_nothing_is_lost(as_owner, owner):
    text = "good@example.com\nanna@\nvera@localhost"
    answer = as_owner.post(CREATE, {"emails": text, "note": "Просили"})
    assert answer.status_code == 422 and not emails(owner)
    assert "«anna@»" in answer.text and "«vera@localhost»" in answer.text
    assert "good@example.com" in answer.text and "Просили" in answer.text


def test_many_wrong_ones_are_named_up_to_a_number(as_owner):
    answer = as_owner.post(CREATE, {"emails": "\n".join(f"wrong{n}" for n in range(30))})
    assert answer.text.count("«wrong") == forms.NAMED and "И ещё 10 с ошибкой" in answer.text


@pytest.mark.parametrize("text", [
    "\n".join(f"client{n}@example.com" for n in range(forms.MANY + 1)),
    "a" * 600_000, "\n" * 600_000, "x\n" * 100_000,
])
def test_too_many_at_once_are_refused_in_clear_words(as_owner, owner, text):
    answer = as_owner.post(CREATE, {"emails": text})
    assert answer.status_code == 422 and not emails(owner)


def test_more_than_a_form_can_take_is_said_so(htmx, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    answer = htmx.post(CREATE, {"emails": "a@b.co\n" * 2_000})
    assert answer.status_code == 400 and "по частям" in toast_of(answer)["text"]


def test_pasted_addresses_are_on_the_list_with_their_note_and_a_trail(htmx, owner, suppression):
    answer = htmx.post(CREATE, {"emails": "ANNA@example.com, b@x.org\nc@x.org", "note": "Сайт"})
    assert answer.status_code == 204
    assert "на 2 адреса" in toast_of(answer)["text"] and "1 уже был" in toast_of(answer)["text"]
    assert emails(owner) == ["anna@example.com", "b@x.org", "c@x.org"]
    suppression.refresh_from_db()
    assert suppression.note == "По телефону"
    entry = Entry.objects.get(action=Entry.Action.SUPPRESS)
    assert entry.details == "2" and entry.who == owner


def test_without_a_script_the_list_follows(as_owner):
    page = as_owner.post(CREATE, {"emails": "a@x.org"}, follow=True)
    assert page.redirect_chain[-1][0] == LIST and "a@x.org" in page.text


def test_thousands_take_no_more_statements_than_one(owner, django_assert_max_num_queries):
    addresses_suppress(owner=owner, emails=["first@example.com"])  # makes this machine's row
    # The statement, the machine's row and the trail, with the savepoints of these.
    with django_assert_max_num_queries(12):
        assert addresses_suppress(
            owner=owner, emails=[f"client{n}@example.com" for n in range(3000)]) == 3000


def test_to_suppress_again_changes_nothing_and_leaves_no_trail(owner, suppression):
    assert addresses_suppress(owner=owner, emails=["Anna@Example.com"], note="Другая") == 0
    assert Suppression.objects.get().note == "По телефону" and not Entry.objects.exists()


def test_nothing_at_all_is_no_address(owner):
    assert addresses_suppress(owner=owner, emails=[]) == 0


def test_two_owners_have_lists_of_their_own(owner, suppression):
    assert addresses_suppress(owner=UserFactory(), emails=["anna@example.com"]) == 1


def test_a_recipient_is_suppressed_after_a_question_and_the_toast_undoes_it(htmx, owner, anna):
    url = reverse("mailings:recipient_suppress", args=[anna.pk])
    assert "Anna@example.com" in htmx.get(url).text and not emails(owner)
    undo = toast_of(htmx.post(url, {"note": "Просила"}))["undo"]
    assert Suppression.objects.get().note == "Просила" and emails(owner) == ["anna@example.com"]
    assert htmx.post(undo).status_code == 204 and not emails(owner)


def test_to_ask_twice_is_harmless(htmx, owner, anna, suppression):
    url = reverse("mailings:recipient_suppress", args=[anna.pk])
    assert toast_of(htmx.post(url))["undo"] == "" and emails(owner) == ["anna@example.com"]


def test_lifting_names_the_address_and_can_be_undone_as_it_was(htmx, owner, suppression):
    url = reverse("mailings:suppression_lift", args=[suppression.pk])
    assert "anna@example.com" in htmx.get(url).text
    undo = toast_of(htmx.post(url))["undo"]
    assert not emails(owner) and Entry.objects.filter(action=Entry.Action.UNSUPPRESS).exists()
    assert htmx.post(undo).status_code == 204
    again = Suppression.objects.get()
    assert (again.note, again.created_at) == (suppression.note, suppression.created_at)


def test_after_a_minute_it_is_too_late_to_undo(htmx, suppression, monkeypatch):
    undo = toast_of(htmx.post(reverse(
        "mailings:suppression_lift", args=[suppression.pk])))["undo"]
    later = timezone.now() + services.UNDO_FOR * 2
    monkeypatch.setattr("apps.mailings.suppression.views.timezone.now", lambda: later)
    assert htmx.post(undo).status_code == 409 and not Suppression.objects.exists()


def test_what_somebody_else_lifted_is_not_there_to_undo(as_other, htmx, suppression):
    undo = toast_of(htmx.post(reverse(
        "mailings:suppression_lift", args=[suppression.pk])))["undo"]
    assert as_other.post(undo).status_code == 404


def test_what_was_lifted_already_is_not_there(owner, suppression):
    assert suppression_lift(suppression=Suppression.objects.get()) is True
    assert suppression_lift(suppression=suppression) is False


def test_the_list_and_the_page_of_a_recipient_say_it(as_owner, anna, suppression):
    for url in ("/recipients/", anna.get_absolute_url()):
        text = as_owner.get(url).text
        assert "Не пишем" in text and "По телефону" in text
        assert reverse("mailings:suppression_lift", args=[suppression.pk]) in text
        assert reverse("mailings:recipient_suppress", args=[anna.pk]) not in text


def test_a_recipient_who_is_written_to_has_the_act(as_owner, anna):
    for url in ("/recipients/", anna.get_absolute_url()):
        assert reverse("mailings:recipient_suppress", args=[anna.pk]) in as_owner.get(url).text


def test_another_address_frees_a_recipient(as_owner, anna, suppression):
    as_owner.post(anna.url("edit", anna.pk), {"email": "new@example.com", "full_name": "Анна"})
    page = as_owner.get(anna.get_absolute_url()).text
    assert "Письма на этот адрес пропускаем" not in page
    assert Suppression.objects.exists()


@pytest.mark.parametrize("more", [{}, {"_more": "1"}])
def test_adding_a_suppressed_address_says_so_and_is_no_error(htmx, suppression, more):
    answer = htmx.post("/recipients/create/", {"email": "ANNA@example.com", **more})
    assert answer.status_code in (200, 204) and Recipient.objects.count() == 1
    assert "Этот адрес в списке «Кому не пишем»" in toast_of(answer)["text"]


def test_deleting_a_recipient_leaves_the_address_on_the_list(as_owner, owner, anna, suppression):
    as_owner.post(anna.url("delete", anna.pk))
    assert emails(owner) == ["anna@example.com"]
    assert not as_owner.get(LIST).context["page"].object_list[0].person


@pytest.mark.parametrize("q, found", [
    ("ANNA", 1), ("пример", 1), ("ivan@пример.рф", 1), ("xn--", 1), ("nobody", 0), ("%", 0),
])
def test_the_list_is_searched_by_address(as_owner, owner, suppression, q, found):
    addresses_suppress(owner=owner, emails=["ivan@xn--e1afmkfd.xn--p1ai"])
    assert len(as_owner.get(LIST, {"q": q}).context["page"]) == found


def test_the_list_is_newest_first_and_names_who_is_in_the_book(as_owner, anna, suppression, owner):
    addresses_suppress(owner=owner, emails=["later@example.com"])
    page = as_owner.get(LIST)
    assert [row.email for row in page.context["page"]] == ["later@example.com", "anna@example.com"]
    assert anna.get_absolute_url() in page.text


def test_a_longer_list_costs_no_more_queries(as_owner, owner, django_assert_max_num_queries):
    def ask():
        with django_assert_max_num_queries(30) as asked:
            as_owner.get(LIST)
        return len(asked)

    addresses_suppress(owner=owner, emails=["a@x.org"])
    few = ask()
    addresses_suppress(owner=owner, emails=[f"client{n}@example.com" for n in range(20)])
    RecipientFactory(owner=owner, email="client3@example.com")
    assert ask() == few


def test_a_manager_sees_nobodys_but_their_own(as_manager, suppression):
    assert "anna@example.com" not in as_manager.get(LIST).text
    url = reverse("mailings:suppression_lift", args=[suppression.pk])
    assert as_manager.post(url).status_code == 404


def test_a_manager_does_not_see_whom_others_do_not_write_to(
        as_manager, as_owner, anna, suppression):
    for page in "/recipients/", anna.get_absolute_url():
        assert suppression.note in as_owner.get(page).text
        assert suppression.note not in as_manager.get(page).text
