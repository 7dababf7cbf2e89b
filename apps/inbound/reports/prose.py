"""What a report without a machine's part tells a person: whom it speaks of, in which words.

Each program has its own wording, but nearly all put the address first on a line, and under it
what the server said, or put the server's words somewhere else in the text.
"""
import re
from typing import NamedTuple

ADDRESS = r"""(?:"[^"\s]{1,64}"|[^\s<>()\[\]:;,"'`@=|]{1,80})@[^\s<>()\[\]:;,"'`@/|]{1,255}"""
# An address at the start of a line, alone or with what is said of it.
HEADED = re.compile(
    rf"""^[ \t>*•"'`|-]{{0,20}}([245]\d\d[ ](?=\S{{1,100}}\.\.\.\s))?
    (?:[A-Za-zÀ-ÿА-яё][A-Za-zÀ-ÿА-яё -]{{1,24}}[ \t]*[:=][ \t]*)?(?:rfc822;[ \t]*)?
    <?(?:mailto:)?({ADDRESS})>?(?:[ \t]*<mailto:[^>\n]{{1,300}}>)?[ \t]*(.*)$""",
    re.VERBOSE | re.IGNORECASE)
LABEL = re.compile(r"^[ \t>*|-]{0,20}([A-Za-zÀ-ÿА-яё][A-Za-zÀ-ÿА-яё -]{1,24}?)[ \t]*[:=]")
OF_RECIPIENT = re.compile(
    r"recipient|^to$|rcpt|address|user|failed|mailbox|delivered|deliver"
    r"|получател|адрес|кому|empf[äa]|destinat|adress|indirizzo|endere", re.IGNORECASE)
ORIGINAL = re.compile(r"[ \t]*original address:", re.IGNORECASE)
GOES_ON = re.compile(r"(?:for|if|and|or|to|with|when|at|by|via|as|in|so|that|which|please)\b",
                     re.IGNORECASE)
MENTIONED = re.compile(
    rf"(?:\bto|recipients?|address(?:es)?|rcpt to|user(?:id)?|mailbox|for|deliver\w*)\W{{1,4}}"
    rf"<?(?:mailto:)?({ADDRESS})", re.IGNORECASE)
HELPER = re.compile(r"(?:postmaster|abuse|hostmaster|help|helpdesk|support|mailer-daemon"
                    r"|mail-daemon|noc|info|admin|administrator|webmaster)@", re.IGNORECASE)
# A reply in the midst of a text: «said: 550 5.1.1 …», «[550 …]», «(#5.1.1)».
REPLY = re.compile(
    r"""(?<![\w.@/=-])(?:[245]\d\d(?:[ -]+(?=\S)|[:,][ ]?(?=[^\d\s]))(?!bytes|octets|minutes|hours
    |days|seconds)|\#?[45]\.\d{1,3}\.\d{1,3}(?![.\w]))""", re.VERBOSE)
ALREADY = re.compile(r"[245]\d\d[ -]+\S{0,3}[245]\.\d{1,3}\.\d{1,3}\W*$")
# Lines that tell of the letter, not of what became of it.
FACT = re.compile(
    r"[ \t>*]{0,20}(?:original |message |sender|reporting|remote|received|last|arrival"
    r"|from|to|cc|subject|date|sent|size|queue|host|server|mail from|rcpt to"
    r"|generating)[\w -]{0,20}:"
    r"|[ \t>*]{0,20}recipient address:"
    r"(?![^\n]{0,200}\b[45]\d\d\b)|[ \t]*from \S{1,100}(?: \[|$)"
    r"|[^\n]{0,80}header fields:|[ \t]*[>]{3} ",
    re.IGNORECASE)
LONGEST = 700  # characters of one reply
MOST = 100
MOST_CANDIDATES = 30


class Section(NamedTuple):
    """What a text says of one address."""

    address: str
    words: str


def sections(prose: str, known: tuple[str, ...], own: frozenset[str]) -> list[Section]:
    """Return what `prose` says of each address, the ones of `known` or all that head a line.

    `own` are addresses that no report is about: the sender's.
    """
    heads: list[tuple[str, list[str]]] = []
    before = ""
    is_whole = True  # the line itself says all: «550 <u@example.org>... User unknown»
    for line in prose.splitlines():
        address, rest = headed(line, before)
        if address and heads and not "".join(heads[-1][1]) and ORIGINAL.match(line):
            heads[-1] = (address, [rest])  # where the letter went on to stands above it
        elif address and address.lower() not in own:
            heads.append((address, [rest]))
            is_whole = rest[:3].isdigit()
        elif not is_whole:
            heads[-1][1].append(line)
        before = line
    merged = merged_heads(heads)
    if known:
        merged = {each: words for each, words in merged.items()
                  if each in {one.lower() for one in known}}
        return [Section(each, merged.get(each.lower(), "")) for each in known]
    return [Section(address, words) for address, words in merged.items()]


def headed(line: str, before: str) -> tuple[str, str]:
    """Return the address that `line` begins with, and the rest of the line; "" without one."""
    if "@" not in line:
        return "", ""
    found = HEADED.match(line[:2000])
    if not found or HELPER.match(found[2]):
        return "", ""
    label = LABEL.match(line[:60])
    if label and not OF_RECIPIENT.search(label[1]):
        return "", ""
    rest = found[3].strip()
    if GOES_ON.match(rest) and before.strip():
        return "", ""
    return found[2].rstrip(".>"), (found[1] or "") + rest.lstrip(":>. ").strip()


def merged_heads(heads: list[tuple[str, list[str]]]) -> dict[str, str]:
    """Return the words by address; addresses in a row share what follows the last of them."""
    merged: dict[str, str] = {}
    for address, lines in heads[:MOST]:
        words = "\n".join(lines).strip()
        merged[address.lower()] = (merged.get(address.lower(), "") + "\n" + words).strip()
    last = ""
    for address in reversed(merged):
        last = merged[address] = merged[address] or last
    return merged


def mentioned(prose: str, own: frozenset[str]) -> str:
    """Return the address that a sentence of `prose` names as the one written to."""
    for found in MENTIONED.finditer(prose[:4000]):
        address = found[1].rstrip(".>")
        if address.lower() not in own and not HELPER.match(address):
            return address
    return ""


def replies(words: str) -> list[str]:
    """Return the servers' replies that stand in `words`, each to the end of its paragraph."""
    found: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", words):
        text = " ".join(paragraph.split())
        for reply in REPLY.finditer(text):
            if ALREADY.search(text[max(0, reply.start() - 20):reply.end()]):
                continue  # the enhanced code of the reply before it
            if text[reply.start() - 1:reply.start()] == "(" and text[reply.end():][:1] == ")":
                continue  # the code of the words before it: qmail's «… (#5.1.1)»
            found.append(text[reply.start():reply.start() + LONGEST])
            if len(found) == MOST_CANDIDATES:
                return found
    return found


def sentences(words: str) -> list[str]:
    """Return the lines and paragraphs of `words`, the lines first."""
    words = "\n".join(line for line in words.splitlines() if not FACT.match(line))
    lines = [" ".join(line.split())[:LONGEST] for line in words.splitlines() if line.strip()]
    paragraphs = [" ".join(each.split())[:LONGEST] for each in re.split(r"\n[ \t]*\n", words)]
    return list(dict.fromkeys([*lines[:MOST_CANDIDATES], *paragraphs[:MOST_CANDIDATES]]))
