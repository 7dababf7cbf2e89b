#!/usr/bin/env python
"""How many letters that came back are read rightly, and how fast. The last line is JSON.

    python benchmarks/bounces.py FOLDER [--show] [--every 2 --from 0]

FOLDER holds `mail/`, `outcomes.tsv` (file, index of the recipient, outcome) and, if there are
letters that are no reports, `not/`. The outcomes are gone, now, letter, us, complaint, auto and
delivered; `letter` and `us` are one, since neither counts against a person, and `?` is left out.
A delay counts as `now` unless its words are about us; a letter that asks to be let go, which the
corpus calls a complaint too, as `complaint`. Where a report has fewer recipients than its lines,
the last one is compared. Speed is in CPU time of one core, each letter read once.
"""
import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    os.environ.setdefault("SECRET_KEY", "benchmark")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django
    django.setup()

from apps.inbound.reports.reading import read, understood  # noqa: E402
from apps.inbound.reports.report import Event, Kind, Outcome, Report  # noqa: E402
from apps.mailings.attempts.faults import FAULTS, OUTCOMES, Meaning  # noqa: E402

OURS = "letter/us"
ONE = {"letter": OURS, "us": OURS}
OF_KINDS = {Kind.LEAVING: "complaint", Kind.COMPLAINT: "complaint", Kind.AUTO: "auto"}
TAKEN_FOR = (Kind.BOUNCE, Kind.COMPLAINT, Kind.NEWS)


def expected_in(folder: Path) -> dict[str, list[str]]:
    """Return the outcomes of each file, in the order of their indices."""
    expected: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "outcomes.tsv").read_text().splitlines()[1:]:
        name, _, outcome = line.split("\t")
        expected[name].append(ONE.get(outcome, outcome))
    return expected


def seen_in(report: Report, index: int) -> str:
    """Return the outcome that a report gives for the recipient of an index."""
    if report.asks_to_leave:
        return "complaint"
    if not report.events:
        return OF_KINDS.get(report.kind, report.kind)
    return outcome_of(report.events[min(index, len(report.events) - 1)])


def outcome_of(event: Event) -> str:
    if event.outcome is not Outcome.DELAYED:
        return ONE.get(event.outcome, str(event.outcome))
    if event.meaning in (None, Meaning.OTHER, Meaning.BUSY):
        return "now"
    of_words = OUTCOMES[FAULTS[event.meaning]]
    return OURS if of_words in ONE else "now"


def compared(folder: Path, names: list[str]) -> tuple[Counter, list[str]]:
    """Return how often each outcome was seen as which, and lines on what was seen wrongly."""
    expected = expected_in(folder)
    table: Counter = Counter()
    wrong = []
    for name in names:
        report = understood((folder / "mail" / name).read_bytes())
        for index, outcome in enumerate(expected[name]):
            seen = seen_in(report, index)
            if outcome == "?":
                continue
            table[outcome, seen] += 1
            if seen != outcome:
                words = report.events[0].words if report.events else ""
                wrong.append(f"{name} {index + 1}: {outcome} seen as {seen}: {words[:120]!r}")
        if surplus_gone(report, expected[name]):
            table["nobody", "gone"] += 1
            wrong.append(f"{name}: seen as gone: a recipient beyond those of the list")
    return table, wrong


def surplus_gone(report: Report, outcomes: list[str]) -> bool:
    """Whether somebody is gone of whom the list says nothing, in a file without any gone."""
    beyond = report.events[len(outcomes):]
    return "gone" not in outcomes and any(event.outcome is Outcome.GONE for event in beyond)


def speed_of(folder: Path, names: list[str]) -> float:
    letters = [(folder / "mail" / name).read_bytes() for name in names]
    began = time.process_time()
    for octets in letters:
        read(octets)
    return len(letters) / (time.process_time() - began)


def taken_wrongly(folder: Path) -> list[str]:
    """Return the letters of `not/` that were taken for a report or a complaint."""
    paths = sorted((folder / "not").glob("*")) if (folder / "not").exists() else []
    return [f"{path.name}: {kind}" for path in paths
            if (kind := understood(path.read_bytes()).kind) in TAKEN_FOR]


def show_table(table: Counter) -> None:
    rows = sorted({expected for expected, _ in table})
    columns = sorted({seen for _, seen in table})
    print(f"{'expected':<12}" + "".join(f"{column:>12}" for column in columns) + "   seen as")
    for row in rows:
        print(f"{row:<12}" + "".join(f"{table[row, column] or '.':>12}" for column in columns))


def figures(table: Counter, rate: float, wrongly: list[str]) -> dict[str, object]:
    judged = sum(count for (expected, _), count in table.items() if expected != "nobody")
    gone = sum(count for (expected, _), count in table.items() if expected == "gone")
    right = sum(count for (expected, seen), count in table.items() if expected == seen)
    return {
        "judged": judged,
        "right": right,
        "right_percent": round(100 * right / max(1, judged), 1),
        "false_gone": sum(count for (expected, seen), count in table.items()
                          if seen == "gone" != expected),
        "gone": gone,
        "gone_found": table["gone", "gone"],
        "gone_found_percent": round(100 * table["gone", "gone"] / max(1, gone), 1),
        "per_second": round(rate),
        "not_taken_for_reports": not wrongly,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="show all that was seen wrongly")
    parser.add_argument("--every", type=int, default=1, help="read each so many-th file")
    parser.add_argument("--from", type=int, default=0, dest="first", help="begin at this one")
    asked = parser.parse_args()
    for needed in ("mail", "outcomes.tsv"):
        if not (asked.folder / needed).exists():
            parser.error(f"{asked.folder} has no {needed}")
    listed = expected_in(asked.folder)
    names = sorted(path.name for path in (asked.folder / "mail").iterdir()
                   if path.name in listed)[asked.first::asked.every]
    rate = speed_of(asked.folder, names)
    table, wrong = compared(asked.folder, names)
    wrongly = taken_wrongly(asked.folder)
    show_table(table)
    false = [line for line in wrong if "seen as gone" in line]
    for line in wrong if asked.show else false:
        print("wrong", line)
    for line in wrongly:
        print("taken for a report", line)
    print(json.dumps(figures(table, rate, wrongly)))


if __name__ == "__main__":
    main()
