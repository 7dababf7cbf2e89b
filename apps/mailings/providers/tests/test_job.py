"""Domains that runs have met are looked up beside, and letters that wait are told."""
from datetime import timedelta

import dns.rcode
import pytest
from django.utils import timezone

from apps.delivery.services import run_start
from apps.jobs.models import Job
from apps.jobs.worker import claim, do_batch
from apps.mailings.models import Delivery, MailDomain, Run
from tests.factories import MailingFactory, RecipientFactory

from .. import letters
from ..chore import Lookups
from ..job import LOOK_UP
from .conftest import SILENT

SHOP = "shop.example"


@pytest.fixture
def ask(db, zone):
    """Do what the chore and the job do until nothing is left; returns the job."""
    def ask():
        Lookups().step()
        while job := claim("me"):
            do_batch(job)
        return Job.objects.filter(kind=LOOK_UP).latest("pk")
    return ask


def run_to(owner, *addresses):
    mailing = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=address) for address in addresses])
    return run_start(trigger=Run.Trigger.COMMAND, mailing=mailing)


def providers(run):
    return dict(run.deliveries.values_list("email", "provider"))


def test_a_run_writes_down_the_domains_that_nobody_knows(owner):
    run_to(owner, "a@Shop.example", "b@shop.example", "c@gmail.com", "d@bakery.example")
    known = MailDomain.objects.order_by("domain").values_list("domain", "looked_at")
    assert list(known) == [("bakery.example", None), (SHOP, None)]


def test_what_was_looked_up_long_ago_is_looked_up_again_when_a_run_meets_it(owner):
    now = timezone.now()
    MailDomain.objects.create(
        domain=SHOP, provider="yandex", looked_at=now - timedelta(days=8))
    MailDomain.objects.create(
        domain="fresh.example", provider="yandex", looked_at=now - timedelta(days=1))
    run = run_to(owner, "a@shop.example", "b@fresh.example")
    assert list(MailDomain.objects.filter(looked_at=None).values_list("domain")) == [(SHOP,)]
    assert set(providers(run).values()) == {"yandex"}


def test_letters_that_wait_are_told_what_dns_says(owner, ask, zone):
    zone.mx[SHOP] = ["10 mx.yandex.net."]
    run = run_to(owner, "a@shop.example", "b@bakery.example")
    assert set(providers(run).values()) == {"other"}
    job = ask()
    assert providers(run) == {"a@shop.example": "yandex", "b@bakery.example": "other"}
    assert (job.state, job.done) == (Job.State.DONE, 2)
    row = MailDomain.objects.get(domain=SHOP)
    assert (row.provider, row.server, row.failures) == ("yandex", "mx.yandex.net", 0)


def test_the_next_run_knows_at_once(owner, ask, zone):
    zone.mx[SHOP] = ["10 mx.yandex.net."]
    run_to(owner, "a@shop.example")
    ask()
    assert providers(run_to(owner, "b@shop.example")) == {"b@shop.example": "yandex"}
    assert zone.asked == [SHOP]


def test_letters_are_told_a_piece_at_a_time(owner, ask, zone, monkeypatch):
    monkeypatch.setattr(letters, "AT_ONCE", 2)
    zone.mx[SHOP] = ["10 mx.yandex.net."]
    run = run_to(owner, *(f"client{number}@shop.example" for number in range(5)))
    ask()
    assert set(providers(run).values()) == {"yandex"}


def test_what_has_left_stays_as_it_left(owner, ask, zone):
    zone.mx[SHOP] = ["10 mx.yandex.net."]
    run = run_to(owner, "a@shop.example", "b@shop.example")
    run.deliveries.filter(email="a@shop.example").update(state=Delivery.State.SENT)
    ask()
    assert providers(run) == {"a@shop.example": "other", "b@shop.example": "yandex"}


def test_a_domain_without_an_answer_is_asked_for_again_later_and_less_and_less(owner, ask, zone):
    run_to(owner, "a@shop.example")
    ask()
    ask()
    assert zone.asked == [SHOP]
    MailDomain.objects.update(looked_at=timezone.now() - timedelta(minutes=11))
    ask()
    assert zone.asked == [SHOP] * 2
    MailDomain.objects.update(looked_at=timezone.now() - timedelta(minutes=11))
    ask()
    assert zone.asked == [SHOP] * 2 and MailDomain.objects.get().failures == 2
    MailDomain.objects.update(failures=5, looked_at=timezone.now() - timedelta(days=300))
    ask()
    assert zone.asked == [SHOP] * 2


def test_a_failed_look_keeps_what_was_known(owner, ask, zone):
    zone.mx[SHOP] = dns.rcode.SERVFAIL
    MailDomain.objects.create(domain=SHOP, provider="yandex")
    ask()
    assert MailDomain.objects.get().provider == "yandex"


def test_where_dns_does_not_answer_at_all_no_domain_is_at_fault(owner, ask, zone):
    names = [f"shop{number}.example" for number in range(8)]
    zone.mx = dict.fromkeys(names, SILENT)
    run_to(owner, *(f"a@{name}" for name in names))
    job = ask()
    assert job.state == Job.State.QUEUED and job.next_try_at > timezone.now()
    assert set(MailDomain.objects.values_list("failures", "looked_at")) == {(0, None)}


def test_nothing_is_asked_where_lookups_are_off(owner, zone, settings):
    settings.MX_LOOKUPS = False
    run_to(owner, "a@shop.example")
    assert not Lookups().step()
    assert zone.asked == [] and not Job.objects.filter(kind=LOOK_UP).exists()
