"""CSV that spreadsheets open with a double click, written as it is read: any size, little memory.

UTF-8 with a byte order mark, or Excel takes Russian for noise. Excel splits cells at its locale's
separator: the semicolon where the comma is decimal, as in Russian; so the file follows the
interface's language.

No cell runs as a formula: see `apps.mailings.exports.cells`.
"""
import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from apps.mailings.exports.cells import inert


class Echo:
    """A file whose `write` hands the line back."""

    def write(self, line: str) -> str:
        return line


def cell(value: Any) -> Any:
    """Return what stands in a cell: text is no formula, a moment is the person's."""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str):
        return inert(value)
    return value


def csv_response(name: str, header: list[str], rows: Iterable[list]) -> StreamingHttpResponse:
    """Stream `header` and `rows` as the file `name` (ASCII, without the ending)."""
    language = translation.get_language()
    zone = timezone.get_current_timezone()

    def lines() -> Iterator[str]:
        """Yield the lines: they are read when the request's language and zone are gone."""
        writer = csv.writer(Echo(), delimiter=";" if language == "ru" else ",")
        with translation.override(language), timezone.override(zone):
            yield "\ufeff"
            yield writer.writerow(header)
            for row in rows:
                yield writer.writerow(map(cell, row))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
