"""Makes the demo: accounts, two shops' address books, letters and runs of the past weeks."""
import random
from collections import Counter
from datetime import timedelta
from itertools import starmap
from operator import attrgetter

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from apps.mailings.models import Attempt, Delivery, Mailing, Message, Recipient, Run
from apps.statistics import counting, tallies
from apps.users.models import MANAGERS_GROUP, User
from apps.users.services import managers_group_create

from . import book, incoming, letters, paces, returned, senders
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
BETWEEN_LETTERS = timedelta(seconds=0.25)
CUT = .6  # how much of a run was done when it was paused or stopped
GONE = 3  # clients who were deleted while a mailing was sent
GONE_IN = 5  # the number of that mailing, from 0
LEFT_AS = {Run.State.PAUSED: State.PENDING, Run.State.STOPPED: State.CANCELLED}


@transaction.atomic
def make():
    """Make what is missing. Returns whether the mailings were made now."""
    managers_group_create()
    owner, other, manager, _admin = starmap(person, PEOPLE.items())
    manager.groups.add(Group.objects.get(name=MANAGERS_GROUP))
    is_new = not Mailing.all_objects.filter(owner=owner).exists()
    if is_new:
        make_mailings(owner, other, manager)
        returned.make(owner)
        incoming.make(owner)
    senders.make({owner: words.BAKERY.name, other: words.FLOWERS.name})
    if is_new:
        paces.make(owner)
    return is_new


