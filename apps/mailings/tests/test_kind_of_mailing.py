"""A mailing is advertising or information: chosen in its form, kept by copies and drafts."""
import re

import pytest
from django.urls import reverse

from apps.mailings.models import Draft, Mailing
from apps.mailings.services import mailing_copy

from .test_senders_of_mailings import CREATE, edited, mailing, new, shop  # noqa: F401

pytestmark = pytest.mark.django_db


def chosen(page):
    """Return the kind that the form shows as chosen."""
    found = re.findall(r'name="kind"\s+value="(\w+)"\s+(checked)?', page.text)
    assert [value for value, _checked in found] == ["advertising", "information"]
    return [value for value, checked in found if checked]


def kind_of(mailing):  # noqa: F811
    mailing.refresh_from_db()
    return mailing.kind


def test_a_mailing_is_advertising_unless_its_owner_says_otherwise(as_owner, owner):
    assert chosen(as_owner.get(CREATE)) == ["advertising"]
    as_owner.post(CREATE, new(owner))
    assert Mailing.objects.get().kind == "advertising"
    Mailing.objects.all().delete()
    as_owner.post(CREATE, new(owner, kind="information"))
    assert Mailing.objects.get().kind == "information"


def test_its_form_shows_and_changes_it(as_owner, mailing):  # noqa: F811
    url = mailing.url("edit", mailing.pk)
    as_owner.post(url, edited(mailing, kind="information"))
    assert kind_of(mailing) == "information" and chosen(as_owner.get(url)) == ["information"]
    assert "Информация" in as_owner.get(mailing.get_absolute_url()).text
    as_owner.post(url, edited(mailing))  # a program that does not name it
    as_owner.post(url, edited(mailing, kind=""))
    assert kind_of(mailing) == "information"


def test_what_is_no_kind_is_refused_beside_the_field(as_owner, mailing):  # noqa: F811
    answer = as_owner.post(mailing.url("edit", mailing.pk), edited(mailing, kind="spam"))
    assert answer.status_code == 422 and "kind" in answer.context["form"].errors
    assert kind_of(mailing) == "advertising"


def test_a_copy_is_of_the_same_kind(mailing):  # noqa: F811
    mailing.kind = "information"
    mailing.save()
    assert kind_of(mailing_copy(mailing=mailing)) == "information"


def test_a_draft_and_a_search_in_the_form_keep_it(as_owner, owner):
    values = {**new(owner, kind="information"), "_place": "mailing:new", "_user": owner.pk,
              "_draft": "k" * 12}
    as_owner.post(reverse("mailings:draft_keep"), values)
    assert chosen(as_owner.get(f"{CREATE}?draft={Draft.objects.get().key}")) == ["information"]
    assert chosen(as_owner.post(CREATE, {**values, "_find": "1"})) == ["information"]
