"""Who has left advertising alone gets the other letters: every count and the claim agree."""
import pytest
from django.urls import reverse

from apps.mailings.models import Ground, Mailing, Suppression
from tests.sending import work

from .. import audience
from ..services import run_start

pytestmark = pytest.mark.django_db(transaction=True)
Purpose, Scope = Ground.Purpose, Suppression.Scope
ANNA = "anna@example.com"


@pytest.mark.parametrize("scope, kind, gets", [
    (Scope.ADVERTISING, Purpose.ADVERTISING, False), (Scope.ADVERTISING, Purpose.INFORMATION, True),
    (Scope.ALL, Purpose.ADVERTISING, False), (Scope.ALL, Purpose.INFORMATION, False),
])
def test_the_form_the_check_page_and_the_claim_agree(mailing, sink, as_owner, scope, kind, gets):
    Mailing.objects.update(kind=kind)
    mailing.refresh_from_db()
    Suppression.objects.create(owner=mailing.owner, email=ANNA, scope=scope)
    going = 2 + gets
    form = as_owner.post(reverse("delivery:whom_of", args=[mailing.pk]), {
        "who": "hand", "stays": "on", "kind": kind})
    assert form.context["audience"].going == going
    page = as_owner.get(reverse("delivery:start", args=[mailing.pk]))
    assert page.context["audience"] == audience.Audience(going=going, suppressed=3 - going)
    assert audience.audience_count(mailing) == going
    run = run_start(mailing=mailing, trigger="page", expected=going)
    assert audience.going_in(run) == going
    work(run)
    assert (run.sent, run.skipped) == (going, 3 - going)
    assert (ANNA in sink.addresses) == gets


def test_the_kind_is_that_of_the_start(mailing, sink):
    """What a mailing becomes meanwhile changes nothing for a run that has begun."""
    Suppression.objects.create(owner=mailing.owner, email=ANNA, scope=Scope.ADVERTISING)
    run = run_start(mailing=mailing, trigger="page")
    Mailing.objects.update(kind=Purpose.INFORMATION)
    work(run)
    assert run.sent == 2 and ANNA not in sink.addresses


def test_the_form_counts_the_kind_that_is_chosen_in_it(mailing, as_owner):
    Suppression.objects.create(owner=mailing.owner, email=ANNA, scope=Scope.ADVERTISING)
    for kind, going in (("advertising", 2), ("information", 3)):
        form = as_owner.post(reverse("delivery:whom_of", args=[mailing.pk]), {
            "who": "hand", "stays": "on", "kind": kind})
        assert form.context["audience"].going == going
