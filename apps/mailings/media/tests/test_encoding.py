"""What comes in as a picture goes out as one that every mail program shows, or is refused."""
import gzip

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms

from apps.mailings.media import encoding
from apps.mailings.media.encoding import encoded
from tests import corpus

from .pictures import content_of, opened, photo, upload

ORIENTATION = 0x0112
PLACE = 0x8825
RED = (200, 30, 30)


def refusal_of(file):
    with pytest.raises(ValidationError) as refused:
        encoded(file)
    return " ".join(refused.value.messages)


def png_of(width, height):
    return upload(corpus.png(width, height))


@pytest.mark.parametrize("kind, mode", [
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "L"), ("PNG", "P"),
    ("PNG", "1"), ("PNG", "LA"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"),
    ("GIF", "L")])
def test_each_mode_of_each_kind_becomes_what_mail_programs_show(kind, mode):
    picture = encoded(upload(photo(mode=mode), kind))
    out = opened(picture.content)
    out.load()
    assert picture.content_type in ("image/jpeg", "image/png")
    assert out.mode == "RGB" and out.size == (picture.width, picture.height) == (40, 30)


def test_a_photo_is_a_progressive_jpeg_and_flat_colours_are_exact():
    assert opened(encoded(upload(photo((300, 200)), "PNG")).content).info["progressive"]
    flat = Image.new("RGB", (300, 200), RED)
    flat.paste((250, 250, 250), (20, 20, 90, 90))
    picture = encoded(upload(flat, "WEBP", lossless=True))
    assert picture.content_type == "image/png"
    assert opened(picture.content).convert("RGB").tobytes() == flat.tobytes()


@pytest.mark.parametrize("kind, mode", [("PNG", "RGBA"), ("WEBP", "RGBA"), ("PNG", "LA")])
def test_what_is_transparent_stays_so(kind, mode):
    picture = Image.new(mode, (40, 30))
    picture.paste(RED + (255,) if mode == "RGBA" else (80, 255), (5, 5, 20, 20))
    out = opened(encoded(upload(picture, kind)).content)
    assert out.format == "PNG" and out.getpixel((0, 0))[3] == 0
    assert out.getpixel((10, 10))[3] == 255


def test_a_transparent_colour_of_a_palette_stays_so():
    picture = Image.new("P", (40, 30))
    picture.putpalette([0, 0, 0, *RED])
    picture.paste(1, (5, 5, 20, 20))
    for kind in ("PNG", "GIF"):
        out = opened(encoded(upload(picture, kind, transparency=0)).content).convert("RGBA")
        assert out.getpixel((0, 0))[3] == 0 and out.getpixel((10, 10)) == (*RED, 255)


def test_sixteen_bits_are_halved_and_not_clipped():
    picture = Image.new("I;16", (4, 4), 0x8000)
    assert opened(encoded(upload(picture)).content).convert("L").getpixel((0, 0)) in (127, 128)


def test_a_picture_is_at_most_twice_the_width_of_a_letter():
    wide = encoded(upload(photo((1500, 300)), "JPEG"))
    assert (wide.width, wide.height) == (1200, 240) == opened(wide.content).size
    line = encoded(upload(photo((5000, 1))))
    assert (line.width, line.height) == (1200, 1)
    tall = encoded(upload(photo((300, 1500)), "JPEG"))
    assert (tall.width, tall.height) == (300, 1500)


