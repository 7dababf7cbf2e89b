"""What people drop by mistake or on purpose: a clear sentence or a clean result, never an error."""
import pytest

from ...models import Import, ImportRow, Recipient, Run
from .. import pace
from ..doubts import is_post, suggested
from ..reasons import refusal_words, words
from .conftest import book, checked, counts, landed, opened, table

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", [
    "a" * 65 + "@example.com", "x" * 320, "иван@example.com", "u@ex​ample.com", "u@localhost",
    "u@[127.0.0.1]", '"a b"@x.org', "-@-", "u@x..org", "u@x.org\u202e", "😀@x.org"])
def test_an_address_that_letters_can_not_reach_is_rejected_with_words(owner, address):
    of = checked(owner, table(f"{address};Анна;", "anna@example.com;;"),
                 columns=["email", "full_name", "comment"])
    assert counts(of) == (2, 1, 0, 0, 1)
    row = of.rows.get()
    row.of_import = of
    assert words(row)


@pytest.mark.parametrize("address, stored", [
    ("u@пример.рф", "u@xn--e1afmkfd.xn--p1ai"), (" anna@EXAMPLE.com\u00a0", "anna@example.com"),
    ("N <u@x.org>", "u@x.org"), ("U@X.org", "U@x.org")])
def test_an_address_is_stored_as_it_is_sent(owner, address, stored):
    landed(owner, table(f"{address};Анна;"))
    assert Recipient.objects.get().email == stored


@pytest.mark.parametrize("name, stored", [
    ("a\x00b", "ab"), ("a\x0bBcc: x", "a Bcc: x"), ("{{ 7*7 }}", "{{ 7*7 }}"),
    ("<script>", "<script>"), ("a\u2028b", "a b"), ("'=1+1", "=1+1")])
def test_a_name_is_one_line_and_otherwise_as_typed(owner, name, stored):
    landed(owner, table(f"anna@example.com;{name};", "boris@example.com;;"),
           columns=["email", "full_name", "comment"])
    assert Recipient.objects.get(email="anna@example.com").full_name == stored


def test_a_field_of_200_000_characters_is_rejected(owner):
    of = landed(owner, table(f"anna@example.com;Анна;{'я' * 200_000}", "boris@example.com;;"))
    assert counts(of) == (2, 1, 0, 0, 1)
    row = of.rows.get()
    assert row.reason == "long_comment"
    assert len(row.cells[2]) < 30_000


def test_a_file_without_addresses_is_told_so(owner):
    of = checked(owner, "Имя;Город\nАнна;Казань\nБорис;Уфа\n", columns=["email", ""])
    assert counts(of) == (2, 0, 0, 0, 2)


def test_doubled_headers_are_two_columns(owner):
    of = opened(owner, table("anna@example.com;a2@example.com;Анна", header="E-mail;E-mail;Имя"))
    assert of.columns == ["email", "email", "full_name"]


def test_both_columns_of_addresses_are_read_and_a_repeat_is_said(owner):
    of = landed(owner, table("anna@example.com;a2@example.com;Анна",
                             "b@example.com;b@example.com;Б", header="E-mail;E-mail;Имя"))
    assert counts(of) == (4, 3, 0, 0, 1)
    assert of.rows.get().details["row"] == 3


def test_too_many_columns_are_refused(owner):
    of = opened(owner, ";".join(["E-mail", "Имя"] * 50_000) + "\n" + "a@x.org;Анна\n")
    assert of.stage == Import.Stage.REFUSED
    assert refusal_words(of)


def test_an_unclosed_quote_loses_nobody_silently(owner):
    of = opened(owner, 'E-mail;Имя\n"anna@example.com;Анна\nboris@example.com;Борис\n')
    assert of.stage in (Import.Stage.MAPPING, Import.Stage.REFUSED)


def test_rows_of_any_length_are_read(owner):
    of = landed(owner, table("anna@example.com", "boris@example.com;Борис;к;лишнее;ещё"))
    assert counts(of) == (2, 2, 0, 0, 0)
    assert [person[:3] for person in book(owner)] == [
        ("anna@example.com", "", ""), ("boris@example.com", "Борис", "к")]


def test_more_tags_than_an_owner_may_have_are_rejected(owner, monkeypatch):
    from .. import people
    monkeypatch.setattr(people, "MOST_TAGS", 2)
    of = landed(owner, table(*(f"p{n}@example.com;метка {n}" for n in range(4)),
                             header="E-mail;Метки"))
    assert counts(of) == (4, 2, 0, 0, 2)
    assert of.rows.first().reason == "too_many_tags"


@pytest.mark.parametrize("typed, meant", [
    ("a@gmial.com", "a@gmail.com"), ("a@gmai.com", "a@gmail.com"), ("a@yandexx.ru", "a@yandex.ru"),
    ("a@mail.ry", "a@mail.ru"), ("a@gmail.com", ""), ("a@example.com", ""), ("a@ya.ru", ""),
    ("a@mail.ua", ""), ("a@gmail.ru", "a@gmail.com"), ("a@inbox.eu", ""), ("a@inbox.com", ""),
    ("a@bk.com", ""), ("a@gmx.us", ""), ("a@mai.com", "a@mail.com"),
    ("a@xn--gmil-63d.com", "a@gmail.com"), ("a@xn--e1afmkfd.xn--p1ai", "")])
def test_a_domain_that_is_nearly_another_is_known(typed, meant):
    assert suggested(typed) == meant


def test_posts_are_known():
    assert is_post("Info@example.com")
    assert is_post("sales+tea@example.com")
    assert not is_post("infoanna@example.com")


def test_an_import_keeps_out_of_the_way_of_a_run(monkeypatch):
    quiet = pace.Pace()
    assert quiet.rest(0.2, otherwise=0) == 0
    monkeypatch.setattr(pace, "letters_go_out", lambda: True)
    quiet.look()
    assert quiet.rest(0.2, otherwise=0) >= 0.8
    assert not Run.objects.exists()


def test_addresses_that_only_blanks_part_are_all_read_beside_a_name(owner):
    of = landed(owner, table("a@x.org b@x.org Вера <v@x.org> g@x.org;",
                             '"""D, e@x.org"" <d@x.org>";', "z@x.org <Z@x.org>;",
                             header="E-mail;Имя"), columns=["email", "full_name"])
    assert counts(of) == (6, 6, 0, 0, 0)
    assert sorted(person[:2] for person in book(owner)) == [
        ("Z@x.org", "z@x.org"), ("a@x.org", ""), ("b@x.org", ""), ("d@x.org", "D, e@x.org"),
        ("g@x.org", ""), ("v@x.org", "Вера")]


def test_a_row_may_have_more_people_than_a_small_number_says(owner):
    of = opened(owner, table("anna@example.com;"))
    row = ImportRow.objects.create(of_import=of, fate="rejected", number=2, part=40_000)
    row.refresh_from_db()
    assert row.part == 40_000
