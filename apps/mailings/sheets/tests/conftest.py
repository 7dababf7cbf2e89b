"""Files of tests."""
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.mailings.sheets.reading import Reading, Sheet, open_sheet

Opener = Callable[..., Sheet]


@pytest.fixture
def sheet_of(tmp_path: Path) -> Opener:
    """Open a file of these octets or this text."""
    def opened(content: str | bytes, reading: Reading | None = None) -> Sheet:
        octets = content.encode() if isinstance(content, str) else content
        path = tmp_path / "people"
        path.write_bytes(octets)
        return open_sheet(path, reading)
    return opened


@pytest.fixture
def cells_of(sheet_of: Opener) -> Callable[..., list[list[str]]]:
    """Return the header, if there is one, and the rows of a file."""
    def cells(content: str | bytes, reading: Reading | None = None) -> list[list[str]]:
        with sheet_of(content, reading) as sheet:
            header = [sheet.header] if sheet.reading.header else []
            return [*header, *(row for _, row in sheet.rows())]
    return cells
