from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.services import Action, record
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Mailing, Run
from apps.users.models import User
from tests.conftest import client_of
from tests.factories import PASSWORD, MailingFactory, RecipientFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/trail/"


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, message__subject="Осень", recipients=[
        RecipientFactory(owner=owner)])


def trail(**wanted):
    """Return (who, action, object's label, details, via), oldest first."""
    return list(Entry.objects.filter(**wanted).order_by("id").values_list(
        "who_label", "action", "object_label", "details", "via"))


def test_each_step_of_a_send_is_recorded_with_who_did_it(as_owner, owner, mailing):
    for verb in ("start", "pause", "resume", "stop"):
        as_owner.post(reverse(f"delivery:{verb}", args=[mailing.pk]))
    assert [entry[:2] for entry in trail(object_type="mailings.mailing", object_id=mailing.pk)] == [
        (owner.email, verb) for verb in ("start", "pause", "resume", "stop")]
    assert trail(action="start")[0][2:] == (str(mailing), "1", "page")


def test_what_is_refused_is_not_recorded(as_owner, as_other, mailing):
    as_owner.post(reverse("delivery:pause", args=[mailing.pk]))
    as_other.post(reverse("delivery:start", args=[mailing.pk]))
    assert not trail(object_type="mailings.mailing")


def test_a_send_by_the_clock_or_the_command_line_is_nobodys(mailing, owner):
    run_start(mailing=mailing, trigger=Run.Trigger.SCHEDULE)
    assert [entry[0] + entry[4] for entry in trail(action="start")] == ["schedule"]
    record(Action.STOP, on=mailing)
    assert trail(action="stop")[0][0::4] == ("", "command")


@pytest.mark.parametrize("how", ["delivered", "again"])
def test_deciding_unknown_outcomes_is_recorded_with_how_many(as_owner, owner, mailing, how):
    as_owner.post(reverse("delivery:start", args=[mailing.pk]))
    run = mailing.runs.get()
    Delivery.objects.filter(run=run).update(state="unknown")
    mailing.runs.update(unknown=1, state="finished")
    as_owner.post(reverse("delivery:resolve", args=[mailing.pk]), {"how": how})
    assert trail(action=how)[0][0::3] == (owner.email, "1")


def test_switches_are_recorded_once_for_one_change(as_manager, manager, owner, mailing):
    for value in ("1", "1", "0"):
        as_manager.post(reverse("mailings:mailing_toggle", args=[mailing.pk]), {
            "disabled": value, "reason": "Жалобы"})
        as_manager.post(reverse("users:user_toggle", args=[owner.pk]), {
            "blocked": value, "reason": "Жалобы"})
    assert [entry[:3] for entry in trail(who=manager) if entry[1] != "login"] == [
        (manager.email, "disable", str(mailing)), (manager.email, "block", owner.email),
        (manager.email, "enable", str(mailing)), (manager.email, "not_started", str(mailing)),
        (manager.email, "unblock", owner.email)]


def test_deleting_and_bringing_back_is_recorded_and_the_entry_outlives_all(as_owner, owner):
    recipient = RecipientFactory(owner=owner, full_name="Анна", email="anna@example.com")
    as_owner.post(reverse("mailings:recipient_delete", args=[recipient.pk]))
    as_owner.post(reverse("mailings:recipient_restore", args=[recipient.pk]))
    as_owner.post(reverse("mailings:recipient_delete", args=[recipient.pk]))
    recipient.delete()
    Entry.objects.filter(who=owner).exclude(object_type="mailings.recipient").delete()
    User.objects.filter(pk=owner.pk).delete()
    assert [entry[:3] for entry in trail()] == [
        ("owner@example.com", action, "Анна <anna@example.com>")
        for action in ("delete", "restore", "delete")]


def test_logins_logouts_and_failures_are_recorded_without_the_password(client, owner):
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    for address, password in ((owner.email, "wrong-horse-1"), ("no@example.com", "wrong-horse-2"),
                              (owner.email, PASSWORD)):
        client.post("/accounts/login/", {"login": address, "password": password})
    client.post("/accounts/logout/")
    assert [entry[:3] for entry in trail()] == [
        ("", "login_failed", owner.email), ("", "login_failed", "no@example.com"),
        (owner.email, "login", owner.email), (owner.email, "logout", owner.email)]
    assert "horse" not in str(list(Entry.objects.values()))


def test_a_changed_password_or_address_is_recorded(as_owner, owner):
    as_owner.post("/accounts/password/change/", {
        "oldpassword": PASSWORD, "password1": "another-horse-8", "password2": "another-horse-8"})
    assert trail(action="password")[0][:3] == (owner.email, "password", owner.email)


def test_a_role_given_or_taken_in_the_admin_is_recorded(owner):
    call_command("create_managers_group", verbosity=0)
    group, root = Group.objects.get(), UserFactory(is_superuser=True, is_staff=True)
    admin, page = client_of(root), reverse("admin:users_user_change", args=[owner.pk])
    body = {"email": owner.email, "is_active": "on", "date_joined_0": "2026-01-01",
            "date_joined_1": "10:00"}
    admin.post(page, {**body, "groups": [group.pk], "is_staff": "on"})
    admin.post(page, body)
    done = [entry[:4] for entry in trail(action="role", object_id=owner.pk)]
    assert sorted(done) == sorted(
        (root.email, "role", owner.email, f"{sign} {role}")
        for sign in "+−" for role in ("is_staff", group.name))


