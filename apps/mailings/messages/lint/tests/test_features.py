import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..features import NO, PARTIAL, lint


def slugs(html, **clients):
    return {finding.slug for finding in lint(html, **clients)}


def lines(html, slug):
    return next((finding.lines for finding in lint(html) if finding.slug == slug), ())


def style(css):
    return f"<html><head><style>{css}</style></head></html>"


@pytest.mark.parametrize(("html", "slug", "at"), [
    ("a\n<video src=x></video>", "html-video", (2,)),
    ("<p\n\n hidden>", "html-hidden", (3,)),
    ("<p\r\rstyle='color:red;\r\nposition:fixed'>", "css-position", (4,)),
    ("<style>\na{}\n\n.b { position: absolute }</style>", "css-position", (4,)),
    ("<a href=#part>x</a><p id=part>", "html-anchor-links", (1,)),
    ("<img src='https://a.example/b.WEBP?x=1'>", "image-webp", (1,)),
    ("<img src='https://a.example/b.svg'>", "image-svg", (1,)),
    ("<td background='https://a.example/b.png'>", "html-background", (1,)),
    ("<img src='data:image/png;base64,AAAA'>", "image-base64", (1,)),
    ("<img srcset='/a.avif 1x,\n/b.png 2x'>", "image-avif", (1,)),
    ("<p style='background: url(&quot;/a.webp&quot;)'>", "image-webp", (1,)),
    ("<input>", "html-input-text", (1,)),
    ("<input type=CHECKBOX>", "html-input-checkbox", (1,)),
    ("<button>", "html-button-submit", (1,)),
    ("<p style='width: calc(1px + 2vw)'>", "css-unit-calc", (1,)),
    ("<p style='width: calc(1px + 2vw)'>", "css-unit-vw", (1,)),
    ("<p style='--a: 1px'>", "css-variables", (1,)),
    ("<p style='margin: 0 -4px'>", "css-margin", (1,)),
    (style("a:hover{}"), "css-pseudo-class-hover", (1,)),
    (style("a:before{}"), "css-pseudo-element-before", (1,)),
    (style("a\n>\nb{}"), "css-selector-child", (2,)),
    (style("a{&:hover{color:red}}"), "css-nesting", (1,)),
    (style("@media (max-width: 1px) and (hover: hover) {a{}}"), "css-at-media-hover", (1,)),
    (style("@import url(a.css);"), "css-at-import", (1,)),
    (style("@supports (display:grid) { a { animation: b 1s } }"), "css-animation", (1,)),
    (style("a{transform:none !important}"), "css-transform", (1,)),
])
def test_it_names_a_feature_at_its_line(html, slug, at):
    assert lines(html, slug) == at


@pytest.mark.parametrize(("html", "slug"), [
    ("position: fixed <p title='<video>'>", "html-video"),
    ("<!-- <video> <p style='position:fixed'> -->", "css-position"),
    ("<script>'<video>'</script>", "html-video"),
    ("<p style='background: #fff'>", "css-background"),
    ("<p style='background-position: 0 0'>", "css-position"),
    ("<p style='font-family: \"system-ui\"'>", "css-sytem-ui"),
    ("<p style='content: \"calc(1vw)\"'>", "css-unit-vw"),
    ("<p style='margin: 4px'>", "css-filter"),
    ("<p style='display: none; visibility: hidden'>", "css-visibility"),
    ("<p style='display: none'>", "css-display"),
    ("<a href='https://a.example/b.webp'>", "image-webp"),
    ("<a href=#>x</a>", "html-anchor-links"),
    ("<img src='https://a.example.webp/'>", "image-webp"),
    (style("a:not(.b, .c){}"), "css-selector-grouping"),
    (style("a{content:'@media'}"), "css-at-media"),
    (style("@font-face{font-family:a;opacity:1}"), "css-opacity"),
    (style(" a {}"), "css-selector-descendant"),
    ("<v:rect style='position:absolute' fill='t'>", "css-position"),
])
def test_it_does_not_name_what_is_not_there(html, slug):
    assert slug not in slugs(html)


def test_what_only_outlook_reads_was_written_for_it():
    assert not slugs("<!--[if mso]><p style='position:fixed'><video><![endif]-->")


def test_what_outlook_for_windows_does_not_read_is_not_told_of_it():
    html = "<!--[if !mso]><!--><p style='border-radius:4px'><!--<![endif]--><i>"
    [finding] = [one for one in lint(html) if one.slug == "css-border-radius"]
    assert finding.clients[0].platforms == ("windows-mail",)
    after = html + "<p style='border-radius:4px'>"
    [finding] = [one for one in lint(after) if one.slug == "css-border-radius"]
    assert finding.clients[0].platforms == ("windows", "windows-mail")


def test_what_a_note_is_about_is_told_where_it_stands_alone():
    html = "<p style='margin:4px'>\n<p style='margin:-4px'>"
    assert [(finding.slug, finding.lines) for finding in lint(html, ["gmail"])] == [
        ("css-margin", (2,))]


def test_a_feature_that_all_can_do_is_not_named():
    assert not slugs("<table><tr><td align=left valign=top lang=ru><b>a</b></td></tr></table>",
                     clients=["mail-ru", "gmail", "apple-mail"])


def test_what_is_lost_comes_before_what_works_in_part():
    html = "<p style='margin:-1px'>\n<p style='position:fixed;color:rgb(0 0 0 / 1)'>"
    levels = [finding.level for finding in lint(html)]
    assert levels == sorted(levels, key=[NO, PARTIAL].index)
    assert {*levels} == {NO, PARTIAL}


@pytest.mark.parametrize("html", [
    "<p style='width:" + "(" * 5_000, f"<style>{'a{' * 5_000}", f"<style>{'@media a{' * 5_000}",
    f"<style>{':not(' * 5_000}", f"<style>a{{b:{'c(' * 5_000}", "<p style='" + "{" * 5_000,
    f"<img src='{'.a!' * 30_000}/'>", f"<img src='{'anim' * 30_000}'>"])
def test_very_many_brackets_do_not_stop_it(html):
    assert lint(f"{html}</style>'><video>") is not None


@given(st.text("<>/!-= \"'&;{}()*:@#.,%[]~|abPx1\r\n\f\\\x00я", max_size=80))
def test_nothing_stops_it(text):
    for html in (text, f"<style>{text}", f'<p style="{text}">', f"<!--[if mso]>{text}",
                 f"<style>a{{{text}}}</style>"):
        for finding in lint(html):
            assert finding.lines
            assert finding.clients
