import pytest

from ..links import remarks_on
from ..reading import read


def slugs(html):
    reading = read(html)
    return [remark.slug for remark, _line in remarks_on(reading.links, reading.anchors)]


@pytest.mark.parametrize(("address", "slug"), [
    ("", "link-nowhere"), ("#", "link-nowhere"), (" # ", "link-nowhere"),
    ("#nothing", "link-nowhere"), ("/sale/", "link-relative"), ("sale.html", "link-relative"),
    ("www.shop.example", "link-relative"), ("//shop.ru/", "link-relative"),
    ("http://localhost:8000/", "link-private"), ("https://192.168.0.4/", "link-private"),
    ("https://10.1.2.3/a", "link-private"), ("http://[::1]/", "link-private"),
    ("https://nas.local/", "link-private"), ("https://shop/", "link-private"),
    ("https://", "link-broken"), ("https:///a", "link-broken"), ("htps://shop.ru/", "link-broken"),
    ("https://[a", "link-broken"), ("mailto:", "link-broken"), ("https://a b.ru/", "link-broken"),
    ("javascript:alert(1)", "link-unsafe"), ("&#106;avascript:x", "link-unsafe"),
    ("data:text/html,x", "link-unsafe"), ("https://bank.ru@evil.ru/", "link-login"),
    ("http://shop.ru/", "link-http"), ("https://clck.ru/abc", "link-short"),
])
def test_it_names_what_is_wrong_with_an_address(address, slug):
    assert slugs(f'<a href="{address}">Купить</a>') == [slug]


@pytest.mark.parametrize("address", [
    "https://shop.ru/", "https://магазин.рф/чай?a=b#c", "mailto:a@shop.ru", "tel:+79990000000",
    "{ссылка на письмо}", "{сайт}/a", "https://{сайт}/a", "https://shop.ru/?who={почта}", "#top",
    "tg://resolve?domain=shop", "https://8.8.8.8/", "HTTPS://SHOP.RU",
])
def test_it_is_silent_of_a_right_address(address):
    assert slugs(f'<a href="{address}">Купить</a>') == []


def test_an_anchor_that_is_there_is_right():
    assert slugs("<a href=#a>x</a><p id=a>") == []
    assert slugs("<a href=#a>x</a><a name=a></a>") == []


@pytest.mark.parametrize(("words", "address"), [
    ("bank.ru", "https://evil.example/"), ("https://bank.ru/login", "https://evil.example/"),
    ("www.bank.ru", "http://evil.ru"), ("банк.рф", "https://xn--80ak6aa92e.com/"),
    ("bank.ru", "https://bank.ru.evil.com/"), ("<b>bank</b>.ru", "https://evil.com"),
    ("help@bank.ru", "mailto:help@evil.ru"), ("«bank.ru»", "https://evil.ru/"),
    ("bank<wbr>.ru", "https://evil.ru/"), ("bank&shy;.ru", "https://evil.ru/"),
])
def test_words_that_name_another_site_are_told(words, address):
    assert "link-other-site" in slugs(f'<a href="{address}">{words}</a>')


@pytest.mark.parametrize(("words", "address"), [
    ("bank.ru", "https://www.bank.ru/a"), ("www.bank.ru", "https://bank.ru/"),
    ("bank.ru", "https://my.bank.ru/"), ("банк.рф", "https://xn--80ab2al.xn--p1ai/"),
    ("прайс.pdf", "https://shop.ru/"), ("Node.js", "https://shop.ru/"), ("ООО", "https://a.ru/"),
    ("Читать на bank.ru", "https://shop.ru/"), ("bank.ru", "{сайт}"), ("1.5", "https://a.ru/"),
    ("shop@bank.ru", "mailto:shop@bank.ru?subject=a"), ("bank.ru", "tel:+7999"),
])
def test_words_that_name_the_site_or_none_are_right(words, address):
    assert "link-other-site" not in slugs(f'<a href="{address}">{words}</a>')


def test_a_link_without_words_is_told_but_one_with_a_picture_has_some():
    assert slugs('<a href="https://shop.ru/"> &nbsp;&zwnj;</a>') == ["link-wordless"]
    assert slugs('<a href="https://shop.ru/"><img src=x alt=""></a>') == []
    assert slugs('<a href="https://shop.ru/" aria-label="a"></a>') == []


def test_links_of_mjml_are_read_too():
    assert slugs('<mj-button href="#">Купить</mj-button><mj-image href="/a" src="x"/>') == [
        "link-nowhere", "link-relative"]


def test_each_link_has_its_line():
    reading = read('<p>\n<a\nhref="">x</a>\r<a href="">y</a>')
    assert [line for _remark, line in remarks_on(reading.links, set())] == [3, 4]
