"""Roles by addresses by methods, over every address that the resolver knows.

An address that the table does not list fails the build. A cell is the status allowed, or a set
of them. The order of refusals: no token 403, not logged in to login, method not listed 405.
"""
import re

import pytest
from django.http import HttpResponseForbidden
from django.test import Client
from django.urls import reverse

from tests.accounts_matrix import ACCOUNTS
from tests.matrix import (
    DONE, LOGIN, METHODS, ROLES, UNSAFE, WITHOUT_TOKEN, addresses, admin_addresses, answer_of,
    everybody, expected_of, row, undone, url_of)

pytestmark = pytest.mark.usefixtures("bare_pages", "few_choices")
LIST = {"GET": row(200)}
MANAGERS_LIST = {"GET": row(403, 403, 200, 200)}
CREATE = {"GET": row(200), "POST": row(DONE)}
DETAIL = {"GET": row(200, 404, 200, 200)}
CHANGE = {"GET": row(200, 404, 403, 403), "POST": row(DONE, 404, 403, 403)}
ACTION = {"POST": row(DONE, 404, 403, 403)}
OWN = {"GET": row(200), "POST": row(DONE)}
PRIVATE = {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)}
PRIVATE_ACTION = {"POST": row(DONE, 404, 404, 404)}

TABLE = {
    "home": {"GET": everybody(200)},
    "core:help": {"GET": everybody(200)},
    "core:help_page": {"GET": everybody(404)},  # the name here is no page's
    "audit:entry_list": MANAGERS_LIST,
    "core:theme_set": {"POST": everybody(DONE)},
    "users:language_set": {"POST": everybody(DONE)},
    "users:profile": {"GET": row(200)},
    "users:profile_edit": OWN,
    # Only the session that asked for a letter has it; here none did.
    "users:letter": {"GET": everybody(404)},
    "users:letter_again": {"POST": everybody(404)},
    "users:address_edit": {"GET": everybody(404), "POST": everybody(404)},
    "users:avatar": {"GET": row(404)},  # the name here is nobody's
    "users:user_list": MANAGERS_LIST,
    "users:user_toggle": {"GET": row(403, 403, DONE, DONE), "POST": row(403, 403, DONE, DONE)},
    "mailings:recipient_list": LIST,
    "mailings:recipient_create": CREATE,
    "mailings:recipient_detail": DETAIL,
    "mailings:recipient_edit": CHANGE,
    "mailings:recipient_row": {"GET": row(200, 404, {200, 302, 403}), "POST": CHANGE["POST"]},
    "mailings:recipient_delete": CHANGE,
    "mailings:recipient_restore": ACTION,
    "mailings:recipient_clear": ACTION,
    "mailings:recipient_clear_same": ACTION,
    "mailings:recipient_suppress": CHANGE,
    "mailings:ground_list": LIST,
    "mailings:ground_create": CREATE,
    "mailings:ground_edit": PRIVATE,
    "mailings:ground_delete": PRIVATE,
    "mailings:ground_restore": {"POST": row(404)},  # nothing was deleted in this session
    "mailings:recipient_ground": CHANGE,
    "mailings:recipient_dossier": {"GET": row(200, 404, 403, 403)},
    "mailings:recipient_wipe": CHANGE,
    "mailings:segment_list": LIST,
    "mailings:segment_create": CREATE,
    "mailings:segment_conditions": {"POST": row(DONE)},
    "mailings:segment_fits": {"POST": row(DONE)},
    "mailings:segment_detail": {"GET": row(200, 404, 404, 404)},
    "mailings:segment_count": {"GET": row({200, 302}, 404, 404, 404)},
    "mailings:segment_edit": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:segment_copy": {"POST": row(DONE, 404, 404, 404)},
    "mailings:segment_delete": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:export": OWN,
    "mailings:suppression_list": LIST,
    "mailings:suppression_create": CREATE,
    "mailings:suppression_lift": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:suppression_restore": {"POST": row(404)},  # nothing was lifted in this session
    "mailings:field_list": LIST,
    "mailings:field_create": CREATE,
    "mailings:field_edit": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:field_delete": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:field_restore": {"POST": row(DONE, 404, 404, 404)},
    "mailings:import_list": OWN,
    "mailings:import_detail": {"GET": row(200, 404, 404, 404)},
    "mailings:import_read": {"POST": row(DONE, 404, 404, 404)},
    "mailings:import_map": {"POST": row(DONE, 404, 404, 404)},
    "mailings:import_land": {"POST": row(DONE, 404, 404, 404)},
    "mailings:import_drop": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:import_undo": {"GET": row(200, 404, 404, 404), "POST": row(DONE, 404, 404, 404)},
    "mailings:import_rejected": {"GET": row({200, 302}, 404, 404, 404)},
    "mailings:import_row": {"GET": row(404), "POST": row(404)},  # the import here has no rows
    "mailings:sender_list": LIST,
    "mailings:sender_create": CREATE,
    "mailings:sender_server": {"POST": row(DONE)},
    "mailings:sender_detail": DETAIL,
    "mailings:sender_edit": CHANGE,
    "mailings:sender_delete": CHANGE,
    "mailings:sender_restore": ACTION,
    "mailings:sender_check": ACTION,
    "mailings:sender_default": ACTION,
    "mailings:sender_letter": ACTION,
    # The link is the owner's alone; here it is not valid any more.
    "mailings:sender_confirm": {"GET": row(302, 404, 404, 404), "POST": row(302, 404, 404, 404)},
    "mailings:recipient_tag": ACTION,
    "mailings:tag_list": LIST,
    "mailings:tag_create": CREATE,
    "mailings:tag_edit": PRIVATE,
    "mailings:tag_merge": PRIVATE,
    "mailings:tag_delete": PRIVATE,
    "mailings:bulk": OWN,
    "mailings:bulk_undo": ACTION,
    "mailings:branding_edit": OWN,
    "mailings:branding_letter": LIST,
    # The id of the block here is none; the letter is there.
    "mailings:block_add": CHANGE,
    "mailings:block_undo": ACTION,
    "mailings:block_text": CHANGE,
    "mailings:block_edit": {"GET": row({302, 409}, 404, 403, 403), "POST": CHANGE["POST"]},
    "mailings:block_card": {"GET": row({302, 409}, 404, 403, 403)},
    "mailings:block_move": ACTION,
    "mailings:block_copy": ACTION,
    "mailings:block_delete": ACTION,
    "mailings:message_list": LIST,
    "mailings:message_create": CREATE,
    "mailings:message_detail": DETAIL,
    "mailings:message_edit": CHANGE,
    "mailings:message_copy": ACTION,
    "mailings:message_delete": CHANGE,
    "mailings:message_restore": ACTION,
    "mailings:message_lint": DETAIL,
    "mailings:message_preview": {"POST": row(DONE)},
    "mailings:message_source": {"GET": row(404)},  # of a letter of text
    "mailings:message_preview_page": DETAIL,
    "mailings:letter_frame_unsaved": {"POST": row(DONE)},
    "mailings:letter_frame": DETAIL,
    "mailings:letter_beside_new": LIST,
    "mailings:letter_beside": DETAIL,
    "mailings:message_attachments": {"GET": DETAIL["GET"], "POST": ACTION["POST"]},
    "mailings:attachment_detail": {"GET": row(404)},  # its content is in no storage here
    "mailings:attachment_delete": CHANGE,
    "mailings:picture_list": LIST,
    "mailings:picture_create": CREATE,
    "mailings:picture_choices": {"GET": row(302)},  # a fragment of forms
    "mailings:picture_detail": DETAIL,
    "mailings:picture_edit": CHANGE,
    "mailings:picture_delete": CHANGE,
    "mailings:picture_restore": ACTION,
    "mailings:mailing_letter": DETAIL,
    "mailings:picture_public": {"GET": everybody(404)},  # the name here is no picture's
    "mailings:mailing_list": LIST,
    "mailings:mailing_create": CREATE,
    "mailings:mailing_detail": DETAIL,
    "mailings:mailing_edit": CHANGE,
    "mailings:mailing_copy": ACTION,
    "mailings:mailing_delete": CHANGE,
    "mailings:mailing_restore": ACTION,
    "mailings:mailing_recipient": {
        "GET": row({200, 302}, 404, 403, 403), "POST": CHANGE["POST"]},
    "mailings:mailing_toggle": {
        "GET": row(403, 404, DONE, DONE), "POST": row(403, 404, DONE, DONE)},
    "mailings:recipient_pick": LIST,
    "mailings:draft_keep": {"POST": row(DONE)},
    "mailings:draft_drop": {"POST": row(404)},  # the key here is no draft's
    "mailings:attempt_list": LIST,
    "mailings:design_list": LIST,
    "mailings:design_use": {"POST": row(404)},  # the key here is no design's
    "mailings:design_letter": {"GET": row(404)},
    "delivery:letter_in_browser": {"GET": everybody(404)},  # the token here is of no letter
    "delivery:progress": {"GET": row({200, 302}, 404)},
    "delivery:sender_waits": DETAIL,
    "delivery:sender_providers": {"GET": DETAIL["GET"], "POST": ACTION["POST"]},
    "delivery:sender_pace": {"GET": row({200, 302}, 404, {200, 302}, {200, 302})},
    "delivery:sender_provider_forget": ACTION,
    "delivery:sender_warm_up": ACTION,
    "delivery:whom": {"POST": row(DONE)},
    "delivery:whom_of": ACTION,
    "delivery:bars": {"GET": row({200, 302})},
    "delivery:start": CHANGE,
    "delivery:pause": ACTION,
    "delivery:resume": CHANGE,
    "delivery:sender_resume": ACTION,
    "delivery:count_unknown": ACTION,
    "delivery:stop": ACTION,
    "delivery:resolve": ACTION,
    "delivery:test_letter": CHANGE,
    "delivery:test_letter_last": {"GET": row({200, 302}, 404, 403, 403)},
    "delivery:test_letter_run": {"GET": row(404, 404, 403, 403)},  # the number here is no test's
    "delivery:address_create": CREATE,
    "delivery:address_delete": PRIVATE_ACTION,
    # The link is the owner's alone; here it is not valid.
    "delivery:address_confirm": {"GET": row(302, 404, 404, 404), "POST": row(302, 404, 404, 404)},
    "inbound:incoming_list": LIST,
    "inbound:incoming_done": PRIVATE_ACTION,
    "inbound:incoming_back": PRIVATE_ACTION,
    "inbound:incoming_leave": PRIVATE_ACTION,
    "inbound:leaving": {"GET": everybody(200), "POST": everybody(200)},
    "inbound:mailbox_edit": PRIVATE,
    "inbound:mailbox_delete": PRIVATE,
    "inbound:mailbox_read": PRIVATE_ACTION,
    "inbound:mailbox_state": {"GET": row({200, 302}, 404, 404, 404)},
    "jobs:job_list": LIST,
    "jobs:job_detail": DETAIL,
    "jobs:job_cancel": ACTION,
    "demo:outbox": {"GET": everybody(404)},  # there only in the demo
    "demo:outbox_letter": {"GET": everybody(404)},
    "demo:outbox_html": {"GET": everybody(404)},
    "reports:report_list": LIST,
    "reports:report_export": LIST,
    "reports:letter_list": LIST,
    "reports:mailing_report": DETAIL,
    "reports:mailing_export": DETAIL,
}
TABLE |= ACCOUNTS


