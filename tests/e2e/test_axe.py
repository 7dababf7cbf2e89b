"""axe finds nothing on any page in either language, or theme, with what opens on it."""
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import override
from playwright.sync_api import expect

from apps.core.views import error_page, unavailable
from tests.demo_site import get, log_in
from tests.screenshots import speak

from .steps import open_letter

# A page's address; then, where something opens on it, what to click and what to wait for.
VISITOR = [
    ("/",), ("/accounts/login/",), ("/accounts/signup/",), ("/accounts/password/reset/",),
    ("/accounts/login/", "main form button", ".is-invalid"),
    ("/accounts/signup/", "main form button", ".is-invalid"), ("/help/",),
    ("/accounts/password/reset/done/",), ("/accounts/confirm-email/",), ("/accounts/inactive/",),
    ("/accounts/confirm-email/wrong/",), ("/accounts/password/reset/key/1-wrong/",),
    ("/accounts/password/reset/key/done/",),
]
# In the dark theme only colours can be wrong that were right in the light one.
THEMES = {"light": {"resultTypes": ["violations"]},
          "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
DARK_IN = "ru"  # colours are the same in every language
RUN = "options => axe.run(options).then(({ violations }) => violations)"
MODAL = "#modal.show .modal-content > *"
OWNER = [
    ("/",), ("/recipients/",), ("/recipients/?q=nobody-at-all",), ("/recipients/create/",),
    ("/recipients/create/", ".app-form .btn-primary", ".is-invalid"),
    ("/recipients/", "[data-new]", MODAL), ("/recipients/", "[id$=-delete]", MODAL),
    ("/recipients/", "tbody [id$=-edit]", "[data-inline]"), ("/recipients/", "[data-keys]", MODAL),
    ("/recipients/", "tbody .app-strong", "dl.app-facts"),
    ("/recipients/", "[id$=-suppress]", MODAL), ("/recipients/suppressed/",),
    ("/recipients/suppressed/create/", ".app-form .btn-primary", ".is-invalid"),
    ("/recipients/suppressed/", "[data-new]", MODAL),
    ("/recipients/fields/",), ("/recipients/fields/", "[data-new]", MODAL),
    ("/recipients/fields/", "tbody [id$=-delete]", MODAL),
    ("/recipients/fields/create/", ".app-form .btn-primary", ".is-invalid"),
    ("/recipients/segments/",), ("/recipients/segments/create/",),
    ("/recipients/segments/", "tbody .app-strong", "#people-table"),
    ("/recipients/segments/", "tbody [id$=-delete]", MODAL), ("/recipients/export/",),
    ("/recipients/segments/create/", "[name=_group]", ".app-conditions-inner"),
    ("/recipients/segments/create/", ".app-form-footer .btn-primary", ".is-invalid"),
    ("/recipients/import/",),
    ("/recipients/import/", "main form .btn-primary", "[aria-invalid=true]"),
    ("/recipients/", "[name=tick]", ".app-bulk"), ("/recipients/?tag=none",),
    ("/recipients/tags/",), ("/recipients/tags/", "tbody [id$=-merge]", MODAL),
    ("/recipients/tags/", "tbody [id$=-delete]", MODAL),
    ("/recipients/tags/create/", ".app-form .btn-primary", ".is-invalid"),
    ("/recipients/bulk/?all=1",), ("/recipients/bulk/?all=1&do=tag",),
    ("/recipients/bulk/?all=1&do=delete",), ("/recipients/bulk/?do=delete",),
    ("/messages/",), ("/messages/create/",),
    ("/messages/create/", "[data-inserts=id_body] summary", "[data-inserts=id_body][open]"),
    ("/messages/create/", ".app-form .btn-primary", ".is-invalid"),
    ("/messages/", "tbody .app-strong", ".app-beside iframe"),
    ("/mailings/",), ("/mailings/create/",),
    ("/mailings/create/", ".app-form .btn-primary", ".is-invalid"),
    ("/attempts/",), ("/attempts/?q=nobody-at-all",), ("/reports/",), ("/profile/",),
    ("/accounts/reauthenticate/",),
    ("/profile/edit/",), ("/accounts/email/",), ("/accounts/password/change/",), ("/outbox/",),
    ("/accounts/logout/",), ("/help/",), ("/accounts/sessions/",),
    ("/accounts/2fa/",), ("/accounts/2fa/totp/activate/",), ("/trail/",),  # the last is refused
    ("/jobs/",), ("/reports/letters/",), ("/reports/letters/?period=all",),
    ("/inbound/",), ("/inbound/", ".app-incoming summary", ".app-incoming details[open]"),
    ("/inbound/?show=unclear",), ("/inbound/?show=done",), ("/recipients/?bounced=returned",),
    ("/reports/letters/?period=all&fate=returned",), ("/senders/1/",), ("/senders/1/mailbox/",),
    ("/senders/1/providers/",),
    ("/senders/1/providers/", "[value=careful]", "#other-providers[open]"),
    ("/senders/1/mailbox/", ".app-form-footer .btn-primary", ".is-invalid"),
    ("/help/", ".app-guide-nav a:last-child", ".app-guide-nav a:last-child[aria-current=page]"),
]
MAILING = ["{}", "{}?tab=runs", "{}?tab=attempts", "{}?tab=letter", "{}edit/", "{}delete/",
           "{}start/", "{}start/?again=1", "/reports{}"]
MANAGER = [("/",), ("/recipients/",), ("/recipients/suppressed/",), ("/messages/",),
           ("/mailings/",), ("/attempts/",), ("/reports/",), ("/users/",), ("/trail/",),
           ("/jobs/",),
           ("/users/", ".app-switch[aria-checked=true]", MODAL),
           ("/mailings/", ".app-switch[aria-checked=true]", MODAL)]
FAILED = "?tab=recipients&fate=failed"
PEOPLE = "/recipients/"


def mailings(page, site):
    """Return the addresses of the pages of each mailing that looks different."""
    page.goto(f"{site}/mailings/")
    all_links = page.eval_on_selector_all(
        "#mailing-table .app-strong", "links => links.map(link => link.getAttribute('href'))")
    first, *others = all_links
    forms = [(form.format(first),) for form in MAILING]
    for link in others:
        forms += [(link,), (f"{link}start/",)]
    return forms


def violations(page, site, steps, language):
    """Return what axe finds after each of the steps."""
    found = []
    for path, *opening in steps:
        page.goto(site + path)
        if opening:
            page.locator(opening[0]).first.click()
            page.locator(opening[1]).first.wait_for()
            page.wait_for_load_state()
        assert page.locator("html").get_attribute("lang") == language
        found += violations_here(page, " ".join([path, *opening[:1]]))
    return found


def violations_here(page, name):
    """Return what axe finds on the page as it is now; in both themes, in one of the languages."""
    found = []
    language = page.locator("html").get_attribute("lang")
    page.evaluate(Axe().axe_script)
    for theme, options in THEMES.items():
        if theme == "dark" and language != DARK_IN:
            continue
        page.emulate_media(color_scheme=theme)
        for rule in page.evaluate(RUN, options):
            nodes = [node["html"][:120] for node in rule["nodes"][:3]]
            found.append(f"{name}, {theme}: {rule['id']}: {nodes}")
    return found


def choose(page, site, language):
    """Choose the language of the profile; a visitor's, of the cookie."""
    page.goto(f"{site}/help/")
    page.click(f"footer button[value={language}]")


CONFIRM = re.compile("Подтвердите|Confirm")
RESET = re.compile("Новый пароль|new password")
both_languages = pytest.mark.parametrize("language", ["ru", "en"])


WALKS = {  # who walks, and where; apart, so that several processes share the way
    "a visitor": (None, VISITOR),
    "an owner's people": ("owner@example.com", [it for it in OWNER if it[0].startswith(PEOPLE)]),
    "an owner": ("owner@example.com", [it for it in OWNER if not it[0].startswith(PEOPLE)]),
    "an owner's mailings": ("owner@example.com", mailings),
    "a manager": ("manager@example.com", MANAGER),
}


@both_languages
@pytest.mark.parametrize("walk", WALKS)
def test_axe_finds_nothing_on_any_page(open_page, site, walk, language):
    who, steps = WALKS[walk]
    page = open_page(reduced_motion="reduce")
    if who:
        log_in(page, site, who)
    choose(page, site, language)
    steps = mailings(page, site) if steps is mailings else steps
    assert steps
    found = violations(page, site, steps, language)
    choose(page, site, "ru")  # the demo's people are other tests' people too
    assert "\n".join(found) == ""


def letters_door(page, site, email, subject):
    """Return the paths of the letter to `email` about `subject` and of the link in it."""
    open_letter(page, site, email, subject)
    door = page.locator(".app-letter a").first.get_attribute("href")
    return urlsplit(page.url).path, urlsplit(door).path


@both_languages
def test_axe_finds_nothing_at_the_doors_that_letters_open(open_page, site, language):
    page, email = open_page(reduced_motion="reduce"), f"axe.{language}@example.com"
    choose(page, site, language)
    for form, subject, fields in (
            ("signup", CONFIRM, ("email", "password1", "password2")),
            ("password/reset", RESET, ("email",))):
        page.goto(f"{site}/accounts/{form}/")
        for name in fields:
            page.fill(f"main [name={name}]", email if name == "email" else "correct-horse-7")
        page.click("main form button")
        expect(page.locator(".app-fate .app-green")).to_be_visible(timeout=15_000)
        assert violations(page, site, [(urlsplit(page.url).path,)], language) == []
        letter, door = letters_door(page, site, email, subject)
        assert violations(page, site, [(letter,), (door,)], language) == []
        page.goto(site + door)
        page.locator("main form button").first.wait_for()  # the door opens: this is not its refusal
        if form == "signup":
            page.click("main form button")


@both_languages
def test_axe_finds_nothing_where_a_draft_waits_an_address_is_corrected_or_a_reason_is_asked(
        open_page, site, language):
    page = log_in(open_page(reduced_motion="reduce"), site)
    choose(page, site, language)
    page.goto(f"{site}/messages/create/")
    page.fill("[name=subject]", "{имья}")
    expect(page.locator("[data-draft-status]")).to_contain_text(":")
    rows = [(f"{path}{FAILED}", "[id$=-correct]", "[data-inline]")
            for path in with_failures(page, site)]
    assert rows
    steps = [("/messages/create/",), ("/messages/create/", "#drafts a", "#unknown-subject p")]
    found = violations(page, site, steps + rows[:1], language)
    manager = log_in(open_page(reduced_motion="reduce"), site, "manager@example.com")
    choose(manager, site, language)
    manager.goto(f"{site}/mailings/")
    address = manager.locator(".app-switch-form[method=get]").first.get_attribute("action")
    found += violations(manager, site, [(f"{address}?disabled=1",)], language)
    manager.goto(f"{site}/jobs/")
    jobs = manager.locator("#job-table a.app-strong")
    if jobs.count():
        found += violations(manager, site, [(jobs.first.get_attribute("href"),)], language)
    choose(page, site, "ru")
    choose(manager, site, "ru")
    assert "\n".join(found) == ""


ROWS = "E-mail;Имя\nанна@;Анна\nboris@gmial.com;Борис\nvera.axe@example.com;Вера"


@both_languages
def test_axe_finds_nothing_on_an_import_at_each_of_its_steps(open_page, site, language):
    page = log_in(open_page(reduced_motion="reduce"), site)
    choose(page, site, language)
    page.goto(f"{site}/recipients/import/")
    page.fill("[name=text]", ROWS)
    page.click("main form .btn-primary")
    page.locator("#mapping").wait_for()
    path = urlsplit(page.url).path
    steps = [(path, "#reading summary", "#reading[open]")]
    found = violations(page, site, steps, language)
    page.select_option("[name=column-0]", "")
    page.click("#check-rows")
    page.locator("[role=alert]").wait_for()
    found += violations_here(page, "columns with an error")
    page.select_option("[name=column-0]", "email")
    page.click("#check-rows")
    page.locator("#import-rows").wait_for()
    found += violations(page, site, [
        (path,), (f"{path}?rows=doubtful",), (path, "[id$=-edit]", "[data-inline]"),
        (path, "[href$='/drop/']", MODAL)], language)
    page.goto(f"{site}{path}drop/")
    page.click("main .btn-danger")
    page.wait_for_load_state()
    found += violations(page, site, [(path,)], language)
    choose(page, site, "ru")
    assert "\n".join(found) == ""


def with_failures(page, site):
    """Return the addresses of mailings that have an address to correct."""
    page.goto(f"{site}/mailings/")
    found = []
    for link in page.locator("#mailing-table a.app-strong").all():
        path = link.get_attribute("href")
        if "-correct" in get(page, f"{site}{path}{FAILED}").text():
            found.append(path)
    return found


@both_languages
@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_axe_finds_nothing_on_the_pages_of_errors(open_page, site, rf, status, language):
    page, request = open_page(reduced_motion="reduce"), rf.get("/broken/")
    request.user, request.htmx, request.LANGUAGE_CODE = AnonymousUser(), False, language
    with override(language):
        answer = unavailable(request) if status == 503 else error_page(request, status)
    assert answer.status_code == status
    page.route("**/broken/", lambda route: route.fulfill(
        content_type="text/html", body=answer.content.decode()))
    assert violations(page, site, [("/broken/",)], language) == []


@both_languages
def test_axe_finds_nothing_where_there_is_no_page(open_page, production, language):
    page = open_page(reduced_motion="reduce")
    speak(page, production, language)
    assert violations(page, production, [("/nowhere/",)], language) == []
