"""Whatever a file holds, it is read or refused in words; EXAMPLES=2000 tries harder."""
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.mailings.sheets.encodings import ENCODINGS
from apps.mailings.sheets.reading import Reading, Unreadable, open_sheet

from .books import book

HOSTILE = st.text(alphabet='ая@.;,|\t"\'\\\n\r\0 -1<>{}=', max_size=300)
TABLE = 'Имя;Почта;Заметка\n"Анна";anna@example.com;"а\nб"\nПётр;petr@example.com;""\n' * 5
quick = settings(max_examples=int(os.environ.get("EXAMPLES", 60)), deadline=None, database=None,
                 suppress_health_check=[HealthCheck.too_slow])


def read_or_refuse(octets: bytes, reading: Reading | None = None) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(octets)
        try:
            with open_sheet(path, reading) as sheet:
                numbers = [number for number, _ in sheet.rows()]
                half = len(numbers) // 2
                rest = [number for number, _ in sheet.rows(numbers[half])] if numbers else []
        except Unreadable as refusal:
            assert str(refusal)
        else:
            assert numbers == sorted(set(numbers))
            assert rest == numbers[half + 1:]


@quick
@given(st.binary(max_size=400))
def test_any_octets(octets):
    read_or_refuse(octets)


@quick
@given(HOSTILE, st.sampled_from(ENCODINGS))
def test_any_text_of_delimiters_and_quotes(text, encoding):
    read_or_refuse(text.encode(encoding, "replace"))


@quick
@given(st.sampled_from(ENCODINGS), st.integers(0, 10_000), st.binary(max_size=6),
       st.integers(0, 30))
def test_a_table_with_octets_put_in_and_cut_out(encoding, place, octets, cut):
    table = TABLE.encode(encoding, "replace")
    place %= len(table)
    read_or_refuse(table[:place] + octets + table[place + cut:])


@quick
@given(HOSTILE, st.builds(
    Reading, encoding=st.sampled_from(ENCODINGS), delimiter=st.sampled_from(["", *';,|\t"x ']),
    quote=st.sampled_from(["", *"\"';"]), escape=st.sampled_from(["", "\\"]),
    skip=st.integers(-2, 9), header=st.booleans()))
def test_any_reading_by_hand(text, reading):
    read_or_refuse(text.encode(), reading)


@settings(quick, max_examples=15)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=9))
def test_a_damaged_workbook(place, octets):
    with TemporaryDirectory() as folder:
        sound = book(Path(folder) / "a.xlsx", Лист=[["Почта"], ["a@example.com"]]).read_bytes()
    place %= len(sound)
    read_or_refuse(sound[:place] + octets + sound[place + len(octets):])
