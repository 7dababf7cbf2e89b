"""Pages that follow what goes on elsewhere."""
import pytest

from apps.delivery.services import run_start
from apps.mailings.models import Run

from .inventory import swaps
from .test_sending import finish


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


@swaps("home")
def test_home_follows_what_goes_on(open_page, run):
    page = open_page("/")
    finish(run, "failed")
    page.send("#home-live")
    assert page.one('#home-live a[href$="?tab=recipients&fate=failed"]')
    page.check_fresh()


@swaps("request.get_full_path")
def test_a_list_of_mailings_follows_what_starts_and_ends(open_page, mailing):
    page = open_page("/mailings/")
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    page.send("#mailing-table")
    assert page.tree.select("#moving[hx-get]")
    page.check_fresh()
