"""Send through a real Postfix, have it give letters back, and see whose each one is.

    python -m tests.torture.round_trip [--letters 2000] [--back 300] [--path on|off|both]
        [--database postgres://…]

A Postfix on loopback takes every letter, delivers some to nobody and reports of the others to the
envelope's sender; its reports lie in a dovecot, where they are read. With the return path «on» that
sender is an address of each letter's own, with «off» it is the plain one. Copies, forged reports,
answers of people and of machines are put beside them. One line for each way; exit status 1 unless
each letter that came back is known, with what became of it, and no other.
"""
import argparse
import collections
import contextlib
import re
import sys
import tempfile
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from django.db.models import F

from benchmarks.send import make_mailing, make_sender, senders, set_up, start_run
from benchmarks.send import throwaway_database
from tests import dovecot
from tests.smtp import free_port

from . import postfix
from .faults import wait_until
from .strays import ANSWERS, FORGED, stray_letters

GOOD = "good"
FIRST = 100_000  # each address has a number of its own: a report's words tell whose it is
REPORTS = ("Undelivered Mail", "Delayed Mail")  # how the subjects of Postfix's reports begin
DELIVERY = "wrong delivery"
ZEROS = (DELIVERY, "missed", "twice", "wrong outcome", "not read", "left unread in INBOX",
         "forged ones taken")
LONGEST = 900  # seconds in which a mailing must have left, and have come back


class Fate:
    """What befalls the letters to one sort of addresses: said by Postfix or by the next server."""

    def __init__(self, outcome, *, postfix="", rcpt="", data=""):
        self.outcome = outcome
        self.postfix = postfix
        self.rcpt = rcpt
        self.data = data


FATES = {
    "gone": Fate("gone", postfix="5.1.1 User unknown"),
    "full": Fate("now", postfix="5.2.2 Mailbox full"),
    "spam": Fate("letter", postfix="5.7.1 Message refused as spam"),
    "nobody": Fate("gone", rcpt="550 5.1.1 <{to}>: Recipient address rejected: User unknown in "
                                "virtual mailbox table"),
    "bare": Fate("gone", rcpt="550 No such user here: {to}"),
    "quota": Fate("now", rcpt="552 5.2.2 <{to}>: user is over quota"),
    "policy": Fate("letter", data="554 5.7.1 Message to {to} rejected under suspicion of SPAM"),
    "later": Fate("now", rcpt="451 4.3.0 <{to}>: Temporary failure, try again later"),
    # It goes on to an address that is gone: the one that we wrote to is not.
    "moved": Fate("now"),
}
STAYS = Fate("")


