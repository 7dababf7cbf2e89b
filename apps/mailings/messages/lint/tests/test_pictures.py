import pytest

from ..pictures import is_pictures_alone, remarks_on
from ..reading import read


def slugs(html, in_block=False):
    return [remark.slug for remark, _line in remarks_on(read(html), in_block)]


@pytest.mark.parametrize(("address", "slug"), [
    ("http://shop.ru/a.png", "picture-http"), ("a.png", "picture-nowhere"),
    ("", "picture-nowhere"), ("file:///C:/a.png", "picture-nowhere"),
    ("C:\\a.png", "picture-nowhere"), ("cid:a@b", "picture-nowhere"),
    ("http://localhost/a.png", "picture-nowhere"), ("//192.168.1.1/a.png", "picture-nowhere"),
])
def test_it_names_what_is_wrong_with_a_picture_s_address(address, slug):
    assert slugs(f'<img alt="" src="{address}">') == [slug]


@pytest.mark.parametrize("address", [
    "https://shop.ru/a.png", "//shop.ru/a.png", "{фото}", "data:image/png;base64,AA"])
def test_it_is_silent_of_a_right_one(address):
    assert slugs(f'<img alt="" src="{address}">') == []


def test_an_empty_description_is_a_decision_and_none_is_not():
    assert slugs('<img src="https://a.ru/b.png">') == ["picture-without-words"]
    assert slugs('<img src="https://a.ru/b.png" alt>') == []
    assert slugs('<mj-image src="https://a.ru/b.png" />') == ["picture-without-words"]


def test_a_pixel_that_counts_is_no_picture():
    assert slugs('<img src="https://a.ru/b.png" width=1 height=1>') == []


def test_a_letter_is_pictures_alone_where_hardly_a_word_is_beside_them():
    assert is_pictures_alone("Отписаться", 2)
    assert is_pictures_alone("{уважаемый клиент|дорогой и многоуважаемый наш покупатель}", 1)
    assert not is_pictures_alone("Сегодня привезли новый чай, и он стоит на полках.", 2)
    assert not is_pictures_alone("", 0)


def test_our_own_pictures_are_seen_wherever_the_service_runs(settings):
    settings.BASE_URL = "http://localhost:8000"
    assert slugs('<img alt="" src="http://localhost:8000/i/abc">') == []
