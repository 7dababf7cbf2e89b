"""Pages of each long list: every row is on one of them, and an address can not break them."""
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.core import keyset
from apps.jobs.models import Job
from apps.mailings.models import Attempt, Delivery, Mailing, Run
from tests.factories import MailingFactory, MessageFactory, RecipientFactory, UserFactory

pytestmark = pytest.mark.django_db
MOMENT = timezone.now() - timedelta(days=1)


def messages(owner, numbers):
    return [MessageFactory(owner=owner, subject=f"Новости {n // 2}") for n in numbers]


def mailings(owner, numbers):
    return [MailingFactory(owner=owner, name=f"Рассылка {n // 2}",
                           starts_at=MOMENT + timedelta(minutes=n // 2)) for n in numbers]


def users(owner, numbers):
    return [UserFactory(first_name=f"Пользователь {n}") for n in numbers]


def run_of(owner, **figures):
    mailing = MailingFactory(owner=owner)
    return Run.objects.create(mailing=mailing, owner=owner, state=Run.State.FINISHED, **figures)


def attempts(owner, numbers):
    run = run_of(owner)
    return [Attempt.objects.create(
        mailing=run.mailing, run=run, owner=owner, email=f"{n}@example.com",
        status=Attempt.Status.FAILURE, attempted_at=MOMENT + timedelta(seconds=n // 2))
        for n in numbers]


def entries(owner, numbers):
    Entry.objects.all().delete()
    return [Entry.objects.create(action=Entry.Action.DELETE, who=owner, object_label=str(n),
                                 happened_at=MOMENT + timedelta(seconds=n // 2)) for n in numbers]


def jobs(owner, numbers):
    return [Job.objects.create(kind="x", owner=owner,
                               created_at=MOMENT + timedelta(seconds=n // 2)) for n in numbers]


LISTS = {
    "messages": ("owner", "/messages/", messages),
    "messages by subject": ("owner", "/messages/?sort=subject", messages),
    "messages of all": ("manager", "/messages/?sort=added", messages),
    "mailings": ("owner", "/mailings/", mailings),
    "mailings by name": ("owner", "/mailings/?sort=subject", mailings),
    "mailings by status": ("manager", "/mailings/?sort=-status", mailings),
    "mailings by end": ("manager", "/mailings/?sort=end", mailings),
    "mailings of a status": ("owner", "/mailings/?status=Создана&sort=added", mailings),
    "users": ("manager", "/users/", users),
    "users by last log-in": ("manager", "/users/?sort=-seen", users),
    "users by date": ("manager", "/users/?sort=joined", users),
    "attempts": ("owner", "/attempts/", attempts),
    "attempts that failed": ("manager", "/attempts/?status=failed", attempts),
    "trail": ("manager", "/trail/", entries),
    "trail of deletions": ("manager", "/trail/?what=delete", entries),
    "jobs": ("owner", "/jobs/", jobs),
    "jobs of all": ("manager", "/jobs/", jobs),
}
ODD = ["", "~", "x~y", "1", "1~", "1~nan", "1~inf", "1~-1e300", "1~99999999999999",
       "1~\x00", "\x00", "1~" + "я" * 1000, f"{'9' * 18}~{'9' * 18}", f"{'9' * 30}~1", "٣~1",
       "-1~1", "1~2026-01-01", "1~0001-01-01", "1~'", "1~%"]
every_list = pytest.mark.parametrize("name", LISTS)


@pytest.fixture(autouse=True)
def few_rows_a_page(monkeypatch):
    monkeypatch.setattr(keyset, "PER_PAGE", 3)


@pytest.fixture
def opened(owner, as_owner, as_manager):
    """Return a function that opens a list, with more in the address, and returns its page."""
    clients = {"owner": as_owner, "manager": as_manager}

    def open_list(name, **more):
        role, address, _fill = LISTS[name]
        response = clients[role].get(with_more(address, more))
        assert response.status_code == 200
        return response.context["page"]

    return open_list


def with_more(address, more):
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(more)}"


def walk(opened, name, between=lambda: None, **start):
    """Return the ids of the rows of each page, on and on to the last one."""
    page = opened(name, **start)
    pages = [[row.pk for row in page]]
    while page.next:
        between()
        page = opened(name, after=page.next)
        pages.append([row.pk for row in page])
    return pages


def walk_back(opened, name):
    """Return the ids of the rows of each page from the last one back to the first one."""
    page = opened(name, last=1)
    pages = [[row.pk for row in page]]
    while page.previous:
        page = opened(name, before=page.previous)
        pages.insert(0, [row.pk for row in page])
    return pages


@every_list
def test_pages_forth_and_back_show_each_row_once_in_the_same_order(opened, owner, name):
    LISTS[name][2](owner, range(9))
    forth = sum(walk(opened, name), [])
    assert len(forth) == len(set(forth)) >= 9
    back = walk_back(opened, name)
    assert sum(back[1:], []) == forth[-len(sum(back[1:], [])):]
    assert back[0] == forth[:3]


@every_list
def test_a_row_that_is_added_meanwhile_moves_no_other_to_another_page(opened, owner, name):
    fill = LISTS[name][2]
    there = {row.pk for row in fill(owner, range(8))}
    new = iter(range(100, 200))
    seen = sum(walk(opened, name, lambda: fill_more(fill, owner, next(new))), [])
    assert len(seen) == len(set(seen)) and there <= set(seen)


def fill_more(fill, owner, number):
    if fill is entries:
        Entry.objects.create(action=Entry.Action.DELETE, who=owner, object_label="new")
    else:
        fill(owner, [number])


@every_list
def test_a_page_goes_on_where_the_row_before_it_is_gone(opened, owner, name):
    rows = LISTS[name][2](owner, range(9))
    whole = sum(walk(opened, name), [])
    page = opened(name)
    last = page.object_list[-1]
    type(rows[0])._base_manager.filter(pk=last.pk).delete()
    assert [row.pk for row in opened(name, after=page.next)] == whole[3:6]


@pytest.mark.parametrize("name", [
    "messages by subject", "mailings by status", "users by last log-in", "attempts that failed"])
def test_odd_addresses_of_pages_are_harmless(opened, owner, name):
    LISTS[name][2](owner, range(4))
    for text in ODD:
        opened(name, after=text, before=text, last=text)
        opened(name, after=text, count=text)
    for number in ("0", "-1", "2", "9" * 6, "9" * 30, "x", "٣", "\x00"):
        opened(name, page=number, cursor=number)


@pytest.mark.parametrize("name", [name for name in LISTS if LISTS[name][0] == "owner"])
def test_a_page_beside_somebody_elses_row_shows_only_ones_own(opened, owner, other, name):
    fill = LISTS[name][2]
    mine = {row.pk for row in fill(owner, range(5))}
    theirs = fill(other, range(5))
    for row in theirs[1:3]:
        for value in (f"{MOMENT.timestamp():.6f}", "Новости 1", "рассылка 1"):
            for key in ("after", "before"):
                assert {one.pk for one in opened(name, **{key: f"{row.pk}~{value}"})} <= mine


@pytest.fixture
def ledger(owner):
    """Two runs with letters of each fate, as their figures say."""
    runs = []
    for number in range(2):
        run = run_of(owner, total=16, sent=4, failed=3, unknown=2, skipped=4)
        states = ["sent"] * 4 + ["failed"] * 3 + ["unknown"] * 2 + ["skipped", "cancelled"] * 2
        states += ["pending", "retry", "claimed"]
        Delivery.objects.bulk_create(
            Delivery(run=run, email=f"{place * 7 % 16}.{number}@example.com", state=state)
            for place, state in enumerate(states))
        runs.append(run)
    return runs


def letters(client, **asked):
    response = client.get("/reports/letters/", {"period": "all", **asked})
    assert response.status_code == 200
    return response.context["page"]


@pytest.mark.parametrize("fate, number", [
    ("", 32), ("sent", 8), ("failed", 6), ("unknown", 4), ("skipped", 8), ("left", 6)])
def test_letters_behind_a_figure_are_on_its_pages_once_each(as_owner, ledger, fate, number):
    page = letters(as_owner, fate=fate)
    seen = [row.pk for row in page]
    while page.next:
        page = letters(as_owner, fate=fate, after=page.next)
        seen += [row.pk for row in page]
    assert page.count == len(seen) == len(set(seen)) == number
    assert [row.pk for row in letters(as_owner, fate=fate, page=2)] == seen[3:6]
    last = letters(as_owner, fate=fate, last=1)
    assert [row.pk for row in last] == seen[-3:]
    assert [row.pk for row in letters(as_owner, fate=fate, page="9" * 9)] == seen[-3:]
    before = letters(as_owner, fate=fate, before=last.previous)
    assert [row.pk for row in before] == (seen[-6:-3] if number > 5 else seen[:3])


def test_letters_of_others_are_behind_no_figure_of_ones_own(as_other, ledger):
    for letter in Delivery.objects.all()[::8]:
        assert not letters(as_other, after=letter.pk).object_list
    for text in (*ODD[::3], *"123"):
        letters(as_other, after=text, before=text, page=text)


def test_a_page_of_many_runs_of_one_letter_each_shows_them_all(as_owner, owner):
    for number in range(5):
        run = run_of(owner, total=1, sent=1)
        Delivery.objects.create(run=run, email=f"{number}@example.com", state="sent")
    first = letters(as_owner, fate="sent")
    assert [row.run_id for row in first] == sorted((row.run_id for row in first), reverse=True)
    assert len(first) == 3 and len(letters(as_owner, fate="sent", after=first.next)) == 2


def test_a_new_subject_moves_the_mailings_without_a_name(as_owner, owner):
    mailing = MailingFactory(owner=owner, message__subject="Арбуз")
    MailingFactory(owner=owner, name="Баня")
    message = mailing.message
    as_owner.post(message.url("edit", message.pk), {"subject": "Яблоко", "body": "Текст"})
    titles = [row.title for row in as_owner.get("/mailings/?sort=subject").context["page"]]
    assert titles == ["Баня", "Яблоко"]
    assert Mailing.objects.get(pk=mailing.pk).sort_name == "яблоко"


def test_a_recipients_search_survives_paging(as_owner, owner):
    for number in range(7):
        RecipientFactory(owner=owner, full_name=f"Анна {number}")
    html = as_owner.get("/recipients/?q=анна&sort=-name").content.decode()
    assert "?q=%D0%B0%D0%BD%D0%BD%D0%B0&amp;sort=-name&amp;after=" in html
    assert "?q=%D0%B0%D0%BD%D0%BD%D0%B0&amp;sort=-name&amp;last=1" in html
