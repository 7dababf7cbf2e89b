import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from apps.users.middleware import zone_of
from apps.users.models import User

pytestmark = pytest.mark.django_db
EDIT = "/profile/edit/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(kind="PNG", size=(640, 480), **save):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **save)
    return out.getvalue()


def post(client, content=None, name="me.png", **fields):
    data = {"first_name": "Ольга", "last_name": "", "phone": "", "country": "", "language": "",
            "time_zone": "", **fields}
    if content is not None:
        data["avatar"] = SimpleUploadedFile(name, content)
    return client.post(EDIT, data)


def test_a_person_edits_their_profile(as_owner, owner):
    response = post(as_owner, phone="+7 916 123-45-67", country="RU", time_zone="Asia/Almaty")
    owner.refresh_from_db()
    assert response.status_code == 302
    assert (owner.first_name, str(owner.phone), owner.country.code, owner.time_zone) == (
        "Ольга", "+79161234567", "RU", "Asia/Almaty")


def test_a_wrong_phone_is_an_error_at_the_field_and_the_rest_stays_typed(as_owner, owner):
    response = post(as_owner, phone="12", first_name="Новое")
    assert response.status_code == 422 and "phone" in response.context["form"].errors
    assert 'value="Новое"' in response.content.decode()
    owner.refresh_from_db()
    assert owner.first_name == ""


def test_the_answer_is_in_the_language_just_chosen(as_owner):
    post(as_owner, language="en")
    assert "The profile is saved." in as_owner.get("/profile/").content.decode()


def test_letters_about_scheduled_mailings_are_switched_off_and_on(as_owner, owner):
    for value, words in (({}, "Выключены"), ({"wants_run_letters": "on"}, "Пишем, если")):
        post(as_owner, **value)
        owner.refresh_from_db()
        assert owner.wants_run_letters == bool(value)
        assert words in as_owner.get("/profile/").content.decode()


@pytest.mark.parametrize("before", ["", "ru"])
def test_english_chosen_in_the_footer_is_the_profiles_language(as_owner, owner, before):
    User.objects.update(language=before)
    as_owner.post("/language/", {"language": "en"})
    owner.refresh_from_db()
    assert owner.language == "en"
    assert "<dd>English</dd>" in as_owner.get("/profile/").content.decode()


def test_a_profile_without_a_language_shows_the_one_that_is_seen(client, owner):
    client.post("/language/", {"language": "en"})
    client.force_login(owner, backend="apps.users.backends.ModelBackend")
    assert "<dd>English</dd>" in client.get("/profile/").content.decode()


def test_the_profiles_language_is_kept_for_after_the_session(as_owner):
    post(as_owner, language="en")
    as_owner.post("/accounts/logout/")
    assert "Log in" in as_owner.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_avatar_becomes_a_small_square_of_another_name(as_owner, owner, media, kind):
    post(as_owner, picture(kind), "../../my secret.png")
    owner.refresh_from_db()
    with Image.open(media / owner.avatar.name) as image:
        assert image.size == (256, 256) and image.format == "WEBP"
    assert "secret" not in owner.avatar.name
    shown = as_owner.get(f"/avatars/{owner.avatar_name}")
    assert shown["Content-Type"] == "image/webp" and "private" in shown["Cache-Control"]
    shown.close()


def test_a_browser_keeps_an_avatar_and_may_ask_whether_it_changed(as_owner, owner, media):
    post(as_owner, picture("PNG"))
    owner.refresh_from_db()
    url = f"/avatars/{owner.avatar_name}"
    shown = as_owner.get(url)
    assert shown.getvalue()
    again = as_owner.get(url, headers={"if-modified-since": shown["Last-Modified"]})
    assert again.status_code == 304 and "ETag" not in shown
    for answer in (shown, again):
        assert {"private", "immutable"} < set(answer["Cache-Control"].split(", "))


def test_a_pictures_metadata_is_gone(as_owner, owner, media):
    exif = Image.Exif()
    exif[0x010E] = "at home, 55.75 N"
    post(as_owner, picture("JPEG", exif=exif))
    owner.refresh_from_db()
    assert b"at home" not in (media / owner.avatar.name).read_bytes()


def bomb():
    """A PNG of 20 kB that unpacks to 169 megapixels."""
    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check
    header = struct.pack(">IIBBBBB", 13000, 13000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1626) * 13000, 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))


@pytest.mark.parametrize("content", [
    b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + bytes(50),
    picture("GIF"), picture("TIFF"), picture("BMP"), picture()[:200], bomb(),
    bytes(5 * 1024 * 1024 + 1),
], ids=["empty", "text", "svg", "fake gif", "gif", "tiff", "bmp", "torn", "bomb", "large"])
def test_what_is_no_fitting_picture_is_an_error_at_the_field(as_owner, owner, content):
    response = post(as_owner, content)
    assert response.status_code == 422 and "avatar" in response.context["form"].errors
    owner.refresh_from_db()
    assert not owner.avatar


def test_a_new_avatar_replaces_the_old_file_and_may_be_removed(as_owner, owner, media):
    post(as_owner, picture())
    post(as_owner, picture("JPEG"))
    assert len(list(media.rglob("*.webp"))) == 1
    post(as_owner, remove_avatar="on")
    owner.refresh_from_db()
    assert not owner.avatar and not list(media.rglob("*.webp"))


@pytest.mark.parametrize("name", ["../settings.py", "x.webp", "a" * 32, "%00.webp", "a" * 300])
def test_strange_names_of_avatars_are_404(as_owner, name):
    assert as_owner.get(f"/avatars/{name}").status_code == 404


def test_a_time_zone_that_is_no_longer_known_falls_back_to_the_services(as_owner, owner, settings):
    User.objects.update(time_zone="Mars/Olympus")
    owner.refresh_from_db()
    assert zone_of(owner).key == settings.TIME_ZONE
    assert as_owner.get("/profile/").status_code == 200


def test_times_are_shown_in_the_persons_zone(as_owner, owner):
    moment = timezone.datetime(2026, 7, 1, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    User.objects.filter(pk=owner.pk).update(date_joined=moment, time_zone="Asia/Tokyo")
    assert "2 июля 2026" in as_owner.get("/profile/").content.decode()
