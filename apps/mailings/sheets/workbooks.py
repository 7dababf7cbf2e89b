"""A sheet of a workbook as a file of text: a process of its own writes it."""
import json
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from .limits import WORKBOOK_SECONDS
from .records import Dialect
from .refusals import Unreadable

ROOT = Path(__file__).resolve().parents[3]
DIALECT = Dialect(",", '"')  # in which it is written
# Ended by the kernel: no memory was left, or no time.
ENDED = {-signal.SIGXCPU: "slow_workbook", -signal.SIGKILL: "slow_workbook",
         -signal.SIGABRT: "large_workbook"}


class Written(NamedTuple):
    folder: TemporaryDirectory[str]  # removed with what is in it by whoever closes the sheet
    text: Path
    sheet: str
    sheets: tuple[str, ...]


def write_as_text(path: Path, kind: str, sheet: str) -> Written:
    try:
        folder = TemporaryDirectory(prefix="sheet-")
    except OSError as error:
        raise Unreadable("no_room") from error
    try:
        text = Path(folder.name) / "sheet.csv"
        answer = _convert(_named_by_kind(path, kind, folder.name), text, sheet)
    except BaseException:
        folder.cleanup()
        raise
    return Written(folder, text, answer["sheet"], tuple(answer["sheets"]))


def _named_by_kind(path: Path, kind: str, folder: str) -> Path:
    """Give a file a name that ends as its kind: what reads it goes by that."""
    link = Path(folder) / f"book.{kind}"
    link.symlink_to(path.resolve())
    return link


def _convert(source: Path, target: Path, sheet: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "apps.mailings.sheets.convert", str(source), str(target),
               f"--sheet={sheet}"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, timeout=WORKBOOK_SECONDS * 2)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("slow_workbook") from error
    if done.returncode:
        raise Unreadable(ENDED.get(done.returncode, _why(done.stderr)))
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refusal" in answer:
        raise Unreadable(answer["refusal"], **dict(answer["details"]))
    return answer


def _why(errors: bytes) -> str:
    """Tell what a reader that failed in its own way had trouble with."""
    return "large_workbook" if b"memory" in errors.lower() else "broken_workbook"