def test_every_address_is_in_the_table():
    assert sorted(set(addresses()) - set(TABLE)) == []
    assert sorted(set(TABLE) - set(addresses())) == []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
def test_each_role_gets_what_the_table_says(role, cast, pks, settings):
    settings.ACCOUNT_RATE_LIMITS = False  # hundreds of requests from one address
    client, wrong = cast[role], []
    for name, rows in sorted(TABLE.items()):
        with undone(client):
            for method in METHODS:
                answer = answer_of(client.generic(method, url_of(name, pks)))
                if answer not in (expected := expected_of(rows, method, role)):
                    wrong.append(f"{name} {method}: {answer}, not {expected}")
    assert not wrong


def no_token(request, reason):
    """Answer as our own view does, but with no page to draw two thousand times."""
    return HttpResponseForbidden()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
def test_a_write_without_a_token_is_refused_before_anything_else(role, cast, pks, settings):
    settings.CSRF_FAILURE_VIEW = f"{__name__}.no_token"
    cast[role].handler.enforce_csrf_checks = True
    answers = {f"{name} {method}": cast[role].generic(method, url_of(name, pks)).status_code
               for name in sorted(set(TABLE) - WITHOUT_TOKEN) for method in UNSAFE}
    assert {cell: answer for cell, answer in answers.items() if answer != 403} == {}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.django_db
