"""«Оформление»: written once, seen in every letter of blocks."""
import pytest
from django.urls import reverse

from apps.jobs.models import Job
from apps.mailings.blocks.kinds import new_block
from apps.mailings.branding import services
from apps.mailings.branding.colours import contrast, readable, words_on
from apps.mailings.branding.models import Branding
from apps.mailings.branding.restyling import KIND
from apps.mailings.messages.services import message_save
from apps.mailings.models import Message
from tests.factories import PictureFactory

EDIT = reverse("mailings:branding_edit")
LETTER = reverse("mailings:branding_letter")
COLOURS = {"accent": "#aa0011", "text_colour": "#222222", "background": "#eeeeee",
           "paper": "#ffffff", "font": Branding.Font.SERIF}


def letter_for(owner):
    return message_save(message=Message(
        owner=owner, subject="Tea", kind=Message.Kind.BLOCKS,
        blocks=[new_block("button", text="Buy", url="https://a.example")]))


@pytest.mark.django_db
def test_letters_look_new_at_once_and_their_versions_stay(client, owner, other):
    mine, theirs = letter_for(owner), letter_for(other)
    before = theirs.html
    client.force_login(owner)
    picture = PictureFactory(owner=owner)
    answer = client.post(EDIT, COLOURS | {
        "logo": picture.digest, "company": "Лавка", "social-vk": "vk.com/lavka"})
    assert answer.status_code == 302
    branding = services.branding_of(owner)
    assert (branding.logo, branding.social) == (picture, {"vk": "https://vk.com/lavka"})
    seen = mine.updated_at
    for letter in (mine, theirs):
        letter.refresh_from_db()
    assert "#aa0011" in mine.html and picture.digest in mine.html and "Georgia" in mine.html
    assert mine.updated_at == seen and theirs.html == before


@pytest.mark.django_db
def test_many_letters_are_made_anew_by_a_job(owner, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr("apps.mailings.branding.restyling.BATCH", 1)
    letters = [letter_for(owner) for _number in range(2)]
    job = services.branding_save(branding=Branding(owner=owner, accent="#aa0011"))
    assert "#aa0011" not in Message.objects.get(pk=letters[0].pk).html
    assert [KIND.run_batch(job) for _batch in range(3)] == [False, False, True]
    assert all("#aa0011" in letter.html for letter in Message.objects.all())
    assert job.done == job.total == 2


@pytest.mark.django_db
def test_two_windows_write_one_branding(owner):
    for accent in ("#111111", "#222222"):
        services.branding_save(branding=Branding(owner=owner, accent=accent))
    assert Branding.objects.get(owner=owner).accent == "#222222" and not Job.objects.exists()


@pytest.mark.parametrize("bad", [
    {"accent": "red"}, {"accent": "#12345"}, {"paper": "url(x)"}, {"font": "Comic Sans"},
    {"logo": "0" * 64}, {"logo": "x"}, {"company": "a\nb"}, {"site": "javascript:x"},
    {"social-vk": "javascript:x"}, {"requisites": "x" * 2001}])
@pytest.mark.django_db
def test_what_is_wrong_is_told_and_nothing_is_written(client, owner, bad):
    client.force_login(owner)
    assert client.post(EDIT, COLOURS | bad).status_code == 422
    assert not Branding.objects.exists()


@pytest.mark.django_db
def test_anothers_logo_is_not_taken(client, owner, other):
    client.force_login(owner)
    theirs = PictureFactory(owner=other).digest
    assert client.post(EDIT, COLOURS | {"logo": theirs}).status_code == 422
    assert theirs not in client.get(LETTER, {"logo": theirs}).text


@pytest.mark.django_db
def test_the_sample_shows_what_is_tried_and_is_a_document_apart(client, owner):
    client.force_login(owner)
    answer = client.get(LETTER, {"accent": "#aa0011", "paper": "red;}", "company": "<b>Лавка"})
    assert "#aa0011" in answer.text and "red;" not in answer.text and "&lt;b&gt;" in answer.text
    assert "sandbox" in answer["Content-Security-Policy"] and not Branding.objects.exists()


@pytest.mark.django_db
def test_to_try_colours_writes_nothing_and_says_what_can_not_be_read(client, owner):
    client.force_login(owner)
    pale = COLOURS | {"accent": "#ffffee", "text_colour": "#dddddd", "_show": "1"}
    answer = client.post(EDIT, pale, headers={"hx-request": "true"})
    assert answer.status_code == 200 and not Branding.objects.exists()
    assert "Текст трудно читать" in answer.text and "Кнопки почти не видны" in answer.text
    assert "%23ffffee" in answer.text


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#777777", "#ffd166", "#2f5bd7"])
def test_words_can_be_read_on_any_ground(ground):
    assert contrast(words_on(ground), ground) >= 3
    for colour in ("#ffffff", "#777777", "#123456", ground):
        assert contrast(readable(colour, ground), ground) >= 4.4
