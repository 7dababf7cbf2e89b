"""Makes the demo: accounts, two shops' address books, letters and runs of the past weeks."""
import io
import random
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from apps.mailings.models import Attempt, Delivery, Mailing, Message, Recipient, Run
from apps.statistics import counting, tallies
from apps.users.models import MANAGERS_GROUP, User

from . import data as words

PASSWORD = "vestnik-demo"  # public: it is made only with DEBUG
PEOPLE = {
    "owner@example.com": {"first_name": "Ольга", "last_name": "Хлебникова", "country": "RU",
                          "phone": "+79161234567", "time_zone": "Europe/Moscow"},
    "other@example.com": {"first_name": "Тимур", "last_name": "Ахметов", "country": "KZ",
                          "phone": "+77272501234", "time_zone": "Asia/Almaty"},
    "manager@example.com": {"first_name": "Мария", "last_name": "Орлова", "country": "RU",
                            "phone": "+73432123456", "time_zone": "Asia/Yekaterinburg"},
    "admin@example.com": {"first_name": "Андрей", "last_name": "Вестник", "country": "RU",
                          "time_zone": "Europe/Kaliningrad",
                          "is_staff": True, "is_superuser": True},
}
State = Delivery.State
HOURS = (10, 9, 12, 16, 11)  # when mailings begin
PACE = timedelta(seconds=0.25)
CUT = .6  # how much of a run was done when it was paused or stopped
GONE, GONE_IN = 3, 5  # so many clients were deleted while the mailing of this number was sent
LEFT_AS = {Run.State.PAUSED: State.PENDING, Run.State.STOPPED: State.CANCELLED}


@transaction.atomic
def make():
    """Make what is missing. Returns whether the mailings were made now."""
    call_command("create_managers_group", verbosity=0, stdout=io.StringIO())
    users = {email: person(email, fields) for email, fields in PEOPLE.items()}
    owner, other, manager, _ = users.values()
    manager.groups.add(Group.objects.get(name=MANAGERS_GROUP))
    if Mailing.all_objects.filter(owner=owner).exists():
        return False
    Shop(owner, words.BAKERY, random.Random(7)).open(200 + GONE)
    Shop(other, words.FLOWERS, random.Random(8)).open(25)
    Mailing.objects.filter(owner=owner, message__subject=words.DISABLED, runs=None).update(
        disabled_at=timezone.now() - timedelta(hours=5), disabled_by=manager)
    Mailing.objects.refresh_statuses(timezone.now())
    return True


