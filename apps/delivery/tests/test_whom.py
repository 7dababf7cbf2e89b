"""A mailing goes to whom it is for at the moment, and the rest to who has come since."""
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Delivery, Mailing, Recipient, Tagging
from apps.mailings.picks.choice import Choice
from apps.mailings.services import mailing_save
from apps.mailings.whom.rests import run_moment_in_turn
from apps.mailings.whom.rules import whom_of
from apps.mailings.whom.tests.test_audience import Book
from tests.factories import MailingFactory, SegmentFactory, TagFactory
from tests.sending import send, work

from .. import audience, preparing
from ..audience import Audience, audience_of
from ..before_start import check_context
from ..services import AudienceChanged, RunRefused, as_seen, due, refusal, run_start
from .big_runs import prepare

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(mailing):
    """Anna, Boris and Vera; the mailing is for nobody yet."""
    mailing.recipients.clear()
    return {one.email[0]: one for one in Recipient.objects.filter(owner=mailing.owner)}


def tag(owner, *people):
    made = TagFactory(owner=owner)
    Tagging.objects.bulk_create(Tagging(tag=made, recipient=one) for one in people)
    return made


def with_word(owner, word):
    return SegmentFactory(owner=owner, conditions={
        "match": "all", "of": [{"what": "words", "how": "has", "value": word}]})


def letters(sink):
    return "".join(sorted(address[0] for address in sink.addresses))


def to_everyone(mailing, **rules):
    Mailing.objects.filter(pk=mailing.pk).update(everyone=True, **rules)
    mailing.refresh_from_db()


def test_the_numbers_that_are_told_are_those_of_the_audience(owner):
    book = Book(owner, 1)
    for _ in range(8):
        mailing = book.mailing()
        inside = book.members(mailing)
        told = audience_of(mailing)
        assert told.going == len(inside - book.rests(mailing))
        assert told.going + told.same + told.quiet == len(inside)


@pytest.mark.parametrize("what, goes", [
    ("everyone", "abv"), ("tags", "ab"), ("segments", "v"), ("both", "abv"), ("union", "abv"),
    ("less tags", "v"), ("less segments", "ab")])
@pytest.mark.parametrize("dear", [0, 5000])
def test_letters_go_to_each_kind_of_whom(mailing, sink, people, what, goes, dear, monkeypatch):
    monkeypatch.setattr(audience, "DEAR", dear)
    group = tag(mailing.owner, people["a"], people["b"])
    segment = with_word(mailing.owner, "vera")
    mailing.everyone = what in ("everyone", "less tags", "less segments")
    mailing.save()
    if what in ("tags", "both", "union"):
        mailing.tags.add(group)
    if what in ("segments", "both"):
        mailing.segments.add(segment)
    if what == "union":
        mailing.recipients.add(people["b"], people["v"])
    if what == "less tags":
        mailing.excluded_tags.add(group)
    if what == "less segments":
        mailing.excluded_segments.add(segment)
    assert audience_of(mailing).going == len(goes)
    run = run_start(mailing=mailing, trigger="page")
    prepare(run)
    work(run)
    assert letters(sink) == goes and run.total == run.sent == len(goes)


def test_who_comes_later_is_of_the_rest_and_who_has_it_gets_it_once(mailing, sink, people):
    group = tag(mailing.owner, people["a"], people["b"])
    mailing.tags.add(group)
    run = run_start(mailing=mailing, trigger="page")
    Tagging.objects.filter(recipient=people["b"]).delete()
    Tagging.objects.create(tag=group, recipient=people["v"])
    work(run)
    assert letters(sink) == "ab"
    assert audience_of(mailing) == Audience(going=1, has_it=1)
    send(mailing)
    assert letters(sink) == "abv"
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger="page")
    send(mailing, again=True)
    assert letters(sink) == "aabvv"


def test_who_was_written_to_lately_is_not_in_the_run_and_goes_when_due(mailing, sink, people):
    other = MailingFactory(owner=mailing.owner, recipients=[people["a"]])
    send(other)
    to_everyone(mailing, quiet_days=7)
    assert audience_of(mailing) == Audience(going=2, quiet=1)
    run = send(mailing)
    assert run.total == 2 and run.skipped == 0 and letters(sink) == "abv"
    Delivery.objects.filter(run__mailing=other).update(
        updated_at=timezone.now() - timedelta(days=8))
    assert audience_of(mailing) == Audience(going=1, has_it=2)
    send(mailing)
    assert letters(sink) == "aabv"


