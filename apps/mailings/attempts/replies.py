"""Reading a reply: its code, its enhanced status code, its words, the addresses it quotes."""
import re
from functools import cached_property

import idna

LOOKED_AT = 2000  # characters; what matters stands at the start
CODE = re.compile(r"\s*(?:[a-z][\w-]{0,30};\s*)?([2-5]\d\d)(?=[\s-]|$)", re.IGNORECASE)
# RFC 2034: x.y.z stands at the start of each line's text; IronPort writes #x.y.z.
ENHANCED = re.compile(r"[-\s'\"(\[]*#?([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
LEADING = re.compile(r"\A[\s'\"(\[]*#?[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
AGAIN = r"(?<!\S){code}[ -](?:\s*#?{class_}\.\d{{1,3}}\.\d{{1,3}}(?!\S))?"
URL = re.compile(r"(?:\b[a-z]{2,10}://|\bwww\.|\bmailto:)\S*", re.IGNORECASE)
ADDRESS = re.compile(
    r"""(?:"[^"\s]{1,64}"|[^\s<>()\[\]:;,"'@=/]{1,64})@[^\s<>()\[\]:;,"'@/]{1,255}""")
HELPERS = re.compile(r"(?:postmaster|abuse|hostmaster|helpdesk|help|noc|mailer-daemon)@", re.I)
OURS = re.compile(r"(?:[A-Za-z]+Error|NoReply|SMTP[A-Za-z]+): ")  # what the transport writes


class Reply:
    """What one reply says. `code` is None where it begins with none."""

    def __init__(self, text: str) -> None:
        self.text = text[:LOOKED_AT].replace("\x00", "")
        self.code: int | None = None
        self.rest = self.text
        if start := CODE.match(self.text):
            self.code = int(start[1])
            self.rest = self.text[start.end():].lstrip(" -")
        self.ours = bool(OURS.match(self.text))

    @cached_property
    def detail(self) -> str:
        """Subject and detail of the enhanced status code, "1.1" of 5.1.1; "" without one."""
        for line in self.rest.splitlines():
            found = ENHANCED.match(CODE.sub("", line, count=1))
            # The class fits the reply's code, as RFC 2034 demands.
            if found and (self.code is None or int(found[1]) == self.code // 100):
                return f"{int(found[2])}.{int(found[3])}"
        return ""

    @cached_property
    def words(self) -> str:
        """The text as `phrases` reads it."""
        text = self.rest.replace("’", "'")
        if self.code:
            text = re.sub(AGAIN.format(code=self.code, class_=self.code // 100), "", text)
        text = ADDRESS.sub("@", URL.sub("", LEADING.sub("", text, count=1)))
        if self.detail:
            text = f"5.{self.detail} {text}"
        return " ".join(text.lower().split())

    @cached_property
    def addresses(self) -> set[str]:
        """The addresses that are quoted, those of helpers apart, in the form of `plain`."""
        quoted = ADDRESS.findall(URL.sub("", self.text))
        return {plain(address) for address in quoted if not HELPERS.match(address)}

    def is_about_others(self, recipient: str) -> bool:
        """Whether addresses are quoted, and none of them is the recipient's."""
        if not self.addresses or plain(recipient) in self.addresses:
            return False
        whole = rf"(?<![\w.+-]){re.escape(recipient.lower())}(?![\w-]|\.\w)"
        return not re.search(whole, self.text.lower())  # local parts may hold any sign

    def quotes_domain_of(self, recipient: str) -> bool:
        """Whether an address of the recipient's own domain is quoted."""
        domain = plain(recipient).rpartition("@")[2]
        return any(address.endswith(f"@{domain}") for address in self.addresses)


def plain(address: str) -> str:
    """Return an address in one form of the many: lower case, A-labels (RFC 5891), no full stop."""
    local, _, domain = address.strip("<>").rpartition("@")
    domain = domain.rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain).decode("ascii")
        except UnicodeError:
            pass  # no name that DNS knows: compared as it stands
    return f"{local.lower()}@{domain}"
