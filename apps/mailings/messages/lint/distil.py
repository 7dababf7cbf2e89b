"""Distil the table of what mail programs can do from caniemail's files.

    cd apps/mailings/messages/lint
    python distil.py PATH COMMIT > new.json && mv new.json table.json

PATH is a checkout of github.com/hteumeuleu/caniemail (MIT), COMMIT is its commit. Only what the
newest version of each platform does not do, or does in part, is kept, with the notes on it.
"""
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FAMILIES = ("mail-ru", "gmail", "outlook", "apple-mail")
LICENCE = "MIT, Copyright (c) 2019 Rémi Parmentier"
# The front matter is YAML with tabs and spare commas, which parsers of YAML refuse.
PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}:,])|([^\s{}:,"]+)')
LEVEL = re.compile(
    r"(?:Partial(?: support| and buggy)?|Partially supported|Buggy|Not supported)\s*[.:]\s*")
YEAR = 1990  # a version that begins with more than this is a date, or named after its year


def main(folder: Path, commit: str) -> None:
    features = [feature_of(path) for path in sorted((folder / "features").glob("*.md"))
                if not path.name.startswith("_")]
    head = {"source": "https://github.com/hteumeuleu/caniemail", "commit": commit,
            "licence": LICENCE}
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    opening = json.dumps(head, ensure_ascii=False)[1:-1].replace('", "', '",\n"')
    print(f'{{{opening},\n"features": [\n{lines}\n]}}')


def feature_of(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    title = re.search(r'^title:\s*"(.*)"\s*$', text, re.MULTILINE)
    platforms = mapping(text, "stats")
    clients = {family: lacking(platforms.get(family, {})) for family in FAMILIES}
    notes = mapping(text, "notes_by_num")
    named = {number for client in clients.values() for level in client.values()
             for number in level.split()[1:]}
    return {
        "slug": path.stem,
        "title": title[1].replace('\\"', '"').strip() if title else path.stem,
        "clients": {family: levels for family, levels in clients.items() if levels},
        "notes": {number: plain(notes[number]) for number in sorted(named) if number in notes},
    }


def lacking(platforms: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return `n` or `a`, with the numbers of notes, for platforms whose newest version says so."""
    found = {}
    for platform, versions in platforms.items():
        level, *notes = versions[newest(list(versions))].split()
        if level in ("n", "a"):
            found[platform] = " ".join([level, *(note.lstrip("#") for note in notes)])
    return found


def newest(versions: list[str]) -> str:
    """Return the newest: the greatest of one kind; the last where dates stand among numbers."""
    numbers = [[int(number) for number in re.findall(r"\d+", version)] for version in versions]
    dated = {parts[0] > YEAR for parts in numbers}
    if len(dated) > 1:
        return versions[-1]
    return max(zip(numbers, versions, strict=True))[1]


def mapping(text: str, key: str) -> dict[str, Any]:
    """Return the mapping in braces that follows `key:` in the front matter."""
    found = re.search(rf"^{key}:\s*(?=\{{)", text, re.MULTILINE)
    return braced(PIECE.finditer(text, found.end() + 1)) if found else {}


def braced(pieces: Iterator[re.Match[str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    key = None
    for piece in pieces:
        if piece[2] == "}":
            break
        if piece[2] == "{" and key is not None:
            values[key] = braced(pieces)
            key = None
        elif piece[2] is None and key is None:
            key = piece[1] or piece[3]
        elif piece[2] is None and key is not None:
            values[key] = piece[3] if piece[1] is None else piece[1]
            key = None
    return values


def plain(note: str) -> str:
    """Return a note without Markdown, and without the level that it begins with."""
    note = re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", note)
    note = re.sub(r"\s*\(See [^)]*\)\.?|\s*See #\d+\.", "", note)
    return LEVEL.sub("", " ".join(note.replace("`", "").replace('\\"', '"').split()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
