"""The lint on letters that others made to test mail programs, and on letters of templates."""
import json
import re

import pytest

from tests.corpora import CORPORA

from .. import distil
from ..features import CLIENTS, TABLE, lint, table
from ..html_signs import places_in
from ..signs import signs_of

CANIEMAIL = CORPORA / "caniemail"
TEMPLATES = CORPORA / "html-templates"
EACH = 3  # of these letters one is read: many are alike
# The letter that the table names for it has it nowhere.
OTHER_LETTER = {"css-flex-wrap": "css-flex-wrap.html"}

pytestmark = pytest.mark.skipif(
    not CANIEMAIL.exists() or not TEMPLATES.exists(), reason="no corpora beside the project")


def text_of(path):
    return path.read_text(encoding="utf-8", errors="replace")


def letters():
    """Return the slug of each feature that has a test letter, and the letter's path."""
    found = []
    for path in sorted((CANIEMAIL / "features").glob("[!_]*.md")) if CANIEMAIL.exists() else []:
        named = re.search(r'^test_url:\s*"/tests/(.*)"', text_of(path), re.MULTILINE)
        letter = OTHER_LETTER.get(path.stem, named and named[1])
        if letter:
            found.append((path.stem, CANIEMAIL / "tests" / letter))
    return found


def mark_of(sign):
    """Return what has to stand in a line where `sign` was seen; "" where no word says it."""
    if sign.startswith(("selector ", "nested ", ".")):
        return ""
    sign = sign.removeprefix("@media ").removeprefix("href ").split(" ")[0]
    if sign.startswith("1"):
        return sign[1:]
    if sign.startswith("--") or sign in ("data:", "#", "mailto:"):
        return sign.rstrip(":") if sign.startswith("--") else sign
    if sign.startswith((":", "/*", "<!")):
        return sign.replace("::", ":")
    return sign.strip("[>").split("]")[0].split(":")[0].removesuffix(")")


def test_the_table_is_what_is_distilled_of_its_source():
    kept = json.loads(TABLE.read_text(encoding="utf-8"))["features"]
    made = [distil.feature_of(path)
            for path in sorted((CANIEMAIL / "features").glob("[!_]*.md"))]
    assert kept == made


def test_a_test_letter_s_feature_is_named_if_and_only_if_a_program_lacks_it():
    found = {path: lint(text_of(path)) for path in {path for _slug, path in letters()}}
    wrong = []
    for slug, path in letters():
        named = [lack.client for one in found[path] if one.slug == slug for lack in one.clients]
        if named != [client for client in CLIENTS if table()[slug].lacking.get(client)]:
            wrong.append((slug, named))
    assert not wrong


@pytest.mark.parametrize("folder", [CANIEMAIL / "tests", TEMPLATES], ids=["tests", "templates"])
def test_nothing_is_named_at_a_line_where_it_does_not_stand(folder):
    wrong = []
    for path in sorted(folder.rglob("*.html"))[::EACH]:
        html = text_of(path)
        lines = re.split(r"\r\n|\r|\n", html.lower())
        places = places_in(html)
        wrong += [
            (path.name, sign, place.line)
            for slug in table() for sign in signs_of(slug) for place in places.get(sign, ())
            if mark_of(sign).lower() not in lines[place.line - 1]]
    assert not wrong


def test_nothing_in_malformed_messages_stops_it():
    for path in (CORPORA / "odd-mail").rglob("*"):
        if path.is_file():
            lint(path.read_bytes().decode("latin-1"))
