"""The user's guide: Markdown in docs/guide/<language>/, which the repository shows as well."""
import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

READ_AT = timezone.now()  # a release, which may change the layout too, starts the process anew
GUIDE = settings.BASE_DIR / "docs" / "guide"
CONTENTS = "README"


def source(language: str, name: str) -> str:
    """Return the Markdown of the page `name`."""
    return (GUIDE / language / f"{name}.md").read_text(encoding="utf-8")


# The pages, in the order in which the contents name them.
PAGES = tuple(re.findall(r"\]\((\w+)\.md\)", source(settings.LANGUAGE_CODE, CONTENTS)))


@dataclass(frozen=True)
class Page:
    """A page of the guide: its title, its sections as (id, title), the rest as HTML."""

    name: str
    title: str
    sections: tuple[tuple[str, str], ...]
    html: SafeString

    def get_absolute_url(self) -> str:
        if self.name == CONTENTS:
            return reverse("core:help")
        return address(self.name)


@cache
def page(language: str, name: str) -> Page:
    """Return the Page `name` (one of PAGES, or CONTENTS) in `language`."""
    markdown = MarkdownIt("commonmark", {"html": False})
    _, title, _, *tokens = markdown.parse(source(language, name))  # the title comes first
    sections = []
    for before, token in zip(tokens, tokens[1:]):
        if before.type == "heading_open" and before.tag == "h2":
            before.attrSet("id", slug(token.content))
            sections.append((slug(token.content), token.content))
        for piece in token.children or ():
            adapt(piece)
    # Our own docs, with HTML off: nothing that a user wrote.
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Page(name, title.content, tuple(sections), SafeString(html))  # nosec B703


def slug(title: str) -> str:
    """Return a heading's id, as repositories make it."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def adapt(piece: Token) -> None:
    """Turn a link to another file of the guide, or a picture's path, into an address of ours."""
    if piece.type == "link_open":
        name, extension, section = str(piece.attrs["href"]).partition(".md")
        if extension:
            piece.attrSet("href", address(name) + section)
    elif piece.type == "image":
        path = PurePosixPath(str(piece.attrs["src"])).relative_to("../img")
        with Image.open(GUIDE / "img" / path) as picture:
            piece.attrs |= {"src": static(f"guide/{path}"), "width": picture.width,
                            "height": picture.height, "loading": "lazy"}


def address(name: str) -> str:
    """Return the address of the page `name`."""
    return reverse("core:help_page", args=[name])