def test_each_role_is_told_kindly_of_a_missing_token(role, cast):
    cast[role].handler.enforce_csrf_checks = True
    for method in UNSAFE:
        answer = cast[role].generic(method, reverse("core:theme_set"))
        assert answer.status_code == 403 and "Эта страница вам недоступна" in answer.text


@pytest.mark.parametrize("name", sorted(
    name for name, rows in TABLE.items() if expected_of(rows, "GET", "anonymous") == {LOGIN}))
@pytest.mark.django_db
def test_htmx_of_a_visitor_is_sent_to_login_as_a_whole_page(name, pks):
    visitor = Client(headers={"hx-request": "true", "hx-current-url": "http://testserver/page/"})
    for method in METHODS:
        response = visitor.generic(method, url_of(name, pks))
        assert response.status_code == 204 and not response.content
        assert response["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fpage%2F"


@pytest.mark.parametrize("name", sorted({
    name for name, rows in TABLE.items() for method in ("GET", "POST")
    if 404 in expected_of(rows, method, "other") - expected_of(rows, method, "owner")}))
@pytest.mark.django_db
def test_what_is_somebody_elses_looks_like_what_is_not_there(name, cast, pks):
    nobodys = {key: 2 ** 40 for key in pks}
    for method in METHODS:
        theirs, none = (cast["other"].generic(method, url_of(name, ids)) for ids in (pks, nobodys))
        assert theirs.status_code == none.status_code and shown(theirs) == shown(none)


def shown(response):
    """What a person sees of an answer: not the tokens and the way back in its forms."""
    return re.sub(rb'value="[^"]*"', b"", response.content)


@pytest.mark.parametrize("role", sorted({*ROLES} - {"superuser"}))
@pytest.mark.django_db
def test_the_admin_lets_in_nobody_but_staff(role, cast, pks):
    for url in admin_addresses(pks):
        for method in METHODS:
            assert cast[role].generic(method, url).status_code in (302, 403), (url, method)


@pytest.mark.django_db
def test_the_admin_lets_in_a_superuser(cast, pks):
    for url in admin_addresses(pks):
        assert cast["superuser"].get(url).status_code < 500, url
    assert cast["superuser"].get(reverse("admin:index")).status_code == 200
