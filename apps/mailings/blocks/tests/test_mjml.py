"""Letters made of blocks: all that was written is there, harmless, and nothing else is."""
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.mailings.blocks.kinds import new_block
from apps.mailings.blocks.mjml import mjml_of
from apps.mailings.branding.models import Branding
from apps.mailings.messages.html.build import built
from apps.mailings.messages.html.markup import Kind, tokens
from apps.users.models import User
from tests.factories import PictureFactory, UserFactory

# The pictures of a letter are asked of the database.
NO_PICTURES = {}


def branding_with(**values):
    return Branding(**{"owner": User(language="ru"), **values})


def letter_of(*blocks, branding=None, pictures=NO_PICTURES, preheader=""):
    source = mjml_of(list(blocks), branding or branding_with(), preheader, pictures)
    letter = built("mjml", source)
    assert letter.faults == () and letter.html
    return letter


HOSTILE = '"><script>alert(1)</script>&<b x=\'{имя|друг "x" <i>}\'>]]>--> {{ 7*7 }} <!-- \\'
EVERYTHING = [
    new_block("heading", text=HOSTILE),
    new_block("button", text=HOSTILE, url="https://a.ru/?" + HOSTILE),
    new_block("product", name=HOSTILE, price=HOSTILE, old_price=HOSTILE, text=HOSTILE,
              button=HOSTILE, url="https://a.ru/" + HOSTILE),
    new_block("quote", text=HOSTILE, author=HOSTILE),
    new_block("social", links={"vk": "https://vk.com/" + HOSTILE})]


def test_values_stay_text_wherever_they_stand():
    letter = letter_of(*EVERYTHING, branding=branding_with(company=HOSTILE, requisites=HOSTILE),
                       preheader=HOSTILE)
    names = {token.name for token in tokens(letter.html) if token.kind == Kind.START}
    assert not names & {"script", "b", "i"} and "alert(1)" in letter.html
    assert letter.text.count("alert(1)</script>") >= 9


@given(st.text(alphabet="<>&\"'{}|/=!-[]ая\n\x00\ufffe;#x", max_size=30))
@settings(max_examples=10, deadline=None)
def test_any_text_makes_a_letter(text):
    blocks = [new_block(kind, text=text, html=text, author=text, name=text, url=text)
              for kind in ("heading", "text", "quote", "product", "footer")]
    letter_of(*blocks, branding=branding_with(company=text, requisites=text), preheader=text)


def test_merge_fields_survive_with_their_fallbacks():
    letter = letter_of(new_block("heading", text="{имя|друг & брат}"),
                       new_block("button", text="Go", url="https://a.ru/?to={почта}&b=1"))
    assert "{имя|друг &amp; брат}" in letter.html
    assert "https://a.ru/?to={почта}&amp;b=1" in letter.html


@pytest.mark.parametrize("block", [
    new_block("heading"), new_block("text"), new_block("button", text="words"),
    new_block("button", url="https://a.ru"), new_block("picture"), new_block("product"),
    new_block("picture", picture="0" * 64, alt="gone"), new_block("columns"), new_block("quote"),
    new_block("social"), new_block("footer")])
def test_a_block_with_nothing_to_show_leaves_no_trace(block):
    assert letter_of(block).html == letter_of().html


def test_each_letter_begins_with_the_link_to_itself():
    assert re.search(r'<a href="{ссылка на письмо}"[^>]*>Открыть в браузере</a>', letter_of().html)
    english = letter_of(branding=branding_with(owner=User(language="en")))
    assert re.search(r'<a href="{web_version}"[^>]*>Open in a browser</a>', english.html)
    assert 'lang="en"' in english.html and 'lang="ru"' in letter_of().html


def test_the_shop_and_its_requisites_frame_the_letter():
    letter = letter_of(branding=branding_with(company="Лавка", requisites="ИНН 1\nМосква"))
    assert "Лавка" in letter.html and "ИНН 1" in letter.text and "Москва" in letter.text
    own = letter_of(new_block("footer", html="<p>Own</p>"),
                    branding=branding_with(requisites="ИНН 1"))
    assert "Own" in own.html and "ИНН 1" not in own.html


def test_a_letter_has_colours_for_dark_programs_and_asks_for_no_fonts():
    html = letter_of(new_block("heading", text="A")).html
    assert "prefers-color-scheme: dark" in html and 'name="color-scheme"' in html
    assert "fonts.googleapis" not in html and "@import" not in html


@pytest.mark.django_db
def test_pictures_are_the_owners_alone():
    owner = UserFactory()
    mine, theirs = PictureFactory(owner=owner), PictureFactory()
    html = letter_of(*(new_block("picture", picture=picture.digest, alt="x")
                       for picture in (mine, theirs)),
                     branding=branding_with(owner=owner), pictures=None).html
    assert mine.digest in html and theirs.digest not in html


def test_a_picture_is_never_wider_than_it_is_nor_than_its_place():
    for width, shown in ((100, 100), (2000, 536)):
        picture = PictureFactory.build(width=width, owner=None)
        html = letter_of(new_block("picture", picture=picture.digest, alt="x"),
                         pictures={picture.digest: picture}).html
        assert f'width="{shown}"' in html
