"""What several tests do first."""
import re

from playwright.sync_api import expect

from tests.demo_site import log_in

DETAIL = re.compile(r"/mailings/\d+/$")


def fresh_mailing(page, site, starts="2026-01-01T10:00"):
    """Log the flower shop's owner in and make a mailing to all 25 clients; return its address."""
    log_in(page, site, "other@example.com")
    page.goto(f"{site}/mailings/create/")
    page.select_option("[name=message]", index=1)
    page.check("[name=who][value=everyone]")
    page.fill("[name=starts_at]", starts)
    page.fill("[name=ends_at]", "2099-01-01T10:00")
    page.click(".app-form .btn-primary")
    page.wait_for_url(DETAIL)
    return page.url


def figures(page):
    """Return the five figures of the run that the page shows."""
    return [int(text) for text in page.locator(".app-tally dd").all_inner_texts()]


def open_letter(page, site, email, subject=""):
    """Open the newest letter to `email` in the demo's outbox, once it has come."""
    letters = page.locator("#outbox-table td a", has_text=subject)
    for _ in range(20):
        page.goto(f"{site}/outbox/?q={email}")
        if letters.count():
            break
        page.wait_for_timeout(500)
    letters.first.click()
    expect(page.locator(".app-letter")).to_be_visible()


def give_reason(page, place="#modal-content"):
    """Tell why somebody is blocked, or a mailing disabled, in the form that asks."""
    page.fill(f"{place} [name=reason]", "Опечатка в цене")
    page.click(f"{place} .btn-danger")
