"""What several tests do first."""
import re

from tests.demo_site import log_in

DETAIL = re.compile(r"/mailings/\d+/$")


def fresh_mailing(page, site, starts="2026-01-01T10:00"):
    """Log the flower shop's owner in and make a mailing to all 25 clients; return its address."""
    log_in(page, site, "other@example.com")
    page.goto(f"{site}/mailings/create/")
    page.select_option("[name=message]", index=1)
    page.check("[name=everyone]")
    page.fill("[name=starts_at]", starts)
    page.fill("[name=ends_at]", "2099-01-01T10:00")
    page.click(".app-form .btn-primary")
    page.wait_for_url(DETAIL)
    return page.url


def figures(page):
    """Return the five figures of the run that the page shows."""
    return [int(text) for text in page.locator(".app-tally dd").all_inner_texts()]
