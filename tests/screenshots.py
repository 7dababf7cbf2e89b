"""Pictures of the demo: for the guide, or with a folder of every page in every dress.

    python -m tests.screenshots [FOLDER]

Starts the demo with data of its own. Without FOLDER writes `docs/guide/img/`; with it every page
in Russian and English, light and dark, on a desktop and on a phone.
"""
import itertools
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.demo_site import CHROMIUM, QUIET, demo_site, log_in
from tests.guide_pictures import guide

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PUBLIC = {"landing": "/", "login": "/accounts/login/", "signup": "/accounts/signup/"}
OWNER = {
    "home": "/", "recipients": "/recipients/", "messages": "/messages/", "mailings": "/mailings/",
    "attempts": "/attempts/", "reports": "/reports/", "profile": "/profile/",
    "outbox": "/outbox/", "recipient_create": "/recipients/create/",
    "message_create": "/messages/create/", "mailing_create": "/mailings/create/",
    "senders": "/senders/", "sender_create": "/senders/create/",
    "help": "/help/", "help_unknown": "/help/unknown/", "help_mailings": "/help/mailings/",
}
MANAGER = {"manager_mailings": "/mailings/", "users": "/users/"}


def speak(page, site, language):
    """Choose the interface's language as a visitor does."""
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])


def details(page, site):
    """Return the addresses of one mailing of each kind, and of its report."""
    page.goto(f"{site}/mailings/")
    links = page.eval_on_selector_all(
        "main a[href*='/mailings/']", "all => all.map(a => a.getAttribute('href'))")
    plain = sorted({link for link in links if link.strip("/").rpartition("/")[2].isdigit()})
    found = {f"mailing_{link.strip('/').rpartition('/')[2]}": link for link in plain}
    return found | {f"report_{name[8:]}": f"/reports{link}" for name, link in found.items()}


def shoot(page, site, pages, folder, suffix):
    for name, path in pages.items():
        page.goto(f"{site}{path}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}{suffix}.png", full_page=True)


def everything(browser, site, folder):
    for language, scheme, (size, width) in itertools.product(
            ("ru", "en"), ("light", "dark"), ((DESKTOP, "wide"), (PHONE, "phone"))):
        suffix = f"-{language}-{scheme}-{width}"
        for who, pages in ((None, PUBLIC), ("owner@example.com", OWNER),
                           ("manager@example.com", MANAGER)):
            context = browser.new_context(viewport=size, color_scheme=scheme)
            page = context.new_page()
            speak(page, site, language)
            if who:
                log_in(page, site, who)
                speak(page, site, language)
            more = details(page, site) if who == "owner@example.com" else {}
            shoot(page, site, pages | more, folder, suffix)
            context.close()


def main():
    folder = Path(sys.argv[1]) if sys.argv[1:] else None
    with tempfile.TemporaryDirectory() as data, demo_site(data, SENDER_RATE="4") as site, \
            sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        if folder is None:
            guide(browser, site)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            everything(browser, site, folder)


if __name__ == "__main__":
    main()
