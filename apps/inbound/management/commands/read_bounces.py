"""Reads letters that came back: from files, or from all bounce mailboxes."""
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from apps.core.commands import DatabaseCommand
from apps.inbound.handling.services import report_apply
from apps.inbound.reports.letter import LOOKED_AT
from apps.inbound.reports.reading import read
from apps.inbound.reports.report import Event, Report

TRACES = ("return_paths", "message_ids", "leaving_tokens", "original_to")


class Command(DatabaseCommand):
    help = ("Read letters that came back. With FILEs: one line of JSON on each, and a last one "
            "with the sums; nothing is changed without --apply. Without: all bounce mailboxes are "
            "read now, as they are every few minutes.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--apply", action="store_true",
                            help="do what follows from the letters in FILEs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["files"]:
            if options["apply"]:
                raise CommandError("--apply goes with FILEs: mailboxes are always applied.")
            self.mailboxes_read()
            return
        sums: Counter[str] = Counter()
        for path in options["files"]:
            self.write(self.file_read(path, sums, options["apply"]))
        self.write(dict(sums))

    def mailboxes_read(self) -> None:
        from apps.inbound.mailbox.services import mailboxes_read  # which knows the jobs
        self.write(mailboxes_read())

    def file_read(self, path: Path, sums: Counter[str], applies: bool) -> dict[str, Any]:
        """Return what is told of one file, and add it to `sums`."""
        sums["files"] += 1
        try:
            with path.open("rb") as file:
                octets = file.read(LOOKED_AT)
        except OSError as error:
            sums["unreadable"] += 1
            return {"file": str(path), "error": error.strerror}
        report = read(octets)
        sums[report.kind] += 1
        for event in report.events:
            sums[f"of them {event.outcome}"] += 1
        told = {"file": str(path), **told_of(report)}
        if applies:
            told["applied"] = applied_of(report)
            sums["bounces"] += told["applied"]["bounces"]
        return told

    def write(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False, default=str))


def told_of(report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": report.kind}
    told["events"] = [event_of(event) for event in report.events]
    told |= {name: getattr(report, name) for name in TRACES}
    if report.asks_to_leave:
        told["asks_to_leave"] = True
    return told


def event_of(event: Event) -> dict[str, Any]:
    return {
        "outcome": event.outcome,
        "address": event.address,
        "status": event.status,
        "meaning": event.meaning.value if event.meaning else None,
        "words": event.words,
    }


def applied_of(report: Report) -> dict[str, Any]:
    """Do what follows from a report, and return what came of it."""
    now = timezone.now()
    applied = report_apply(
        report=report, mailbox=None, owner=None, received_at=moment_of(report, now))
    return {
        "understood": applied.understood,
        "deliveries": [delivery.pk for delivery in applied.deliveries],
        "bounces": len(applied.bounces),
        "left": len(applied.left),
    }


def moment_of(report: Report, now: datetime) -> datetime:
    """Return when the letter was written, as it says; a clock that runs ahead is not believed."""
    return min(report.date, now) if report.date else now
