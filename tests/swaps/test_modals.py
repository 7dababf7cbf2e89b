"""Forms in the modal: opened, refused, saved; deletion and its undoing."""
import pytest
from django.urls import reverse

from apps.mailings.models import Mailing, Run
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

from .inventory import swaps

FORM = "#modal-content form"
CREATE = '.app-title [hx-get$="/create/"]'
OUTSIDE = "#modal-content > *"

NOUNS = ["recipient", "message", "mailing"]
BAD_NAME = "x" * 300


@pytest.fixture
def things(owner):
    """One object of each noun; the mailing has not been sent."""
    message = MessageFactory(owner=owner, subject="Новости")
    recipient = RecipientFactory(owner=owner, full_name="Вера")
    mailing = MailingFactory(
        owner=owner, message=message, recipients=[recipient], autostart=False)
    return {"recipient": recipient, "message": message, "mailing": mailing}


@swaps("mailings:recipient_create")
def test_the_modal_has_the_form_of_the_page_that_makes_one(open_page, as_owner, things):
    page = open_page("/recipients/")
    page.send(CREATE)
    page.check_modal(as_owner.get("/recipients/create/"))
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:recipient_create")
def test_an_empty_list_offers_the_same_form(open_page, as_owner):
    page = open_page("/recipients/")
    page.send(".app-empty [hx-get]")
    page.check_modal(as_owner.get("/recipients/create/"))
    page.check_fresh(but=OUTSIDE)


@swaps("request.get_full_path")
def test_a_refused_form_is_in_the_modal_as_on_its_page(open_page, as_owner, things):
    page = open_page("/recipients/")
    page.send(CREATE)
    page.fill(f"{FORM} [name=full_name]", BAD_NAME)
    page.send(FORM, status=422)
    page.check_modal(as_owner.post("/recipients/create/", page.fields))
    page.check_fresh(but=OUTSIDE)


def test_what_is_made_in_the_modal_is_on_the_page_at_once(open_page, things):
    page = open_page("/recipients/?sort=name")
    page.send(CREATE)
    page.fill(f"{FORM} [name=full_name]", BAD_NAME)
    page.fill(f"{FORM} [name=email]", "anna@example.com")
    page.send(FORM, status=422)
    page.fill(f"{FORM} [name=full_name]", "Анна Ли")
    page.send(FORM, status=204)
    page.check_fresh()


def test_after_one_recipient_the_modal_is_ready_for_another(open_page, as_owner, things):
    page = open_page("/recipients/?sort=name")
    page.send(CREATE)
    page.fill(f"{FORM} [name=email]", "anna@example.com")
    page.send(FORM, button=f"{FORM} [name=_more]")
    assert "anna@example.com" in page.one("#recipient-table").get_text()
    assert len(page.toasts) == 1
    page.check_modal(as_owner.get("/recipients/create/"))
    page.check_fresh(but=OUTSIDE)


@pytest.mark.parametrize("noun", NOUNS)
@swaps("mailings:recipient_delete", "mailings:message_delete", "mailings:mailing_delete", "undo",
       "request.get_full_path")
def test_what_is_deleted_is_gone_and_back_as_a_load_shows(open_page, as_owner, things, noun):
    if noun == "message":
        Mailing.objects.all().delete()
    page = open_page(f"/{noun}s/")
    page.send(f"#{noun}-{things[noun].pk}-delete")
    page.check_modal(as_owner.get(reverse(f"mailings:{noun}_delete", args=[things[noun].pk])))
    page.check_fresh(but=OUTSIDE)
    page.send(FORM, status=204)
    assert not page.tree.select("tbody tr")
    page.check_fresh()
    page.send("#toasts form", status=204)
    assert len(page.tree.select("tbody tr")) == 1 and len(page.toasts) == 2
    page.check_fresh()


@pytest.mark.parametrize("noun", ["message", "mailing"])
def test_what_has_come_into_use_since_is_not_deleted(open_page, owner, things, noun):
    page = open_page(f"/{noun}s/")
    mailing = things["mailing"]
    if noun == "message":
        mailing.delete()
    page.send(f"#{noun}-{things[noun].pk}-delete")
    if noun == "message":
        MailingFactory(owner=owner, message=things["message"])
    else:
        Run.objects.create(mailing=mailing, owner=owner, total=1)
    page.send(FORM, status=409)
    assert len(page.toasts) == 1 and page.tree.select(FORM)
    page.check_fresh(but=f"{OUTSIDE}, td:not(:first-child), #moving")


@swaps("users:profile_edit")
def test_the_profile_is_changed_in_the_modal(open_page, as_owner):
    page = open_page("/profile/")
    page.send(".app-title [hx-get]")
    page.check_modal(as_owner.get("/profile/edit/"))
    page.check_fresh(but=OUTSIDE)
    page.fill(f"{FORM} [name=first_name]", "x" * 200)
    page.send(FORM, status=422)
    page.check_modal(as_owner.post("/profile/edit/", page.fields))
    page.check_fresh(but=OUTSIDE)
    page.fill(f"{FORM} [name=first_name]", "Ольга")
    page.send(FORM, status=204)
    assert "Ольга" in page.one(".app-facts").get_text()
    page.check_fresh()


@swaps("mailings:recipient_pick")
def test_who_is_found_for_a_mailing_is_found_without_a_script_too(open_page, as_owner, things):
    RecipientFactory(owner=things["recipient"].owner, full_name="Глеб")
    page = open_page("/mailings/create/")
    page.fill("[name=find]", "Вер")
    page.send("[name=find]")
    assert "Глеб" not in page.one("#candidates").get_text()
    times = {name: page.one(f"[name={name}]")["value"] for name in ("starts_at", "ends_at")}
    page.check_shows(as_owner.post(
        "/mailings/create/", {"message": "", "find": "Вер", "_find": "1", **times}))
