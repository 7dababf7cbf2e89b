"""The page where people leave: what it says, what its buttons do, and what it never does."""
import re

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from apps.core import logs
from apps.delivery.wire.tokens import unsubscribe_token
from apps.mailings.models import Branding, Delivery, Recipient, Suppression
from apps.mailings.suppression.hashing import hashed_address
from apps.mailings.suppression.services import addresses_suppress
from tests.factories import MailingFactory, RecipientFactory, UserFactory

from .conftest import letter_to, link_of, token_of

pytestmark = pytest.mark.django_db
READING = ("GET", "HEAD", "OPTIONS")


def buttons(answer):
    """Return the names and values that the page's buttons and choices would post."""
    return set(re.findall(r'name="(\w+)"\s+value="(\w+)"', answer.text))


def post(link, **fields):
    return Client().post(link, fields)


def left(owner):
    """Return what is known of who has left: address, scope, reason."""
    return list(Suppression.objects.filter(owner=owner).values_list("email", "scope", "reason"))


ALL = [("anna@example.com", "all", "unsubscribed")]
ADVERTISING = [("anna@example.com", "advertising", "unsubscribed")]


def test_it_names_the_shop_and_asks_with_one_button(link, owner):
    page = Client().get(link)
    assert "Лавка чая" in page.text and "A•••@example.com" in page.text
    assert "Anna" not in page.text and "Анна" not in page.text
    assert buttons(page) == {("leave", "1")} and "<script" not in page.text
    assert left(owner) == []


def test_it_tells_nobody_where_it_was_opened_and_is_kept_nowhere(link):
    answer = Client().get(link)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy
    assert (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Frame-Options"]) == (
        "no-store", "no-referrer", "DENY")
    assert "noindex" in answer["X-Robots-Tag"] and answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", [*READING, "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("slash", ["/", ""])
