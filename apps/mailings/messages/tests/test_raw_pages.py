"""The editor of raw HTML and MJML: what it keeps, refuses and tells."""
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.mailings.messages.raw import source_faults
from apps.mailings.models import Message
from tests.factories import MessageFactory

pytestmark = pytest.mark.django_db
CREATE = "/messages/create/?kind=html"
LETTER = "\ufeff\n  <p>\r\nЗдравствуйте, {имя}\r\n</p>\rend \t\n\n"


@pytest.fixture
def raw(owner):
    return MessageFactory(owner=owner, kind="html", source=LETTER, subject="Raw")


def form_of(**values):
    return {"subject": "Sale", "preheader": "", "kind": "html", "source": "<p>Hello</p>", **values}


def as_browser(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def test_a_new_letter_is_made_of_what_was_pasted(as_owner):
    as_owner.post(CREATE, form_of(source="<p>Hello, {first_name}</p>\r\n"))

    message = Message.objects.get()
    assert (message.kind, message.source) == ("html", "<p>Hello, {first_name}</p>\n")
    assert message.body == "Hello, {first_name}"
    assert "<p>Hello, {first_name}</p>" in message.html


def test_a_file_is_kept_octet_for_octet(as_owner):
    as_owner.post(CREATE, form_of(
        source="", file=SimpleUploadedFile("a.html", LETTER.encode())))

    assert Message.objects.get().source == LETTER


def test_a_source_that_nobody_changed_stays_octet_for_octet(as_owner, raw):
    as_owner.post(raw.url("edit", raw.pk), form_of(source=as_browser(LETTER)))

    raw.refresh_from_db()
    assert (raw.subject, raw.source) == ("Sale", LETTER)


def test_the_editor_shows_the_source_with_its_first_line_end(as_owner, raw):
    page = as_owner.get(raw.url("edit", raw.pk)).content.decode()

    assert f">\n{LETTER}</textarea>".replace("<p>", "&lt;p&gt;").replace(
        "</p>", "&lt;/p&gt;") in page


def test_the_source_comes_as_a_file(as_owner, raw):
    response = as_owner.get(reverse("mailings:message_source", args=[raw.pk]))

    assert response.content == LETTER.encode()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("source", [" \r\n", "a\0", "x" * 1_000_001, "я" * 3_000_000])
def test_it_refuses_what_is_no_letter(as_owner, source):
    response = as_owner.post(CREATE, form_of(source=source))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["source"]
    assert not Message.objects.exists()


def test_a_lone_surrogate_is_an_error_of_the_field(as_owner):
    body = "subject=a&kind=html&source=%ED%A0%80"

    response = as_owner.generic("POST", CREATE, body, "application/x-www-form-urlencoded")

    # The framework reads it as the sign for what is no text.
    assert response.status_code in (302, 422)


def test_mjml_that_is_none_is_told_with_its_line(as_owner):
    source = "<mjml>\n<mj-body>\n<mj-text>Hello</mj-body></mjml>"

    response = as_owner.post(CREATE, form_of(kind="mjml", source=source))

    [said] = response.context["form"].errors["source"]
    assert " 3: <mj-text>" in said


def test_unknown_fields_of_a_source_are_told_but_saved(as_owner):
    as_owner.post(CREATE, form_of(source="<p>\n{{product_url}}</p><script>1</script>"))

    message = Message.objects.get()
    page = as_owner.get(message.get_absolute_url())
    assert [" 2: " in fault for fault in page.context["faults"]] == [True, True]


def test_of_very_many_faults_the_first_are_told(owner):
    source = "".join(f"<p>{{word {number}}}" for number in range(20_000))
    message = MessageFactory(owner=owner, kind="html", source=source)
    began = time.process_time()

    faults = source_faults(message)

    assert time.process_time() - began < 3
    assert len(faults) == 21 and "19980" in faults[-1]


@pytest.mark.parametrize("name", ["subject", "preheader", "body"])
def test_unknown_fields_elsewhere_are_errors(as_owner, name):
    response = as_owner.post(CREATE, form_of(**{"own_text": "on", "body": "a", name: "{{x}}"}))

    assert list(response.context["form"].errors) == [name]


def test_a_text_part_that_a_person_wrote_stays(as_owner, raw):
    as_owner.post(raw.url("edit", raw.pk), form_of(own_text="on", body="My words"))
    raw.refresh_from_db()
    assert (raw.body, raw.own_text) == ("My words", True)

    as_owner.post(raw.url("edit", raw.pk), form_of(body="My words"))
    raw.refresh_from_db()
    assert (raw.body, raw.own_text) == ("Hello", False)


def test_an_own_text_part_is_not_empty(as_owner):
    response = as_owner.post(CREATE, form_of(own_text="on", body=" "))

    assert list(response.context["form"].errors) == ["body"]


@pytest.mark.parametrize(("name", "content"), [
    ("a.exe", b"<p>"), ("a.html", b"\0\0\0"), ("a.html", b"x" * 1_000_001),
    ("a.html", b"x" * 2_000_001)])
def test_it_refuses_files_that_are_no_letters(as_owner, name, content):
    response = as_owner.post(CREATE, form_of(source="", file=SimpleUploadedFile(name, content)))

    assert "file" in response.context["form"].errors
    assert not Message.objects.exists()


def test_a_file_of_a_form_with_an_error_is_shown_and_asked_for_again(as_owner):
    response = as_owner.post(CREATE, form_of(
        subject="", source="", file=SimpleUploadedFile("a.html", b"<p>From a file</p>")))

    form = response.context["form"]
    assert form["source"].value() == "<p>From a file</p>"
    assert set(form.errors) == {"subject", "file"}


@pytest.mark.parametrize("kind", ["text", "blocks", "html", "mjml"])
def test_a_copy_of_another_kind_begins_with_the_text(as_owner, owner, kind):
    message = MessageFactory(
        owner=owner, kind="mjml" if kind == "html" else "html", subject="{имя}",
        body="Hello, {имя|A & B}\n\n<b>Second</b>", own_text=True,
        source="<mjml><mj-body></mj-body></mjml>")

    as_owner.post(message.url("copy", message.pk), {"kind": kind})

    copy = Message.objects.exclude(pk=message.pk).get()
    assert copy.kind == kind
    assert "Hello, {имя|A & B}" in copy.body and "<b>Second</b>" in copy.body


def test_a_copy_of_an_unknown_kind_is_of_the_same(as_owner, raw):
    as_owner.post(raw.url("copy", raw.pk), {"kind": "zip"})

    copy = Message.objects.exclude(pk=raw.pk).get()
    assert (copy.kind, copy.source) == ("html", LETTER)


def test_an_unknown_kind_of_a_new_message_is_text(as_owner):
    assert "source" not in as_owner.get("/messages/create/?kind=blocks").context["form"].fields


def test_a_draft_of_a_source_comes_back_in_its_own_editor(as_owner, owner):
    as_owner.post(reverse("mailings:draft_keep"), {
        "_place": "message:new", "_draft": "abcdefgh", "_user": owner.pk, "kind": "mjml",
        "source": "\n<mjml>" + "x" * 900_000})

    form = as_owner.get("/messages/create/?draft=abcdefgh").context["form"]

    assert form["source"].value().startswith("\n<mjml>")
    assert form.instance.kind == "mjml"


def test_a_manager_reads_a_source_and_changes_none(as_manager, raw):
    assert as_manager.get(reverse("mailings:message_source", args=[raw.pk])).status_code == 200
    assert as_manager.get(raw.url("edit", raw.pk)).status_code == 403