def person(email, fields):
    """Return the demo account, made if it is not there, its address verified."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, PASSWORD, date_joined=timezone.now() - timedelta(days=400), **fields)
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True})
    return user


class Shop:
    """One owner's data, the same on each machine."""

    def __init__(self, owner, plan, chance):
        self.owner, self.plan, self.chance, self.now = owner, plan, chance, timezone.now()
        self.addresses = set()

    def open(self, clients):
        self.clients = Recipient.objects.bulk_create(
            [self.client(number) for number in range(clients)])
        self.messages = Message.objects.bulk_create([
            Message(owner=self.owner, subject=subject,
                    body=words.GREETING + text + self.plan.closing)
            for subject, text in self.plan.messages])
        long_ago = self.now - timedelta(days=380)
        for model in (Recipient, Message):
            model.objects.filter(owner=self.owner).update(
                created_at=long_ago, updated_at=long_ago)
        for number, mailing in enumerate(self.plan.mailings):
            self.mailing(number, *mailing)

    def client(self, number):
        woman = self.chance.random() < .6
        family, father = self.chance.choice(words.FAMILY), self.chance.choice(words.FATHERS)
        given = self.chance.choice(words.WOMEN if woman else words.MEN)
        family, father = (f"{family}а", f"{father}на") if woman else (family, f"{father}ич")
        local = words.latin(f"{given}.{family}")
        return Recipient(
            owner=self.owner, full_name=f"{family} {given} {father}",
            email=self.address(f"{words.SPECIAL.get(number, '')}{local}"),
            comment=self.chance.choice(words.COMMENTS))

    def address(self, local):
        """Return an address on a reserved domain that nobody else has here."""
        domain = self.chance.choice(words.DOMAINS)
        address = f"{local}@{domain}"
        while address in self.addresses:
            address = f"{local}{self.chance.randrange(60, 99)}@{domain}"
        self.addresses.add(address)
        return address

    def mailing(self, number, message, starts, ends, runs, end=Run.State.FINISHED):
        start = timezone.localtime(self.now + timedelta(days=starts)).replace(
            hour=HOURS[number % len(HOURS)], minute=0, second=0, microsecond=0)
        mailing = Mailing.objects.create(
            owner=self.owner, message=self.messages[message], starts_at=start,
            ends_at=start + timedelta(days=ends - starts))
        made = min(start, self.now) - timedelta(hours=27)
        Mailing.objects.filter(pk=mailing.pk).update(
            created_at=made, updated_at=made,
            status=Mailing.Status.RUNNING if runs else Mailing.Status.CREATED)
        clients = self.chosen(number)
        through = Mailing.recipients.through
        through.objects.bulk_create(
            [through(mailing=mailing, recipient=client) for client in clients])
        for turn in range(runs):
            clients = self.run(mailing, clients, start + turn * timedelta(hours=26), turn, end)

    def chosen(self, number):
        """Return a mailing's clients: everybody for each third one, else some."""
        there = self.clients if number < GONE_IN else self.clients[:-GONE]
        chosen = self.chance.sample(there, len(there) if number % 3 == 0 else len(there) * 2 // 5)
        if number == GONE_IN:
            gone = self.clients[-GONE:]
            Recipient.objects.filter(pk__in=[client.pk for client in gone]).update(
                deleted_at=self.now + timedelta(days=self.plan.mailings[number][1]))
            for client in gone:
                client.deleted_at = self.now
            chosen += gone
        return sorted(chosen, key=lambda client: client.pk)

    def run(self, mailing, clients, at, turn, end):
        """Make a run that stands as `end` says; return those who did not get the letter."""
        run = Run.objects.create(
            mailing=mailing, owner=self.owner, state=end, total=len(clients),
            reason="" if end == Run.State.FINISHED else Run.Reason.PERSON,
            trigger=Run.Trigger.PAGE if turn else Run.Trigger.SCHEDULE,
            started_by=self.owner if turn else None,
            subject=mailing.message.subject, body=mailing.message.body)
        done = int(len(clients) * CUT) if end in LEFT_AS else len(clients)
        deliveries, attempts = [], []
        for number, client in enumerate(clients):
            state, answers = self.fate(client) if number < done else (LEFT_AS[end], [])
            deliveries.append(self.delivery(run, client, state, answers))
            first = at + number * PACE
            attempts += [self.attempt(run, client, first + tries * timedelta(minutes=6), *answer)
                         for tries, answer in enumerate(answers)]
        Delivery.objects.bulk_create(deliveries)
        Attempt.objects.bulk_create(attempts)
        finished = max(attempt.attempted_at for attempt in attempts)
        counting.add(run.pk, {}, tallies.of_attempts(attempts))
        counting.fold()
        run.deliveries.update(updated_at=finished)
        Run.objects.filter(pk=run.pk).update(
            started_at=at, updated_at=finished,
            finished_at=None if end == Run.State.PAUSED else finished,
            **{name: sum(row.state in states for row in deliveries)
               for name, states in words.COUNTERS.items()})
        tallies.refresh_domains()
        return [client for client, row in zip(clients, deliveries, strict=True)
                if row.state == State.FAILED]

    def fate(self, client):
        """Return a state and the (code, reply) of each try that led to it."""
        if client.deleted_at:
            return State.SKIPPED, []
        sent = (250, words.ACCEPTED.format(self.chance.randrange(16 ** 10)))
        luck = self.chance.random()
        if client.email.startswith("nobody"):
            return State.FAILED, [words.refusal(words.UNKNOWN_USER, client.email)]
        if luck < .02:
            return State.FAILED, [words.refusal(words.MAILBOX_FULL, client.email)]
        if luck < .024:
            return State.FAILED, [words.refusal(words.SPAM, client.email)]
        if luck < .028:
            return State.UNKNOWN, [(None, words.LOST)]
        if client.email.startswith("busy") or luck < .06:
            return State.SENT, [words.refusal(words.GREYLISTED, client.email), sent]
        return State.SENT, [sent]

    @staticmethod
    def delivery(run, client, state, answers):
        answer = answers[-1][1] if answers else ""
        return Delivery(
            run=run, recipient=client, email=client.email, full_name=client.full_name,
            state=state, tries=sum(bool(code) and code >= 400 for code, _ in answers),
            answer=words.DELETED if state == State.SKIPPED else answer)

    def attempt(self, run, client, moment, code, reply):
        good = code == 250
        return Attempt(
            run=run, mailing=run.mailing, owner=self.owner, recipient=client, email=client.email,
            attempted_at=moment, code=code, server_response=reply, outcome_unknown=code is None,
            status=Attempt.Status.SUCCESS if good else Attempt.Status.FAILURE)
