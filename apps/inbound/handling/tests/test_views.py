"""The page of letters that came in."""
import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.inbound.handling.models import GIST, MOST_TRIES, InboundLetter
from apps.mailings.models import Suppression
from tests.factories import RecipientFactory

from .conftest import sent

LIST = "/inbound/"


@pytest.fixture
def letter(owner, anna, mailbox):
    return made(owner, recipient=anna, mailbox=mailbox, from_address="anna@example.com",
                from_name="Анна С.", subject="Re: Новости", text="Спасибо!")


def made(owner, kind="reply", **fields):
    number = InboundLetter.objects.count()
    return InboundLetter.objects.create(owner=owner, kind=kind, key=str(number), **fields)


def rows(client, **query):
    page = BeautifulSoup(client.get(LIST, query).text, "html.parser")
    return page.select("#incoming-table tbody tr")


def pills(client):
    page = BeautifulSoup(client.get(LIST).text, "html.parser")
    return [pill.get_text() for pill in page.select(".app-pills span")]


def test_a_reply_is_shown_with_who_wrote_it_and_where_it_lies(as_owner, letter, anna, mailbox):
    [row] = rows(as_owner)
    assert row.a["href"] == anna.get_absolute_url()
    for text in "anna@example.com", "Re: Новости", "Спасибо!", mailbox.address:
        assert text in row.get_text()


def test_it_tells_which_letter_is_answered(as_owner, owner, anna):
    delivery = sent(anna)
    made(owner, recipient=anna, delivery=delivery)
    [row] = rows(as_owner)
    assert row.select_one(f'a[href="{delivery.run.mailing.get_absolute_url()}"]')


def test_a_letter_is_plain_text_whatever_it_holds(as_owner, owner):
    bad = "<script>alert(1)</script><img src=x>"
    made(owner, from_name=bad, subject=bad, text=bad + "\n" * 20)
    made(owner, "unknown", from_name=bad, subject=bad, text=bad)
    for show in "", "unclear":
        [row] = rows(as_owner, show=show)
        assert not row.select("script, img") and bad in row.get_text()


def test_a_long_letter_is_folded(as_owner, owner):
    made(owner, text="слово " * 1000)
    [row] = rows(as_owner)
    assert len(row.summary.get_text()) <= GIST
    assert len(row.select_one("details .app-letter").get_text()) > 5000


def test_what_was_not_understood_is_counted_and_shown_apart(as_owner, owner, letter):
    made(owner, "unknown", subject="?")
    made(owner, "stray", subject="Undelivered")
    made(owner, "broken", tries=MOST_TRIES)
    made(owner, "broken", tries=MOST_TRIES - 1)
    assert pills(as_owner) == ["1", "3"]
    assert len(rows(as_owner)) == 1 and len(rows(as_owner, show="unclear")) == 3


def test_what_is_not_understood_offers_to_unsubscribe_nobody(as_owner, owner):
    made(owner, "unknown", from_address="anna@example.com")
    [row] = rows(as_owner, show="unclear")
    assert [form["id"].rpartition("-")[2] for form in row.select("form")] == ["done"]


def test_automatic_replies_are_counted_alone(as_owner, owner):
    made(owner, "auto", done_at=timezone.now())
    page = as_owner.get(LIST)
    assert "app-count" in page.text and "app-first" not in page.text
    assert not rows(as_owner) and not rows(as_owner, show="done")


def test_before_there_is_anything_it_says_what_to_do(as_owner):
    page = BeautifulSoup(as_owner.get(LIST).text, "html.parser")
    [empty] = page.main.select(".app-first")
    assert empty.select_one(f'.btn-primary[href="{reverse("mailings:sender_list")}"]')


@pytest.mark.parametrize("show", ["", "unclear", "done", "nonsense"])
def test_where_nothing_is_left_it_says_so(as_owner, owner, show):
    made(owner, "auto")
    page = as_owner.get(LIST, {"show": show})
    assert "app-empty" in page.text and "app-first" not in page.text


