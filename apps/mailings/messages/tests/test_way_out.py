import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from ..html.places import filled_parts
from ..merge_fields import check_subject, filled, offered, values_of
from ..way_out import html_with_way_out, text_with_way_out

VALUES = values_of("anna@example.com", "Анна") | {"way_out": "https://v.example/u/1/?a&b"}


def html(text, language="en", own=()):
    return filled_parts(html_with_way_out(text, language, dict.fromkeys(own, "")), VALUES)


@pytest.mark.parametrize("before, after", [
    ("<body><p>Hi</p>", "</body></html>\n"), ("<p>Hi</p>", ""), ("<p>Hi</p>", "</HTML>"),
    ("<p>Hi</p>", "<!-- cut off"), ("<p>Hi</p>", "<style>p { }"), ("<p>Hi", "<a href='x"),
    ("<script>'</body>'</script><p>Hi</p>", "</body>")])
def test_html_without_a_link_ends_with_one(before, after):
    letter = html(before + after)
    assert letter.startswith(f"{before}<p style=")
    assert letter.endswith(f"Unsubscribe</a></p>{after}")
    assert 'href="https://v.example/u/1/?a&amp;b"' in letter


@pytest.mark.parametrize("text", [
    '<a href="{отписаться}">x</a>', "<p>{unsubscribe}</p>", "<a href={UNSUBSCRIBE}>x</a>"])
def test_html_with_a_link_of_its_own_gets_no_other(text):
    assert html(text).count("/u/1/") == 1 and "Unsubscribe<" not in html(text)


def test_an_own_field_of_that_name_is_no_link():
    values = VALUES | {"отписаться": "нет"}
    parts = html_with_way_out("<p>{отписаться}</p>", "ru", {"отписаться": ""})
    assert filled_parts(parts, values).startswith("<p>нет</p><p style")


@pytest.mark.parametrize("text, whole", [
    ("Hi\r\n\r\n\r\n", "Hi\r\n\r\nОтписаться: {}\r\n"), ("", "Отписаться: {}\r\n"),
    ("Hi {отписаться}\r\n", "Hi {}\r\n")])
def test_a_text_has_one_link(text, whole):
    assert filled(text_with_way_out(text, "ru"), VALUES) == whole.format(VALUES["way_out"])


def test_it_is_offered_in_both_languages():
    for language, word in ("ru", "{отписаться}"), ("en", "{unsubscribe}"):
        with translation.override(language):
            assert word in [field for _label, field in offered()]


def test_a_subject_with_it_is_refused():
    with pytest.raises(ValidationError):
        check_subject("{отписаться|x}")
    check_subject("{имя}")
