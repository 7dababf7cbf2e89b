"""A person is wiped: nothing names them any more, and every sum is what it was."""
import json

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import JSONField, TextField
from django.db.models.fields import CharField
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.services import record
from apps.delivery.engine import ledger
from apps.delivery.wire import tokens
from apps.inbound.models import InboundLetter
from apps.inbound.unsubscribing.links import Link, leaver_of
from apps.mailings.bounces.services import bounce_record
from apps.mailings.models import (
    Attempt, Delivery, Draft, Ground, Import, ImportChange, ImportRow, Machine, Recipient, Run,
    Suppression, Tag, Tagging)
from apps.mailings.preparations import Preparation
from apps.mailings.services import OwnedRefused, owned_restore, recipient_save
from apps.mailings.suppression import on_disk
from apps.mailings.suppression.hashing import hashed_address
from apps.mailings.suppression.merging import merge
from apps.mailings.suppression.services import addresses_suppress
from apps.statistics import counting, tallies
from apps.statistics.models import Tally
from tests.factories import MailingFactory, RecipientFactory

from ..services import WipeRefused, recipient_wipe

pytestmark = pytest.mark.django_db
ANNA = "anna@example.com"
NAME = "Анна Каренина"
WORDS = f"550 5.1.1 <{ANNA}> is nobody here"
GONE = {"joanna@example.com": "550 5.1.1 <joanna@example.com> is nobody here"}
State = Delivery.State


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    on_disk.waiting.clear()


@pytest.fixture
def anna(owner):
    return RecipientFactory(
        owner=owner, full_name=NAME, email="Anna@example.com", comment=f"{NAME} звонила",
        fields={"город": "Петербург"})


@pytest.fixture
def joanna(owner):
    return RecipientFactory(owner=owner, full_name="Жанна", email="joanna@example.com")


def sent(*people, state=State.FAILED, run_state=Run.State.FINISHED):
    """Return the letters of a run to `people`, with the attempts that are counted."""
    owner = people[0].owner
    run = Run.objects.create(
        mailing=MailingFactory(owner=owner, recipients=people), owner=owner, trigger="page",
        state=run_state, total=len(people))
    letters = [Delivery.objects.create(
        run=run, recipient=one, email=one.email, full_name=one.full_name, state=state,
        values={"город": one.full_name}, answer=GONE.get(one.email, WORDS)) for one in people]
    tries = [Attempt.objects.create(
        run=run, mailing=run.mailing, owner=owner, recipient=one, email=one.email, code=550,
        status=Attempt.Status.FAILURE, server_response=GONE.get(one.email, WORDS),
        attempted_at=timezone.now())
        for one in people]
    counting.add(run.pk, {"failed": len(people)}, tallies.of_attempts(tries))
    counting.fold()
    return letters


def everything():
    """Return every text that the database has, but for what identifies rows."""
    found = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields
                 if isinstance(field, (CharField, TextField, JSONField))]
        for row in model._base_manager.values_list(*names) if names else []:
            found.append((model._meta.label, json.dumps(row, ensure_ascii=False, default=str)))
    return found


