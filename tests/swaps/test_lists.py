"""Search, filters, sorting and pages of each list: what is swapped is what a load shows."""
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.demo import catcher
from apps.inbound.models import InboundLetter
from apps.jobs.models import Job
from apps.mailings.models import Attempt, Run, Suppression
from tests.conftest import client_of
from tests.factories import (
    MailingFactory, MessageFactory, PictureFactory, RecipientFactory, SegmentFactory, SenderFactory,
    TagFactory, UserFactory)

from .inventory import TEMPLATES, swaps

NAMES = ["Анна", "Борис", "Вера", "Глеб", "Дарья"]
OUTBOX_LETTER = b"From: shop@example.com\r\nTo: %b\r\nSubject: News\r\n\r\nHello\r\n"


def recipients(owner):
    for name in NAMES:
        RecipientFactory(owner=owner, full_name=name)


def suppressed(owner):
    for number in range(len(NAMES)):
        Suppression.objects.create(owner=owner, email=f"{number}@example.com")


def tags(owner):
    for name in NAMES:
        TagFactory(owner=owner, name=name)


def segments(owner):
    for name in NAMES:
        SegmentFactory(owner=owner, name=name)


def people(owner):
    recipients(owner)
    SegmentFactory(owner=owner, pk=7)


def messages(owner):
    for name in NAMES:
        MessageFactory(owner=owner, subject=name)


def pictures(owner):
    for name in NAMES:
        PictureFactory(owner=owner, name=name)


def mailings(owner):
    for name in NAMES:
        MailingFactory(owner=owner, message__subject=name)


def users(owner):
    for name in NAMES:
        UserFactory(first_name=name)


def attempts(owner):
    mailing = MailingFactory(owner=owner)
    run = Run.objects.create(mailing=mailing, owner=owner)
    for hours, name in enumerate(NAMES):
        Attempt.objects.create(
            mailing=mailing, run=run, owner=owner, email=f"{hours}@example.com",
            recipient=RecipientFactory(owner=owner, full_name=name),
            status=Attempt.Status.SUCCESS, attempted_at=timezone.now() - timedelta(hours=hours))


def entries(owner):
    for name in NAMES:
        Entry.objects.create(action=Entry.Action.LOGIN, who=owner, who_label=name)


def jobs(owner):
    for name in NAMES:
        Job.objects.create(kind=name, owner=owner)


def senders(owner):
    for name in NAMES:
        SenderFactory(owner=owner, name=name)


def letters(owner):
    for number in range(len(NAMES)):
        catcher.keep(OUTBOX_LETTER % b"%d@example.com" % number, f"{number:010}")


def incoming(owner):
    for name in NAMES:
        InboundLetter.objects.create(
            owner=owner, key=name, kind="reply", from_address="a@example.com", subject=name)


# The table that is swapped: whose page it is on, where, and what fills it.
LISTS = {
    "#recipient-table": ("owner", "/recipients/", recipients),
    "#suppression-table": ("owner", "/recipients/suppressed/", suppressed),
    "#tag-table": ("owner", "/recipients/tags/", tags),
    "#segment-table": ("owner", "/recipients/segments/", segments),
    "#people-table": ("owner", "/recipients/segments/7/", people),
    "#message-table": ("owner", "/messages/", messages),
    "#picture-table": ("owner", "/messages/pictures/", pictures),
    "#mailing-table": ("manager", "/mailings/", mailings),
    "#sender-table": ("owner", "/senders/", senders),
    "#user-table": ("manager", "/users/", users),
    "#attempt-table": ("owner", "/attempts/", attempts),
    "#trail-table": ("manager", "/trail/", entries),
    "#outbox-table": ("owner", "/outbox/", letters),
}
# Tables with pages and sorting, and what heads their columns.
SORTED = {
    "#recipient-table": ["name", "email"],
    "#people-table": ["name", "added"],
    "#message-table": ["subject", "changed"],
    "#mailing-table": ["subject", "status", "start", "end"],
    "#user-table": ["email", "joined", "seen"],
}
ELSEWHERE = {"#report", "#letter-table", "#mailing-rows"}  # of these other files tell
UNFILTERED = {
    "#job-table": ("owner", "/jobs/", jobs),
    "#incoming-table": ("owner", "/inbound/", incoming),
}
PAGED = [*LISTS, *UNFILTERED]


