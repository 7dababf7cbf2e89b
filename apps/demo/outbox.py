"""The demo's outbox: the letters that the catcher took; only with DEBUG and on loopback."""
import email.parser
import email.policy
import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import lru_cache, wraps
from operator import itemgetter

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.core.htmx import render_page
from apps.core.list_page import ListPage
from apps.core.listing import search_text
from apps.mailings.messages.preview.documents import LetterDocument

from . import catcher
from .context import in_demo

LONGEST_SHOWN = 200_000


def demo_only(view):
    """Answer 404 unless the demo is asked from its own machine: the outbox holds reset links."""

    @login_not_required
    @require_safe
    @cache_control(private=True, no_store=True)
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not in_demo(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@lru_cache(maxsize=catcher.KEPT)
def summary(path):
    """Return what the list shows of the letter in `path`; a caught letter never changes."""
    with path.open("rb") as file:
        letter = email.parser.BytesHeaderParser().parse(file)
    return {
        "name": path.stem, "caught_at": catcher.caught_at(path), "sender": header(letter, "From"),
        "to": header(letter, "To"), "subject": header(letter, "Subject"),
    }


def header(letter, name):
    """Return a header's text, in one line.

    Decoded the old way: the modern policy puts a blank between the pieces of a long name.
    """
    value = letter[name] or ""
    with suppress(HeaderParseError, LookupError, ValueError):  # a broken one is shown as it is
        value = make_header(decode_header(value))
    return " ".join(str(value).split())


def letters_to(address):
    """Return the summary of each letter whose address contains this one, in any case."""
    found = []
    for path in catcher.letters():
        with suppress(FileNotFoundError):  # it was dropped meanwhile
            letter = summary(path)
            if address.lower() in letter["to"].lower():
                found.append(letter)
    return found


def text_of(letter):
    """Return a letter's plain part, else its HTML as it is written."""
    return part_of(letter, "plain") or part_of(letter, "html")


def part_of(letter, kind):
    """Return a letter's text of this kind; "" where it has none."""
    try:
        return letter.get_body((kind,)).get_content()
    except Exception:  # no text, an unknown charset: the source is on the page too
        return ""


def attachments_of(letter):
    """Return the names of the files that came with a letter."""
    return [part.get_filename() or "—" for part in letter.iter_attachments()]


def letter_of(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def with_own_links(text, origins):
    """Return `text` as HTML where only addresses of this service are links."""
    starts = "|".join(map(re.escape, origins))
    # The origin must end there (http://ours.evil.example), a full stop is not the address's.
    ours = re.compile(
        rf"((?:{starts})(?:[/?#](?:[^\s<>\"]*[^\s<>\".,:;!?)])?|(?![^\s<>\"])))")
    pieces = ours.split(text)  # a link is each second one
    pieces[1::2] = map(link_to, pieces[1::2])
    return format_html_join("", "{}", zip(pieces))


def link_to(address):
    return format_html('<a href="{0}">{0}</a>', address)


@demo_only
def outbox(request):
    """The letters, newest first; `q` finds by address."""
    q = search_text(request)
    page = ListPage(request, letters_to(q), key=itemgetter("name"))
    return render_page(request, "demo/outbox.html", {"page": page, "q": q})


@demo_only
def outbox_letter(request, name):
    """One letter: as programs show it, its text with links that can be clicked, its source."""
    path = path_or_404(name)
    raw = path.read_bytes()
    letter = letter_of(raw)
    origins = {settings.BASE_URL, request.build_absolute_uri("/").rstrip("/")}
    return render(request, "demo/outbox_letter.html", {
        "letter": summary(path), "body": with_own_links(text_of(letter)[:LONGEST_SHOWN], origins),
        "has_html": bool(part_of(letter, "html")), "attachments": attachments_of(letter),
        "raw": raw[:LONGEST_SHOWN].decode("utf-8", "replace")})


@demo_only
def outbox_html(request, name):
    """The HTML of a letter, for a frame in which nothing of it runs."""
    html = part_of(letter_of(path_or_404(name).read_bytes()), "html")
    if not html:
        raise Http404
    return LetterDocument(html)


def path_or_404(name):
    path = catcher.letter_path(name)
    if path is None:
        raise Http404
    return path