def test_nothing_that_is_stored_names_them_any_more(
        owner, anna, joanna, django_capture_on_commit_callbacks):
    letter, _other = sent(anna, joanna)
    bounce_record(delivery=letter, outcome="gone", meaning="no_mailbox", words=WORDS,
                  happened_at=timezone.now())
    Tagging.objects.create(
        recipient=anna, tag=Tag.objects.create(owner=owner, name="Чай"))
    addresses_suppress(owner=owner, emails=[ANNA], note=f"{NAME} просила")
    of = Import.objects.create(
        owner=owner, stage=Import.Stage.LANDED, sample={
            "header": [], "rows": [[1, [ANNA, NAME]], [2, ["joanna@example.com"]]]},
        file=default_storage.save("imports/file", ContentFile(ANNA.encode())))
    ImportRow.objects.create(of_import=of, fate="updated", number=1, cells=[f"Зав.\n{ANNA}", NAME])
    ImportRow.objects.create(of_import=of, fate="updated", number=2, cells=["joanna@example.com"])
    ImportChange.objects.create(
        of_import=of, recipient=anna, added=True, after={"full_name": NAME})
    Draft.objects.create(owner=owner, place=f"recipient:{anna.pk}", key="1",
                         data={"full_name": [NAME]}, updated_at=timezone.now())
    InboundLetter.objects.create(
        owner=owner, key="1", kind="reply", text=NAME, from_address="Anna@Example.com")
    InboundLetter.objects.create(owner=owner, key="2", kind="reply", text="Привет",
                                 from_address="joanna@example.com")
    Entry.objects.create(action="delete", object_type="mailings.recipient", object_id=anna.pk,
                         object_label=str(anna))
    Entry.objects.create(action="delete", who=owner, object_label="joanna@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        recipient_wipe(recipient=anna)
    named = [(label, text) for label, text in everything()
             if NAME in text or "Петербург" in text
             or ANNA in text.lower().replace("joanna@", "")]
    assert named == []
    assert not default_storage.exists("imports/file")
    assert [row.number for row in ImportRow.objects.all()] == [2]
    assert len(Import.objects.get().sample["rows"]) == 1
    assert InboundLetter.objects.get().from_address == "joanna@example.com"
    assert Entry.objects.filter(object_label="joanna@example.com").exists()


def test_their_address_is_its_hash_everywhere_and_they_are_gone_from_the_book(owner, anna):
    letter, = sent(anna)
    hashed = hashed_address(owner, ANNA)
    recipient_wipe(recipient=anna)
    letter.refresh_from_db()
    assert (letter.email, letter.full_name, letter.values, letter.answer) == (hashed, "", None, "")
    attempt = Attempt.objects.get()
    assert (attempt.email, attempt.code, attempt.server_response) == (hashed, 550, "")
    assert anna.email == hashed and anna.wiped_at and anna.deleted_at
    assert not Recipient.objects.exists()
    entry = Entry.objects.get(action="wipe")
    assert (entry.object_id, entry.object_label) == (anna.pk, hashed)


def test_every_sum_stays(as_owner, anna, joanna):
    sent(anna, joanna)
    before = [as_owner.get(page).context for page in pages()]
    recipient_wipe(recipient=anna)
    after = [as_owner.get(page).context for page in pages()]
    for one, other in zip(before, after, strict=True):
        assert one["figures"] == other["figures"]
    assert sum(Tally.objects.values_list("number", flat=True)) == 2
    run = Run.objects.get()
    assert (run.total, run.failed, run.left) == (2, 2, 0)
    assert Delivery.objects.filter(state=State.FAILED).count() == 2


def pages():
    return "/reports/", f"/reports/mailings/{Run.objects.get().mailing_id}/"


def test_a_letter_in_hand_keeps_its_address_and_the_wiping_waits(owner, anna):
    letter, = sent(anna, state=State.CLAIMED, run_state=Run.State.RUNNING)
    with pytest.raises(WipeRefused):
        recipient_wipe(recipient=anna)
    letter.refresh_from_db()
    anna.refresh_from_db()
    assert letter.email == anna.email == "Anna@example.com" and not anna.deleted_at
    assert not Suppression.objects.exists() and not Entry.objects.exists()


def test_while_a_ledger_is_being_made_the_wiping_waits(anna, joanna):
    letter, = sent(joanna)
    Preparation.objects.create(run=letter.run, again=True)
    with pytest.raises(WipeRefused):
        recipient_wipe(recipient=anna)


@pytest.mark.parametrize("state", [State.PENDING, State.RETRY])
def test_a_letter_that_waits_is_skipped_when_its_turn_comes(anna, state):
    letter, = sent(anna, state=state, run_state=Run.State.RUNNING)
    recipient_wipe(recipient=anna)
    Delivery.objects.update(state=State.PENDING)
    claimed, = ledger.claim(letter.run_id, 1, "worker")
    assert claimed.gone == "suppressed" and claimed.email.endswith("@wiped.invalid")


def test_a_worker_that_was_taken_for_dead_says_nothing_of_them_any_more(anna):
    sent(anna, state=State.UNKNOWN)
    Delivery.objects.update(lease_token="worker")
    recipient_wipe(recipient=anna)
    assert Delivery.objects.get().lease_token == ""


def test_the_address_is_known_again_when_it_comes_back_and_is_not_written_to(owner, anna):
    recipient_wipe(recipient=anna)
    wiped = Suppression.objects.get()
    assert (wiped.email, wiped.reason, wiped.scope) == (
        hashed_address(owner, ANNA), "wiped", "all")
    again = recipient_save(recipient=Recipient(owner=owner, email=ANNA))
    wiped.refresh_from_db()
    assert wiped.email == ANNA and wiped.reason == "wiped"
    recipient_wipe(recipient=again)
    assert [one.is_hashed for one in Suppression.objects.all()] == [True]


def test_after_a_restore_the_file_beside_the_database_still_knows_them(owner, anna):
    recipient_wipe(recipient=anna)
    Suppression.objects.all().delete()
    Machine.objects.all().delete()
    merge(0, on_disk.size())
    assert Suppression.objects.get().email == hashed_address(owner, ANNA)


def test_who_was_deleted_and_added_anew_is_wiped_with_all_their_letters(owner, anna):
    letter, = sent(anna)
    Recipient.objects.filter(pk=anna.pk).update(deleted_at=timezone.now())
    again = RecipientFactory(owner=owner, email=ANNA)
    recipient_wipe(recipient=again)
    letter.refresh_from_db()
    assert letter.email == again.email
    assert Recipient.all_objects.filter(wiped_at=None).count() == 0


def test_an_address_of_before_stays_suppressed_unless_somebody_else_has_it_now(owner, anna):
    sent(anna)
    addresses_suppress(owner=owner, emails=[ANNA, "boris@example.com"])
    anna.email = "boris@example.com"
    recipient_save(recipient=anna)
    recipient_wipe(recipient=anna)
    assert set(Suppression.objects.values_list("email", "reason")) == {
        (hashed_address(owner, ANNA), "by_hand"),
        (hashed_address(owner, "boris@example.com"), "wiped")}


def test_to_wipe_twice_is_to_wipe(anna):
    stale = Recipient.objects.get(pk=anna.pk)
    recipient_wipe(recipient=anna)
    recipient_wipe(recipient=stale)
    assert Entry.objects.filter(action="wipe").count() == 1
    assert Suppression.objects.count() == 1


def test_nothing_brings_them_back(anna):
    recipient_wipe(recipient=anna)
    with pytest.raises(OwnedRefused):
        owned_restore(owned=anna)


def test_the_same_address_in_another_book_is_left_alone(owner, other, anna):
    theirs = RecipientFactory(owner=other, email=ANNA, full_name=NAME)
    letter, = sent(theirs)
    recipient_wipe(recipient=anna)
    theirs.refresh_from_db()
    letter.refresh_from_db()
    assert (theirs.email, letter.email, letter.answer) == (ANNA, ANNA, WORDS)
    assert Tally.objects.get().example == WORDS


def test_a_ground_that_was_theirs_alone_goes_with_them(owner, anna, joanna):
    shared, alone = (Ground.objects.create(owner=owner, text=text) for text in "12")
    Recipient.objects.update(ground=shared)
    boris = RecipientFactory(owner=owner, ground=alone)
    for ground in shared, alone:
        record(Entry.Action.GROUND, on=ground)
    for person in anna, boris:
        recipient_wipe(recipient=Recipient.objects.get(pk=person.pk))
    assert list(Ground.objects.all()) == [shared]
    said = Entry.objects.filter(object_type="mailings.ground").order_by("pk")
    assert [entry.object_label for entry in said] == ["1", ""]


def test_the_link_in_an_old_letter_says_that_it_is_done(anna):
    letter, = sent(anna)
    token = tokens.unsubscribe_token(anna.owner_id, anna.pk, letter.pk, letter.email)
    recipient_wipe(recipient=anna)
    assert leaver_of(token) is Link.WIPED


def test_the_page_asks_twice_and_leads_to_the_list(as_owner, anna):
    page = f"/recipients/{anna.pk}/wipe/"
    assert as_owner.get(page).status_code == 200
    assert as_owner.post(page).status_code == 422 and Recipient.objects.exists()
    assert as_owner.post(page, {"sure": "on"}).url == "/recipients/"
    assert as_owner.get(page).status_code == 404


def test_the_page_says_that_a_letter_is_in_hand(as_owner, anna):
    sent(anna, state=State.CLAIMED, run_state=Run.State.RUNNING)
    page = f"/recipients/{anna.pk}/wipe/"
    answer = as_owner.post(page, {"sure": "on"}, headers={"hx-request": "true"})
    assert answer.status_code == 409 and Recipient.objects.exists()
