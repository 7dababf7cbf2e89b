"""What is thrown at every field, parameter and file: data only. `test_corpus.py` throws it."""
import io
import struct
import zlib

from PIL import Image

HEADERS = [
    "a\nBcc: a@b.c", "a\r\nBcc: a@b.c", "a\x0bBcc: a@b.c", "a\x1cB: c", "a\x85Bcc: a@b.c",
    "a\u2028Bcc: a@b.c", "a\x00b", "\x00", "x" * 2000, "я" * 500, "a\n.\nb",
    "a\r\n.\r\nMAIL FROM:<x@y.org>", "a\rb", "a\nb", '"; <x@y>', "a\tb", " ", "\u00a0",
]
# What an address is stored as; None where it is refused.
ADDRESSES = {
    f"{'a' * 314}@x.org": None, f"{'a' * 65}@x.org": None, f"{'a' * 64}@x.org": f"{'a' * 64}@x.org",
    "иван@пример.рф": None, "u@пример.рф": "u@xn--e1afmkfd.xn--p1ai",
    "u@faß.de": "u@xn--fa-hia.de", "u@x\u200b.org": None, "u\u202e@x.org": None, "ｕ@x.org": None,
    "u@ｘ.org": None, "u@x\uff0eorg": "u@x.org", "u@x\u3002org": "u@x.org", "u@😀.org": None,
    "u@localhost": None, "u@[127.0.0.1]": None, '"a b"@x.org': None, "a@x.org,b@x.org": None,
    "N <u@x.org>": None, "-oQ@x.org": None, "U@X.org": "U@x.org", " u@x.org\u00a0": "u@x.org",
    "u@x.org\n": "u@x.org", "u@x.org\nBcc: a@b.c": None, "u\x00@x.org": None, "u,@x.org": None,
    "u>@x.org": None, 'u"@x.org': None, "u\\@x.org": None, "u@@x.org": None, "a@b@x.org": None,
    "u:@x.org": None, "@": None, "": None, "о" * 5000: None, f"u@{'a.' * 3000}org": None,
    f"u@{'я' * 200}.рф": None, "u@x.org\udcff": None,
}
TEXTS = [
    "{{ 7*7 }}", "{% load static %}", "{% debug %}", "{name!r.__class__}", "{full_name",
    "{full_name|{email}}", "}{", "%(n)s %s %d %", "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>", '" hx-get="/" x="', "data-hx-post=/profile/", "hx-on:click='alert(1)'",
    "</textarea><script>alert(1)</script>", "</iframe><script>alert(1)</script>",
    "javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "<meta http-equiv=refresh content=0>", "<base href=//evil.example>", "e" + "\u0301" * 9_000,
    "👩\u200d👩\u200d👧\u200d👦", "\ud800", "\u202eгро.лиам", "ﷺ" * 100, "x" * 100_001,
]
VALUES = [*HEADERS, *TEXTS]
NUMBERS = ["0", "-1", "abc", "999999999999", "9" * 400, "٣", "9223372036854775807",
           "9223372036854775808", "9" * 20, "1" * 5000, "1.5", "1e9", "0x10", " 1", "1_0", "1,2",
           "²", "on"]
SORTS = ["__class__", "owner__password", "?", "-", "--id", "-owner__email", "pk", "name,"]
SEARCHES = ["%", "_", "\\", "'", "';--", '"', "\x00", "x" * 100_000, "\ud800", "(", "[a", "*", "я%"]
NEXTS = ["//evil.example", "https:evil", "/\\evil.example", "https://evil.example/",
         "///evil.example", "javascript:alert(1)", "\x00//evil.example", "/\t/evil.example",
         "http:///evil.example"]