def test_only_a_post_changes_anything(method, slash, letter, owner, settings):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["vestnik.example"]
    for purpose in ({}, {"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}):
        answer = Client().generic(method, link_of(letter).rstrip("/") + slash, headers=purpose)
        assert answer.status_code == (200 if method in READING else 405)
        assert not answer.cookies and "Location" not in answer
    assert left(owner) == []


def test_no_session_is_looked_at(link, as_owner, django_assert_num_queries):
    with django_assert_num_queries(4):  # delivery, recipient, kinds, suppression
        page = as_owner.get(link)
    assert "Vary" not in page and not page.cookies


def test_its_log_lines_do_not_name_who_was_served_before(link, client):
    logs.begin(request_id="before", user=7)
    client.post(link, {"leave": "1"})
    assert logs.context.get().keys() == {"request_id"}
    assert logs.context.get()["request_id"] != "before"


def test_a_gateway_that_opens_each_link_from_ten_addresses_unsubscribes_nobody(link, owner):
    for number in range(10):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        page = client.get(link)
        assert not re.search(r'(?:<a|src|action)[ =]', page.text)  # there is nothing else to open
        client.post(link)  # its form, without what its button says
    assert left(owner) == []


def test_the_button_and_the_way_back(link, owner):
    page = post(link, leave="1")
    assert left(owner) == ALL
    assert {("back", "1"), ("why", "often"), ("why", "other")} <= buttons(page)
    assert buttons(Client().get(link)) == buttons(page)  # opened again, it says so still
    assert buttons(post(link, back="1")) == {("leave", "1")} and left(owner) == []
    assert buttons(post(link, back="1")) == {("leave", "1")} and left(owner) == []
    post(link, leave="1")
    post(link, leave="1")
    assert left(owner) == ALL


def test_why_may_be_told_afterwards_and_never_before(link, owner):
    post(link, why="dull")
    assert left(owner) == []
    post(link, leave="1")
    post(link, why="nonsense")
    assert Suppression.objects.get().why == ""
    page = post(link, why="dull")
    assert Suppression.objects.get().why == "dull" and ("why", "often") not in buttons(page)


def test_who_gets_both_kinds_leaves_advertising_or_everything(link, owner):
    MailingFactory(owner=owner, kind="information")
    both = {("leave", "1"), ("leave", "all")}
    assert buttons(Client().get(link)) == both
    page = post(link, leave="1")
    assert left(owner) == ADVERTISING and ("leave", "all") in buttons(page)
    page = post(link, leave="all")
    assert left(owner) == ALL and ("leave", "all") not in buttons(page)
    post(link, leave="1")
    assert left(owner) == ALL  # it takes nothing back


def test_information_is_left_as_a_whole(anna, owner):
    information = link_of(letter_to(anna, kind="information"))
    MailingFactory(owner=owner, kind="information")
    post(link_of(letter_to(anna)), leave="1")
    assert left(owner) == ADVERTISING
    assert buttons(Client().get(information)) == {("leave", "1")}
    post(information, leave="1")
    assert left(owner) == ALL


def test_what_the_owner_has_done_no_link_undoes(link, owner):
    addresses_suppress(owner=owner, emails=["anna@example.com"])
    assert buttons(Client().get(link)) == set()
    post(link, leave="1")
    assert buttons(post(link, back="1")) == set()
    assert left(owner) == [("anna@example.com", "all", "by_hand")]


def test_the_page_speaks_the_language_of_the_letter(anna, owner):
    english = link_of(letter_to(anna, subject="News", body="Hello"))
    assert '<html lang="en">' in Client().get(english, headers={"accept-language": "ru"}).text
    russian = link_of(letter_to(anna))
    assert '<html lang="ru">' in Client().get(russian, headers={"accept-language": "en"}).text


def test_the_shop_is_named_as_well_as_it_is_known(anna, owner):
    letter = letter_to(anna, from_name="")
    letter.run.sender = None
    letter.run.save()
    assert 'class="shop"' not in Client().get(link_of(letter)).text
    owner.first_name = "Ольга"
    owner.save()
    assert '<p class="shop">Ольга</p>' in Client().get(link_of(letter)).text
    Branding.objects.create(owner=owner, company="<b>Чай</b>")
    assert '"shop">&lt;b&gt;Чай&lt;/b&gt;</p>' in Client().get(link_of(letter)).text


# After a restore


def test_the_link_of_a_lost_letter_works(letter, anna, owner):
    link = link_of(letter)
    Delivery.objects.all().delete()
    assert buttons(Client().get(link)) == {("leave", "1")}
    post(link, leave="1")
    assert left(owner) == ALL


def test_the_link_of_a_lost_letter_never_hits_who_has_its_number_now(letter, anna, owner):
    link = link_of(letter)
    boris = RecipientFactory(owner=owner, email="boris@example.com")
    Delivery.objects.filter(pk=letter.pk).update(recipient=boris, email=boris.email)
    post(link, leave="1")
    assert left(owner) == ALL
    theirs = RecipientFactory(owner=UserFactory(), email="anna@example.com")
    Suppression.objects.all().delete()
    Recipient.objects.filter(pk=anna.pk).update(owner=theirs.owner, email="vera@example.com")
    assert b'name="leave"' not in post(link, leave="1").content
    assert not Suppression.objects.exists()


def test_an_old_link_hits_nobody_where_both_numbers_are_given_to_others(letter, anna, owner):
    link = link_of(letter)
    boris = RecipientFactory(owner=owner, email="boris@example.com")
    Recipient.objects.filter(pk=anna.pk).update(email="vera@example.com")
    for person in (boris, Recipient.objects.get(pk=anna.pk)):
        Delivery.objects.filter(pk=letter.pk).update(recipient=person, email=person.email)
        for answer in (Client().get(link), post(link, leave="1"),
                       post(link, **{"List-Unsubscribe": "One-Click"})):
            assert not buttons(answer)
    assert not Suppression.objects.exists()


def test_who_is_known_by_a_hash_alone_has_left_and_may_come_back(link, owner):
    Suppression.objects.create(
        owner=owner, email=hashed_address(owner, "anna@example.com"), reason="unsubscribed")
    assert ("back", "1") in buttons(Client().get(link))
    assert buttons(post(link, back="1")) == {("leave", "1")} and left(owner) == []


def test_a_deleted_recipient_may_leave(letter, anna, owner):
    link = link_of(letter)
    Delivery.objects.all().delete()
    Recipient.objects.filter(pk=anna.pk).update(deleted_at=timezone.now())
    post(link, leave="1")
    assert left(owner) == ALL


def test_a_corrected_address_stays_where_it_is(letter, anna, owner):
    link = link_of(letter)
    Recipient.objects.filter(pk=anna.pk).update(email="new@example.com")
    post(link, leave="1")
    assert left(owner) == ALL  # the one that the letter went to


def test_who_was_wiped_is_told_that_it_is_done(letter, anna, owner):
    link = link_of(letter)
    wiped = "f" * 32 + "@wiped.invalid"
    Recipient.objects.filter(pk=anna.pk).update(
        email=wiped, full_name="", wiped_at=timezone.now())
    Delivery.objects.update(email=wiped, full_name="")
    page = post(link, leave="1")
    assert page.status_code == 200 and 'class="tick"' in page.text
    assert buttons(page) == set() and "Лавка" not in page.text and left(owner) == []


# Tokens that are not whole

BROKEN = {
    "cut": lambda token: token[:-1], "cut at its beginning": lambda token: token[1:],
    "doubled": lambda token: token + token, "twice in the path": lambda token: f"{token}/{token}",
    "changed": lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
    "of other numbers": lambda token: "7" + token, "without a mac": lambda token: token[:-33],
    "empty": lambda token: "", "long": lambda token: "f" * 4000,
    "of nobody": lambda token: f"{'f' * 15}-{'f' * 15}-{'0' * 32}", "NUL": lambda token: "%00",
    "not ASCII": lambda token: token[:-1] + "ф",
    "of another installation": lambda token: unsubscribe_token(0, 1, 1, "anna@example.com"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_link_tells_nothing_of_anybody(name, letter, owner):
    link = f"/u/{BROKEN[name](token_of(letter))}/"
    for answer in (Client().get(link), post(link, leave="1"),
                   post(link, **{"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 200 and not answer.cookies
        assert "Ссылка неполная: откройте её из письма целиком" in answer.text
        assert "•••" not in answer.text and "Лавка" not in answer.text and not buttons(answer)
    assert left(owner) == []


@pytest.mark.parametrize("spoil", [
    str.upper, lambda token: f"{token}.", lambda token: f"{token}/)",
    lambda token: f"{token}>,", lambda token: f"{token}/?utm_source=x"])
def test_what_mail_programs_do_to_a_link_does_no_harm(spoil, letter, owner):
    post(f"/u/{spoil(token_of(letter))}", leave="1")
    assert left(owner) == ALL


def test_the_link_of_a_test_letter_does_nothing(letter, owner):
    link = f"/u/{unsubscribe_token(owner.pk, 0, letter.pk, owner.email)}/"
    for answer in (Client().get(link), post(link, leave="1"),
                   post(link, **{"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 200 and not buttons(answer) and "<h1>" in answer.text
    assert not Suppression.objects.exists()


def test_without_its_database_it_asks_for_patience(link, owner, monkeypatch):
    def away(token):
        raise OperationalError

    monkeypatch.setattr("apps.inbound.unsubscribing.public.leaver_of", away)
    answer = post(link, leave="1")
    assert answer.status_code == 503 and answer["Retry-After"] and "<h1>" in answer.text
    assert answer["Cache-Control"] == "no-store" and left(owner) == []
