"""The guide's pictures, in both languages, from the running demo."""
import contextlib
import io

from PIL import Image
from playwright.sync_api import expect

from tests.demo_site import ROOT, get, log_in

FOLDER = ROOT / "docs" / "guide" / "img"
SIZE = {"width": 1220, "height": 760}
INVITATION = "печь хлеб"  # in the subject of a letter of blocks
PASTED = """E-mail;Имя;Метки
vera@example.com;Вера Лаптева;Опт
gleb@example.com;Глеб Морозов;Опт
daria@;Дарья Котова;Постоянные
info@gmial.com;Лавка на углу;Опт
vera@example.com;Вера Лаптева;Постоянные
"""


def guide(browser, site):
    """Write each picture of the guide under FOLDER."""
    for language in ("ru", "en"):
        folder = FOLDER / language
        folder.mkdir(parents=True, exist_ok=True)
        owner = person(browser, site, language, "owner@example.com")
        for name, scene in SCENES.items():
            owner.set_viewport_size(SIZE)
            save(owner, folder / f"{name}.webp", scene(owner, site))
        with running(owner, site):
            save(owner, folder / "run.webp")
        manager = person(browser, site, language, "manager@example.com")
        manager.goto(f"{site}/users/")
        save(manager, folder / "users.webp")


def person(browser, site, language, email):
    """Return a page where `email` is logged in and reads `language`."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
    page = log_in(context.new_page(), site, email)
    page.click(f"button[name=language][value={language}]")
    return page


def save(page, path, shown=None):
    """Write the page, or the element `shown`, as a small WebP."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO((shown or page).screenshot())).convert("RGB")
    picture.save(path, "WEBP", quality=70, method=6)


def home(page, site):
    page.goto(f"{site}/")


def recipients(page, site):
    page.goto(f"{site}/recipients/")
    page.locator("#recipient-table tbody tr").nth(2).locator("a[hx-get*='edit=1']").click()
    expect(page.locator("tr[data-inline] [name=email]")).to_be_focused()


def import_check(page, site):
    page.goto(f"{site}/recipients/import/")
    page.fill("[name=text]", PASTED)
    page.click("main form .btn-primary")
    page.click("#check-rows", timeout=20000)
    expect(page.locator("#import-rows tbody tr").first).to_be_visible(timeout=20000)


def message(page, site):
    page.goto(f"{site}/messages/")
    page.locator("#message-table tbody tr:not(:has(.app-kind)) [id$=-edit]").first.click()
    expect(page.locator(".app-preview")).to_be_visible()
    page.locator("[name=body]").press("End")


def blocks(page, site):
    page.goto(f"{site}/messages/")
    page.locator("#message-table tbody tr", has_text=INVITATION).locator("[id$=-edit]").click()
    expect(page.frame_locator("iframe").locator("img").first).to_be_visible()


def preview(page, site):
    page.set_viewport_size({**SIZE, "height": 1000})
    page.goto(f"{site}/messages/")
    letter = page.locator("#message-table a.app-strong", has_text=INVITATION)
    page.goto(f"{site}{letter.get_attribute('href')}preview/")
    expect(page.frame_locator("iframe").locator("img").first).to_be_visible()


def mailing_form(page, site):
    page.set_viewport_size({**SIZE, "height": 1300})  # the header would lie over a longer form
    page.goto(f"{site}/mailings/create/")
    page.check("[name=when][value=planned]")
    page.select_option("[name=message]", index=1)
    page.check("[name=who][value=hand]")
    page.locator("[data-candidate]").first.check()
    page.locator("[data-candidate]").nth(2).check()
    return page.locator("main .app-form")


def sender(page, site):
    page.set_viewport_size({**SIZE, "height": 1300})
    page.goto(f"{site}/senders/create/")
    page.check("[name=preset][value=yandex]")
    expect(page.locator("[name=host]")).to_have_value("smtp.yandex.ru")
    page.fill("[name=address]", "olga@yandex.ru")
    page.fill("[name=name]", "Лавка чая")
    return page.locator("main .app-form")


@contextlib.contextmanager
def running(page, site):
    """The mailing that the demo left paused, going on; it is paused again for the next one."""
    page.goto(site + address_with(page, site, "/resume/"))
    page.click("form[action$='/resume/'] button")
    expect(page.locator(".app-run-head .app-blue")).to_be_visible()
    expect(page.locator("#mailing-run .mb-0")).to_contain_text(",", timeout=20000)  # its rate
    yield
    page.click("form[action$='/pause/'] button")
    expect(page.locator("form[action$='/resume/'] button")).to_be_visible()


def unknown(page, site):
    page.goto(site + address_with(page, site, "/settle/"))


def report(page, site):
    page.goto(f"{site}/reports/")


def address_with(page, site, form):
    """Return the address of the first mailing whose page has a form that posts to `form`."""
    page.goto(f"{site}/mailings/")
    for link in page.locator("#mailing-table a.app-strong").all():
        address = link.get_attribute("href")
        if form in get(page, site + address).text():
            return address
    raise SystemExit(f"The demo has no mailing with {form}.")


SCENES = {
    "home": home, "recipients": recipients, "import": import_check, "message": message,
    "blocks": blocks, "preview": preview, "mailing-form": mailing_form, "sender": sender,
    "unknown": unknown, "report": report}