def test_the_newest_letter_comes_first(as_owner, owner):
    for subject in "Первое", "Второе":
        made(owner, subject=subject)
    assert ["Второе" in row.get_text() for row in rows(as_owner)] == [True, False]


def test_a_list_of_many_letters_asks_little(as_owner, owner, anna, django_assert_max_num_queries):
    delivery = sent(anna)
    for _number in range(20):
        made(owner, recipient=anna, delivery=delivery, from_address="anna@example.com")
    with django_assert_max_num_queries(12):
        as_owner.get(LIST)


def test_without_a_script_a_letter_is_put_away_and_brought_back(as_owner, letter):
    for action, is_done in ("done", True), ("back", False):
        response = as_owner.post(f"{LIST}{letter.pk}/{action}/")
        assert response.url == LIST
        letter.refresh_from_db()
        assert bool(letter.done_at) == is_done


class TestLeaving:
    """The button by which a person's wish is done."""

    def leave(self, client, letter):
        return client.post(f"{LIST}{letter.pk}/leave/")

    def test_the_one_who_wrote_is_written_to_no_more(self, as_owner, owner, letter):
        self.leave(as_owner, letter)
        suppression = Suppression.objects.get(owner=owner)
        assert (suppression.email, suppression.reason) == ("anna@example.com", "unsubscribed")
        assert Entry.objects.filter(action="suppress", who=owner).count() == 1
        [row] = rows(as_owner)
        assert row.select_one(f"#suppression-{suppression.pk}-lift")
        assert not row.select_one(f"#incoming-{letter.pk}-leave")

    def test_it_is_the_address_that_was_written_to(self, as_owner, owner, anna):
        delivery = sent(anna)
        letter = made(owner, delivery=delivery, from_address="a@else.example")
        self.leave(as_owner, letter)
        suppression = Suppression.objects.get()
        assert (suppression.email, suppression.delivery) == ("anna@example.com", delivery)

    def test_who_is_in_no_book_is_not_added_to_one_later(self, as_owner, owner):
        self.leave(as_owner, made(owner, from_address="Vera@Example.com"))
        assert Suppression.objects.get().email == "vera@example.com"

    @pytest.mark.parametrize("address", ["", "nobody", "a b@c", "@", "a@b@c.example"])
    def test_who_has_no_address_is_refused(self, as_owner, owner, address):
        letter = made(owner, from_address=address)
        assert not rows(as_owner)[0].select(f"#incoming-{letter.pk}-leave")
        self.leave(as_owner, letter)
        assert not Suppression.objects.exists()

    def test_who_has_left_before_is_not_undone(self, htmx, owner, letter):
        Suppression.objects.create(owner=owner, email="anna@example.com", scope="advertising")
        response = self.leave(htmx, letter)
        assert '"undo": ""' in response["HX-Trigger"]
        assert Suppression.objects.get().scope == "all"

    def test_a_letter_of_another_kind_makes_nobody_leave(self, as_owner, owner):
        for kind in "unknown", "auto", "stray", "broken":
            self.leave(as_owner, made(owner, kind, from_address="anna@example.com"))
        assert not Suppression.objects.exists()


def test_others_letters_are_not_there(as_other, as_manager, letter):
    for client in as_other, as_manager:
        assert not rows(client)
        for action in "done", "back", "leave":
            assert client.post(f"{LIST}{letter.pk}/{action}/").status_code == 404


def test_a_recipient_who_was_deleted_has_no_link(as_owner, owner, letter, anna):
    anna.deleted_at = timezone.now()
    anna.save()
    assert not rows(as_owner)[0].select(f'a[href="{anna.get_absolute_url()}"]')


def test_of_another_owners_recipient_nothing_is_shown(as_owner, other, letter):
    RecipientFactory(owner=other, email="anna@example.com", full_name="Чужая")
    assert "Чужая" not in rows(as_owner)[0].get_text()
