"""When a mailing starts: by itself, or only by its owner; and how that is said."""
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from apps.delivery.services import RunRefused, run_start
from apps.mailings.models import Mailing, Run
from apps.mailings.services import mailing_disable
from apps.users.services import user_block
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

from ..mailings.words import in_how_long, missed_start, when_words

NOW = datetime(2026, 11, 28, 5, 10, tzinfo=UTC)  # 08:10 in Moscow
HOUR = timedelta(hours=1)


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])


def mailing_at(starts_at, **fields):
    return Mailing(starts_at=starts_at, ends_at=NOW + timedelta(days=900), **fields)


@pytest.mark.parametrize("mailing, words", [
    (mailing_at(NOW + timedelta(hours=1, minutes=50)),
     "Начнётся сама 28 ноября в 10:00, через 1 час 50 минут"),
    (mailing_at(NOW + timedelta(days=2)), "Начнётся сама 30 ноября в 08:10, через 2 дня"),
    (mailing_at(NOW + timedelta(days=400)), "Начнётся сама 2 января 2028 в 08:10"),
    (mailing_at(NOW), "Вот-вот начнётся сама"),
    (mailing_at(NOW + HOUR, autostart=False), "Черновик, сама не начнётся"),
    (mailing_at(NOW + HOUR, disabled_at=NOW), "Не начнётся, пока отключена"),
    (mailing_at(NOW + HOUR, status=Mailing.Status.RUNNING), ""),
    (Mailing(starts_at=NOW - HOUR, ends_at=NOW), ""),
], ids=range(8))
def test_a_mailing_says_whether_and_when_it_starts(mailing, words):
    mailing.message = MessageFactory.build(owner=None)
    with translation.override("ru"), timezone.override("Europe/Moscow"):
        assert when_words(mailing, NOW) == words


@pytest.mark.parametrize("wait, words", [
    (timedelta(seconds=10), "через 1 минуту"), (timedelta(minutes=22), "через 22 минуты"),
    (HOUR, "через 1 час"), (timedelta(hours=21, minutes=5), "через 21 час 5 минут"),
    (timedelta(days=1, minutes=5), "через 1 день"),
    (timedelta(days=5, hours=3), "через 5 дней 3 часа"),
    (timedelta(days=21, hours=3), "через 21 день"),
])
def test_how_long_is_told_in_right_russian(wait, words):
    with translation.override("ru"):
        assert in_how_long(wait) == words


@pytest.mark.django_db
def test_the_clock_starts_no_draft(mailing):
    assert list(Mailing.objects.due(timezone.now())) == [mailing]
    Mailing.objects.update(autostart=False)
    assert not Mailing.objects.due(timezone.now()).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [
    {"autostart": False}, {"starts_at": timezone.now() + timedelta(hours=9)}])
def test_what_its_owner_changed_at_the_last_moment_does_not_start(mailing, changes):
    Mailing.objects.update(**changes)
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger=Run.Trigger.SCHEDULE)
    assert run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


@pytest.mark.django_db
def test_enabling_by_a_manager_starts_nothing(mailing, manager, as_owner):
    mailing_disable(mailing=mailing, by=manager, disabled=True)
    mailing_disable(mailing=mailing, by=manager, disabled=False)
    assert not Mailing.objects.due(timezone.now()).exists()
    mailing.refresh_from_db()
    assert missed_start(mailing, timezone.now())
    page = as_owner.get(mailing.get_absolute_url()).text
    assert "Время начала прошло, пока рассылка была отключена" in page
    assert run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


@pytest.mark.django_db
def test_unblocking_by_a_manager_starts_nothing(mailing, owner, manager):
    later = MailingFactory(owner=owner, starts_at=timezone.now() + HOUR)
    for blocked in (True, False):
        user_block(user=owner, by=manager, blocked=blocked)
    assert not Mailing.objects.due(timezone.now()).exists()
    assert list(Mailing.objects.filter(autostart=True)) == [later]
    mailing.refresh_from_db()
    assert missed_start(mailing, timezone.now())


@pytest.mark.django_db
def test_a_mailing_enabled_before_its_time_starts_at_its_time(mailing, manager):
    Mailing.objects.update(starts_at=timezone.now() + HOUR)
    for disabled in (True, False):
        mailing_disable(mailing=mailing, by=manager, disabled=disabled)
    mailing.refresh_from_db()
    assert mailing.autostart and not missed_start(mailing, timezone.now())


@pytest.mark.django_db
def test_what_is_enabled_twice_is_not_made_a_draft(mailing, manager):
    mailing_disable(mailing=mailing, by=manager, disabled=False)
    assert Mailing.objects.get().autostart


@pytest.mark.django_db
def test_the_words_are_in_the_list_and_on_the_page(mailing, as_owner):
    Mailing.objects.update(autostart=False)
    for page in (reverse("mailings:mailing_list"), mailing.get_absolute_url()):
        assert "Черновик, сама не начнётся" in as_owner.get(page).text


