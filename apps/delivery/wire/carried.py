"""What each letter of a run carries: how it is left, whose list it is of, how it is known again.

`List-Unsubscribe` (RFC 2369), in one click (RFC 8058), `List-ID` (RFC 2919), the Message-ID, the
link to leave and the envelope's sender. Lines are not folded: relays fold such anew, and break
the signatures over them (DKIM).
"""
from functools import cached_property
from hashlib import blake2b
from urllib.parse import quote, urlsplit

from django.conf import settings

from .lasting_key import lasting_key
from .mailboxes import ascii_domain
from .mime import LONGEST_LINE
from .return_path import return_address
from .tokens import LONGEST_UNSUBSCRIBE, Signer

LISTING = b"list id"  # what the MAC is for
LABEL = 8  # octets of it
LONGEST_LIST = 255  # characters, RFC 2919, 2
IN_MAILTO = "!$'*+-.^_`|~@"  # what stays in an address there (RFC 6068, 2)
ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
TOKEN = "\0"  # where a letter's own stands


class Carried:
    """What the letters of one run carry; what is the same for all is made once.

    `address` is the sender's, `bounces_to` the mailbox that is read; "" where there is none.
    """

    def __init__(self, *, owner: int, seed: str, address: str, bounces_to: str = "") -> None:
        self.owner = owner
        self.seed = seed
        self.domain = address.rpartition("@")[2]
        self.bounces_to = bounces_to
        self.site = f"{ascii_site(settings.BASE_URL)}/u/"

    def token(self, recipient: int | None, delivery: int, email: str) -> str:
        """Return what the links of one letter have; a test letter has no recipient."""
        return self.signer.unsubscribe(recipient or 0, delivery, email)

    def link(self, token: str) -> str:
        """Return the address of the page to leave."""
        return f"{self.site}{token}/"

    def headers(self, delivery: int, token: str) -> str:
        """Return the lines of one letter, with their ends."""
        return f"Message-ID: {self.message_id(delivery)}\r\n{token.join(self.lines)}"

    def message_id(self, delivery: int) -> str:
        """Return the Message-ID (RFC 5322, 3.6.4), the same for each try of one delivery.

        It tells nobody how many letters there were. A number that the database gives again after a
        restore belongs to another run then, with another seed, and to another id.
        """
        return f"<{self.signer.message(delivery)}@{self.domain}>"

    def return_path(self, delivery: int) -> str:
        """Return the envelope's sender to which this letter, and no other, comes back."""
        return return_address(self.bounces_to, delivery, self.seed)

    @cached_property
    def signer(self) -> Signer:
        return Signer(self.owner, self.seed)

    @cached_property
    def lines(self) -> list[str]:
        """The lines that programs read, cut where the token stands."""
        ways = []
        is_safe = self.site.startswith("https://")
        if is_safe:
            ways.append(f"<{self.site}{TOKEN}/>")
        if self.bounces_to:
            mailbox = quote(self.bounces_to, safe=IN_MAILTO)
            ways.append(f"<mailto:{mailbox}?subject=unsubscribe-{TOKEN}>")
        lines = ""
        if ways:
            lines = f"List-Unsubscribe: {in_one_line(ways)}\r\n"
        if is_safe:
            lines += ONE_CLICK
        return f"{lines}List-ID: <{list_id(self.owner, self.domain)}>\r\n".split(TOKEN)


def in_one_line(ways: list[str]) -> str:
    """Return the `ways` of `List-Unsubscribe` as its value, folded only where it has to be."""
    line = ", ".join(ways)
    if len("List-Unsubscribe: ") + len(line) + len(ways) * LONGEST_UNSUBSCRIBE > LONGEST_LINE:
        return ",\r\n ".join(ways)
    return line


def list_id(owner: int, domain: str) -> str:
    """Return by what the letters of `owner` are known as a list's, wherever the service stands."""
    digest = blake2b(b"%d" % owner, digest_size=LABEL, key=lasting_key(), person=LISTING)
    if domain.startswith("["):
        domain = "localhost"  # RFC 2919, 3: what stands for no domain
    labels = domain.split(".")
    while len(".".join([digest.hexdigest(), *labels])) > LONGEST_LIST:
        del labels[0]
    return ".".join([digest.hexdigest(), *labels])


def ascii_site(address: str) -> str:
    """Return the address of the site with its host in A-labels (RFC 5891)."""
    if address.isascii():
        return address
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    host = ascii_domain(parts.hostname or "")
    return parts._replace(netloc=f"{host}{port}", path=quote(parts.path)).geturl()