class NextServer:
    """Handler of aiosmtpd: what Postfix hands letters on to."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = fate_of(address).rcpt
        if said:
            return said.format(to=address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        return fate_of(address).data.format(to=address) or "250 2.0.0 Ok"


def fate_of(address):
    return FATES.get(re.match("[a-z]+", address)[0], STAYS)


def number_of(address):
    return re.search(r"\d+", address)[0]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=2000)
    parser.add_argument("--back", type=int, default=300, help="of them come back")
    parser.add_argument("--path", default="both", choices=["on", "off", "both"])
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def addresses(options):
    """Return whom the mailing goes to; the letters to some, evenly among them, come back."""
    names = list(FATES)
    found = []
    for place in range(options.letters):
        bad, rest = divmod(place * options.back, options.letters)
        name = names[bad % len(names)] if rest < options.back else GOOD
        found.append(f"{name}{FIRST + place}@there.example")
    return found


def transport(people, port):
    """Return what Postfix does with the letters to which address; it throws the others away."""
    table = {}
    for address in people:
        number = number_of(address)
        fate = fate_of(address)
        if fate.postfix:
            table[address] = f"error:{fate.postfix} ({number})"
        elif fate.rcpt or fate.data:
            table[address] = f"smtp:[127.0.0.1]:{port}"
        elif fate.outcome:
            table[elsewhere(address)] = f"error:5.1.1 User unknown ({number})"
    return table


def elsewhere(address):
    return f"far{number_of(address)}@elsewhere.example"


@contextlib.contextmanager
def servers(folder, ways, people):
    """Run a dovecot and a Postfix that delivers to it, with a mailbox for each way."""
    with contextlib.ExitStack() as stack:
        mailboxes = stack.enter_context(dovecot.running())
        following = Controller(NextServer(), hostname="127.0.0.1", port=free_port())
        following.start()
        stack.callback(following.stop)
        server = stack.enter_context(postfix.running_in(
            folder / "postfix", mail=mailboxes.folder / "mail", owner=dovecot.OWNER,
            mailboxes={f"{way}@shop.example": way for way in ways},
            transport=transport(people, following.port),
            aliases={one: elsewhere(one) for one in people if one.startswith("moved")}))
        yield server, mailboxes


class Trip:
    """One mailing, on its way there and back."""

    def __init__(self, way, options, server, mailboxes):
        self.way = way
        self.options = options
        self.server = server
        self.mailboxes = mailboxes
        self.mailing = None
        self.run = None
        self.seconds = 0.0  # of CPU time, to read the mailbox
        self.came = []  # reports of letters that were not delivered

    def prepare(self):
        """Make the sender, its mailbox, and the mailing, of which some go to bad addresses."""
        from apps.mailings.models import BounceMailbox, Recipient
        sender = make_sender(
            self.way, self.server.port, takes_return_path=self.way == "on")
        mailbox = BounceMailbox(
            sender=sender, address=sender.address, host="127.0.0.1", port=self.mailboxes.port,
            security="none", login=self.way)
        mailbox.set_password(dovecot.PASSWORD)
        mailbox.save()
        self.mailing = make_mailing(
            self.options.letters, domain="there.example", sender=sender,
            html="<p>Свежий хлеб каждое утро</p>")
        people = list(self.mailing.recipients.order_by("pk"))
        for person, address in zip(people, addresses(self.options), strict=True):
            person.email = address
        Recipient.objects.bulk_update(people, ["email"], batch_size=500)

    def go(self):
        """Send it, and wait until everything has come back that will."""
        self.run = start_run(self.mailing)

        def is_over():
            self.run.refresh_from_db()
            return not self.run.is_active and not self.run.left

        assert wait_until(is_over, LONGEST), "the mailing did not end"
        assert self.server.is_done(LONGEST), "Postfix did not end"
        self.came = [octets for octets in self.letters() if b"\nAction: failed" in octets]

    def letters(self):
        """Return the letters that lie in the mailbox unread, as they came."""
        return [path.read_bytes()
                for path in (self.mailboxes.folder / "mail" / self.way / "new").iterdir()]

    def expected(self):
        """Return {delivery: (address, what became of its letter)} of those that come back."""
        rows = self.run.deliveries.exclude(email__startswith=GOOD).values_list("pk", "email")
        return {pk: (email, fate_of(email).outcome) for pk, email in rows}

    def read(self):
        """Put what else may lie there beside the reports, and read the mailbox."""
        from apps.inbound.mailbox.services import mailboxes_read
        stray_letters(self.run, self.came[0], self.server)
        assert self.server.is_done(LONGEST), "Postfix did not end"
        started = time.process_time()
        sums = mailboxes_read()
        self.seconds = time.process_time() - started
        return sums

    def judge(self, sums):
        """Return the figures, by what is known after the reading, whose `sums` these are."""
        from apps.mailings.models import Bounce
        expected = self.expected()
        figures = collections.Counter()
        known = set()
        for bounce in Bounce.objects.filter(created_at__gte=self.run.started_at):
            fault = wrong_with(bounce, *expected.get(bounce.delivery_id, (None, None)))
            figures["attributed"] += fault != DELIVERY
            figures[fault] += 1
            figures["twice"] += bounce.delivery_id in known
            known.add(bounce.delivery_id)
            if fault:
                print(f"  {fault}: {bounce.email}: {bounce.outcome}: {bounce.words}")
        missed = [email for pk, (email, _outcome) in expected.items() if pk not in known]
        for email in missed[:10]:
            print(f"  missed: {email}")
        left = [subject for subject, _flags in self.mailboxes.subjects(self.way)]
        figures.update({
            "sent": self.run.sent, "came back": len(self.came), "missed": len(missed),
            "answers kept": self.answers_kept(),
            "not read": sums["broken"] + sums["failed"] + sums["busy"],
            "left unread in INBOX": sum(subject.startswith(REPORTS) for subject in left),
            "forged ones taken": FORGED - sum("Forged" in subject for subject in left)})
        return figures

    def answers_kept(self):
        """Return how many answers are known to be of whom they are."""
        from apps.inbound.models import InboundLetter
        return InboundLetter.objects.filter(
            owner=self.run.owner_id, kind__in=("reply", "auto"), delivery__run=self.run,
            delivery__email=F("from_address")).count()

    def report(self, figures):
        """Print the figures. Returns whether they are as they should be."""
        from django.db import connection
        wanted = {"sent": self.options.letters, "came back": self.options.back,
                  "attributed": self.options.back, "answers kept": ANSWERS}
        names = (*wanted, *ZEROS)
        is_well = all(figures[name] == wanted.get(name, 0) for name in names)
        print(f"round_trip {connection.vendor}, return path {self.way}: "
              + ", ".join(f"{name} {figures[name]}" for name in names)
              + f"; read in {self.seconds:.1f} s of CPU: {'ok' if is_well else 'BROKEN'}")
        return is_well


def wrong_with(bounce, address, outcome):
    """Return what is wrong with a bounce; "" where nothing is.

    `address` is whom its letter was for and `outcome` what became of that; None: it stayed there.
    A report of somebody else's letter has another number in its words.
    """
    if address is None or number_of(address) not in bounce.words:
        return DELIVERY
    return "" if bounce.outcome == outcome else "wrong outcome"


def main():
    options = arguments()
    reason = postfix.why_not() or ("" if dovecot.is_there() else "no dovecot is installed")
    if reason:
        print(f"round_trip: skipped, {reason}")
        return
    ways = ["on", "off"] if options.path == "both" else [options.path]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # Postfix does not work as root
        database = stack.enter_context(throwaway_database(options.database, str(folder)))
        set_up(database, "127.0.0.1:1", str(folder))
        from django.db import connections
        stack.callback(connections.close_all)
        server, mailboxes = stack.enter_context(servers(folder, ways, addresses(options)))
        is_well = True
        with senders(4):
            for way in ways:
                trip = Trip(way, options, server, mailboxes)
                trip.prepare()
                trip.go()
                is_well &= trip.report(trip.judge(trip.read()))
        for line in [] if is_well else server.complaints()[:10]:
            print(f"  Postfix: {line}")
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