@pytest.mark.django_db
def test_home_counts_no_draft_among_what_comes_up(mailing, as_owner):
    assert mailing.get_absolute_url() in as_owner.get("/").text
    Mailing.objects.update(autostart=False)
    assert mailing.get_absolute_url() not in as_owner.get("/").text


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def fields(owner):
    now = timezone.now()
    return {"message": MessageFactory(owner=owner, subject="Пионы").pk, "everyone": "on",
            "recipients": [RecipientFactory(owner=owner).pk],
            "starts_at": local(now), "ends_at": local(now + timedelta(days=7))}


CREATE = "/mailings/create/"


@pytest.mark.django_db
def test_a_new_mailing_is_a_draft_from_now_for_a_week(as_owner):
    form = as_owner.get(CREATE).context["form"]
    now = timezone.now()
    assert form["when"].value() == "draft"
    assert abs(form.initial["starts_at"] - now) < timedelta(minutes=1)
    assert abs(form.initial["ends_at"] - now - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize("when", [{}, {"when": ""}, {"when": "draft"}])
def test_a_draft_does_not_start_and_the_answer_says_so(as_owner, fields, when):
    response = as_owner.post(CREATE, {**fields, **when}, follow=True)
    assert not Mailing.objects.get().autostart
    assert "Сохранено. Черновик, сама не начнётся." in response.text


@pytest.mark.django_db
def test_now_leads_to_the_check_and_starts_nothing(as_owner, fields):
    response = as_owner.post(CREATE, {**fields, "when": "now"})
    mailing = Mailing.objects.get()
    start = reverse("delivery:start", args=[mailing.pk])
    assert response.url == start and not mailing.autostart and not mailing.runs.exists()
    edit = reverse("mailings:mailing_edit", args=[mailing.pk])
    assert as_owner.post(edit, {**fields, "when": "now"}).url == start


@pytest.mark.django_db
def test_a_set_time_is_kept_and_said(as_owner, fields):
    start = local(timezone.now() + timedelta(days=2))
    response = as_owner.post(
        CREATE, {**fields, "when": "planned", "starts_at": start}, follow=True)
    mailing = Mailing.objects.get()
    assert mailing.autostart and local(mailing.starts_at) == start
    assert "Сохранено. Начнётся сама" in response.text


@pytest.mark.django_db
def test_a_set_time_that_has_passed_is_asked_about_and_nothing_is_lost(as_owner, fields):
    planned = {**fields, "when": "planned", "starts_at": "2026-01-01T10:00", "name": "Весна"}
    response = as_owner.post(CREATE, planned)
    assert response.status_code == 422 and not Mailing.objects.exists()
    assert "Начать сразу: время уже прошло" in response.text
    for kept in ('value="2026-01-01T10:00"', 'value="Весна"', 'value="planned"'):
        assert kept in response.text
    assert as_owner.post(CREATE, {**planned, "at_once": "on"}).status_code == 302
    assert list(Mailing.objects.due(timezone.now())) == [Mailing.objects.get()]
    assert timezone.now() - Mailing.objects.get().starts_at < timedelta(minutes=1)


@pytest.mark.django_db
def test_an_edit_of_what_was_never_sent_asks_too(as_owner, fields, mailing):
    edit = reverse("mailings:mailing_edit", args=[mailing.pk])
    assert as_owner.post(edit, {**fields, "when": "planned"}).status_code == 422
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    page = as_owner.get(edit).text
    assert 'name="when"' not in page
    assert as_owner.post(edit, {**fields, "when": "draft"}).status_code == 302
    mailing.refresh_from_db()
    assert mailing.autostart  # it says nothing of a mailing that was sent


@pytest.mark.django_db
def test_a_past_start_asks_nothing_of_a_window_that_is_over(as_owner, fields, mailing):
    over = {"when": "planned", "starts_at": "2026-01-01T10:00", "ends_at": "2026-01-02T10:00"}
    edit = reverse("mailings:mailing_edit", args=[mailing.pk])
    assert as_owner.post(edit, {**fields, **over}).status_code == 302
    mailing.refresh_from_db()
    assert mailing.status == Mailing.Status.COMPLETED


@pytest.mark.django_db
def test_an_unknown_answer_to_when_is_an_error(as_owner, fields):
    response = as_owner.post(CREATE, {**fields, "when": "soon"})
    assert response.status_code == 422 and set(response.context["form"].errors) == {"when"}


@pytest.mark.django_db
def test_what_is_saved_while_disabled_does_not_start_when_it_is_enabled(
        as_owner, fields, mailing, manager):
    mailing_disable(mailing=mailing, by=manager, disabled=True)
    edit = reverse("mailings:mailing_edit", args=[mailing.pk])
    as_owner.post(edit, {**fields, "when": "planned", "at_once": "on"})
    assert Mailing.objects.get().autostart
    mailing_disable(mailing=mailing, by=manager, disabled=False)
    assert not Mailing.objects.due(timezone.now()).exists()
    as_owner.post(edit, {**fields, "when": "planned", "at_once": "on"})
    assert Mailing.objects.due(timezone.now()).exists()
    assert not missed_start(Mailing.objects.get(), timezone.now())