def test_a_letter_of_another_mailing_that_waits_its_turn_counts(mailing, sink, people):
    other = MailingFactory(owner=mailing.owner, recipients=[people["a"]])
    run_start(mailing=other, trigger="page")
    to_everyone(mailing, quiet_days=1)
    assert audience_of(mailing) == Audience(going=2, quiet=1)
    assert audience_of(mailing, again=True) == Audience(going=2, quiet=1)


def test_who_has_the_message_from_another_mailing_is_left_out_where_one_ticks_it(
        mailing, sink, people):
    other = MailingFactory(
        owner=mailing.owner, message=mailing.message, recipients=[people["b"]])
    send(other)
    to_everyone(mailing)
    assert audience_of(mailing).going == 3
    to_everyone(mailing, skip_same=True)
    assert audience_of(mailing) == Audience(going=2, same=1)
    send(mailing)
    assert letters(sink) == "abv"


def test_each_is_left_out_for_one_reason_and_named(mailing, sink, people):
    for name, state in (("a", "sent"), ("b", "sent")):
        send(MailingFactory(
            owner=mailing.owner, recipients=[people[name]],
            **({"message": mailing.message} if name == "b" else {})))
    Recipient.objects.filter(pk=people["v"].pk).update(bounced_at=timezone.now())
    to_everyone(mailing, quiet_days=7, skip_same=True)
    context = check_context(mailing, again=False, counted=True)
    assert context["audience"] == Audience(going=0, bounced=1, same=1, quiet=1)
    assert [context[name] for name in ("bounced", "same", "quiet")] == [
        [people["v"]], [people["b"]], [people["a"]]]


def test_the_page_of_a_check_tells_of_who_was_written_to_lately(mailing, sink, people, as_owner):
    send(MailingFactory(owner=mailing.owner, recipients=[people["a"]]))
    to_everyone(mailing, quiet_days=7)
    page = as_owner.get(reverse("delivery:start", args=[mailing.pk])).text
    assert "Отправить 2 получателям" in page and "1 получил письмо за последние 7 дней" in page


def test_the_dry_run_tells_the_same_number(mailing, people, capsys):
    to_everyone(mailing, quiet_days=2)
    mailing.excluded_tags.add(tag(mailing.owner, people["a"]))
    run_start(mailing=MailingFactory(owner=mailing.owner, recipients=[people["b"]]),
              trigger="page")
    with pytest.raises(SystemExit):
        call_command("send", str(mailing.pk), "--dry-run")
    told = capsys.readouterr().out
    assert "1 would get a letter" in told and "Left out: 1 written to lately." in told


def test_a_group_that_is_empty_at_the_moment_is_nobody(mailing, people):
    mailing.tags.add(tag(mailing.owner))
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger="page")
    assert not mailing.runs.exists()


def test_what_was_seen_is_not_what_a_changed_segment_finds(mailing, people):
    segment = with_word(mailing.owner, "vera")
    mailing.segments.add(segment)
    seen = as_seen(Mailing.objects.get(pk=mailing.pk))
    segment.conditions["of"][0]["value"] = "anna"
    segment.save()
    with pytest.raises(AudienceChanged):
        run_start(mailing=mailing, trigger="page", seen=seen)


def test_another_number_than_was_told_sends_nothing(mailing, people):
    group = tag(mailing.owner, people["a"])
    mailing.tags.add(group)
    Tagging.objects.create(tag=group, recipient=people["v"])
    with pytest.raises(AudienceChanged):
        run_start(mailing=mailing, trigger="page", expected=1)


def test_other_tags_are_a_change_of_the_mailing(mailing, people):
    before = as_seen(mailing)
    groups = {"tags": [tag(mailing.owner, people["a"]).pk]}
    mailing_save(mailing=mailing, choice=Choice(stays=True), groups=groups, fields=[])
    assert as_seen(Mailing.objects.get(pk=mailing.pk)) != before
    updated_at = Mailing.objects.get(pk=mailing.pk).updated_at
    mailing_save(mailing=mailing, choice=Choice(stays=True), groups=groups, fields=[])
    assert Mailing.objects.get(pk=mailing.pk).updated_at == updated_at


