"""The demo's outbox: the letters that the catcher took. There only with DEBUG and on loopback."""
import email
import email.parser
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache, wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.core.htmx import render_page
from apps.core.listing import page_of, search_text

from . import catcher
from .context import in_demo

LONGEST_SHOWN = 200_000


def demo_only(view):
    """404 unless this is the demo, asked from its own machine: the outbox holds reset links."""

    @login_not_required
    @require_safe
    @cache_control(private=True, no_store=True)
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not in_demo(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@dataclass(frozen=True)
class Letter:
    """What the list shows of a caught letter."""

    name: str
    caught_at: datetime
    sender: str
    to: str
    subject: str


@lru_cache(maxsize=catcher.KEPT)
def summary(path):
    """Return the Letter in `path`; a caught letter never changes."""
    with path.open("rb") as file:
        letter = email.parser.BytesHeaderParser().parse(file)
    return Letter(path.stem, catcher.caught_at(path), header(letter, "From"),
                  header(letter, "To"), header(letter, "Subject"))


def header(letter, name):
    """Return a header's text, in one line.

    Decoded the old way: the modern policy puts a blank between the pieces of a long name.
    """
    value = letter[name] or ""
    try:
        value = make_header(decode_header(value))
    except (HeaderParseError, LookupError, ValueError):
        pass  # no honest program writes such a header; it is shown as it is
    return " ".join(str(value).split())


def summaries():
    """Yield a Letter for each file; one that was dropped meanwhile is left out."""
    for path in catcher.letters():
        try:
            yield summary(path)
        except FileNotFoundError:
            continue


def text_of(raw):
    """Return the text of a letter's bytes: its plain part, else its HTML as it is written."""
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    try:
        part = letter.get_body(("plain", "html"))
        return part.get_content() if part else ""
    except Exception:  # an unknown charset, a broken structure: the source is on the page too
        return ""


def with_own_links(text, origins):
    """Return `text` as HTML where only addresses of this service are links."""
    starts = "|".join(re.escape(origin.rstrip("/")) for origin in sorted(origins))
    # The origin must end there (http://ours.evil.example), a full stop is not the address's.
    ours = re.compile(
        rf"((?:{starts})(?:[/?#](?:[^\s<>\"]*[^\s<>\".,:;!?)])?|(?![^\s<>\"])))")
    return format_html_join("", "{}", (
        (format_html('<a href="{0}">{0}</a>', piece) if odd % 2 else piece,)
        for odd, piece in enumerate(ours.split(text))))


@demo_only
def outbox(request):
    """The letters, newest first; `q` finds by address."""
    q = search_text(request)
    letters = [letter for letter in summaries() if q.lower() in letter.to.lower()]
    return render_page(request, "demo/outbox.html", {
        "page": page_of(request, letters), "q": q}, partial="table")


@demo_only
def outbox_letter(request, name):
    """One letter: its text with links that can be clicked, and its source."""
    path = catcher.letter_path(name)
    if path is None:
        raise Http404
    raw = path.read_bytes()
    origins = {settings.BASE_URL, request.build_absolute_uri("/")}
    return render(request, "demo/outbox_letter.html", {
        "letter": summary(path), "body": with_own_links(text_of(raw)[:LONGEST_SHOWN], origins),
        "raw": raw[:LONGEST_SHOWN].decode("utf-8", "replace")})
