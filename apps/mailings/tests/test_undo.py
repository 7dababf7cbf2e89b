"""What was deleted by mistake comes back, for a minute."""
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery.services import run_start
from apps.mailings import services
from apps.mailings.models import Message, Recipient, Run
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

pytestmark = pytest.mark.django_db
FACTORIES = {"recipient": RecipientFactory, "message": MessageFactory, "mailing": MailingFactory}
nouns = pytest.mark.parametrize("noun", FACTORIES)


def address(noun, action, pk):
    return reverse(f"mailings:{noun}_{action}", args=[pk])


def deleted(noun, owner):
    owned = FACTORIES[noun](owner=owner)
    services.owned_delete(owned=owned)
    return owned


@nouns
def test_deleting_offers_to_bring_back_and_the_list_is_told(noun, htmx, owner):
    owned = FACTORIES[noun](owner=owner)
    undo = json.loads(htmx.post(address(noun, "delete", owned.pk))["HX-Trigger"])["toast"]["undo"]
    assert undo == address(noun, "restore", owned.pk)
    answer = htmx.post(undo)
    assert answer.status_code == 204 and f"{noun}s:changed" in answer["HX-Trigger"]
    assert type(owned).objects.filter(pk=owned.pk).exists()


@nouns
def test_without_a_script_the_message_carries_the_same_button(noun, as_owner, owner):
    owned = FACTORIES[noun](owner=owner)
    page = as_owner.post(address(noun, "delete", owned.pk), follow=True).content.decode()
    assert f'action="{address(noun, "restore", owned.pk)}"' in page
    back = as_owner.post(address(noun, "restore", owned.pk), follow=True)
    assert back.redirect_chain[-1][0] == owned.get_absolute_url() and back.status_code == 200


@nouns
def test_after_a_minute_it_is_too_late(noun, htmx, owner):
    owned = deleted(noun, owner)
    type(owned).all_objects.update(deleted_at=timezone.now() - timedelta(seconds=61))
    answer = htmx.post(address(noun, "restore", owned.pk))
    assert answer.status_code == 409 and "danger" in answer["HX-Trigger"]
    assert not type(owned).objects.exists()


@nouns
def test_what_is_somebody_elses_can_not_be_brought_back(noun, as_other, as_manager, owner):
    url = address(noun, "restore", deleted(noun, owner).pk)
    assert as_other.post(url).status_code == 404
    assert as_manager.post(url).status_code == 403


def test_a_recipient_stays_deleted_when_the_address_was_taken_meanwhile(htmx, owner):
    old = deleted("recipient", owner)
    new = RecipientFactory(owner=owner, email=old.email.upper())
    assert htmx.post(address("recipient", "restore", old.pk)).status_code == 409
    assert Recipient.objects.get() == new


def test_a_mailing_comes_back_after_its_message(htmx, owner):
    mailing = deleted("mailing", owner)
    services.owned_delete(owned=mailing.message)
    assert htmx.post(address("mailing", "restore", mailing.pk)).status_code == 409
    htmx.post(address("message", "restore", mailing.message_id))
    assert htmx.post(address("mailing", "restore", mailing.pk)).status_code == 204


def test_a_restored_recipient_is_in_their_mailings_again(owner):
    recipient = RecipientFactory(owner=owner)
    mailing = MailingFactory(owner=owner, recipients=[recipient])
    services.owned_delete(owned=recipient)
    assert not mailing.recipients.exists()
    services.owned_restore(owned=recipient)
    assert mailing.recipients.get() == recipient


def test_a_restored_message_is_as_it_was(owner):
    message = MessageFactory(owner=owner)
    changed = Message.objects.get().updated_at
    services.owned_delete(owned=message)
    services.owned_restore(owned=message)
    assert Message.objects.get().updated_at == changed


def test_the_service_itself_refuses_to_delete_what_is_being_sent_or_used(owner):
    mailing = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    for owned in (mailing, mailing.message):
        with pytest.raises(services.OwnedRefused):
            services.owned_delete(owned=owned)
        assert type(owned).objects.exists()
