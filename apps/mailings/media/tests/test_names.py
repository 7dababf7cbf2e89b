import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.mailings.media.names import LONGEST, clean_name


@pytest.mark.parametrize("name, cleaned", [
    ("../../etc/passwd", "passwd"), ("C:\\Users\\me\\price.pdf", "price.pdf"),
    ("a\0.png", "a.png"), ("x\u202egnp.exe", "xgnp.exe"), ("a\r\nBcc: b@c.d", "a Bcc: b@c.d"),
    ("  Прайс  на чай .pdf", "Прайс на чай .pdf"), ("virus.exe. . ", "virus.exe"),
    ("a\u2028b\u200b.txt", "a b.txt"), ("archive.tar.gz", "archive.tar.gz"),
    (".htaccess", ".htaccess"), ("..", ""), ("/", ""), ("", ""), ("\ud800.png", ".png"),
    ("я" * 300 + ".pdf", "я" * 251 + ".pdf"), ("x" * 300, "x" * 255)])
def test_a_name_is_its_last_part_as_it_can_be_shown(name, cleaned):
    assert clean_name(name) == cleaned


@settings(max_examples=60)
@given(st.text(alphabet=st.characters() | st.sampled_from("./\\ \0\u202e")))
def test_any_name_is_one_line_without_folders_and_stays_as_it_is_then(name):
    cleaned = clean_name(name)
    assert len(cleaned) <= LONGEST and clean_name(cleaned) == cleaned
    assert cleaned.isprintable() and not {"/", "\\"}.intersection(cleaned)
