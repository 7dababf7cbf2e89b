"""What is changed in a row of a list: the row itself, switches, marks of a bounce."""
import pytest

from apps.mailings.models import Recipient
from apps.mailings.services import recipients_bounce_mark
from tests.factories import MailingFactory, RecipientFactory, UserFactory

from .inventory import swaps

REPLY = "550 5.1.1 <{}>: User unknown"


@pytest.fixture
def recipient(owner):
    return RecipientFactory(owner=owner, full_name="Вера")


@pytest.fixture
def bounced(owner):
    """Three recipients whom one reply marked; the first is found by its name."""
    marked = [RecipientFactory(owner=owner, full_name=name) for name in ("Анна", "Борис", "Вера")]
    replies = {one.pk: (one.email, REPLY.format(one.email)) for one in marked}
    recipients_bounce_mark(replies=replies)
    return marked


def edit_row(page, recipient):
    row = f"#recipient-{recipient.pk}-row"
    page.send(f"#recipient-{recipient.pk}-edit")
    assert page.one(row).has_attr("data-inline")
    page.check_fresh(but=row)
    return row


@swaps("mailings:recipient_row?edit=1", "mailings:recipient_row")
def test_a_row_whose_editing_is_cancelled_is_as_before(open_page, recipient):
    RecipientFactory(owner=recipient.owner)
    page = open_page("/recipients/")
    row = edit_row(page, recipient)
    page.send(f"{row} [data-cancel]")
    page.check_fresh()


@swaps("mailings:recipient_row")
def test_a_row_that_was_edited_is_as_a_load_shows_it(open_page, recipient):
    page = open_page("/recipients/")
    row = edit_row(page, recipient)
    page.fill(f"{row} [name=email]", "нет")
    page.send(f"{row} form", status=422)
    assert page.one(f"{row} [name=email]")["aria-invalid"] == "true"
    page.check_fresh(but=row)
    page.fill(f"{row} [name=email]", "vera@example.com")
    page.fill(f"{row} [name=comment]", "Любит пироги")
    page.send(f"{row} form")
    assert "Любит пироги" in page.one(row).get_text()
    page.check_fresh()


def test_a_bounced_row_whose_editing_is_cancelled_is_as_before(open_page, bounced):
    page = open_page("/recipients/")
    row = edit_row(page, bounced[0])
    page.send(f"{row} [data-cancel]")
    page.check_fresh()


@swaps("mailings:recipient_clear", "request.get_full_path")
def test_who_is_written_to_again_has_no_mark_on_the_page(open_page, bounced):
    page = open_page("/recipients/")
    page.send(f'[hx-post="/recipients/{bounced[0].pk}/clear/"]', status=204)
    assert len(page.tree.select("[hx-post$='/clear/']")) == 1  # of the other on this page
    page.check_fresh()


@swaps("mailings:recipient_clear_same")
def test_all_whom_one_reply_marked_have_no_mark_on_the_page(open_page, bounced):
    page = open_page("/recipients/")
    page.send(f'[hx-post="/recipients/{bounced[0].pk}/clear/same/"]', status=204)
    assert not page.tree.select("[hx-post*='/clear/']")
    page.check_fresh()


def test_a_mark_that_is_gone_already_is_said_so(open_page, bounced):
    page = open_page("/recipients/")
    Recipient.objects.update(bounced_at=None)
    page.send(f'[hx-post="/recipients/{bounced[0].pk}/clear/"]', status=409)
    assert len(page.toasts) == 1


@swaps("request.get_full_path", "delivery:progress")
def test_in_a_mailing_the_tab_and_the_panel_follow_a_mark_taken_back(open_page, owner, bounced):
    mailing = MailingFactory(owner=owner, recipients=bounced)
    page = open_page(mailing.get_absolute_url())
    page.send(f'[hx-post="/recipients/{bounced[0].pk}/clear/"]', status=204)
    page.check_fresh()


def disable_for_a_reason(page):
    """Turn a switch off: without a reason it is refused, with one it is done."""
    page.send(".app-switch-form")
    page.send("#modal-content form", status=422)
    page.fill("#modal-content [name=reason]", "Жалобы")
    page.send("#modal-content form", status=204)


@swaps("mailings:mailing_toggle", "address", "request.get_full_path")
def test_a_mailing_that_is_disabled_and_enabled_is_as_a_load_shows_it(
        open_page, as_manager, owner):
    MailingFactory(owner=owner)
    page = open_page("/mailings/?status=Создана", as_manager)
    disable_for_a_reason(page)
    assert page.one(".app-switch")["aria-checked"] == "false"
    page.check_fresh()
    page.send(".app-switch-form", status=204)
    assert page.one(".app-switch")["aria-checked"] == "true"
    page.check_fresh()


@swaps("users:user_toggle", "address", "request.get_full_path")
def test_a_user_who_is_blocked_and_let_in_is_as_a_load_shows_it(open_page, as_manager):
    UserFactory(email="zoe@example.com")
    page = open_page("/users/?q=zoe", as_manager)
    disable_for_a_reason(page)
    assert page.one(".app-switch")["aria-checked"] == "false"
    page.check_fresh()
    page.send(".app-switch-form", status=204)
    page.check_fresh()


@swaps("mailings:recipient_edit", "request.get_full_path")
def test_on_a_recipients_page_it_is_edited_in_the_modal(open_page, as_owner, owner):
    anna = RecipientFactory(owner=owner, full_name="Анна")
    page = open_page(anna.get_absolute_url())
    page.send(".app-title [hx-get$='/edit/']")
    page.check_modal(as_owner.get(anna.url("edit", anna.pk)))
    page.fill("#modal-content [name=full_name]", "Анна Ли")
    page.send("#modal-content form", status=204)
    assert page.one("h1").get_text().strip() == "Анна Ли"
    page.check_fresh(but="title")


@swaps("mailings:recipient_delete")
def test_from_a_recipients_page_it_is_deleted_in_the_modal(open_page, owner):
    anna = RecipientFactory(owner=owner, full_name="Анна")
    page = open_page(anna.get_absolute_url())
    page.send(".app-title [hx-get$='/delete/']")
    page.send("#modal-content form", status=204)
    assert page.address == "/recipients/"
