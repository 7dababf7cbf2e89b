"""A real browser at the page where people leave: programs that check links, and people."""
import pytest

from apps.delivery.services import run_start
from apps.delivery.wire.tokens import unsubscribe_token
from apps.delivery.wire.web_version import token_of
from apps.mailings.models import Message, Run, Suppression
from tests.factories import MailingFactory, RecipientFactory

pytestmark = pytest.mark.django_db(transaction=True)
HTML = ('<!doctype html><link rel="icon" href="data:,">'
        '<p>Новости</p><p><a href="{отписаться}">Отписаться</a></p>')
LINKS = "links => links.map(link => link.href)"
SEND_ALL = "[...document.forms].map(form => form.submit())"


@pytest.fixture
def delivery(owner, live_server, settings):
    settings.BASE_URL = live_server.url
    mailing = MailingFactory(
        owner=owner, recipients=[RecipientFactory(owner=owner, email="anna@example.com")])
    Message.objects.filter(pk=mailing.message_id).update(kind="html", html=HTML)
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE).deliveries.get()


def link_of(delivery, site):
    token = unsubscribe_token(
        delivery.run.owner_id, delivery.recipient_id, delivery.pk, delivery.email)
    return f"{site}/u/{token}/"


def test_a_browser_that_runs_scripts_and_follows_each_link_unsubscribes_nobody(
        delivery, live_server, open_page):
    page = open_page()
    seen = set()
    found = [f"{live_server.url}/w/{token_of(delivery.run.seed.encode(), delivery.pk)}/"]
    while found:
        address = found.pop()
        if address not in seen:
            seen.add(address)
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found += page.eval_on_selector_all("a[href]", LINKS)
            if page.locator("form").count():
                with page.expect_navigation():
                    page.evaluate(SEND_ALL)  # as a script does: no button was pressed
    assert link_of(delivery, live_server.url) in seen
    assert not Suppression.objects.exists()


def test_a_person_leaves_and_comes_back_without_scripts(delivery, live_server, open_page):
    page = open_page(java_script_enabled=False, viewport={"width": 375, "height": 740})
    page.goto(link_of(delivery, live_server.url))
    page.click("[name=leave]")
    assert Suppression.objects.get().email == "anna@example.com"
    page.click("[value=dull]")
    page.click(".why button")
    assert Suppression.objects.get().why == "dull"
    page.click("[name=back]")
    assert not Suppression.objects.exists()
    page.locator("[name=leave]").focus()
    page.keyboard.press("Enter")
    page.locator("[name=back]").wait_for()
    assert Suppression.objects.exists() and not page.context.cookies()
