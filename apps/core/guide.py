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
from PIL import Image

READ_AT = timezone.now()  # a release, which may change the layout too, starts the process anew
GUIDE = settings.BASE_DIR / "docs" / "guide"
CONTENTS = "README"
PAGES = ("start", "recipients", "messages", "mailings", "schedule", "outcomes", "unknown",
         "reports", "managers", "operators")


@dataclass(frozen=True)
class Page:
    """A page of the guide: its title, its sections as (id, title), the rest as HTML."""

    name: str
    title: str
    sections: tuple
    html: SafeString

    def get_absolute_url(self):
        return reverse("core:help") if self.name == CONTENTS else address(self.name)


@cache
def page(language, name):
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


def source(language, name):
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return (GUIDE / known / f"{name}.md").read_text(encoding="utf-8")


def slug(title):
    """Return a heading's id, as repositories make it."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def adapt(piece):
    """Turn a link to another file of the guide, or a picture's path, into an address of ours."""
    if piece.type == "link_open" and ".md" in piece.attrs["href"]:
        name, _, section = piece.attrs["href"].partition(".md")
        piece.attrSet("href", address(name) + section)
    elif piece.type == "image":
        path = PurePosixPath(piece.attrs["src"]).relative_to("../img")
        with Image.open(GUIDE / "img" / path) as picture:
            size = picture.size
        piece.attrs |= {"src": static(f"guide/{path}"), "width": size[0], "height": size[1],
                        "loading": "lazy"}


def address(name):
    return reverse("core:help_page", args=[name])
