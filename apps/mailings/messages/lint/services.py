"""What is to be told of a message before its letters are sent."""
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from ...models import Message, Sender
from ..html.markup import line_of
from . import links, pictures, subjects
from .features import lint
from .hidden import Hidden, hidden_in
from .own import features_of_program
from .pieces import Piece, pieces_of
from .reading import read
from .remarks import Remark, Weight, merged
from .removed import remarks_on_removed
from .titles import advice_of, title_of
from .weights import weight_of

__all__ = ["Findings", "findings_of", "lint"]

CLIPPED = 102 * 1024  # octets of HTML, where Gmail cuts a letter off
NEARLY_CLIPPED = 90 * 1024
HIDDEN_SHOWN = 60  # characters of a hidden text


class Findings(NamedTuple):
    """Remarks, those that matter the most first."""

    remarks: list[Remark]

    def of(self, weight: Weight) -> list[Remark]:
        return [remark for remark in self.remarks if remark.weight == weight]

    @property
    def hinders(self) -> list[Remark]:
        return self.of(Weight.HINDERS)

    @property
    def noticed(self) -> list[Remark]:
        return self.of(Weight.NOTICED)

    @property
    def advice(self) -> list[Remark]:
        return self.of(Weight.ADVICE)

    @property
    def slight(self) -> list[Remark]:
        return self.of(Weight.SLIGHT)


def findings_of(message: Message) -> Findings:
    """Return what is to be told of a message, each thing once. Nothing is fetched."""
    return Findings(merged(remarks_on(message)))


def remarks_on(message: Message) -> Iterator[Remark]:
    yield from on_names(message)
    if message.kind == Message.Kind.TEXT:
        return
    hidden = hidden_in(message.html)
    yield from on_preheader(message, hidden)
    yield from on_size(message.html)
    yield from on_content(pieces_of(message))
    yield from on_features(message)
    if message.kind != Message.Kind.BLOCKS:
        yield from remarks_on_removed(message.source)
        yield from on_hidden(message, hidden)


def on_names(message: Message) -> Iterator[Remark]:
    yield from subjects.remarks_on_subject(message.subject)
    sender = Sender.objects.filter(owner_id=message.owner_id, is_default=True).first()
    if sender:
        yield from subjects.remarks_on_sender(sender.name, message.subject)


def on_preheader(message: Message, hidden: list[Hidden]) -> Iterator[Remark]:
    """Yield remarks on the preheader; one that the source itself has may stand in for ours."""
    own = next((text.text for text in hidden if text.is_first), "")
    yield from subjects.remarks_on_preheader(message.preheader or own, message.subject)


def on_size(html: str) -> Iterator[Remark]:
    size = len(html.encode("utf-8", "replace"))
    if size < NEARLY_CLIPPED:
        return
    clipped = size >= CLIPPED
    title = _("The letter is too long for Gmail: %(size)d kB") if clipped else _(
        "The letter is nearly too long for Gmail: %(size)d kB")
    yield Remark(
        "size", Weight.HINDERS if clipped else Weight.ADVICE, title % {"size": size // 1024},
        _("Gmail cuts letters off at 102 kB and hides the rest, with the unsubscribe link. "
          "Shorten the text or split it; pictures do not count."))


def on_content(pieces: list[Piece]) -> Iterator[Remark]:
    """Yield remarks on links and pictures, with their lines or blocks."""
    words = ""
    shown = 0
    for piece in pieces:
        reading = read(piece.html)
        words += reading.words
        shown += len(reading.pictures)
        found = [*links.remarks_on(reading.links, reading.anchors),
                 *pictures.remarks_on(reading, bool(piece.block))]
        if piece.block:
            found += links.of_samples(reading.links)
        for remark, line in found:
            yield remark._replace(
                lines=() if piece.block else (line,),
                places=(piece.block,) if piece.block else ())
    if pictures.is_pictures_alone(words, shown):
        yield pictures.alone()


def on_features(message: Message) -> Iterator[Remark]:
    """Yield what mail programs can not do of a source that a person wrote.

    MJML has no lines in the HTML that is made of it, and much of that nobody wrote.
    """
    if message.kind == Message.Kind.BLOCKS:
        return
    is_html = message.kind == Message.Kind.HTML
    made = frozenset() if is_html else features_of_program()
    for finding in lint(message.source if is_html else message.html):
        if finding.slug not in made:
            yield Remark(
                finding.slug, weight_of(finding), title_of(finding.slug, finding.title),
                advice_of(finding), finding.lines if is_html else (), (), finding.clients)


def on_hidden(message: Message, hidden: list[Hidden]) -> Iterator[Remark]:
    """Yield remarks on hidden texts, but for our own preheader and that of MJML."""
    for text in hidden:
        if text.is_first and (message.preheader or message.kind == Message.Kind.MJML):
            continue
        yield of_hidden(text)._replace(lines=lines_with(message.source, text.text))


def of_hidden(text: Hidden) -> Remark:
    words = text.text[:HIDDEN_SHOWN]
    if text.is_first:
        return preheader_in_source()
    return Remark(
        "hidden-text", Weight.ADVICE, _("Hidden text: “%(words)s”") % {"words": words},
        _("Gmail's rules forbid text that readers do not see: take it out, or show it."))


def preheader_in_source() -> Remark:
    return Remark(
        "hidden-preheader", Weight.ADVICE, _("A preheader hidden in the source"),
        _("Gmail's rules forbid hidden text. A short preheader is borne with; ours, in its own "
          "field, is hidden so that all mail programs take it for one."))


def lines_with(source: str, text: str) -> tuple[int, ...]:
    """Return the line of `source` where the text stands, where it stands as it is read."""
    at = source.find(text[:HIDDEN_SHOWN])
    return (line_of(source, at),) if at >= 0 else ()
