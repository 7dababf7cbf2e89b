"""The word that matters of a mailing, on its page, in lists, and on home."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Mailing, Run
from tests.factories import MailingFactory

from ..mailings.story import add_stories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def story(mailing):
    mailing = Mailing.objects.get(pk=mailing.pk)
    add_stories([mailing])
    return mailing.story


def with_run(owner, **values):
    mailing = MailingFactory(owner=owner, status=Mailing.Status.RUNNING)
    Run.objects.create(mailing=mailing, owner=owner, **{"total": 80, "sent": 47, **values})
    return mailing


@pytest.mark.parametrize("run, words", [
    ({"state": "running"}, "Идёт: 47 из 80"),
    ({"state": "running", "sent": 8487, "total": 20_200}, "Идёт: 8\xa0487 из 20\xa0200"),
    ({"state": "paused", "reason": "person"}, "Пауза: 47 из 80"),
    ({"state": "paused", "reason": "server"}, "Пауза: почтовый сервер отказывается"),
    ({"state": "stopped", "reason": "person"}, "Остановлена"),
    ({"state": "stopped", "reason": "window"}, "Время вышло"),
    ({"state": "finished", "finished_at": timezone.now()}, "Отправлена"),
    ({"state": "finished", "sent": 0, "failed": 80}, "Никто не получил"),
])
def test_what_became_of_a_mailing_is_told_by_its_runs(owner, run, words):
    assert story(with_run(owner, **run)).startswith(words)


def test_a_last_run_that_reached_nobody_does_not_hide_that_it_was_sent(owner):
    mailing = with_run(owner, state="finished", finished_at=timezone.now())
    Run.objects.create(mailing=mailing, owner=owner, state="finished", total=1, failed=1)
    assert story(mailing).startswith("Отправлена")


def test_a_mailing_that_was_not_sent_tells_when_it_starts_or_that_it_is_late(owner):
    now = timezone.now()
    draft = MailingFactory(owner=owner, autostart=False)
    late = MailingFactory(owner=owner, starts_at=now - 2 * DAY, ends_at=now - DAY)
    assert story(draft).startswith("Черновик")
    assert story(late) == "Не отправлялась: время вышло"


@pytest.mark.parametrize("address", ["/mailings/", "{}"])
def test_the_word_stands_in_the_list_and_on_the_page(as_owner, owner, address):
    mailing = with_run(owner, state="stopped", reason="person")
    page = as_owner.get(address.format(mailing.get_absolute_url())).content.decode()
    assert "Остановлена" in page and "Запущена" in page


def test_active_mailings_are_those_that_home_counts(as_owner, owner):
    active = with_run(owner, state="finished")
    disabled = with_run(owner, state="finished")
    Mailing.objects.filter(pk=disabled.pk).update(disabled_at=timezone.now())
    MailingFactory(owner=owner)
    home = as_owner.get("/")
    assert home.context["mailings_active"] == 1
    assert 'href="/mailings/?status=active"' in home.content.decode()
    listed = as_owner.get("/mailings/?status=active").context["page"]
    assert [mailing.pk for mailing in listed] == [active.pk]


def test_statuses_in_the_list_follow_a_run(htmx, owner):
    mailing = with_run(owner, state="running")
    page = htmx.get("/mailings/").content.decode()
    assert f"id={mailing.pk}&amp;statuses=1" in page
    answer = htmx.get(f"/mailings/progress/?id={mailing.pk}&statuses=1").content.decode()
    assert f"innerHTML:#status-{mailing.pk}" in answer and "Идёт: 47 из 80" in answer


@pytest.mark.parametrize("ended, asks", [(False, True), (True, False)])
def test_a_list_asks_for_itself_while_something_in_it_can_change(htmx, owner, ended, asks):
    mailing = MailingFactory(owner=owner)
    if ended:
        Mailing.objects.filter(pk=mailing.pk).update(
            starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    page = htmx.get("/mailings/").content.decode()
    assert ('hx-trigger="every 15s, mailings:changed' in page) == asks
