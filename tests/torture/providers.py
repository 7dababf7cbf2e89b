"""Send one mailing to eight simulated providers, each at its own pace, by several processes.

    python -m tests.torture.providers [--letters 100000] [--processes 3] [--database postgres://…]

Five have a limit that the owner has entered, and keep it themselves; one of them greylists too. One
has a limit that nobody knows, one takes so many letters by a connection, one is away for a while,
and one has no limit. Prints a line of JSON for each and one of all; exit status 1 unless nothing is
lost or doubled, no window of 10 s or 60 s passes a limit by more than 2 % or one letter, and each
entered limit is used to 0.9 until its provider's last first try: who was greylisted is tried again
when that is due. The forecast of the start stands beside the time that the first tries took, less
those to the provider whose limit nobody knows.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.send import set_up, start_run, throwaway_database
from tests.smtp import free_port

from .faults import ROOT, wait_until

# Domain, its share of the letters, what it takes, and what the owner has entered.
SHARES = {
    "gmail.com": (0.24, {"per_minute": 6000}, {"per_minute": 6000}),
    "mail.ru": (0.12, {"per_minute": 3000, "greylists": 0.02}, {"per_minute": 3000}),
    "ya.ru": (0.048, {"per_minute": 1200}, {"per_minute": 1200}),
    "outlook.com": (0.024, {"per_minute": 600}, {"per_minute": 600}),
    "rambler.ru": (0.0006, {"per_minute": 16}, {"per_minute": 16}),
    "yahoo.com": (0.08, {"per_minute": 3000}, {}),
    "icloud.com": (0.08, {"per_connection": 20}, {"per_connection": 20, "connections": 2}),
    "web.de": (0.02, {"stops": [20, 60]}, {}),
}
REST = "shop.example"
NOT_KNOWN = "yahoo.com"
LIMITED = [domain for domain, (_, _, limits) in SHARES.items() if "per_minute" in limits]
LONGEST = 1200  # seconds


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--connections", type=int, default=12)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def make_mailing(letters, port):
    """Return the mailing, with a sender whose limits are entered."""
    from django.utils import timezone

    from apps.delivery.models import Throttle
    from apps.mailings.models import Recipient
    from apps.mailings.providers.families import family_of_domain
    from benchmarks.send import make_mailing, make_sender
    sender = make_sender("shop", port)
    mailing = make_mailing(1, sender=sender)
    addresses = addresses_of(letters)
    Recipient.objects.bulk_create([
        Recipient(owner=sender.owner, email=address) for address in addresses], batch_size=5000)
    Through = type(mailing).recipients.through
    Through.objects.bulk_create([
        Through(mailing=mailing, recipient_id=pk)
        for pk in sender.owner.recipient_set.exclude(email="client0@example.com").values_list(
            "pk", flat=True)], batch_size=5000)
    mailing.recipients.remove(*mailing.recipients.filter(email="client0@example.com"))
    for domain, (_, _, limits) in SHARES.items():
        if limits:
            Throttle.objects.create(sender=sender, provider=family_of_domain(domain),
                                    free_at=timezone.now(), **limits)
    return mailing


def addresses_of(letters):
    """Return the addresses, those of all providers mixed evenly."""
    counts = {domain: round(letters * share) for domain, (share, _, _) in SHARES.items()}
    counts[REST] = letters - sum(counts.values())
    places = [(number / count, f"client{number}@{domain}")
              for domain, count in counts.items() for number in range(count)]
    return [address for _, address in sorted(places)]


def most_within(moments, seconds):
    """Return the most letters in any window of so many seconds."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def report_of(domain, moments, firsts, refused, started):
    """Return the figures of one provider: of all its `moments`, and of those of `firsts` tries."""
    share = {"provider": domain, "letters": len(moments), "refused": dict(refused)}
    if not moments:
        return share
    share["seconds"] = round(moments[-1] - started, 1)
    share["a_minute"] = round(len(moments) / max(moments[-1] - moments[0], 1e-6) * 60)
    if domain in LIMITED:
        limit = SHARES[domain][2]["per_minute"]
        share["used"] = round(len(firsts) / (firsts[-1] - firsts[0]) * 60 / limit, 3)
        share["most"] = [most_within(moments, 10), most_within(moments, 60)]
        share["over"] = [round(max(0, most - max(1.02 * allowed, allowed + 1)), 1)
                         for most, allowed in zip(share["most"], (limit / 6, limit))]
    return share


def run(options, folder, database):
    log = Path(folder) / "accepted.log"
    policies = Path(folder) / "policies.json"
    policies.write_text(json.dumps({domain: takes for domain, (_, takes, _) in SHARES.items()}))
    port = free_port()
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.receivers", str(port), str(log), str(policies)],
        cwd=ROOT)
    workers = []
    try:
        set_up(database, f"127.0.0.1:{port}", folder)
        mailing = make_mailing(options.letters, port)
        forecast = seconds_foretold(mailing, options.letters)
        the_run = start_run(mailing)
        command = [sys.executable, "manage.py", "sender", "--no-jobs", "--processes", "1",
                   "--connections", str(options.connections // options.processes)]
        started = time.monotonic()
        workers += [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
                    for _ in range(options.processes)]
        wait_until(lambda: is_over(the_run), LONGEST)
        return judged(the_run, log, started, forecast)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(60)
        sink.terminate()
        from django.db import connections
        connections.close_all()


def seconds_foretold(mailing, letters):
    """Return for how long the mailing will take, as the page of its start says."""
    from django.utils import timezone

    from apps.delivery.forecast_facts import start_forecast
    now = timezone.now()
    return (start_forecast(mailing, letters, now, again=False).ends_at - now).total_seconds()


def is_over(the_run):
    time.sleep(0.5)
    the_run.refresh_from_db()
    return not the_run.is_active and not the_run.left


def judged(the_run, log, started, forecast):
    """Print the figures; return whether all holds."""
    rows = [line.split("|") for line in log.read_text().splitlines()]
    tried_again = set(the_run.deliveries.filter(tries__gt=0).values_list("email", flat=True))
    times = collections.defaultdict(list)
    firsts = collections.defaultdict(list)
    for address, _, at in rows:
        domain = address.partition("@")[2]
        times[domain].append(float(at))
        if address not in tried_again:
            firsts[domain].append(float(at))
    refused = collections.defaultdict(collections.Counter)
    for line in Path(f"{log}.refused").read_text().splitlines():
        domain, why = line.split("|")
        refused[domain][why] += 1
    accepted = collections.Counter(address for address, _, _ in rows)
    total = {
        "letters": the_run.total, "sent": the_run.sent, "failed": the_run.failed,
        "unknown": the_run.unknown, "left": the_run.left,
        "lost": the_run.total - len(accepted),
        "duplicates": sum(number - 1 for number in accepted.values()),
        "seconds": round(max(max(moments) for moments in times.values()) - started, 1),
        "forecast": round(forecast, 1),
        "first_tries": round(max(max(moments) for domain, moments in firsts.items()
                                 if domain != NOT_KNOWN) - started, 1)}
    shares = [report_of(domain, sorted(times[domain]), sorted(firsts[domain]), refused[domain],
                        started)
              for domain in [*SHARES, REST]]
    for share in shares:
        print(json.dumps(share))
    print(json.dumps(total))
    return not (total["lost"] or total["duplicates"]) and all(
        not any(share["over"]) and share["used"] >= 0.9 for share in shares if "used" in share)


def main():
    options = arguments()
    os.environ["SENDER_CONNECTIONS"] = str(options.connections)
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        sys.exit(not run(options, folder, database))


if __name__ == "__main__":
    main()
