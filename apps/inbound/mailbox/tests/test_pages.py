"""The mailbox's form and its part of the sender's page: what they take, show and keep hidden."""
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone, translation

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.mailings.models import BounceMailbox, Sender
from apps.mailings.senders.services import CHECK

from .. import services
from ..account import account_of_mailbox, shares_password
from ..forms import MailboxForm, is_of_sender
from ..presets import own_host
from ..services import READ
from ..shown import panel, state_of
from .conftest import change, fresh

pytestmark = pytest.mark.django_db
SECRET = "correct-horse"
TYPED = {"address": "bounces@lavka.example", "login": "", "new_password": SECRET,
         "host": "imap.lavka.example", "port": 993, "security": "tls", "folder": "Vestnik",
         "is_on": "on"}


@pytest.fixture
def page(sender):
    sender.set_password("sends-well")
    sender.save()
    return f"/senders/{sender.pk}/mailbox/"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def post(client, page, status=302, **typed):
    answer = client.post(page, {**TYPED, **typed})
    assert answer.status_code == status, answer.text[:3000]
    return answer


def errors_of(answer):
    return set(answer.context["form"].errors)


def test_a_new_mailbox_is_read_at_once_and_its_return_path_tried(as_owner, page, sender):
    change(sender, takes_return_path=True)
    post(as_owner, page)
    mailbox = BounceMailbox.objects.get()
    assert mailbox.login == "bounces@lavka.example" and mailbox.read_password() == SECRET
    assert Job.objects.get(kind=READ).place == {"mailbox": mailbox.pk}
    assert Job.objects.get(kind=CHECK).place == {"sender": sender.pk}
    assert Sender.objects.get().takes_return_path is None
    assert "mailbox.password" in Entry.objects.get(action="account").details


@pytest.mark.parametrize(("host", "preset", "proposed", "is_shared"), [
    ("smtp.yandex.ru", "yandex", "imap.yandex.ru", True),
    ("smtp.mail.ru", "mailru", "imap.mail.ru", True),
    ("smtp.gmail.com", "gmail", "imap.gmail.com", True),
    ("smtp.go1.unisender.ru", "unisender", "", False),
    ("smtp.lavka.example", "own", "imap.lavka.example", False),
    ("mx.beget.example", "own", "imap.beget.example", False)])
def test_the_form_is_filled_in_by_where_the_sender_is(
        as_owner, page, sender, host, preset, proposed, is_shared):
    change(sender, host=host, preset=preset)
    tree = BeautifulSoup(as_owner.get(page).text, "html.parser")
    assert tree.select_one("[name=host]").get("value", "") == proposed
    assert tree.select_one("[name=shares]").has_attr("checked") == is_shared
    assert tree.select_one("[name=address]")["value"] == sender.address


def test_the_same_login_and_password_are_those_that_the_sender_has_then(as_owner, page, sender):
    post(as_owner, page, shares="on", new_password="")
    mailbox = fresh(BounceMailbox.objects.get())
    assert not mailbox.password
    account = account_of_mailbox(mailbox)
    assert (account.login, account.password) == ("olga", "sends-well")
    sender.set_password("a newer one")
    sender.save()
    assert account_of_mailbox(fresh(mailbox)).password == "a newer one"


@pytest.mark.parametrize(("host", "other", "is_shared"), [
    ("smtp.yandex.ru", "imap.yandex.ru", True),
    ("smtp.yandex.ru", "imap.yandex.ru.evil.example", False),
    ("smtp.lavka.example", "imap.lavka.example", True),
    ("lavka.example", "mail.lavka.example", True),
    ("smtp.lavka.example", "imap.evil.example", False), ("smtp.ru", "imap.ru", False),
    ("mail.ru.example", "imap.mail.ru", False), ("10.0.0.1", "10.0.0.1", True),
    ("10.0.0.1", "10.0.0.2", False)])
def test_the_senders_password_is_for_its_own_house(sender, host, other, is_shared):
    sender.host = host
    sender.set_password("x")
    assert shares_password(sender, other) == is_shared


def test_the_senders_password_is_not_offered_to_another_server(as_owner, page):
    answer = post(as_owner, page, 422, shares="on", host="imap.evil.example")
    assert "shares" in errors_of(answer) and not BounceMailbox.objects.exists()


def test_a_stored_password_is_kept_and_never_shown(as_owner, page):
    post(as_owner, page)
    assert SECRET not in as_owner.get(page).text
    post(as_owner, page, new_password="", folder="Возвраты")
    mailbox = BounceMailbox.objects.get()
    assert mailbox.read_password() == SECRET and mailbox.folder == "Возвраты"


@pytest.mark.parametrize("other", [
    {"host": "imap.evil.example"}, {"login": "else"}, {"port": 143}, {"security": "starttls"}])
def test_a_stored_password_goes_to_no_other_server(as_owner, page, other):
    post(as_owner, page)
    answer = post(as_owner, page, 422, new_password="", **other)
    assert errors_of(answer) == {"new_password"}
    assert BounceMailbox.objects.get().host == "imap.lavka.example"


def test_another_account_is_read_from_its_beginning(as_owner, page):
    post(as_owner, page)
    mailbox = change(BounceMailbox.objects.get(), last_uid=9, uid_validity=7, trouble="login",
                     read_at=timezone.now(), failing_since=timezone.now())
    post(as_owner, page, new_password="another")
    mailbox.refresh_from_db()
    assert (mailbox.last_uid, mailbox.uid_validity, mailbox.trouble) == (0, None, "")
    assert mailbox.read_at is None and mailbox.failing_since is None


