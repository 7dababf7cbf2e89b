"""What version 0.1.0 left in its database is there, and right, after `migrate`."""
import contextlib
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Mailing, Recipient, Run
from apps.users.models import User

from .make import BLOCKED, KINDS, PASSWORD, SHOP
from .restoring import restored

GROWING = {"django_migrations", "django_content_type", "auth_permission"}
REGROUPED = {"mailings_tally"}  # by what replies mean now; see the sums below
RENAMED = {"delivery_sender": "delivery_worker", "delivery_rateslot": "delivery_throttle"}
MARKS = "SELECT id, email FROM mailings_recipient WHERE bounced_at IS NOT NULL"
KEPT = {
    "deliveries": "SELECT id, recipient_id, email, state, answer FROM mailings_delivery",
    "runs": "SELECT id, state, reason, total, finished_at FROM mailings_run",
    "mailings": "SELECT id, status, deleted_at, disabled_at FROM mailings_mailing",
    "attempts": "SELECT id, run_id, status, code, server_response FROM mailings_attempt",
    "trail": "SELECT id, action, who_id, object_label FROM core_trailentry",
    "quarters": "SELECT run_id, quarter, SUM(number) FROM mailings_tally GROUP BY run_id, quarter",
}
MARKED = {kind: KINDS[kind] for kind in ("doubted", "nobody", "away", "null")}
LEDGER = {"sent": ["sent"], "failed": ["failed"], "unknown": ["unknown"],
          "skipped": ["skipped", "cancelled"], "left": ["pending", "claimed", "retry"]}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def upgrade(request, django_db_blocker, tmp_path_factory):
    """Yield what stood in 0.1.0's database before `migrate` and after it, and work on it."""
    if connection.vendor != request.param:
        pytest.skip(f"DATABASE_URL names {connection.vendor}, not {request.param}")
    with django_db_blocker.unblock(), restored("0.1.0", tmp_path_factory.mktemp("upgrade")):
        before = what_stands()
        with contextlib.redirect_stdout(io.StringIO()) as told:
            call_command("migrate", verbosity=0)
        yield SimpleNamespace(before=before, after=what_stands(), told=told.getvalue())


def what_stands():
    """Return the number of rows by table, and the rows that are to be kept as they are."""
    rows = {name: select(f'SELECT COUNT(*) FROM "{name}"')[0][0]
            for name in connection.introspection.table_names()}
    return {"rows": rows} | {
        name: select(f"{sql} ORDER BY 1, 2") for name, sql in {**KEPT, "marks": MARKS}.items()}


def select(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def shop(upgrade):
    client = Client()
    client.force_login(
        User.objects.get(email=SHOP), backend="apps.users.backends.ModelBackend")
    return client


def test_each_row_is_there_still(upgrade):
    after = upgrade.after["rows"]
    assert after["mailings_attempt"] > 1000 and after["usersessions_usersession"] == 5
    for name, number in upgrade.before["rows"].items():
        table = RENAMED.get(name, name)
        grew = table in GROWING and after[table] > number
        assert after[table] == number or grew or table in REGROUPED, table


@pytest.mark.parametrize("what", KEPT)
def test_what_was_done_and_answered_is_as_it_was(upgrade, what):
    assert upgrade.after[what] and upgrade.after[what] == upgrade.before[what]


def test_the_baseline_has_a_delivery_in_each_state_that_lasts(upgrade):
    states = {state for _, _, _, state, _ in upgrade.after["deliveries"]}
    assert states == {"pending", "retry", "sent", "failed", "unknown", "skipped", "cancelled"}
    assert Run.objects.filter(state=Run.State.PAUSED).count() == 2
    assert Mailing.objects.exclude(disabled_at=None).count() == 1


def test_who_was_logged_in_still_is(upgrade, settings):
    settings.SECRET_KEY = "baseline"  # of make.py: it signs sessions
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    for session in UserSession.objects.select_related("user"):
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        known = client.get(reverse("users:profile")).status_code == 200
        assert known == session.user.is_active, session.user


def test_the_marks_that_words_about_the_sender_set_are_taken_back_and_no_other(upgrade):
    before = [email for _, email in upgrade.before["marks"]]
    after = [email for _, email in upgrade.after["marks"]]
    assert {kind: sum(email.startswith(kind) for email in before) for kind in MARKED} == MARKED
    assert after == [email for email in before if not email.startswith("doubted")]
    assert upgrade.told.strip() == "Bounce marks: 120 taken back, 37 stay"


def test_the_marks_that_stay_know_the_reply_that_set_them(upgrade):
    replies = Recipient.all_objects.exclude(bounced_at=None).values_list(
        "email", "bounced_reply", "bounced_key")
    assert all(email in reply for email, reply, _ in replies)
    assert len({key for *_, key in replies}) == 3  # of a mailbox, of Google, of a null MX


def test_the_counters_of_each_run_are_what_its_ledger_says(upgrade):
    for run in Run.objects.all():
        states = dict(run.deliveries.values_list("state").annotate(Count("pk")))
        for counter, names in LEDGER.items():
            counted = sum(states.get(name, 0) for name in names)
            assert getattr(run, counter) == counted, f"{run}: {counter}"


def test_the_tallies_are_what_the_attempts_say(upgrade, capsys):
    call_command("recount")
    assert "differ: 0" in capsys.readouterr().out


def test_a_person_of_0_1_0_logs_in(upgrade, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    client = Client()
    client.post(reverse("account_login"), {"login": "owner@example.com", "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_who_was_blocked_is_blocked(upgrade):
    assert not User.objects.get(email=BLOCKED).is_active


@pytest.mark.parametrize("name", [
    "home", "mailings:recipient_list", "mailings:message_list", "mailings:mailing_list",
    "mailings:attempt_list", "reports:report_list", "users:profile"])
def test_pages_open_for_the_owner(shop, name):
    assert shop.get(reverse(name)).status_code == 200


def test_the_pages_of_a_mailing_open_for_the_owner(shop):
    for mailing in Mailing.objects.filter(owner__email=SHOP):
        report = reverse("reports:mailing_report", args=[mailing.pk])
        for url in (mailing.get_absolute_url(), report, mailing.message.get_absolute_url()):
            assert shop.get(url).status_code == 200
