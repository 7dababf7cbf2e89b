"""What is wrong with a letter's pictures."""
import re
from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy

from ..html.addresses import SCHEME
from .hosts import host_of, is_own, is_private
from .reading import Picture, Reading
from .remarks import Remark, Weight

FEW = 40  # characters beside pictures
FIELD = re.compile(r"\{[^{}|]{1,80}(?:\|[^{}]*)?\}")

without_alt = partial(
    Remark, "picture-without-words", Weight.ADVICE,
    gettext_lazy("A picture without a description"),
    gettext_lazy("Many mail programs show pictures only when asked; until then people read "
                 "alt=\"…\". Where a picture only decorates, write alt=\"\"."))
without_alt_in_block = partial(
    Remark, "picture-without-words", Weight.ADVICE,
    gettext_lazy("A picture without a description"),
    gettext_lazy("Many mail programs show pictures only when asked; until then people read the "
                 "description."))
unreachable = partial(
    Remark, "picture-nowhere", Weight.HINDERS, gettext_lazy("A picture that nobody will see"),
    gettext_lazy("Its address leads to your computer or nowhere: upload it among your pictures, "
                 "or give its whole address, from https:// on."))
insecure = partial(
    Remark, "picture-http", Weight.ADVICE,
    gettext_lazy("A picture from another site without encryption (http://)"),
    gettext_lazy("Some mail programs do not show such: give its https:// address, or upload it "
                 "among your pictures."))
alone = partial(
    Remark, "only-pictures", Weight.HINDERS, gettext_lazy("The letter is pictures alone"),
    gettext_lazy("Filters distrust such letters, and with pictures off nothing can be read: say "
                 "the main thing in words."))


def remarks_on(reading: Reading, in_block: bool) -> Iterator[tuple[Remark, int]]:
    """Yield what is wrong with each picture, and its line."""
    for picture in reading.pictures:
        if picture.alt is None:
            remark = without_alt_in_block() if in_block else without_alt()
            yield remark, picture.line
        for remark in of_address(picture):
            yield remark, picture.line


def of_address(picture: Picture) -> Iterator[Remark]:
    address = picture.address
    if address.startswith(("{", "data:")) or is_own(address):
        return
    scheme = SCHEME.match(address)
    if address.startswith("//"):
        address = f"https:{address}"
    elif not scheme or scheme[1].lower() not in ("http", "https"):
        yield unreachable()
        return
    host = host_of(address)
    if not host or is_private(host):
        yield unreachable()
    elif scheme and scheme[1].lower() == "http":
        yield insecure()


def is_pictures_alone(words: str, pictures: int) -> bool:
    return pictures > 0 and len(FIELD.sub("", words)) < FEW
