"""Files that mail servers refuse are refused at once, by name, by content, and in archives."""
import io
import zipfile

import pytest

from apps.mailings.media import refused_kinds
from apps.mailings.media.refused_kinds import REFUSED, refusal_of

PROGRAM = b"MZ\x90\0" + bytes(60)


def archive(members, **how):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **how) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def with_password(content):
    """Return an archive that says that its files have a password."""
    at = content.index(b"PK\x01\x02") + 8
    return content[:6] + b"\x01" + content[7:at] + b"\x01" + content[at + 1:]


@pytest.mark.parametrize("extension", sorted(REFUSED))
def test_each_refused_kind_is_refused_whatever_its_case(extension):
    assert f".{extension}" in refusal_of(f"price.{extension.upper()}", b"x")


@pytest.mark.parametrize("name", [
    "price.pdf.exe", "x.exe ", "x.exe.", "x.exe. .", "x.js.gz", "x.vbs.bz2", "a\u202efdp.exe",
    "setup.E\u200bXE", "dir/x.scr", "dir\\x.bat", ".exe"])
def test_no_trick_with_the_name_helps(name):
    assert refusal_of(name, b"x")


@pytest.mark.parametrize("name", [
    "price.pdf", "прайс.docx", "exe", "my exe", "x.exe.txt", "table.xlsx", "a.js-notes.txt", "x.gz",
    "photo.jpg", "page.html", "logo.svg", "x.", "music.mp3", "book.epub", "letter.eml", "x.7z"])
def test_other_files_are_taken(name):
    assert refusal_of(name, b"x") == ""


@pytest.mark.parametrize("content", [
    PROGRAM, b"\x7fELF\x02\x01", b"\xcf\xfa\xed\xfe\0", b"L\0\0\0\x01\x14\x02\0\0"])
def test_a_program_under_another_name_is_refused(content):
    assert "другим именем" in refusal_of("photo.jpg", content)


def test_an_image_of_a_disk_is_refused_by_its_content():
    assert "образ" in refusal_of("film.dat", bytes(32769) + b"CD001" + bytes(100))


@pytest.mark.parametrize("members", [
    {"a.txt": b"x", "docs/setup.exe": b"x"}, {"a.js": b"x"}, {"b.jpg": PROGRAM}, {"x.exe.": b"x"},
    {"inner.zip": archive({"deep.bat": b"x"})}, {"inner.dat": archive({"b.txt": PROGRAM})}])
@pytest.mark.parametrize("name", ["price.zip", "price.dat"])
def test_archives_are_looked_into_and_archives_in_them(name, members):
    assert "В архиве" in refusal_of(name, archive(members, compression=zipfile.ZIP_DEFLATED))


def test_archives_of_other_files_are_taken():
    inner = archive({"a.txt": b"x" * 100}, compression=zipfile.ZIP_DEFLATED)
    assert refusal_of("price.zip", archive({"a.pdf": b"x", "b/": b"", "inner.zip": inner})) == ""
    assert refusal_of("empty.zip", archive({})) == ""
    assert refusal_of("table.xlsx", archive({"xl/workbook.xml": b"<x/>"})) == ""


def test_an_archive_with_a_password_is_refused():
    assert "парол" in refusal_of("a.zip", with_password(archive({"a.txt": b"x"})))
    inner = with_password(archive({"a.txt": b"x"}))
    assert "парол" in refusal_of("a.zip", archive({"b.zip": inner}))


@pytest.mark.parametrize("content", [b"no archive", b"PK\x03\x04torn", b"PK\x05\x06"])
def test_a_damaged_archive_is_refused(content):
    assert "повреждён" in refusal_of("a.zip", content)


def test_a_bomb_is_not_unpacked(monkeypatch):
    bomb = archive({"a.txt": bytes(400_000)}, compression=zipfile.ZIP_DEFLATED)
    bombs = archive({f"{number}.zip": bomb for number in range(9)})
    assert refusal_of("a.zip", bombs) == ""
    monkeypatch.setattr(refused_kinds, "MOST_UNPACKED", len(bomb) * 8)
    assert "слишком большие" in refusal_of("a.zip", bombs)


def test_an_archive_of_too_many_files_is_refused(monkeypatch):
    monkeypatch.setattr(refused_kinds, "MOST_MEMBERS", 3)
    assert "слишком много" in refusal_of("a.zip", archive(dict.fromkeys("abcd", b"x")))
