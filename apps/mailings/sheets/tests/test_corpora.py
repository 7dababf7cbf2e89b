"""Files of others that are kept beside the project, or where CORPORA says."""
import json
from pathlib import Path

import pytest

from apps.mailings.sheets.reading import Unreadable, open_sheet
from tests.corpora import CORPORA

SPECTRUM = CORPORA / "csv-spectrum"
MESSY = CORPORA / "messytables"
REFUSED = {
    "encrypted_no_password.xls": "password", "libreoffice.xlsx": "no_sheets",
    "simple.unknown": "empty", "simple.zip": "archive"}
ROWS = {"long.csv": 4000, "characters.csv": 382, "example.tsv": 140, "utf-16le_encoded.csv": 327,
        "simple.csv": 6, "simple.ssv": 6, "simple.psv": 28, "simple.xls": 6, "simple.xlsx": 6,
        "simple.ods": 3, "blank_line.ods": 3, "spanish_chars.csv": 115, "mixedGLB.csv": 133,
        "sw_gen.xlsx": 15, "skip_initials.csv": 2, "null.csv": 10, "utf8bom.csv": 0}


def files(folder: Path, pattern: str) -> list:
    if not folder.exists():
        return [pytest.param(None, marks=pytest.mark.skip("no corpora beside the project"))]
    return [pytest.param(path, id=path.name) for path in sorted(folder.glob(pattern))]


@pytest.mark.parametrize("path", files(SPECTRUM, "csvs/*.csv"))
def test_each_file_of_the_spectrum_equals_its_json(path):
    expected = json.loads((SPECTRUM / "json" / f"{path.stem}.json").read_text())
    expected = expected if isinstance(expected, list) else [expected]
    with open_sheet(path) as sheet:
        rows = [dict(zip(sheet.header, cells, strict=True)) for _, cells in sheet.rows()]
    if path.stem == "newlines_crlf" and b"\r" not in path.read_bytes():
        expected = json.loads(json.dumps(expected).replace("\\r", ""))  # a copy without its CRLF
    if path.stem == "location_coordinates":  # its JSON has another telephone than the file
        for row in (*rows, *expected):
            del row["Contact Phone Number"]
    assert rows == expected


@pytest.mark.parametrize("path", files(MESSY, "*.*"))
def test_each_messy_table_is_read_or_refused_clearly(path):
    try:
        with open_sheet(path) as sheet:
            count = sum(1 for _ in sheet.rows())
    except Unreadable as refusal:
        assert refusal.reason == REFUSED[path.name]
    else:
        assert path.name not in REFUSED
        assert count == ROWS.get(path.name, count)
