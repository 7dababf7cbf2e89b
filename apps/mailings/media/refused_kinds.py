"""Files that mail servers refuse, whatever is in the letter: programs, and what runs as one.

Gmail's list, with what Outlook and Mail.ru add to it; found by the name, by the content, and in
archives, of which the names are read and nothing is unpacked to the disk.
"""
import io
import zipfile
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .names import clean_name

REFUSED = frozenset("""
    ade adp apk app appx appxbundle asp aspx bas bat cab cer chm cmd com cpl crt csh diagcab diagcfg
    diagpkg dll dmg ex ex_ exe fxp gadget grp hlp hpj hta img inf ins iso isp its jar jnlp js jse
    ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mjs msc msh
    msh1 msh1xml msh2 msh2xml mshxml msi msix msixbundle msp mst nsh ops pcd pif pl plg prf prg ps1
    ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 py pyc pyo pyw pyz reg scf scr sct sh shb shs sys theme
    tmp url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd ws wsb wsc wsf wsh xbap xll xnk
""".split())
PACKED = (".gz", ".bz2", ".xz", ".z", ".zst")  # around one file, whose name goes before
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf",
            b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"L\0\0\0\x01\x14\x02\0")
HEAD = 8  # octets that tell a program
ISO = (32769, b"CD001")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
ENCRYPTED = 0x1
MOST_MEMBERS = 10_000
MOST_UNPACKED = 30_000_000  # octets of archives within an archive, together


class Refused(Exception):
    """Mail servers would refuse the file. `str()` says why, for the person."""


def refusal_of(name: str, content: bytes) -> str:
    """Return why mail servers would refuse a file; "" where they would not."""
    try:
        check(name, content)
    except Refused as why:
        return str(why)
    return ""


def check(name: str, content: bytes) -> None:
    check_member(name, content[:HEAD])
    if content[ISO[0]:ISO[0] + len(ISO[1])] == ISO[1]:
        raise Refused(_("It is an image of a disk, and mail servers refuse these."))
    if content.startswith(ZIP) or name.lower().endswith(".zip"):
        check_archive(content)


def check_member(name: str, head: bytes, *, is_packed: bool = False) -> None:
    """Raise Refused for a file, perhaps in an archive, by its name and its first octets."""
    extension = refused_extension(name)
    is_program = head.startswith(PROGRAMS)
    if is_packed and (extension or is_program):
        raise Refused(_("There is “%(name)s” in the archive, and mail servers refuse archives with "
                        "programs. Give a link to it instead.") % {"name": clean_name(name)})
    if extension:
        raise Refused(_("Mail servers refuse files “.%(extension)s”. Give a link to it "
                        "instead.") % {"extension": extension})
    if is_program:
        raise Refused(_("It is a program under another name, and mail servers refuse programs."))


def refused_extension(name: str) -> str:
    name = clean_name(name).lower()
    while name.endswith(PACKED):
        name = name.rpartition(".")[0]
    extension = name.rpartition(".")[2].strip()
    return extension if "." in name and extension in REFUSED else ""


def check_archive(content: bytes) -> None:
    """Raise Refused for a ZIP, or for what lies in it, in archives within it too."""
    left = MOST_UNPACKED
    with opened(content) as archive:
        for name, head, member in members_of(archive):
            check_member(name, head, is_packed=True)
            if not head.startswith(ZIP):
                continue
            left -= member.file_size
            if left < 0:
                raise Refused(_("The archive unpacks to so much that mail servers refuse it."))
            with opened(read_whole(archive, member)) as inner:
                for inner_name, inner_head, _member in members_of(inner):
                    check_member(inner_name, inner_head, is_packed=True)


def opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Refused(damaged()) from None


def damaged() -> str:
    return _("The archive is damaged: it can not be opened. Make it anew.")


def members_of(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes, zipfile.ZipInfo]]:
    """Yield the name and the first octets of each file in an archive."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise Refused(_("There are too many files in the archive for mail servers."))
    for member in members:
        if member.flag_bits & ENCRYPTED:
            raise Refused(_("The archive has a password, so mail servers can not look into it and "
                            "refuse it. Take the password off, or give a link to it."))
        if not member.is_dir():
            yield member.filename, beginning(archive, member), member


def beginning(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(HEAD)
    except Exception:  # torn, or packed in a way that is not known here
        return b""


def read_whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return an archive within an archive, of which no more is unpacked than it said."""
    try:
        with archive.open(member) as file:
            return file.read(member.file_size)
    except Exception:
        raise Refused(damaged()) from None
