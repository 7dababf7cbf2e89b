"""People see the addresses of Russian domains as they wrote them, wherever they are shown."""
import re

import pytest
from django.utils import timezone

from apps.core.addresses import shown
from apps.mailings.models import Attempt, Delivery, Mailing, Recipient, Run
from apps.users.models import User
from tests.matrix import addresses, admin_addresses, read, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_choices")]
STORED = "ivan@xn--e1afmkfd.xn--p1ai"
SHOWN = "ivan@пример.рф"
SKIPPED = {"account_logout"}
HIDDEN = re.compile(r'<input type="hidden"[^>]*>')


@pytest.mark.parametrize("text, seen", [
    (STORED, SHOWN), ("anna@example.com", "anna@example.com"), ("", ""),
    (f"Иван <{STORED}>", f"Иван <{SHOWN}>"), (f"{STORED} → a@b.org", f"{SHOWN} → a@b.org"),
    ("ivan@XN--E1AFMKFD.xn--p1ai", SHOWN), ("xn--e1afmkfd@b.org", "xn--e1afmkfd@b.org"),
    ("a@mail.xn--e1afmkfd.xn--p1ai.", "a@mail.пример.рф."), ("a@xn--0.org", "a@xn--0.org"),
])
def test_domains_are_shown_in_their_own_letters(text, seen):
    assert shown(text) == seen


@pytest.fixture
def written(pks, owner):
    """Everybody's address is of a Russian domain, in each place where an address is kept."""
    run, recipient = Run.objects.get(), Recipient.objects.get()
    Recipient.objects.update(email=STORED, bounced_at=timezone.now(), bounced_reply="550 no")
    Recipient.objects.filter(pk=recipient.pk).update(full_name="")
    Delivery.objects.update(email=STORED, state=Delivery.State.UNKNOWN)
    Run.objects.update(unknown=1)
    Attempt.objects.create(
        mailing=Mailing.objects.get(), owner=owner, run=run, recipient=recipient, email=STORED,
        attempted_at=timezone.now(), status=Attempt.Status.FAILURE, server_response="550 no")
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.pk}{STORED}")
    return pks


@pytest.mark.parametrize("role", ["owner", "manager", "superuser"])
def test_no_page_shows_an_address_as_it_is_stored(role, cast, written):
    client = cast[role]
    for name in sorted(set(addresses()) - SKIPPED):
        page = HIDDEN.sub("", read(client.get(url_of(name, written), follow=True)))
        assert "xn--" not in page, (name, page.partition("xn--")[0][-200:])


def test_no_list_of_the_admin_shows_one(cast, written):
    client = cast["superuser"]
    for url in admin_addresses(written):
        if url.count("/") == 4:
            page = read(client.get(url))
            assert "xn--" not in page, (url, page.partition("xn--")[0][-200:])


def test_the_form_has_it_as_it_was_typed_and_saves_the_same(as_owner, written):
    url = url_of("mailings:recipient_edit", written)
    assert f'value="{SHOWN}"' in as_owner.get(url).text
    as_owner.post(url, {"email": SHOWN, "full_name": "Иван", "comment": ""})
    assert Recipient.objects.get().email == STORED


def test_a_toast_names_who_has_no_name_by_the_address(as_owner, written):
    page = as_owner.post(url_of("mailings:recipient_edit", written), {
        "email": SHOWN, "full_name": "", "comment": "x"}, follow=True)
    assert SHOWN in page.text and "xn--" not in page.text
