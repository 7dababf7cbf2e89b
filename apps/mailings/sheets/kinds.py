"""What a file is, by what is inside; its name says nothing."""
import re
import zipfile
import zlib
from pathlib import Path

from .encodings import in_two_octets
from .refusals import Unreadable

HEAD = 64 * 1024
FEW = 10  # control octets that a text may have, however short it is
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED = {
    b"%PDF": "pdf",
    b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture", b"II*\0": "picture",
    b"MM\0*": "picture", b"\0\0\1\0": "picture", b"8BPS": "picture",
    b"Rar!": "archive", b"7z\xbc\xaf": "archive", b"\x1f\x8b": "archive", b"BZh": "archive",
    b"\xfd7zXZ": "archive", b"\x28\xb5\x2f\xfd": "archive", EMPTY_ZIP: "archive",
    b"{\\rtf": "document",
    b"\x09\x00\x04\x00": "old_workbook", b"\x09\x02\x06\x00": "old_workbook",
    b"\x09\x04\x06\x00": "old_workbook", b"\x09\x08\x08\x00": "old_workbook",
}
CONTACTS = b"BEGIN:VCARD"
MARKUP = re.compile(
    rb"\s*(?:<\?xml|<!--|<(?:!doctype|html|head|body|table|meta|div|style|svg)\b)", re.I)
JSON = re.compile(rb"\s*(?:\[\s*)?\{\s*\"[^\"]*\"\s*:")
WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|table|body)\b", re.I)
CONTROL = re.compile(rb"[\x02-\x08\x0e-\x19\x1b\x7f]")
OF_OLE = {"EncryptedPackage": "password", "Workbook": "xls", "Book": "xls",
          "WordDocument": "document", "PowerPoint Document": "presentation"}
OF_ZIP = {
    "xl/workbook.xml": "xlsx", "xl/workbook.bin": "old_workbook", "word/document.xml": "document",
    "ppt/presentation.xml": "presentation",
    "Index/Document.iwa": "numbers", "Index.zip": "numbers", "index.apxl": "numbers"}
OPEN_DOCUMENTS = "application/vnd.oasis.opendocument."


def find_kind(path: Path) -> str:
    """Return "text", "xlsx", "xls" or "ods", or refuse what is none of them."""
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise Unreadable("missing") from error
    if not head:
        raise Unreadable("empty")
    if head.startswith(ZIP):
        return _of_zip(path)
    if head.startswith(OLE):
        return _of_ole(path)
    _refuse(head)
    return "text"


def _refuse(head: bytes) -> None:
    """Refuse what is neither a workbook nor a text."""
    for beginning, reason in REFUSED.items():
        if head.startswith(beginning):
            raise Unreadable(reason)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" or head[4:8] == b"ftyp":
        raise Unreadable("picture")
    if head[:2] == b"BM" and b"\0\0\0\0" in head[4:14]:
        raise Unreadable("picture")
    text = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    if text.startswith(CONTACTS):
        raise Unreadable("contacts")
    if MARKUP.match(text):
        raise Unreadable("web_page" if WEB_PAGE.search(text) else "markup")
    if JSON.match(text):
        raise Unreadable("json")
    if not in_two_octets(head) and len(CONTROL.findall(text)) > max(FEW, len(text) / 50):
        raise Unreadable("not_text")


def _of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = _mimetype(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError,
            NotImplementedError, zlib.error) as error:
        raise Unreadable("broken_zip") from error
    found = next((kind for name, kind in OF_ZIP.items() if name in names), "archive")
    if kind.startswith(OPEN_DOCUMENTS):
        found = {"spreadsheet": "ods", "presentation": "presentation"}.get(
            kind.removeprefix(OPEN_DOCUMENTS).removesuffix("-template"), "document")
    if found in ("xlsx", "ods"):
        return found
    raise Unreadable(found)


def _mimetype(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as file:
        return file.read(100).decode("latin-1")


def _of_ole(path: Path) -> str:
    """Tell by the names in the directory of a compound file, wherever it lies."""
    content = _directory_names(path)
    for name, kind in OF_OLE.items():
        if name in content:
            if kind == "xls":
                return kind
            raise Unreadable(kind)
    raise Unreadable("old_workbook")


def _directory_names(path: Path) -> set[str]:
    """Return those of the names that stand in a file; an entry of its directory begins with one."""
    found = set()
    kept = b""
    with open(path, "rb") as file:
        while block := file.read(1024 * 1024):
            for name in OF_OLE:
                if (name + "\0").encode("utf-16-le") in kept + block:
                    found.add(name)
            kept = block[-64:]
    return found
