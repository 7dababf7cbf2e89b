"""What people and time do to a mailing, for the model of sending (test_model.py)."""
import contextlib
from datetime import timedelta

from apps.delivery.services import RunRefused
from apps.mailings.models import Delivery, Mailing, Message, Recipient, Run
from apps.mailings.services import mailing_disable, owned_delete
from apps.users.models import User
from tests.factories import RecipientFactory

from .. import services
from ..drivers.preparer import Preparer
from ..engine import recovery

DEEDS = ["start", "start_again", "pause", "resume", "stop", "disable", "enable", "block",
         "unblock", "edit", "move", "delete", "add", "end_window", "extend_window",
         "settle_delivered", "settle_again", "seconds", "hour", "upkeep"]


class People:
    """Deeds by name; what is refused changes nothing."""

    def clear_the_way(self):
        """All doors open, nothing rests, and a run is active."""
        self.unblock()
        self.enable()
        self.extend_window()
        Run.objects.active().update(state=Run.State.RUNNING, reason="", hold_until=None)
        if not Run.objects.active().exists():
            self.start_again()

    def start(self, **again):
        with contextlib.suppress(RunRefused):
            mailing = Mailing.objects.get(pk=self.mailing.pk)
            run = services.run_start(mailing=mailing, trigger=Run.Trigger.PAGE, **again)
            self.subjects[run.pk] = run.subject
            rows = list(run.deliveries.values_list("pk", "email", "recipient"))
            self.emails.update({pk: email for pk, email, _ in rows})
            if not again:
                self.nobody_has_it_yet(run, rows)

    def start_again(self):
        self.start(again=True)

    def nobody_has_it_yet(self, run, rows):
        have = [pk for pk, number in self.fresh().items() if number]
        had = Delivery.objects.filter(pk__in=have).values_list("email", "recipient")
        taken = {value for pair in had for value in pair if value}
        assert not taken & {value for _, *pair in rows for value in pair if value}

    def on_runs(self, action, **filters):
        for run in self.mailing.runs.filter(**filters):
            with contextlib.suppress(RunRefused):
                action(run=run)

    def pause(self):
        self.on_runs(services.run_pause)

    def resume(self):
        self.on_runs(services.run_resume, state=Run.State.PAUSED)

    def stop(self):
        self.on_runs(services.run_stop)

    def disable(self):
        mailing_disable(mailing=self.mailing, by=self.manager, disabled=True)

    def enable(self):
        mailing_disable(mailing=self.mailing, by=self.manager, disabled=False)

    def block(self):
        User.objects.filter(pk=self.owner.pk).update(is_active=False)

    def unblock(self):
        User.objects.filter(pk=self.owner.pk).update(is_active=True)

    def edit(self):
        Message.objects.update(subject=f"Version {self.world.elapsed} {len(self.subjects)}")

    def recipient(self):
        return Recipient.objects.filter(owner=self.owner).order_by("-id").first()

    def move(self):
        Recipient.objects.filter(pk=self.recipient() and self.recipient().pk).update(
            email=f"moved{Recipient.all_objects.count()}-{len(self.world.letters)}@example.com")

    def delete(self):
        if self.recipient():
            owned_delete(owned=self.recipient())

    def add(self):
        self.mailing.recipients.add(RecipientFactory(owner=self.owner))

    def end_window(self):
        Mailing.objects.update(ends_at=self.world.wall_clock())

    def extend_window(self):
        Mailing.objects.update(ends_at=self.world.wall_clock() + timedelta(days=9))

    def settle_delivered(self):
        with contextlib.suppress(RunRefused):
            services.mailing_resolve(
                mailing=self.mailing, by=self.owner, how=services.DELIVERED)

    def settle_again(self):
        unknown = Delivery.objects.filter(state=Delivery.State.UNKNOWN)
        rows = set(unknown.values_list("pk", flat=True))
        with contextlib.suppress(RunRefused):
            services.mailing_resolve(mailing=self.mailing, by=self.owner, how=services.SEND_AGAIN)
            rows -= set(unknown.values_list("pk", flat=True))
            self.released.update({pk: self.fresh()[pk] for pk in rows})
            self.world.marked -= rows
            self.world.expired -= rows

    def seconds(self):
        self.world.passes(40)

    def hour(self):
        self.world.passes(3600)

    def upkeep(self):
        recovery.recover()
        preparer = Preparer(contextlib.nullcontext())
        while preparer.round():
            pass
        for pk, email in Delivery.objects.values_list("pk", "email"):
            self.emails.setdefault(pk, email)  # of ledgers that were made only now
