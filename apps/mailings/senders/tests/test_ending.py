"""A sender is deleted and brought back, and what goes with it."""
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.jobs import kinds
from apps.jobs.models import Job
from apps.mailings.models import Mailing, Run, Sender
from tests.factories import MailingFactory, SenderFactory

pytestmark = pytest.mark.django_db
LIST = "/senders/"


def test_the_question_names_what_goes_with_a_sender(as_owner, owner, lavka):
    runs = MailingFactory(owner=owner, sender=lavka, name="Идёт")
    Run.objects.create(mailing=runs, owner=owner, sender=lavka, trigger="page", subject="x",
                       body="x")
    MailingFactory(owner=owner, sender=lavka, name="Завтра")
    MailingFactory(owner=owner, sender=lavka, name="Когда-нибудь", autostart=False)
    MailingFactory(owner=owner, name="Без отправителя")
    page = BeautifulSoup(as_owner.get(f"{LIST}{lavka.pk}/delete/").text, "html.parser").main
    lines = [line.get_text() for line in page.select("li")]
    assert ["Идёт" in line and "пауз" in line for line in lines].count(True) == 1
    assert ["Завтра" in line and "черновик" in line for line in lines].count(True) == 1
    assert any("Когда-нибудь" in line for line in lines)
    assert "Без отправителя" not in page.get_text()


def test_planned_mailings_become_drafts_and_the_trail_says_so(as_owner, owner, lavka):
    mailing = MailingFactory(owner=owner, sender=lavka, name="Завтра")
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    assert not Sender.objects.exists()
    assert Mailing.objects.get(pk=mailing.pk).autostart is False
    assert Entry.objects.get(action="not_started").object_id == mailing.pk
    assert Entry.objects.get(action="delete").object_id == lavka.pk


def test_a_sender_comes_back_within_a_minute_with_its_password(as_owner, lavka):
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    for _click in range(2):
        as_owner.post(f"{LIST}{lavka.pk}/restore/")
    lavka.refresh_from_db()
    assert lavka.deleted_at is None and lavka.is_default and lavka.read_password() == "5ecret"
    assert Entry.objects.filter(action="restore").count() == 1


def test_it_comes_back_beside_another_default(as_owner, owner, lavka):
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    SenderFactory(owner=owner, is_default=True)
    as_owner.post(f"{LIST}{lavka.pk}/restore/")
    lavka.refresh_from_db()
    assert lavka.deleted_at is None and not lavka.is_default


def test_login_and_password_are_wiped_when_the_minute_is_over(as_owner, lavka):
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    job = Job.objects.get(kind="sender_wipe")
    assert job.next_try_at > timezone.now() + timedelta(seconds=50)
    assert kinds.KINDS["sender_wipe"].run_batch(job)
    lavka.refresh_from_db()
    assert (lavka.login, lavka.password) == ("", "")


def test_one_that_came_back_keeps_its_password(as_owner, lavka):
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    as_owner.post(f"{LIST}{lavka.pk}/restore/")
    kinds.KINDS["sender_wipe"].run_batch(Job.objects.get(kind="sender_wipe"))
    lavka.refresh_from_db()
    assert lavka.read_password() == "5ecret"


def test_one_that_is_deleted_once_more_keeps_its_password_for_another_minute(as_owner, lavka):
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    as_owner.post(f"{LIST}{lavka.pk}/restore/")
    as_owner.post(f"{LIST}{lavka.pk}/delete/")
    first, second = Job.objects.filter(kind="sender_wipe").order_by("pk")
    kinds.KINDS["sender_wipe"].run_batch(first)
    lavka.refresh_from_db()
    assert lavka.read_password() == "5ecret"
    kinds.KINDS["sender_wipe"].run_batch(second)
    lavka.refresh_from_db()
    assert lavka.password == ""


def test_from_its_own_page_a_deletion_leads_to_the_list(htmx, lavka):
    page = f"http://testserver{lavka.get_absolute_url()}"
    answer = htmx.post(f"{LIST}{lavka.pk}/delete/", headers={"HX-Current-URL": page})
    assert answer.headers["HX-Redirect"] == reverse("mailings:sender_list")
