"""`/outbox/`: there only in the demo and from its own machine, and safe to click in."""
from email.message import EmailMessage

import pytest
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.test import Client
from django.urls import reverse

from apps.delivery.wire.letter import Letter
from tests.smtp import free_port

from .. import catcher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = settings.CATCHER = True


def caught(text="Здравствуйте!", to="anna@example.com", subject="Пирог", subtype="plain"):
    """Keep a letter; return its name."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "shop@example.com", to, subject
    letter.set_content(text, subtype=subtype)
    return raw_caught(letter.as_bytes())


def raw_caught(content):
    catcher.keep(content, "0123456789")
    return catcher.letters()[0].stem


def page(name=None, client=None, **extra):
    url = reverse("demo:outbox_letter", args=[name]) if name else reverse("demo:outbox")
    return (client or Client()).get(url, **extra)


def test_a_letter_sent_through_django_can_be_read_by_a_visitor():
    controller = catcher.start(free_port())
    mail.send_mail(
        "Подтвердите адрес", "Откройте http://127.0.0.1:8000/accounts/confirm-email/Mg:1/ сегодня",
        "shop@example.com", ["new@example.com"],
        connection=EmailBackend("127.0.0.1", controller.port))
    controller.stop()
    listed = page().content.decode()
    assert "Подтвердите адрес" in listed and "new@example.com" in listed
    shown = page(catcher.letters()[0].stem).content.decode()
    assert '<a href="http://127.0.0.1:8000/accounts/confirm-email/Mg:1/"' in shown


def test_a_long_name_is_shown_as_it_was_written():
    letter = Letter(owner=1, seed="s", subject="Тема " * 20, body="x", from_name="Вестник",
                    from_address="a@example.com")
    raw_caught(letter.render("Тема " * 20, "x", delivery_id=1, email="anna@example.com",
                             token="1-1-a",
                             full_name="Александрова Александра Александровна") + b".\r\n")
    shown = page().content.decode()
    assert "Александрова Александра Александровна &lt;anna@example.com&gt;" in shown
    assert ("Тема " * 20).strip() in shown


def test_the_newest_letter_comes_first_and_the_list_asks_for_news_by_itself():
    caught(subject="Первое")
    caught(subject="Второе")
    shown = page().content.decode()
    assert shown.index("Второе") < shown.index("Первое")
    assert 'hx-trigger="every 3s"' in shown
    assert "<html" not in page(HTTP_HX_REQUEST="true").content.decode()


def test_search_finds_by_address():
    caught(to="Анна <anna@example.com>", subject="Для Анны")
    caught(to="boris@example.com", subject="Для Бориса")
    shown = Client().get(reverse("demo:outbox"), {"q": "ANNA@"}).content.decode()
    assert "Для Анны" in shown and "Для Бориса" not in shown
    assert Client().get(reverse("demo:outbox"), {"q": "nobody\x00"}).status_code == 200


@pytest.mark.parametrize("environment", [
    {"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": ""}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}])
def test_it_is_not_there_for_another_machine(environment, as_owner):
    name = caught()
    for client in (Client(), as_owner):
        assert page(client=client, **environment).status_code == 404
        assert page(name, client=client, **environment).status_code == 404
    home = Client().get("/", **environment).content.decode()
    assert reverse("demo:outbox") not in home


@pytest.mark.parametrize("setting", ["DEMO", "CATCHER"])
def test_it_is_not_there_outside_the_demo(settings, setting):
    name = caught()
    setattr(settings, setting, False)
    assert page().status_code == page(name).status_code == 404


def test_a_visitor_of_the_demo_finds_it_in_the_header():
    assert f'href="{reverse("demo:outbox")}"' in Client().get("/").content.decode()


@pytest.mark.parametrize("name", [
    "..", "../../secret", "%2e%2e%2fsecret", "x", "0", "9" * 5000, "a\x00b", "٣" * 16,
    "0000000000000000-0000000000", "0000000000000000-0000000000.eml"])
def test_a_name_that_is_none_of_ours_is_404(name, settings):
    (settings.DATA_DIR / "secret.eml").write_text("top secret")
    for path in (f"/outbox/{name}/", f"/outbox/{name}"):
        response = Client().get(path, follow=True)
        assert response.status_code == 404 and b"top secret" not in response.content


def test_only_links_of_the_service_itself_can_be_clicked():
    shown = page(caught(
        "http://127.0.0.1:8000/a?x=1&y=2 (http://testserver/b). https://evil.example/c "
        "http://127.0.0.1:8000.evil.example/d http://127.0.0.1:8000@evil.example/e "
        "javascript:alert(1) mailto:x@example.com")).content.decode()
    article = shown.partition("<article")[2].partition("</article>")[0]
    assert '<a href="http://127.0.0.1:8000/a?x=1&amp;y=2"' in article
    assert '<a href="http://testserver/b">http://testserver/b</a>).' in article
    assert article.count("<a ") == 2


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_what_a_letter_says_never_becomes_markup(subtype):
    nasty = '<script>alert(1)</script> http://testserver/"><img src=x onerror=alert(1)>'
    name = caught(nasty, subject="<b>жирно</b>", subtype=subtype)
    for response in (page(), page(name)):
        shown = response.content.decode()
        assert "<script>alert" not in shown and "<img src=x" not in shown
        assert "<b>жирно</b>" not in shown


@pytest.mark.parametrize("content", [
    b"", b"\xff\xfe\x00", b"no headers at all", b"To: \x85Bcc: a\r\nSubject: x\r\n\r\nx",
    b"Subject: =?utf-8?b?!!!?=\r\nDate: nonsense\r\n\r\nx",
    b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff",
    b"Subject: =?nonsense?b?0KI=?= \xd0\r\nTo: \xd0\xd0@x\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", b"To: <<>>@,,;\r\n\r\n"])
def test_a_broken_letter_is_shown_too(content):
    name = raw_caught(content)
    assert page().status_code == page(name).status_code == 200


def test_a_letter_dropped_meanwhile_is_no_error():
    name = caught()
    page()
    catcher.letters()[0].unlink()
    assert page().status_code == 200 and page(name).status_code == 404


def test_letters_are_not_kept_by_the_browser():
    assert "no-store" in page(caught())["Cache-Control"]


def test_a_letter_with_html_is_shown_as_mail_programs_show_it():
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "shop@example.com", "anna@example.com", "Чай"
    letter.set_content("Чай приехал")
    letter.add_alternative('<p onclick="x()">Чай <b>приехал</b></p>', subtype="html")
    letter.add_attachment(b"1", maintype="text", subtype="csv", filename="прайс.csv")
    name = raw_caught(letter.as_bytes())
    shown = page(name).content.decode()
    frame = reverse("demo:outbox_html", args=[name])
    assert f'src="{frame}"' in shown and 'sandbox=""' in shown
    assert "Чай приехал" in shown and "прайс.csv" in shown
    answer = Client().get(frame)
    assert "<b>приехал</b>" in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_letter_of_text_alone_has_no_frame():
    name = caught()
    assert "<iframe" not in page(name).content.decode()
    assert Client().get(reverse("demo:outbox_html", args=[name])).status_code == 404
