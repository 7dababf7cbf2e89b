"""The second factor and the sessions, as a person on a laptop and a phone meets them."""
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.demo_site import log_in

PHONE = {"width": 360, "height": 740}
OTHER = "admin@example.com"


def submit(page, **fields):
    """Fill the main form and send it."""
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    with page.expect_navigation():
        page.click("main form .btn-primary")


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_second_factor_is_turned_on_used_and_other_sessions_are_ended(open_page, site):
    laptop, phone, lost = open_page(), open_page(viewport=PHONE), open_page(viewport=PHONE)
    log_in(laptop, site, OTHER).click(".app-own-menu summary")
    laptop.click("a[href='/profile/']")
    laptop.click("main a[href='/accounts/2fa/']")
    laptop.click("main a[href='/accounts/2fa/totp/activate/']")
    submit(laptop, password="vestnik-demo")
    assert laptop.evaluate("document.querySelector('main img').naturalWidth") > 0
    secret = laptop.inner_text("main code").strip()
    submit(laptop, code=code_of(secret))
    recovery = laptop.locator("#recovery-codes li").all_inner_texts()
    assert len(recovery) == 10

    for page, code in ((phone, recovery[0]), (lost, code_of(secret))):
        page.goto(f"{site}/accounts/login/")
        submit(page, login=OTHER, password="vestnik-demo")
        assert "/2fa/authenticate/" in page.url
        submit(page, code="000001")
        assert page.locator("#id_code_error").is_visible() and fits(page)
        submit(page, code=code)
        assert page.url == f"{site}/"

    phone.goto(f"{site}/accounts/sessions/")
    assert fits(phone)
    submit(phone)
    lost.goto(f"{site}/recipients/")
    assert "/accounts/login/" in lost.url
    phone.goto(f"{site}/accounts/2fa/")
    assert fits(phone)


def test_a_manager_searches_the_trail_on_a_phone(open_page, site):
    page = log_in(open_page(viewport=PHONE), site, "manager@example.com")
    page.goto(f"{site}/trail/")
    assert fits(page)
    page.fill("#id_q", "nobody-is-called-so")
    page.wait_for_selector("#trail-table .app-empty")
    page.fill("#id_q", "")
    page.select_option("main [name=what]", "login")
    page.wait_for_selector("#trail-table td >> text=manager@example.com")
    assert "what=login" in page.url