def make_mailings(owner, other, manager):
    """Make both shops, and what a manager did to a mailing of one of them."""
    Shop(owner, words.BAKERY, random.Random(7)).open(200 + GONE)
    book.fill(owner)
    letters.fill(owner)
    Shop(other, words.FLOWERS, random.Random(8)).open(25)
    Mailing.objects.filter(owner=owner, message__subject=words.DISABLED, runs=None).update(
        disabled_at=timezone.now() - timedelta(hours=5), disabled_by=manager,
        disabled_reason=words.DISABLED_REASON)
    Mailing.objects.refresh_statuses(timezone.now())


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
        self.owner = owner
        self.plan = plan
        self.chance = chance
        self.now = timezone.now()
        self.addresses = set()

    def open(self, clients):
        self.clients = Recipient.objects.bulk_create(map(self.client, range(clients)))
        self.messages = Message.objects.bulk_create(starmap(
            self.message, self.plan.messages.items()))
        long_ago = self.now - timedelta(days=380)
        for model in (Recipient, Message):
            model.objects.filter(owner=self.owner).update(
                created_at=long_ago, updated_at=long_ago)
        for number, mailing in enumerate(self.plan.mailings):
            self.mailing(number, *mailing)

    def client(self, number):
        woman = self.chance.random() < .6
        family = self.chance.choice(words.FAMILY)
        father = self.chance.choice(words.FATHERS)
        if woman:
            given = self.chance.choice(words.WOMEN)
            family += "а"
            father += "на"
        else:
            given = self.chance.choice(words.MEN)
            father += "ич"
        local = words.SPECIAL.get(number, "") + words.latin(f"{given}.{family}")
        return Recipient(
            owner=self.owner, full_name=f"{family} {given} {father}", email=self.address(local),
            comment=self.chance.choice(words.COMMENTS))

    def address(self, local):
        """Return an address on a reserved domain that nobody else has here."""
        domain = self.chance.choice(words.DOMAINS)
        address = f"{local}@{domain}"
        while address in self.addresses:
            address = f"{local}{self.chance.randrange(60, 99)}@{domain}"
        self.addresses.add(address)
        return address

    def message(self, subject, text):
        body = words.GREETING + text + self.plan.closing
        return Message(owner=self.owner, subject=subject, body=body)

    def mailing(self, number, message, starts, ends, runs, end=Run.State.FINISHED):
        """Make a mailing and its runs, the last as `end` says."""
        start = timezone.localtime(self.now + timedelta(days=starts)).replace(
            hour=HOURS[number % len(HOURS)], minute=0, second=0, microsecond=0)
        mailing = Mailing.objects.create(
            owner=self.owner, message=self.messages[message], starts_at=start,
            ends_at=start + timedelta(days=ends - starts),
            name=self.plan.names.get(number, ""), autostart=number not in self.plan.drafts)
        made = min(start, self.now) - timedelta(hours=27)
        row = Mailing.objects.filter(pk=mailing.pk)
        row.update(created_at=made, updated_at=made)
        if runs:
            row.update(status=Mailing.Status.RUNNING)
        clients = self.chosen(number, starts)
        mailing.recipients.set(clients)
        for turn in range(runs):
            clients = self.run(mailing, clients, start + turn * timedelta(hours=26), turn, end)

    def chosen(self, number, starts):
        """Return a mailing's clients: everybody for each third one, else some."""
        there = self.clients
        if number >= GONE_IN:
            there = there[:-GONE]
        size = len(there)
        if number % 3:
            size = size * 2 // 5
        chosen = self.chance.sample(there, size)
        if number == GONE_IN:
            gone = self.clients[-GONE:]
            for client in gone:
                client.deleted_at = self.now + timedelta(days=starts)
            Recipient.objects.bulk_update(gone, ["deleted_at"])
            chosen += gone
        return sorted(chosen, key=attrgetter("pk"))

    def run(self, mailing, clients, at, turn, end):
        """Make a run that stands as `end` says; return those who did not get the letter."""
        run = Run(
            mailing=mailing, owner=self.owner, state=end, total=len(clients), prepared_at=at,
            trigger=Run.Trigger.SCHEDULE,
            subject=mailing.message.subject, body=mailing.message.body)
        if turn:
            run.trigger = Run.Trigger.PAGE
            run.started_by = self.owner
        done = len(clients)
        if end in LEFT_AS:
            run.reason = Run.Reason.PERSON
            done = int(done * CUT)
        run.save()
        deliveries = []
        attempts = []
        for number, client in enumerate(clients):
            delivery = Delivery(
                run=run, recipient=client, email=client.email, full_name=client.full_name,
                provider=paces.provider_of(client))
            deliveries.append(delivery)
            if number < done:
                attempts += self.tries(delivery, at + number * BETWEEN_LETTERS)
            else:
                delivery.state = LEFT_AS[end]
        Delivery.objects.bulk_create(deliveries)
        Attempt.objects.bulk_create(attempts)
        self.count(run, at, attempts)
        failed = run.deliveries.filter(state=State.FAILED).values("recipient")
        return list(Recipient.objects.filter(pk__in=failed).order_by("pk"))

    def count(self, run, at, attempts):
        """Bring the run's figures and times up to its deliveries, as of then."""
        states = Counter(run.deliveries.values_list("state", flat=True))
        states["skipped"] += states["cancelled"]
        counting.add(run.pk, states, tallies.of_attempts(attempts))
        counting.fold()
        finished = run.attempts.latest("attempted_at").attempted_at
        run.deliveries.update(updated_at=finished)
        row = Run.objects.filter(pk=run.pk)
        row.update(started_at=at, updated_at=finished)
        row.exclude(state=Run.State.PAUSED).update(finished_at=finished)
        tallies.refresh_domains()

    def tries(self, delivery, moment):
        """Give a delivery its fate; return the attempts that led to it, the first at `moment`."""
        delivery.state, replies = self.fate(delivery.recipient)
        if delivery.state == State.SKIPPED:
            delivery.answer = words.DELETED
        attempts = []
        for reply in replies:
            delivery.answer = reply.format(delivery.email)
            attempt = Attempt(
                run=delivery.run, mailing=delivery.run.mailing, owner=self.owner,
                recipient=delivery.recipient, email=delivery.email, attempted_at=moment,
                server_response=delivery.answer, status=Attempt.Status.FAILURE)
            if reply == words.LOST:
                attempt.outcome_unknown = True
            else:
                attempt.code = int(reply[:3])
            if attempt.code == 250:
                attempt.status = Attempt.Status.SUCCESS
            elif attempt.code:
                delivery.tries += 1
            attempts.append(attempt)
            moment += timedelta(minutes=6)
        return attempts

    def fate(self, client):
        """Return a state and the replies that led to it, one of each try."""
        if client.deleted_at:
            return State.SKIPPED, []
        sent = words.ACCEPTED.format(self.chance.randrange(16 ** 10))
        luck = self.chance.random()
        if client.email.startswith("nobody"):
            return State.FAILED, [words.UNKNOWN_USER]
        if luck < .02:
            return State.FAILED, [words.MAILBOX_FULL]
        if luck < .024:
            return State.FAILED, [words.SPAM]
        if luck < .028:
            return State.UNKNOWN, [words.LOST]
        if client.email.startswith("busy") or luck < .06:
            is_rate = client.email.endswith(words.SLOWING)
            return State.SENT, [words.SLOW_DOWN if is_rate else words.GREYLISTED, sent]
        return State.SENT, [sent]