def test_a_broken_segment_keeps_the_mailing_from_going(mailing, people):
    to_everyone(mailing)
    Mailing.objects.update(autostart=True)
    mailing.excluded_segments.add(SegmentFactory(owner=mailing.owner, conditions={
        "match": "any", "of": [{"what": "tags", "how": "any", "value": [10 ** 9]}]}))
    assert due(timezone.now()) and "Сегмент" in refusal(mailing, timezone.now())
    with pytest.raises(RunRefused):
        run_start(mailing=mailing, trigger="schedule")
    assert whom_of(mailing).excluded_segments


def test_of_two_mailings_that_start_together_the_quiet_one_leaves_the_others_people(
        mailing, people, monkeypatch):
    """A big run is in preparation when the other's moment comes."""
    monkeypatch.setattr(audience, "DEAR", 0)
    other = MailingFactory(owner=mailing.owner, recipients=[people["a"]])
    first = run_start(mailing=other, trigger="page")
    to_everyone(mailing, quiet_days=3)
    second = run_start(mailing=mailing, trigger="page")
    preparing.step(first.pk, 1)
    preparing.step(second.pk, 1)
    second.refresh_from_db()
    assert first.audience.count() == 1 and second.total == 2


def test_the_page_shows_who_is_in_now_and_who_has_the_letter(mailing, sink, people, as_owner):
    group = tag(mailing.owner, people["a"], people["b"])
    mailing.tags.add(group)
    send(mailing)
    Tagging.objects.filter(recipient=people["a"]).delete()
    Tagging.objects.create(tag=group, recipient=people["v"])
    page = as_owner.get(mailing.get_absolute_url())
    assert {one.email[0]: one.fate for one in page.context["page"]} == {
        "a": "sent", "b": "sent", "v": "none"}
    assert {name: number for name, _words, number in page.context["fates"]} == {
        "sent": 2, "none": 1}
    for fate, names in (("sent", "ab"), ("none", "v")):
        rows = as_owner.get(f"{mailing.get_absolute_url()}?fate={fate}").context["page"]
        assert "".join(sorted(one.email[0] for one in rows)) == names
    row = as_owner.get(f"/mailings/{mailing.pk}/recipients/{people['a'].pk}/",
                       headers={"hx-request": "true"})
    assert row.status_code == 200


def test_the_list_says_whom_it_is_for_and_how_many_got_it(mailing, sink, people, as_owner):
    to_everyone(mailing)
    group = tag(mailing.owner, people["a"])
    mailing.excluded_tags.add(group)
    send(mailing)
    page = as_owner.get("/mailings/").text
    assert f"Все получатели, кроме: {group.name}" in " ".join(page.split())
    assert "2 из 2" in " ".join(page.split())


def test_the_check_page_and_the_mailings_say_whom_it_is_for(mailing, people, as_owner):
    mailing.recipients.set(people.values())
    Mailing.objects.filter(pk=mailing.pk).update(quiet_days=7, skip_same=True)
    words = ("Поимённо, кроме: те, кому писали за 7 дней до отправки, "
             "те, у кого это сообщение уже есть")
    for address in reverse("delivery:start", args=[mailing.pk]), mailing.get_absolute_url():
        assert words in " ".join(as_owner.get(address).text.split())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_moment_waits_for_another_of_the_same_owner_alone(mailing, other):
    found = {}

    def elsewhere():
        for owner, alone in ((mailing.owner, False), (other, True)):
            try:
                with transaction.atomic():
                    connection.cursor().execute("SET LOCAL lock_timeout = '50ms'")
                    run_moment_in_turn(owner.pk, alone=alone)
                    found[owner] = "goes on"
            except OperationalError:
                found[owner] = "waits"
        connection.close()

    with transaction.atomic():
        run_moment_in_turn(mailing.owner_id, alone=True)
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert found == {mailing.owner: "waits", other: "goes on"}
