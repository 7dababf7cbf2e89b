"""A letter of more than one part: its text, its HTML, its attachments."""
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from apps.mailings.messages.html.places import Part
from apps.mailings.messages.merge_fields import Field

from .attached import attachment
from .parts import Filled, Text

LENGTH = 12  # octets of what makes a boundary that nobody can foresee


class Parts:
    """The parts of a run's letters: `octets` are one recipient's, the `tail` is everybody's."""

    def __init__(self, seed: bytes, body: Sequence[str | Field], html: Sequence[Part],
                 attachments: Sequence[Mapping[str, str | int]]) -> None:
        boundary = boundary_of(seed)
        self.body = Text(body, "plain", boundary)
        self.html = Text(html, "html", boundary) if html else None
        self.fields = [place.field for place in self.html.fields] if self.html else []
        alternative = f"{boundary}-a".encode("ascii")
        mixed = f"{boundary}-m".encode("ascii")
        self.before = b""  # the text
        self.between = b"--%s\r\n" % alternative
        self.after = b"--%s--\r\n" % alternative
        self.tail: list[bytes] = []
        if self.html:
            self.before = multipart(b"alternative", alternative) + self.between
        if attachments:
            self.before = multipart(b"mixed", mixed) + b"--%s\r\n" % mixed + self.before
            for one in attachments:
                self.tail += [b"--%s\r\n" % mixed, attachment(one)]
            self.tail.append(b"--%s--\r\n" % mixed)

    @property
    def size(self) -> int:
        """About how many octets it takes to keep."""
        texts = [self.body.size, self.html.size if self.html else 0]
        return sum(texts) + sum(map(len, self.tail))

    def filled(self, values: Mapping[str, str]) -> tuple[Filled, Filled | str]:
        return self.body.filled(values), self.html.filled(values) if self.html else ""

    def octets(self, header: bytes, body: str | Filled, html: str | Filled) -> bytes:
        """Return a letter's octets up to its attachments."""
        octets = [header, self.before]
        self.add(octets, self.body, body)
        if self.html:
            octets.append(self.between)
            self.add(octets, self.html, html)
            octets.append(self.after)
        return b"".join(octets)

    def add(self, octets: list[bytes], text: Text, said: str | Filled) -> None:
        """Add a part to `octets`: its header and what it says."""
        if isinstance(said, str):
            said = Filled(Text([said], text.subtype), [])
        encoding, content = said.encoded()
        octets.append(text.headers[encoding])
        octets += content


def multipart(kind: bytes, boundary: bytes) -> bytes:
    return b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)


def boundary_of(seed: bytes) -> str:
    """Return what each boundary begins with. Nobody knows it before a letter of the run has it.

    In base64 it can not stand, for the line under its second character.
    """
    digest = blake2b(b"boundary", digest_size=LENGTH, key=seed)
    return f"=_{digest.hexdigest()}"