def test_an_export_is_recorded(as_owner, owner, mailing):
    as_owner.get(reverse("reports:mailing_export", args=[mailing.pk]))
    as_owner.get(reverse("reports:report_export"))
    assert [entry[:2] for entry in trail(action="export")] == [(owner.email, "export")] * 2


def test_managers_read_the_trail_newest_first_and_page_through_it(as_manager, owner):
    Entry.objects.all().delete()
    for number in range(30):
        record(Action.DELETE, by=owner, label=f"Клиент-{number:02}")
    first = as_manager.get(PAGE)
    assert first.context["page"].object_list[0].object_label == "Клиент-29"
    older = as_manager.get(PAGE, {"after": first.context["page"].next}, headers={"hx-request": "1"})
    assert "Клиент-00" in older.content.decode() and "Клиент-29" not in older.content.decode()


@pytest.mark.parametrize("query, found", [
    ({}, ["Б", "А"]), ({"q": "а"}, ["А"]), ({"what": "block"}, ["Б"]),
    ({"what": "none"}, ["Б", "А"]),
    ({"who": "owner"}, ["А"]), ({"who": "9" * 30}, ["Б", "А"]), ({"to": "2020-01-01"}, []),
    ({"from": "2020-01-01", "q": "other@"}, ["Б"]),
])
def test_the_trail_is_filtered_by_who_what_day_and_text(as_manager, owner, other, query, found):
    record(Action.DELETE, by=owner, label="А")
    record(Action.BLOCK, by=other, label="Б")
    if query.get("who") == "owner":
        query = {"who": owner.pk}
    page = as_manager.get(PAGE, query, headers={"hx-request": "true"})
    text = page.content.decode()
    cells = BeautifulSoup(text, "html.parser").select("td:nth-of-type(4)")
    labels = [words for cell in cells if (words := cell.get_text().strip()) in ("А", "Б")]
    assert labels == found and "<html" not in text


def test_an_empty_trail_says_what_will_be_there(as_manager):
    Entry.objects.all().delete()
    assert "app-empty" in as_manager.get(PAGE).content.decode()


def test_the_trail_takes_the_same_queries_for_one_entry_as_for_many(
        as_manager, owner, django_assert_num_queries):
    record(Action.DELETE, by=owner, label="А")
    as_manager.get(PAGE)
    for number in range(10):
        record(Action.DELETE, by=owner, on=owner)
    with django_assert_num_queries(7):
        as_manager.get(PAGE)


def test_a_text_is_looked_for_in_the_newest_entries_and_before_a_chosen_day(
        as_manager, owner, monkeypatch):
    Entry.objects.all().delete()
    monkeypatch.setattr("apps.audit.views.LOOKED_THROUGH", 2)
    for number, day in enumerate((1, 2, 3, 4)):
        Entry.objects.create(action=Action.DELETE, object_label=f"Клиент {number}",
                             happened_at=datetime(2026, 5, day, 12, tzinfo=UTC))
    page = as_manager.get(PAGE, {"q": "клиент"})
    assert [entry.object_label for entry in page.context["page"]] == ["Клиент 3", "Клиент 2"]
    assert "02.05.2026" in page.content.decode()
    earlier = as_manager.get(PAGE, {"q": "клиент", "to": "2026-05-02"})
    assert [entry.object_label for entry in earlier.context["page"]] == ["Клиент 1", "Клиент 0"]
    assert "app-count" not in earlier.content.decode()


def test_an_entry_of_a_moment_ago_is_todays(as_manager, owner):
    record(Action.DELETE, by=owner, label="А")
    today = timezone.localdate().isoformat()
    page = as_manager.get(PAGE, {"from": today, "to": today}).context["page"]
    assert page.object_list[0].object_label == "А"


def shown(client, entry):
    """Return the cells of the newest entry, each as one line of text, and their links."""
    assert entry.pk
    page = BeautifulSoup(client.get(PAGE).content, "html.parser")
    row = page.select_one("tbody tr")
    texts = [" ".join(cell.get_text().split()) for cell in row.select("td")]
    return texts, [link["href"] for link in row.select("a")]


@pytest.mark.parametrize("action, details, words", [
    (Action.START, "80", "80 получателей"), (Action.AGAIN, "1", "1 письмо"),
    (Action.SESSIONS, "2", "2 сеанса"), (Action.WRITE_AGAIN, "3", "3 адреса"),
    (Action.EXPORT, "None – 2026-11-28", "2026-11-28"), (Action.DISABLE, "Спам", "«Спам»"),
    (Action.ROLE, "+ is_staff", "+ доступ к админке"),
])
def test_details_are_told_in_words(as_manager, mailing, action, details, words):
    texts, _links = shown(as_manager, record(action, on=mailing, details=details))
    assert texts[2].endswith(words) and "None" not in texts[2]


def test_a_mailing_is_named_without_its_time_in_utc_and_leads_to_its_page(as_manager, mailing):
    entry = record(Action.PAUSE, on=mailing, label="Осень (2026-11-28 10:00)")
    texts, links = shown(as_manager, entry)
    assert texts[3].startswith("Осень Рассылка") and links == [mailing.get_absolute_url()]
    Mailing.objects.update(deleted_at=timezone.now())
    assert shown(as_manager, entry)[1] == []


def test_a_person_of_the_trail_is_found_among_the_users(as_manager, manager, owner):
    texts, links = shown(as_manager, record(Action.BLOCK, by=manager, on=owner))
    assert as_manager.get(links[0]).context["page"].object_list[0] == owner


def test_an_export_of_all_time_names_no_day_that_is_not_there(as_owner):
    as_owner.get(reverse("reports:report_export"), {"period": "all"})
    assert "None" not in Entry.objects.get(action="export").details
