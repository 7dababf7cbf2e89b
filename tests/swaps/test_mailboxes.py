"""A sender's bounce mailbox on its page: read now, followed to its end, taken away."""
import pytest

from apps.jobs.models import Job
from apps.mailings.models import BounceMailbox
from tests.factories import BounceMailboxFactory

from .inventory import swaps

FORM = "#modal-content form"


@pytest.fixture
def mailbox(owner):
    return BounceMailboxFactory(sender__owner=owner, sender__name="Лавка чая")


@swaps("inbound:mailbox_read", "inbound:mailbox_state")
def test_a_reading_is_followed_to_its_end(open_page, mailbox):
    page = open_page(mailbox.sender.get_absolute_url())
    page.send('form[hx-post$="/mailbox/read/"]')
    page.check_fresh()
    page.send("#bounce-mailbox-poll")
    page.check_fresh()
    Job.objects.update(state=Job.State.DONE)
    BounceMailbox.objects.update(trouble="login")
    page.send("#bounce-mailbox-poll")
    assert not page.tree.select("#bounce-mailbox-poll")
    page.check_fresh()


@swaps("inbound:mailbox_delete", "inbound:mailbox_state")
def test_a_mailbox_that_is_taken_away_leaves_the_page(open_page, as_owner, mailbox):
    page = open_page(mailbox.sender.get_absolute_url())
    page.send('[hx-get$="/mailbox/delete/"]')
    page.check_modal(as_owner.get(f"/senders/{mailbox.sender_id}/mailbox/delete/"))
    page.send(FORM, status=204)
    assert not BounceMailbox.objects.exists()
    assert "/mailbox/delete/" not in str(page.one("#bounce-mailbox"))
