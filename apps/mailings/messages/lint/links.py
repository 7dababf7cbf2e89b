"""What is wrong with a letter's links."""
from collections.abc import Iterable, Iterator
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..html.addresses import SCHEME, SCHEMES
from .hosts import host_of, is_own, is_private, is_same_site, read_as_host
from .reading import Link
from .remarks import Remark, Weight

OF_WEB = ("http", "https")
SHORT = frozenset((
    "bit.ly", "goo.gl", "t.co", "tinyurl.com", "clck.ru", "is.gd", "ow.ly", "cutt.ly", "goo.su",
    "vk.cc", "u.to", "rebrand.ly", "rb.gy", "qps.ru"))
SAMPLE = ("example.com", "www.example.com")  # where the links of designs lead
LONGEST_SHOWN = 60

nowhere = partial(
    Remark, "link-nowhere", Weight.HINDERS, gettext_lazy("A link leads nowhere"),
    gettext_lazy("Give it the whole address of a page: https://…"))
relative = partial(
    Remark, "link-relative", Weight.HINDERS, gettext_lazy("A link without the site's address"),
    gettext_lazy("A letter has no site of its own: write the address whole, from https:// on."))
private = partial(
    Remark, "link-private", Weight.HINDERS,
    gettext_lazy("A link to a computer that recipients can not reach"),
    gettext_lazy("Give the address by which the page is known to everybody."))
broken = partial(
    Remark, "link-broken", Weight.HINDERS, gettext_lazy("A link whose address is broken"),
    gettext_lazy("Open the page in a browser and copy its address from there."))
unsafe = partial(
    Remark, "link-unsafe", Weight.HINDERS, gettext_lazy("A link that runs a program"),
    gettext_lazy("Mail programs remove it, and filters hold the letter dangerous: link a page."))
of_sample = partial(
    Remark, "link-sample", Weight.HINDERS, gettext_lazy("A link of the design: example.com"),
    gettext_lazy("Give the address of your own page instead."))
hidden_host = partial(
    Remark, "link-login", Weight.HINDERS,
    gettext_lazy("A link with a name before @: fraudsters hide the true site so"),
    gettext_lazy("Leave out what stands before @."))
insecure = partial(
    Remark, "link-http", Weight.ADVICE, gettext_lazy("A link without encryption (http://)"),
    gettext_lazy("If the site opens by https://, write so: browsers warn of the other."))
shortened = partial(
    Remark, "link-short", Weight.ADVICE, gettext_lazy("A shortened link"),
    gettext_lazy("Filters distrust them, as nobody sees where they lead: give the true address."))
wordless = partial(
    Remark, "link-wordless", Weight.ADVICE, gettext_lazy("A link without words"),
    gettext_lazy("Nobody sees it; screen readers read its address aloud."))


def remarks_on(links: Iterable[Link], anchors: set[str]) -> Iterator[tuple[Remark, int]]:
    """Yield what is wrong with each link, and its line."""
    for link in links:
        for remark in of_link(link, anchors):
            yield remark, link.line


def of_samples(links: Iterable[Link]) -> Iterator[tuple[Remark, int]]:
    """Yield the links of a design that nobody has made their own."""
    for link in links:
        if host_of(link.address) in SAMPLE:
            yield of_sample(), link.line


def of_link(link: Link, anchors: set[str]) -> Iterator[Remark]:
    if link.is_empty:
        yield wordless()
    yield from of_address(link.address, anchors)
    yield from of_words(link)


def of_address(address: str, anchors: set[str]) -> Iterator[Remark]:
    if address.startswith("{") or is_own(address):  # a merge field begins an address whole
        return
    scheme = SCHEME.match(address)
    name = scheme[1].lower() if scheme else ""
    if name in OF_WEB:
        yield from of_web_address(address, name)
    elif name in ("javascript", "vbscript", "data"):
        yield unsafe()
    elif name and (name not in SCHEMES or not address[len(name) + 1:].strip("/")):
        yield broken()
    elif not name and address in ("", "#"):
        yield nowhere()
    elif not name and address.startswith("#"):
        if address[1:] not in anchors and address.lower() != "#top":
            yield nowhere()
    elif not name:
        yield relative()


def of_web_address(address: str, scheme: str) -> Iterator[Remark]:
    place = address[len(scheme) + 1:].lstrip("/\\")
    beginning = place.replace("\\", "/").partition("/")[0].partition("?")[0].partition("#")[0]
    if "{" in beginning:
        return
    host = host_of(address)
    if not host or " " in beginning:
        yield broken()
        return
    if "@" in beginning:
        yield hidden_host()
    if is_private(host):
        yield private()
    elif host.removeprefix("www.") in SHORT:
        yield shortened()
    elif scheme == "http":
        yield insecure()


def of_words(link: Link) -> Iterator[Remark]:
    """Yield a remark on words that name another site than the link leads to."""
    read = read_as_host(link.words)
    if not read or "{" in link.address.partition("?")[0]:
        return
    if link.address[:7].lower() == "mailto:":
        led = link.address[7:].partition("?")[0].rpartition("@")[2].lower() or None
    elif link.address[:5].lower().startswith("http"):
        led = host_of(link.address)
    else:
        led = None
    if led and not is_same_site(read, led):
        yield Remark(
            "link-other-site", Weight.HINDERS,
            _("The words say “%(words)s”, and the link leads to %(host)s") % {
                "words": link.words[:LONGEST_SHOWN], "host": led[:LONGEST_SHOWN]},
            _("Filters take that for fraud: let the words name what the link opens."))
