"""The panel of a run: what its buttons do, how it follows a run, and the tabs under it."""
import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from apps.delivery import audience
from apps.delivery.models import Worker
from apps.delivery.services import run_start
from apps.mailings.mailings import known
from apps.mailings.models import Delivery, Recipient, Run
from tests.conftest import client_of

from .inventory import swaps

PANEL = "#mailing-run"
FORM = "#modal-content form"
CHECK = "#check form"
OUTSIDE = "#modal-content > *"


@pytest.fixture(autouse=True)
def worker(db):
    return Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())


@pytest.fixture
def shown(open_page, mailing):
    """The mailing's page, to be loaded anew once there is a run."""
    return open_page(mailing.get_absolute_url())


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def start_of(mailing):
    return reverse("delivery:start", args=[mailing.pk])


def click(shown, icon, status=200):
    """Send the form of the panel's button that has this icon."""
    return shown.send(f"form:has(> #run-{icon})", status=status)


def finish(run, state):
    """Let all letters of the run have this end."""
    run.deliveries.update(state=state)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FINISHED, **{state: run.total})


@swaps("delivery:start", "address")
def test_a_start_shows_the_run_and_the_fates_of_its_letters(open_page, mailing):
    shown = open_page(start_of(mailing))
    shown.send(CHECK, status=204)
    assert Run.objects.get().state == Run.State.RUNNING
    assert shown.tree.select(f"{PANEL}[hx-get]")
    click(shown, "pause-fill")
    shown.check_fresh()


def test_a_start_for_another_number_than_was_named_shows_the_page_anew(open_page, mailing):
    shown = open_page(start_of(mailing))
    mailing.recipients.remove(mailing.recipients.first())
    shown.send(CHECK, status=409)
    assert not Run.objects.exists()
    shown.check_fresh(but="#check > .app-note")


@swaps("counted_address")
def test_a_dear_count_comes_after_the_page(open_page, mailing, monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 2)
    shown = open_page(start_of(mailing))
    shown.send("#check")
    monkeypatch.setattr(audience, "DEAR", 9)
    shown.check_fresh(only="#check")


@pytest.mark.parametrize("tab", ["recipients", "runs"])
@swaps("delivery:pause", "delivery:resume")
def test_a_run_that_is_paused_and_resumed_is_so_in_panel_and_tab(shown, run, tab):
    shown.load(f"{shown.address}?tab={tab}")
    click(shown, "pause-fill")
    shown.check_fresh()
    click(shown, "play-fill")
    shown.check_fresh()


@pytest.mark.parametrize("tab", ["recipients", "runs"])
@swaps("delivery:stop")
def test_a_run_that_is_stopped_is_so_in_panel_and_tab(shown, run, tab):
    shown.load(f"{shown.address}?tab={tab}")
    click(shown, "stop-fill")
    shown.check_fresh()


def test_a_refusal_brings_panel_and_tab_up_to_date(shown, run):
    shown.load(shown.address)
    finish(run, "sent")
    click(shown, "pause-fill", status=409)
    assert len(shown.toasts) == 1
    shown.check_fresh()


@swaps("delivery:count_unknown")
def test_after_a_restore_what_is_unsent_is_taken_for_unknown(shown, run):
    Run.objects.update(state=Run.State.PAUSED, reason=Run.Reason.RESTORE)
    shown.load(shown.address)
    click(shown, "question-circle")
    assert Delivery.objects.filter(state="unknown").count() == 3
    shown.check_fresh()


@swaps("delivery:resume", "delivery:resume")
def test_after_a_restore_sending_again_is_asked_about_in_the_modal(
        shown, run, mailing, as_owner):
    Run.objects.update(state=Run.State.PAUSED, reason=Run.Reason.RESTORE)
    shown.load(shown.address)
    shown.send(f"{PANEL} [hx-get$='/resume/']")
    shown.check_modal(as_owner.get(reverse("delivery:resume", args=[mailing.pk])))
    shown.check_fresh(but=OUTSIDE)
    shown.send(FORM)
    assert Run.objects.get().state == Run.State.RUNNING
    shown.check_fresh()


@pytest.mark.parametrize("how", ["delivered", "again"])
@swaps("delivery:resolve")
def test_unknown_outcomes_that_are_decided_are_so_in_panel_and_tab(shown, run, how):
    finish(run, "unknown")
    shown.load(shown.address)
    form = f"{PANEL} .app-note form"
    shown.send(form, f"{form} [value={how}]")
    assert not Delivery.objects.filter(state="unknown").exists()
    shown.check_fresh()


@pytest.mark.parametrize("how", ["delivered", "again"])
@swaps("delivery:resolve")
def test_one_unknown_outcome_that_is_decided_is_so_in_panel_and_tab(shown, run, how):
    finish(run, "unknown")
    shown.load(f"{shown.address}?tab=recipients&fate=unknown")
    form = "#mailing-tab tr:first-child form[hx-post$='/settle/']"
    shown.send(form, f"{form} [value={how}]")
    assert Delivery.objects.filter(state="unknown").count() == 2
    shown.check_fresh()


@swaps("delivery:progress")
def test_while_a_run_is_on_its_panel_follows_it(shown, run):
    shown.load(shown.address)
    run.deliveries.filter(email="anna@example.com").update(state="sent")
    Run.objects.update(sent=1)
    shown.send(PANEL)
    assert "1" in shown.one(".app-dot-sent + dd").get_text()
    shown.check_fresh(only=f"{PANEL}, #mailing-status")


