"""`manage.py export_recipients`: the same book gives the same file, at once or not at all."""
import csv
import io
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import Entry
from apps.mailings.management.commands import export_recipients
from apps.mailings.models import Tagging
from tests.factories import FieldFactory, RecipientFactory, TagFactory


def exported(*args):
    """Run the command; return what it says on standard error."""
    told = io.StringIO()
    call_command("export_recipients", *map(str, args), "--owner", "OWNER@example.com", stderr=told)
    return told.getvalue()


@pytest.fixture
def book(owner):
    FieldFactory(owner=owner, key="город", label="Город")
    people = [RecipientFactory(owner=owner, email=f"{name}@example.com", full_name="",
                               fields={"город": "Казань"}) for name in "ba"]
    Tagging.objects.create(tag=TagFactory(owner=owner, name="Опт"), recipient=people[0])
    return people


@pytest.mark.parametrize("name", ["book.csv", "book.xlsx"])
def test_the_same_book_gives_the_same_file(book, tmp_path, name):
    assert exported(tmp_path / name) == "2 recipients\n"
    assert exported(tmp_path / f"again.{name}") == "2 recipients\n"
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again.{name}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_all_columns_are_in_it(book, tmp_path):
    exported(tmp_path / "book.csv")
    with open(tmp_path / "book.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0] == [
        "E-mail", "Ф. И. О.", "Комментарий", "Метки", "Город", "Добавлен", "Откуда", "Основание",
        "Последнее письмо", "Что с ним стало", "Не писать"]
    assert [row[:5] for row in rows[1:]] == [
        ["a@example.com", "", "", "", "Казань"], ["b@example.com", "", "", "Опт", "Казань"]]


def test_a_tag_narrows_it(book, tmp_path):
    assert exported(tmp_path / "book.csv", "--tag", "опт") == "1 recipients\n"
    assert b"a@example.com" not in (tmp_path / "book.csv").read_bytes()


def test_a_line_goes_to_standard_output(book, monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(export_recipients.sys, "stdout", SimpleNamespace(buffer=out))
    exported("-")
    assert out.getvalue().startswith('\ufeff"E-mail";'.encode())


@pytest.mark.parametrize("args, words", [
    (["book.doc"], "must end in .csv or .xlsx"),
    (["book.csv", "--tag", "Розница"], "no tag Розница"),
    (["/nowhere/book.csv"], "can not be written"),
])
def test_what_can_not_be_done_is_said_in_a_line(book, args, words):
    with pytest.raises(CommandError, match=words):
        exported(*args)


def test_nobody_of_that_address_has_a_book(db):
    with pytest.raises(CommandError, match="no user"):
        exported("book.csv")


def test_a_file_that_was_there_stays_when_it_fails(book, tmp_path, monkeypatch):
    (tmp_path / "book.csv").write_text("before")

    def broken(**kwargs):
        yield b"half"
        raise OSError("no space left")

    monkeypatch.setattr(export_recipients, "recipients_export", broken)
    with pytest.raises(CommandError, match="no space left"):
        exported(tmp_path / "book.csv")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_the_trail_names_whose_book_it_was(book, tmp_path):
    exported(tmp_path / "book.csv")
    entry = Entry.objects.get(action=Entry.Action.EXPORT)
    assert (entry.via, entry.who_id, entry.details) == (Entry.Via.COMMAND, None, "2")
    assert entry.object_label == "Получатели: owner@example.com"
