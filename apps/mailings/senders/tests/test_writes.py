"""Writes of senders that meet: other windows, runs under way, programs that ask too often."""
import pytest
from django.core.exceptions import ValidationError

from apps.jobs.models import Job
from apps.mailings.models import Run, Sender
from apps.mailings.senders import services
from apps.mailings.senders.services import sender_save
from tests.factories import MailingFactory

pytestmark = pytest.mark.django_db


def test_a_password_of_another_window_goes_to_no_other_server(lavka):
    password = lavka.password
    Sender.objects.update(password="", login="")
    here = Sender.objects.get()
    Sender.objects.update(password=password)  # in another window
    here.host = "elsewhere.example.com"
    with pytest.raises(ValidationError):
        sender_save(sender=here)
    assert Sender.objects.get().host == "mx.example.com"


@pytest.mark.parametrize("before, after", [("own", "service"), ("service", "own")])
def test_the_kind_of_server_stays_while_letters_leave(owner, lavka, settings, before, after):
    settings.SERVICE_SENDER = True
    Sender.objects.update(preset=before)
    mailing = MailingFactory(owner=owner, sender=lavka)
    run = Run.objects.create(mailing=mailing, owner=owner, sender=lavka)
    sender = Sender.objects.get()
    sender.preset = after
    with pytest.raises(ValidationError) as refused:
        sender_save(sender=sender, password="5ecret")
    assert "preset" in refused.value.message_dict
    assert Sender.objects.get().preset == before
    Run.objects.filter(pk=run.pk).update(state=Run.State.STOPPED)
    sender_save(sender=sender, password="5ecret")
    assert Sender.objects.get().preset == after


def test_checks_are_asked_for_so_often_and_no_more(as_owner, lavka, checks, monkeypatch):
    monkeypatch.setattr(services, "MOST_CHECKS", 2)
    address = f"{lavka.get_absolute_url()}check/"
    for _time in range(2):
        as_owner.post(address)
        checks.update(state=Job.State.DONE)
    answer = as_owner.post(address, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert checks.count() == 2
    lavka.host = "elsewhere.example.com"
    sender_save(sender=lavka, password="5ecret")  # it is saved all the same
    assert checks.count() == 2
