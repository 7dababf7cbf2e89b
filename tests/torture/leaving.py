"""Have people leave in the middle of a run; tell how long after that a letter still went to them.

    python -m tests.torture.leaving [--recipients 20000] [--a-minute N] [--delay SECONDS]
        [--database postgres://…]

With `--a-minute` the sender is paced, with `--delay` its server is slow. Each tenth of a second
somebody who has no letter yet leaves by one click (RFC 8058), at a web server of this installation.
One summary line; exit status 1 if a letter was taken more than half a second after the answer, or
an answer was no success.
"""
import argparse
import contextlib
import http.client
import random
import subprocess
import sys
import time

from tests.smtp import free_port

from .faults import ROOT, end, start_senders, wait_until
from .stage import stage

LONGEST = 0.5  # seconds after which no letter may go to whoever has left
PAUSE = 0.1
PATIENCE = 900
ONE_CLICK = "List-Unsubscribe=One-Click"
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--a-minute", type=int, default=0, metavar="N")
    parser.add_argument("--delay", type=float, default=0, help="of each answer to a dot")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def taken_at(sink):
    """Return when the letter to each address was taken, by the monotonic clock."""
    lines = (line.split("|") for line in sink.log.read_text().splitlines())
    return {parts[0]: float(parts[-1]) for parts in lines}


@contextlib.contextmanager
def web_server():
    """Yield the port at which the pages are served, as `manage.py serve` does it."""
    port = free_port()
    process = subprocess.Popen([
        sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", f"127.0.0.1:{port}",
        "--workers", "1", "--threads", "8", "--no-control-socket", "--log-level", "warning"],
        cwd=ROOT)
    try:
        if not wait_until(lambda: answer_to(port, "GET", "/healthz") == 200, 60):
            raise SystemExit("the web server does not answer")
        yield port
    finally:
        process.terminate()
        process.wait(60)


def answer_to(port, method, address, body=None):
    """Return the status of an answer of the web server; None where there is none."""
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        web.request(method, address, body, URLENCODED if body else {})
        answer = web.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return None
    finally:
        web.close()


def leave(mailing, run, port, taken):
    """Have people leave while the run goes on.

    Returns when each had their answer, and how long they waited for it, in seconds.
    """
    from benchmarks.send import is_active
    emails = list(mailing.recipients.order_by("pk").values_list("email", flat=True))
    left = {}
    waits = []
    until = time.monotonic() + PATIENCE
    while is_active(run) and time.monotonic() < until:
        # The next ones are in somebody's hands, or will be in a moment.
        number = len(taken())
        near = [email for email in emails[number:number + 800] if email not in left]
        letter = run.deliveries.filter(email=random.choice(near)).first() if near else None
        if letter:
            address = link_of(letter, mailing.owner_id)
            asked = time.monotonic()
            status = answer_to(port, "POST", address, ONE_CLICK)
            left[letter.email] = time.monotonic()
            waits.append(left[letter.email] - asked)
            if status != 200:
                raise SystemExit(f"{letter.email} could not leave: {status}")
        time.sleep(PAUSE)
    return left, waits


def link_of(letter, owner_id):
    """Return the path of the link to leave that is in a letter."""
    from apps.delivery.wire.tokens import unsubscribe_token
    token = unsubscribe_token(owner_id, letter.recipient_id, letter.pk, letter.email)
    return f"/u/{token}/"


def main():
    options = arguments()
    random.seed(options.seed)
    with stage(options, "--delay", options.delay) as (mailing, sink), web_server() as port:
        from benchmarks.send import make_sender, start_run
        from django.db import connection

        from apps.mailings.models import Mailing
        if options.a_minute:
            sender = make_sender("paced", sink.port, per_minute=options.a_minute)
            Mailing.objects.filter(pk=mailing.pk).update(sender=sender)
            mailing.refresh_from_db()
        run = start_run(mailing)
        workers = start_senders(1)
        left, waits = leave(mailing, run, port, lambda: taken_at(sink))
        end(workers, 15)
        taken = taken_at(sink)
        delays = [taken[email] - at for email, at in left.items() if email in taken]
        largest = max([0.0, *delays])
        run.refresh_from_db()
        print(f"leaving {connection.vendor}: {run.sent} letters, {len(left)} left, of whom "
              f"{run.skipped} were skipped; the latest letter went {largest:.3f} s after the "
              f"answer, which took {max(waits, default=0):.3f} s at the most")
        sys.exit(largest > LONGEST)


if __name__ == "__main__":
    main()
