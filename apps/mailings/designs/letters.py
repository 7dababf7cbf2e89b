"""What a design is made of: a letter in one language, whose pictures are named and drawn later."""
from typing import Any, NamedTuple

SITE = "https://example.com/"  # who takes a design puts their own addresses there


class Letter(NamedTuple):
    """What a design says in one language. `picture` of its blocks is a name of `pictures.py`."""

    subject: str
    preheader: str
    blocks: list[dict[str, Any]]


def block(kind: str, **values: Any) -> dict[str, Any]:
    return {"kind": kind, **values}


def heading(text: str, level: str = "1", align: str = "left") -> dict[str, Any]:
    return block("heading", text=text, level=level, align=align)


def text(html: str, align: str = "left") -> dict[str, Any]:
    return block("text", html=html, align=align)


def button(words: str, page: str = "", align: str = "left") -> dict[str, Any]:
    return block("button", text=words, url=SITE + page, align=align)


def picture(name: str, alt: str) -> dict[str, Any]:
    return block("picture", picture=name, alt=alt, width="full")


def product(name: str, price: str, **values: str) -> dict[str, Any]:
    return block("product", name=name, price=price, url=SITE, **values)


def columns(*columns: dict[str, str]) -> dict[str, Any]:
    return block("columns", columns=list(columns))


def column(html: str, picture: str = "", alt: str = "", page: str | None = None) -> dict[str, str]:
    url = "" if page is None else SITE + page
    return {"picture": picture, "alt": alt, "html": html, "url": url}


def ending() -> list[dict[str, Any]]:
    """Return what stands below a letter to many: the owner's own links and requisites."""
    return [block("social"), block("footer")]