@pytest.mark.parametrize("state", ["sent", "failed", "unknown"])
@pytest.mark.parametrize("tab", ["recipients", "runs", "attempts"])
def test_at_the_end_of_a_run_the_whole_page_is_up_to_date(shown, run, tab, state):
    shown.load(f"{shown.address}?tab={tab}")
    finish(run, state)
    shown.send(PANEL)
    assert "hx-get" not in shown.one(PANEL).attrs
    shown.check_fresh()


@swaps("?tab=name")
def test_each_tab_is_what_its_address_shows(shown, run):
    shown.load(shown.address)
    for tab in ("runs", "attempts", "letter", "recipients"):
        shown.send(f'[hx-get="?tab={tab}"]')
        assert shown.address.endswith(f"?tab={tab}")
        shown.check_fresh()


PLACE = "page=None after=None before=None last=None counted=None"


@swaps("request.path", f"querystring tab='recipients' fate=None {PLACE}",
       f"querystring tab='recipients' fate=name {PLACE}")
def test_recipients_of_one_fate_are_what_the_address_shows(shown, run):
    shown.load(shown.address)
    run.deliveries.filter(email="anna@example.com").update(state="sent")
    shown.load(shown.address)
    for fate in ("sent", "pending"):
        shown.send(f"#mailing-rows [hx-get*='fate={fate}']")
        shown.fill("#id_q", "example.com")
        shown.send("#mailing-tab form.app-filters")
        assert "q=example.com" in shown.address and f"fate={fate}" in shown.address
        shown.check_fresh()
    shown.send("#mailing-rows .app-pills a:first-child")
    assert "fate" not in shown.address
    shown.check_fresh()


def test_pages_of_the_recipients_are_what_their_addresses_show(shown):
    shown.send("#mailing-tab [rel=next]")
    assert "?after=" in shown.address
    shown.check_fresh()
    shown.send("#mailing-tab [rel=prev]")
    shown.check_fresh()


@pytest.fixture
def big(mailing, monkeypatch):
    """The mailing is too big to count the fates of its recipients in the page; it ran twice."""
    monkeypatch.setattr(known, "BIG", 2)
    cache.clear()
    for _ in range(2):
        run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
        finish(run, "sent")


@swaps("delivery:progress?counted=1", "querystring counted=1")
def test_the_fates_of_many_are_counted_after_the_page(shown, big):
    shown.load(shown.address)
    assert "Считаем" in shown.one(PANEL).text
    shown.send(PANEL)
    assert "3 из 3 получили" in shown.one(PANEL).text
    assert "hx-get" not in shown.one(PANEL).attrs
    assert "hx-get" not in shown.one("#mailing-fates").attrs
    shown.check_fresh()


@pytest.mark.parametrize("address", ["/mailings/", "/"])
@swaps("delivery:bars?query")
def test_bars_of_moving_runs_follow_them(open_page, run, address):
    page = open_page(address)
    Run.objects.update(sent=2)
    page.send("#moving")
    assert "2" in page.one(".app-cell-bar").get_text()
    page.check_fresh()


def test_in_the_list_of_mailings_a_run_that_is_over_is_asked_about_no_more(open_page, run):
    page = open_page("/mailings/")
    finish(run, "sent")
    page.send("#moving")
    assert "hx-get" not in page.one("#moving").attrs
    page.check_fresh()


def test_recipients_that_are_gone_leave_the_tab_by_its_event(shown):
    Recipient.objects.filter(email="anna@example.com").update(deleted_at=timezone.now())
    shown.send("#mailing-rows")
    shown.check_fresh(but=PANEL)


@swaps("request.get_full_path")
def test_while_a_run_is_on_the_rows_of_its_recipients_follow_it(shown, run):
    shown.load(shown.address)
    run.deliveries.filter(email="anna@example.com").update(state="sent")
    shown.send("#mailing-rows")
    assert "Успешно" in shown.one("#mailing-rows tbody").get_text()
    shown.check_fresh(only="#mailing-tab")


@swaps("mailings:mailing_recipient?edit=1", "mailings:mailing_recipient",
       "mailings:mailing_recipient")
def test_an_address_is_corrected_in_the_row(shown, run):
    finish(run, "failed")
    shown.load(f"{shown.address}?fate=failed")
    button = "#mailing-rows tbody tr:first-child a[id$=correct]"
    shown.send(button)
    shown.send("tr[data-inline] [data-cancel]")
    shown.check_fresh()
    shown.send(button)
    shown.fill("tr[data-inline] [name=email]", "nonsense")
    shown.send("tr[data-inline] form", status=422)
    shown.fill("tr[data-inline] [name=email]", "another@example.com")
    shown.send("tr[data-inline] form", status=204)
    assert "another@example.com" in shown.one("#mailing-rows").get_text()
    shown.check_fresh()


@swaps("mailings:mailing_delete")
def test_a_mailing_is_deleted_from_its_page_in_the_modal(shown, mailing, as_owner):
    shown.send(".app-title [hx-get$='/delete/']")
    shown.check_modal(as_owner.get(reverse("mailings:mailing_delete", args=[mailing.pk])))
    shown.send(FORM, status=204)
    assert shown.address == "/mailings/"


@swaps("delivery:progress", "address")
def test_a_managers_switch_changes_page_and_panel_in_place(open_page, mailing, manager):
    page = open_page(mailing.get_absolute_url(), client_of(manager))
    page.send("#mailing-switch form")
    page.one(f"{FORM} [name=reason]")
    page.fill(f"{FORM} [name=reason]", "Опечатка в цене")
    page.send(FORM, status=204)
    page.check_fresh()
    page.send("#mailing-switch form", status=204)
    page.check_fresh()