MOMENTS = [
    "0001-01-01T00:00", "9999-12-31T23:59", "2027-02-29T10:00", "2027-02-28T24:00",
    "2026-03-08T02:30", "2026-11-01T01:30", "1999-12-31T23:59", "2101-01-01T00:00",
    "2026-01-01T00:00+99:99", "-2026-01-01", "2026-13-01T00:00", "2026-01-01", "now",
    "01.02.2026 10:00", "2026-01-01T10:00:60",
]
CURSORS = ["0.000000_1", "99999999999.999999_1", "99999999999.000000_999999999999999999", "-1.0_1",
           "_", "1.000000_٣", "1~", "~", "1~nan", "1~inf", "1~-1e300", "1~1e10", "1~а\x00",
           f"{'9' * 18}~{'9' * 18}", f"1~{'я' * 500}"]
QUERY_VALUES = [
    "", *NUMBERS, *SORTS, *SEARCHES, *MOMENTS, *CURSORS, *NEXTS, *TEXTS[:12], *HEADERS[:8]]
FIELD_VALUES = [*NUMBERS, *HEADERS, *TEXTS, *NEXTS, *SEARCHES[:-3]]
# Names that addresses and forms may know, besides those that a view is seen to look at.
PARAMETERS = [
    "q", "page", "sort", "cursor", "after", "before", "last", "count",
    "status", "mailing", "owner", "message", "recipient", "find",
    "fate", "tab", "edit", "again", "id", "from", "to", "who", "what", "next", "tag", "begin",
    "bounced",
]
FIELDS = [
    "email", "login", "password", "password1", "password2", "oldpassword", "full_name", "comment",
    "subject", "body", "starts_at", "ends_at", "recipients", "everyone", "delivery", "how",
    "blocked", "disabled", "confirm", "language", "theme", "phone", "country", "time_zone", "code",
    "action_add", "action_remove", "_find", "_add",
]


def png(width=8, height=8):
    """Return a PNG whose header says `width` by `height`, and whose rows are there."""
    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(width // 8 + 1) * height, 9)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def picture(kind, **save):
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind, **save)
    return out.getvalue()


PNG = png()
PICTURES = {  # (name, content, whether it is taken)
    "path in its name": ("../../x.png", PNG, True),
    "NUL in its name": ("a\0.png", PNG, True),
    "long name": ("x" * 300 + ".png", PNG, True),
    "right to left": ("x\u202egnp.exe", PNG, True),
    "no name": ("", PNG, False),
    "GIF and HTML": ("x.gif", b"GIF89a/*<script>alert(1)</script>*/", False),
    "SVG named png": ("x.png", b"<svg xmlns='x' onload='alert(1)'/>", False),
    "169 megapixels": ("x.png", png(13_000, 13_000), False),
    "EPS": ("x.jpg", picture("EPS"), False), "TIFF": ("x.jpg", picture("TIFF"), False),
    "PSD": ("x.jpg", b"8BPS\0\1" + bytes(40), False), "torn": ("x.png", PNG[:40], False),
    "empty": ("x.png", b"", False), "animated": ("x.webp", picture("WEBP"), True),
    "5 MB and one": ("x.png", bytes(5 * 1024 * 1024 + 1), False),
}
BODIES = {  # (content type, body): what no form of ours sends
    "JSON": ("application/json", b'{"email": ["u@x.org"], "recipients": {"a": 1}}'),
    "torn JSON": ("application/json", b'{"email": '),
    "XML": ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    "no type": ("", b"email=u@x.org"),
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "torn parts": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; na"),
    "strange charset": ("application/x-www-form-urlencoded; charset=utf-7", b"email=%FF%FE+AGE-"),
    "not UTF-8": ("application/x-www-form-urlencoded", b"full_name=%FF%FE%C0%80&subject=%ED%A0%80"),
    "doubled keys": ("application/x-www-form-urlencoded", b"email=a@x.org&email=b@x.org&body=a"
                     b"&body=b&blocked=1&blocked=0&disabled=0&disabled=1&how=again&how=delivered"),
    "missing fields": ("application/x-www-form-urlencoded", b"x=y"),
    "10,000 ids": ("application/x-www-form-urlencoded", b"&".join(
        name + b"=" + b"%d" % (number * 10 ** 15) for number in range(5000)
        for name in (b"recipients", b"delivery"))),
    "30,000 fields": ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 30_000)),
}
