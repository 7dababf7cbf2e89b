"""Real letters that came back, kept beside the project."""
import pytest

from benchmarks.bounces import compared, expected_in, figures, taken_wrongly
from tests.corpora import CORPORA

from ..reading import understood
from ..report import Kind

FOLDER = CORPORA / "bounces"
ODD = CORPORA / "odd-mail"


@pytest.mark.skipif(not FOLDER.exists(), reason="the corpus of bounces is not there")
def test_real_reports_are_read_rightly():
    table, wrong = compared(FOLDER, sorted(expected_in(FOLDER)))
    found = figures(table, 0, taken_wrongly(FOLDER))
    assert found["false_gone"] == 0, wrong
    assert found["right_percent"] >= 97, wrong
    assert found["gone_found_percent"] >= 97, wrong
    assert found["not_taken_for_reports"]


@pytest.mark.skipif(not ODD.exists(), reason="the corpus of odd mail is not there")
def test_odd_mail_is_neither_bounce_nor_complaint():
    paths = [path for path in ODD.rglob("*") if path.is_file()]
    kinds = {understood(path.read_bytes()).kind for path in paths}
    assert not kinds & {Kind.BOUNCE, Kind.COMPLAINT}