def test_it_stands_as_the_camera_was_held_and_does_not_tell_where():
    picture = photo((60, 40))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(PLACE)[2] = (59.0, 56.0, 15.0)
    exif[0x010E] = "my flat"
    out = encoded(upload(picture, "JPEG", exif=exif, comment=b"my secret"))
    assert (out.width, out.height) == (40, 60)
    assert not opened(out.content).getexif()
    assert b"my flat" not in out.content and b"my secret" not in out.content


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning", "ignore:Truncated:UserWarning")
def test_a_torn_exif_does_not_spoil_the_picture():
    torn = upload(photo(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert encoded(torn).width == 40


def test_colours_of_a_profile_are_those_of_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = opened(encoded(upload(Image.new("RGB", (9, 9), RED), icc_profile=profile)).content)
    assert "icc_profile" not in out.info
    assert all(abs(a - b) < 6 for a, b in zip(out.convert("RGB").getpixel((4, 4)), RED))


def test_a_profile_that_is_none_means_nothing():
    out = encoded(upload(Image.new("RGB", (9, 9), RED), icc_profile=b"none"))
    assert opened(out.content).convert("RGB").getpixel((4, 4)) == RED


def test_what_stands_behind_or_within_a_picture_is_gone():
    script = b"<script>alert(1)</script>"
    for content in (content_of(photo()) + script,
                    content_of(photo(), "JPEG", comment=script) + b"PK\x03\x04",
                    content_of(photo(), "GIF", comment=script)):
        out = encoded(upload(content)).content
        assert b"script" not in out and b"PK\x03\x04" not in out


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_what_moves_goes_on_moving(kind):
    frames = [Image.new("RGB", (1300, 20), (number * 60, 0, 200)) for number in range(4)]
    file = upload(frames[0], kind, save_all=True, append_images=frames[1:], duration=120, loop=0)
    picture = encoded(file)
    out = opened(picture.content)
    assert picture.content_type == "image/gif" and out.n_frames == 4
    assert (picture.width, picture.height) == (1200, 18) == out.size
    assert out.info["loop"] == 0 and out.info["duration"] == 120


def test_what_moves_and_is_transparent_stays_so():
    frames = [Image.new("RGBA", (20, 20)) for _number in range(3)]
    for number, frame in enumerate(frames):
        frame.paste((*RED, 255), (number * 5, 0, number * 5 + 5, 5))
    file = upload(frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=2)
    out = opened(encoded(file).content)
    out.seek(2)
    shown = out.convert("RGBA")
    assert shown.getpixel((1, 1))[3] == 0 and shown.getpixel((11, 1)) == (*RED, 255)


def test_a_cameras_second_picture_is_left_out():
    file = upload(photo(), "MPO", save_all=True, append_images=[photo((8, 8))])
    picture = encoded(file)
    assert picture.content_type == "image/jpeg" and picture.width == 40


def test_what_moves_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("apps.mailings.media.moving.MOST_PIXELS", 3 * 40 * 30)
    frames = [photo() for _number in range(4)]
    assert "кадров" in refusal_of(
        upload(frames[0], "GIF", save_all=True, append_images=frames[1:]))


def test_twenty_megapixels_are_refused_with_both_figures_and_what_to_do():
    said = refusal_of(png_of(5000, 4000))
    assert "20" in said and "16" in said and "5000 × 4000" in said and "1200" in said


@pytest.mark.parametrize("side", [10_000, 13_000, 60_000])
def test_a_bomb_is_not_unpacked(side):
    assert "16" in refusal_of(png_of(side, side))


def test_a_large_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(encoding, "opened", lambda file: pytest.fail("it was read"))
    said = refusal_of(upload(bytes(10_400_001)))
    assert "10,4" in said and "10 МБ" in said


@pytest.mark.parametrize("content", [
    b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->"
    b"<SVG/>", "<svg/>".encode("utf-16"), gzip.compress(b"<?xml?><svg/>", mtime=0)])
def test_svg_is_to_be_saved_as_png(content):
    assert "SVG" in refusal_of(upload(content, name="logo.png"))


@pytest.mark.parametrize("content, said", [
    (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"), (b"\0\0\0\x18ftypavif" + bytes(40), "HEIC"),
    (b"%PDF-1.4", "PNG"), (content_of(photo(), "TIFF"), "PNG"), (content_of(photo(), "BMP"), "PNG"),
    (content_of(photo(), "EPS"), "PNG"), (b"8BPS\0\1" + bytes(40), "PNG"), (b"\x1f\x8b\0", "PNG"),
    (b"GIF89a/*<script>alert(1)</script>*/", ""), (b"", "пуст")])
def test_what_is_no_picture_for_letters_is_told_so(content, said):
    assert said in refusal_of(upload(content, name="x.png"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("part", [.3, .7, .95])
def test_a_torn_file_is_told_so(kind, part):
    whole = content_of(photo((200, 150)), kind)
    assert refusal_of(upload(whole[:int(len(whole) * part)]))


def test_the_same_picture_is_encoded_alike():
    file = content_of(photo())
    assert encoded(upload(file)).content == encoded(upload(file, name="other")).content


def test_the_name_decides_nothing():
    assert encoded(upload(photo(), "JPEG", name="x.exe")).content_type == "image/jpeg"
