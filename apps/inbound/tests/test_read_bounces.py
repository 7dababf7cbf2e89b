"""The command that reads letters that came back from files."""
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.inbound.reports.tests.samples import LEAVING, TO, qmail
from apps.mailings.models import Bounce

pytestmark = pytest.mark.django_db


def read_bounces(*arguments):
    out = StringIO()
    call_command("read_bounces", *map(str, arguments), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "letter.eml"
    path.write_bytes(qmail("Sorry, no mailbox here by that name. (#5.1.1)"))
    return path


def test_a_file_is_told_in_one_line_and_the_sums_in_the_last(path):
    told, sums = read_bounces(path)
    assert told["kind"] == "bounce"
    [event] = told["events"]
    assert (event["outcome"], event["address"], event["status"]) == ("gone", TO, "5.1.1")
    assert event["meaning"] == "no_mailbox"
    assert told["leaving_tokens"] == [LEAVING]
    assert sums == {"files": 1, "bounce": 1, "of them gone": 1}


def test_a_file_that_can_not_be_read_stops_nothing(path, tmp_path):
    missing, told, sums = read_bounces(tmp_path / "none.eml", path)
    assert missing["error"]
    assert told["kind"] == "bounce"
    assert (sums["files"], sums["unreadable"]) == (2, 1)


def test_what_follows_is_done_only_when_asked_for(path):
    read_bounces(path)
    told, _ = read_bounces(path, "--apply")
    assert told["applied"]["deliveries"] == []  # its tokens are none of ours
    assert not Bounce.objects.exists()


def test_apply_goes_with_files():
    with pytest.raises(CommandError, match="FILE"):
        read_bounces("--apply")