@pytest.mark.parametrize(("field", "value"), [
    ("address", "somebody@bank.example"), ("address", "no address"), ("host", "10.0.0.1"),
    ("host", "https://imap.example.com/"), ("host", ""), ("port", 6379), ("port", ""),
    ("security", "none"), ("login", "olga\r\nroot"), ("new_password", ""),
    ("new_password", "a\nb"), ("folder", "INBOX"), ("folder", "a*"), ("folder", "")])
def test_what_can_not_be_is_told_beside_its_field(as_owner, page, field, value):
    answer = post(as_owner, page, 422, **{field: value})
    assert field in errors_of(answer) and not BounceMailbox.objects.exists()
    assert SECRET not in answer.text


@pytest.mark.parametrize(("address", "login", "host", "is_own"), [
    ("olga@lavka.example", "x", "imap.evil.example", True),
    ("bounces@lavka.example", "x", "imap.evil.example", True),
    ("b@mail.lavka.example", "x", "imap.evil.example", True),
    ("b@notlavka.example", "x", "imap.evil.example", False),
    ("victim@yandex.ru", "victim@yandex.ru", "imap.evil.example", False),
    ("victim@yandex.ru", "olga@yandex.ru", "imap.yandex.ru", False),
    ("olga@yandex.ru", "Olga@yandex.ru", "imap.yandex.ru", True)])
def test_bounces_go_to_nobody_elses_mailbox(sender, address, login, host, is_own):
    assert is_of_sender(sender, address, login, host) == is_own


def test_a_mailbox_of_everybodys_domain_is_not_a_neighbours(sender):
    sender.address = "olga@yandex.ru"
    assert not is_of_sender(sender, "victim@yandex.ru", "x", "imap.lavka.example")


def test_many_logins_are_not_tried_for_one_owner(as_owner, page, monkeypatch):
    monkeypatch.setattr(services, "MOST_TRIES", 1)
    cache.clear()
    post(as_owner, page)
    post(as_owner, page, 422, new_password="another guess")
    assert BounceMailbox.objects.get().read_password() == SECRET


def test_two_windows_make_one_mailbox(as_owner, page, sender):
    form = MailboxForm({**TYPED}, instance=BounceMailbox(sender=sender))
    assert form.is_valid()
    post(as_owner, page)
    with pytest.raises(services.ValidationError):
        services.mailbox_save(mailbox=form.instance, password=SECRET)


def test_a_mailbox_that_is_taken_away_is_forgotten_with_its_password(as_owner, page, sender):
    post(as_owner, page)
    assert as_owner.get(f"{page}delete/").status_code == 200
    Job.objects.all().delete()
    assert as_owner.post(f"{page}delete/").status_code == 302
    assert not BounceMailbox.objects.exists() and Job.objects.get().kind == CHECK


def test_it_is_read_now_where_the_owner_asks(as_owner, mailbox):
    page = f"/senders/{mailbox.sender_id}/mailbox/"
    job = services.reading_start(mailbox)
    Job.objects.update(next_try_at=timezone.now() + timedelta(hours=1))
    assert as_owner.post(f"{page}read/").status_code == 302
    job.refresh_from_db()
    assert job.next_try_at <= timezone.now()
    change(mailbox, is_on=False)
    assert as_owner.post(f"{page}read/").status_code == 302


@pytest.mark.parametrize(("fields", "colour"), [
    ({"is_on": False}, "amber"), ({}, "blue"), ({"read_at": timezone.now()}, "green"),
    ({"trouble": "folder", "read_at": timezone.now()}, "amber"),
    ({"trouble": "login", "failing_since": timezone.now()}, "red")])
def test_the_state_is_told_in_a_word(mailbox, fields, colour):
    state = state_of(change(mailbox, **fields))
    assert state.colour == colour and state.words
    assert bool(state.todo) == (colour == "red" or "trouble" in fields or not fields)


@pytest.mark.parametrize(("takes", "address", "said"), [
    (True, "b@lavka.example", "takes the return address with a tag"),
    (False, "b@lavka.example", "found by its Message-ID"),
    (None, "b@lavka.example", "not known"),
    (True, "a" * 40 + "@lavka.example", "too long for a tag")])
def test_the_page_says_whether_the_return_path_works(mailbox, takes, address, said):
    change(mailbox.sender, takes_return_path=takes)
    change(mailbox, address=address)
    assert said in panel(mailbox.sender)["return_path"]


def test_the_senders_page_has_it(as_owner, mailbox, sender):
    assert "bounces@lavka.example" in as_owner.get(sender.get_absolute_url()).text
    mailbox.delete()
    assert f"/senders/{sender.pk}/mailbox/" in as_owner.get(sender.get_absolute_url()).text


def test_a_sender_by_the_services_server_has_none(as_owner, sender):
    change(sender, preset="service")
    page = f"/senders/{sender.pk}/mailbox/"
    assert page not in as_owner.get(sender.get_absolute_url()).text
    assert as_owner.get(page).status_code == 302


@pytest.mark.parametrize(("host", "proposed"), [
    ("smtp.lavka.example", "imap.lavka.example"), ("mail.lavka.example", "mail.lavka.example"),
    ("lavka.example", "lavka.example"), ("smtp.ru", "smtp.ru")])
def test_an_own_server_is_guessed(host, proposed):
    assert own_host(host) == proposed
