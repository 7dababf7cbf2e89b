"""A minute in which PostgreSQL takes no writes, as between a primary's end and the next one."""
import threading
import time
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import ProgrammingError, close_old_connections, connection
from django.test import Client

from apps.core.read_only import ReadOnly
from apps.core.unavailable import FORM
from apps.delivery.drivers.local import SendingProcess
from apps.delivery.services import run_start
from apps.jobs.models import Job
from apps.jobs.lanes import DatabaseLane
from apps.mailings.models import Message, Recipient, Run
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import data_dir, sink, until  # noqa: F401

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
PAGES = ("/", "/recipients/", "/recipients/create/", "/mailings/", "/messages/", "/attempts/",
         "/reports/", "/jobs/", "/profile/", "/senders/", "/recipients/suppressed/")
TYPED = {"email": "anna@example.com", "full_name": "Анна <Ли>", "comment": "первая\nвторая"}


class Switch:
    """The database as a whole, seen from a session of its own."""

    def __init__(self):
        self.session = connection.copy()
        self.session.connect()

    def write(self, statement):
        with self.session.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(statement)

    def turn(self, value):
        """Have each new session be read-only, or not; all others end, as with a primary."""
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        self.write(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
        self.write("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def on(self):
        self.turn("on")
        connection.close()

    def off(self):
        self.turn("off")
        connection.close()


@pytest.fixture
def read_only():
    switch = Switch()
    yield switch
    switch.off()
    switch.session.close()


def calm(client):
    """Return a client with the same cookies, where errors become pages as in production."""
    other = Client(raise_request_exception=False)
    other.cookies = client.cookies
    return other


def test_pages_are_read_meanwhile(as_owner, read_only):
    read_only.on()
    client = calm(as_owner)
    assert {path: client.get(path).status_code for path in PAGES} == dict.fromkeys(PAGES, 200)
    assert client.get("/healthz").status_code == 200


def test_what_was_typed_is_kept_and_sent_again_by_one_button(as_owner, read_only):
    read_only.on()
    answer = calm(as_owner).post("/recipients/create/", urlencode(TYPED), content_type=FORM)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 503 and int(answer["Retry-After"])
    form = page.select_one("main form[method=post]")
    read_only.off()
    again = as_owner.post(form["action"], {
        field["name"]: field["value"] for field in form.select("input[type=hidden]")})
    assert again.status_code == 302
    recipient = Recipient.objects.get(email=TYPED["email"])
    assert recipient.full_name == TYPED["full_name"]
    assert recipient.comment.splitlines() == TYPED["comment"].splitlines()


def test_htmx_tells_it_in_a_toast_and_leaves_the_form(htmx, read_only):
    read_only.on()
    answer = calm(htmx).post("/recipients/create/", TYPED, headers={"hx-request": "true"})
    assert answer.status_code == 503 and "toast" in answer["HX-Trigger"] and not answer.content


def test_a_connection_that_was_read_only_is_not_used_for_the_next_request(as_owner, read_only):
    read_only.on()
    assert calm(as_owner).post("/recipients/create/", TYPED).status_code == 503
    read_only.write(
        "ALTER DATABASE {} SET default_transaction_read_only = off".format(
            connection.ops.quote_name(connection.settings_dict["NAME"])))
    close_old_connections()  # as at a request's end
    assert as_owner.post("/recipients/create/", TYPED).status_code == 302


def test_another_error_of_the_database_is_told_as_it_is(owner, read_only):
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")


def test_a_write_says_that_the_database_is_read_only(owner, read_only):
    read_only.on()
    with pytest.raises(ReadOnly):
        Message.objects.create(owner=owner, subject="x", body="x")


def test_a_worker_waits_and_then_sends_to_each_once(owner, sink, read_only):  # noqa: F811
    mailing = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"client{n}@example.com") for n in range(300)])
    process = SendingProcess(keep_clock=False, connections=2)
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        until(lambda: process.engine.connections)
        run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        until(lambda: len(sink.letters) > 20)
        read_only.on()
        time.sleep(2)
        read_only.off()
        deadline = time.monotonic() + 40
        while run.state == Run.State.RUNNING and time.monotonic() < deadline:
            time.sleep(0.1)
            run.refresh_from_db()
    finally:
        process.stopping.set()
        thread.join()
    assert (run.sent, run.unknown, run.left) == (300, 0, 0)
    assert len(sink.addresses) == len(set(sink.addresses)) == 300


def test_a_thread_of_jobs_waits_and_goes_on(owner, read_only):
    job = Job.objects.create(kind="nobody knows it", owner=owner)
    stopping = threading.Event()
    lane = DatabaseLane(stopping)
    read_only.on()
    assert lane.work() > 0 and not stopping.is_set()
    read_only.off()
    until(lambda: lane.work() is not None and Job.objects.get(pk=job.pk).state == Job.State.FAILED)