@pytest.fixture
def page_with(open_page, owner, manager, settings, tmp_path):
    """Open the page of a list that has five rows."""

    def opened(table, query=""):
        role, address, fill = (LISTS | UNFILTERED)[table]
        if table == "#outbox-table":
            settings.DEMO = settings.CATCHER = True
            settings.DATA_DIR = tmp_path
        fill(owner)
        user = {"owner": owner, "manager": manager}[role]
        return open_page(address + query, client_of(user))

    return opened


@pytest.mark.parametrize("table", LISTS)
@swaps("request.path")
def test_a_search_shows_what_its_address_shows(page_with, table):
    page = page_with(table)
    page.fill("#id_q", "а")
    page.send("#filters")
    assert "?q=%D0%B0" in page.address
    page.check_fresh()


@pytest.mark.parametrize("table", LISTS)
def test_a_search_that_finds_nothing_says_so_like_its_address(page_with, table):
    page = page_with(table)
    page.fill("#id_q", "никто")
    page.send("#filters")
    assert not page.tree.select(f"{table} tbody")
    page.check_fresh()


@pytest.mark.parametrize("table, field, value", [
    ("#mailing-table", "[name=status]", "Создана"),
    ("#picture-table", "[name=alt]", "none"),
    ("#attempt-table", "[name=status]", "failed"),
    ("#attempt-table", "[name=from]", "2026-01-01"),
    ("#attempt-table", "[name=to]", "2026-01-01"),
    ("#trail-table", "[name=what]", "login"),
    ("#trail-table", "[name=from]", "2026-01-01"),
    ("#trail-table", "[name=to]", "2026-01-01"),
])
def test_a_filter_shows_what_its_address_shows(page_with, table, field, value):
    page = page_with(table)
    page.fill(f"#filters {field}", value)
    page.send("#filters")
    page.check_fresh()


@pytest.mark.parametrize("table, name", [
    (table, name) for table, names in SORTED.items() for name in names])
@swaps("list_query sort=asked")
def test_a_sorted_list_is_what_its_address_shows_also_turned_round(page_with, table, name):
    page = page_with(table, "?last=1")
    page.send(f"#sort-{name}")
    assert page.address.endswith(f"?sort={name}") or page.address.endswith(f"?sort=-{name}")
    page.check_fresh()
    page.send(f"#sort-{name}")
    page.check_fresh()


@pytest.mark.parametrize("table", SORTED)
def test_a_search_keeps_the_order_that_was_chosen_before_it(page_with, table):
    page = page_with(table)
    name = SORTED[table][-1]
    page.send(f"#sort-{name}")
    page.fill("#id_q", "а")
    page.send("#filters")
    assert f"sort={name}" in page.address or f"sort=-{name}" in page.address
    page.check_fresh()


@pytest.mark.parametrize("table", PAGED)
@swaps("address")
def test_pages_forth_and_back_are_what_their_addresses_show(page_with, table):
    page = page_with(table)
    first = page.address
    page.send("[rel=next]")
    page.send("[rel=next]")
    assert "?after=" in page.address
    page.check_fresh()
    page.send("[rel=prev]")
    assert "?before=" in page.address
    page.check_fresh()
    page.send("[title='В начало']")
    assert page.address == f"{first}?"
    page.check_fresh()
    page.send("[title='В конец']")
    assert page.address.endswith("?last=1")
    page.check_fresh()


@swaps("request.get_full_path")
def test_the_outbox_shows_what_came_meanwhile_like_a_load(page_with, owner):
    page = page_with("#outbox-table")
    letters(owner)
    page.send("#outbox-table")
    page.check_fresh()


@pytest.mark.parametrize("part, tables", [
    ("filters ", {*LISTS, *ELSEWHERE}),
    ('include "ui/_sort.html" with ', {*SORTED, "#report"}),
    ('include "ui/_pages.html" with ', {*PAGED, *ELSEWHERE, "#import", "#import-table"}),
])
def test_each_list_that_has_filters_an_order_or_pages_is_tested(part, tables):
    target = re.compile(rf'{{%\s*{part}[^%]*?"(#[\w-]+)"')
    found = set()
    for path in TEMPLATES.rglob("*.html"):
        found.update(target.findall(path.read_text()))
    assert found == tables
