"""`manage.py import_recipients`, from a file to the figures."""
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ...models import Field, Ground, Import, Recipient
from .conftest import book, table

pytestmark = pytest.mark.django_db


def run(path, *options):
    """Return the figures and the exit status."""
    out = StringIO()
    status = 0
    try:
        call_command("import_recipients", str(path), "--owner", "Owner@example.com", *options,
                     stdout=out, stderr=StringIO())
    except SystemExit as end:
        status = end.code
    return json.loads(out.getvalue().splitlines()[-1]), status


@pytest.fixture
def clients(owner, tmp_path):
    def written(text, encoding="utf-8"):
        path = tmp_path / "clients.csv"
        path.write_bytes(text.encode(encoding))
        return path
    return written


def test_everybody_lands(clients, owner):
    path = clients(table("anna@example.com;Анна;опт"), "cp1251")
    figures, status = run(path, "--tag", "Опт", "--basis", "Анкета")
    of = Import.objects.get()
    assert status == 0
    assert figures == {"people": 1, "added": 1, "updated": 0, "unchanged": 0, "rejected": 0,
                       "suppressed": 0, "returning": 0, "import": of.pk}
    assert book(owner)[0][:5] == ("anna@example.com", "Анна", "опт", {}, ["Опт"])
    assert of.ground.text == "Анкета"


def test_a_dry_run_writes_nothing(clients, owner):
    figures, status = run(clients(table("anna@example.com;Анна;", "no;;")), "--dry-run",
                          "--tag", "Опт", "--basis", "Анкета")
    assert (figures["added"], figures["rejected"], status) == (1, 1, 1)
    assert not Recipient.objects.exists()
    assert not Ground.objects.exists()
    assert Import.objects.get().stage == Import.Stage.DROPPED


def test_rejected_rows_are_written_with_their_reasons(clients, owner, tmp_path):
    rejected = tmp_path / "rejected.csv"
    _figures, status = run(clients(table("anna@example.com;Анна;", "=no;Борис;")),
                           "--rejected", str(rejected))
    assert status == 1
    lines = rejected.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("E-mail;Имя;Примечание;")
    assert lines[1].startswith("'=no;Борис;;3;")
    assert len(lines[1].split(";")[4]) > 10


def test_columns_are_mapped_by_header_or_number(clients, owner):
    Field.objects.create(owner=owner, key="город", label="Город клиента")
    run(clients(table("Казань;anna@example.com;Анна", header="А;Б;В")),
        "--map", "а=город", "--map", "3=comment")
    assert book(owner)[0][:4] == ("anna@example.com", "", "Анна", {"город": "Казань"})


@pytest.mark.parametrize("options", [
    ["--map", "9=email"], ["--map", "E-mail=nothing"], ["--map", "email"],
    ["--map", "E-mail=comment"], ["--tag", "я" * 99]])
def test_what_can_not_be_is_said_with_status_2(clients, owner, options):
    with pytest.raises(CommandError) as refused:
        run(clients(table("anna@example.com;Анна;")), *options)
    assert refused.value.returncode == 2
    assert not Recipient.objects.exists()


@pytest.mark.parametrize("options", [["--map", "9=email"], ["--tag", "я" * 99]])
def test_what_is_refused_leaves_nothing_behind(clients, owner, settings, options):
    with pytest.raises(CommandError):
        run(clients(table("anna@example.com;Анна;")), "--basis", "Анкета", *options)
    assert not Import.objects.exclude(stage=Import.Stage.DROPPED).exists()
    assert not Ground.objects.exists()


def test_where_rejected_rows_can_not_be_written_nobody_lands(clients, owner, tmp_path):
    with pytest.raises(CommandError) as refused:
        run(clients(table("anna@example.com;Анна;", "no;;")),
            "--rejected", str(tmp_path / "nowhere" / "rejected.csv"))
    assert refused.value.returncode == 2
    assert not Recipient.objects.exists()


@pytest.mark.parametrize("text", ["", "\x89PNG\r\n\x1a\n" + "\x00" * 100])
def test_what_can_not_be_read_is_said_with_status_2(clients, owner, text):
    with pytest.raises(CommandError) as refused:
        run(clients(text, "latin-1"))
    assert refused.value.returncode == 2


def test_a_file_that_is_not_there_and_an_unknown_owner_are_said(clients, owner, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        run(tmp_path / "nowhere.csv")
    with pytest.raises(CommandError, match="nobody"):
        call_command("import_recipients", str(clients("a")), "--owner", "nobody@example.com")
