import pytest
from django.utils import translation

from tests.factories import MessageFactory, SenderFactory

from ....blocks.kinds import new_block
from ...services import message_save
from ..remarks import Weight
from ..services import findings_of

pytestmark = pytest.mark.django_db
FINE = '<p>Здравствуйте! Сегодня привезли новый чай, и он уже стоит на полках.</p>'


def saved(kind="html", source="", **fields):
    message = MessageFactory.build(
        owner=fields.pop("owner", None) or MessageFactory().owner, kind=kind, source=source,
        subject=fields.pop("subject", "Чай"), preheader=fields.pop("preheader", "Из Китая"),
        **fields)
    return message_save(message=message)


def slugs(message):
    return [remark.slug for remark in findings_of(message).remarks]


def test_a_plain_letter_has_no_remarks():
    assert slugs(saved(source=FINE)) == []


def test_of_a_text_only_its_subject_is_looked_at():
    assert slugs(saved("text", subject="Re: чай", preheader="")) == ["subject-reply"]


def test_each_thing_is_told_once_with_all_its_lines():
    message = saved(source=f'{FINE}\n<a href="">x</a>\n<a href="#">y</a>')
    [remark] = findings_of(message).remarks
    assert (remark.slug, remark.lines, remark.line) == ("link-nowhere", (2, 3), 2)


def test_what_matters_comes_first():
    message = saved(source=f'{FINE}<video></video>\n<p style="position:fixed">'
                           '<img src="https://a.ru/b.png"><a href="">x</a>')
    weights = [remark.weight for remark in findings_of(message).remarks]
    assert weights == sorted(weights, key=list(Weight).index)
    assert {*weights} >= {Weight.HINDERS, Weight.NOTICED, Weight.ADVICE}


def test_mail_programs_are_named_with_their_level():
    message = saved(source=f'{FINE}<p style="position:sticky">a</p>')
    [remark] = [one for one in findings_of(message).noticed if one.slug == "css-position"]
    assert (remark.level, {lack.name for lack in remark.clients}) == (
        "no", {"Mail.ru", "Gmail", "Outlook", "Apple Mail"})


@pytest.mark.parametrize(("size", "expected"), [
    (80, []), (95, [Weight.ADVICE]), (103, [Weight.HINDERS])])
def test_a_letter_that_gmail_cuts_off_is_told(size, expected):
    message = saved(source=f"<p>{'я' * (size * 512)}</p>")
    assert [remark.weight for remark in findings_of(message).remarks
            if remark.slug == "size"] == expected


def test_a_preheader_of_our_own_is_no_hidden_text():
    assert "hidden-text" not in slugs(saved(source=FINE, preheader="Из Китая"))


def test_a_preheader_in_the_source_stands_in_for_ours():
    message = saved(preheader="", source=f'\n<div style="display:none">Из Китая</div>{FINE}')
    assert "preheader-missing" not in slugs(message)
    [remark] = [one for one in findings_of(message).remarks if one.slug == "hidden-preheader"]
    assert remark.lines == (2,)


def test_text_that_a_rule_hides_is_found_by_its_line():
    message = saved(source=f"<style>.x {{ opacity: 0 }}</style>{FINE}\n<p class=x>Тайна</p>")
    [remark] = [one for one in findings_of(message).remarks if one.slug == "hidden-text"]
    assert remark.lines == (2,)


def test_what_is_left_out_of_letters_is_told():
    message = saved(source=f"{FINE}\n<p onclick=x()>a</p><script>1</script>")
    left_out = [remark for remark in findings_of(message).hinders if remark.slug == "left-out"]
    assert [remark.lines for remark in left_out] == [(2,), (2,)]


def test_the_default_sender_s_name_is_looked_at():
    message = saved(source=FINE)
    SenderFactory(owner=message.owner, name="Лавка (2)", is_default=True)
    assert slugs(message) == ["sender-name"]


def test_of_mjml_nothing_is_told_that_its_program_made():
    source = ("<mjml><mj-body><mj-section><mj-column><mj-text>Сегодня привезли новый чай, и он "
              "уже стоит на полках у нас.</mj-text>\n<mj-button href='/a'>Купить</mj-button>"
              "</mj-column></mj-section></mj-body></mjml>")
    [remark] = findings_of(saved("mjml", source)).remarks
    assert (remark.slug, remark.lines) == ("link-relative", (2,))


def test_of_mjml_what_its_writer_brought_is_told():
    source = ("<mjml><mj-body><mj-section><mj-column><mj-text>Сегодня привезли новый чай, и он "
              "уже <b style='position:fixed'>стоит</b> на полках у нас.</mj-text>"
              "</mj-column></mj-section></mj-body></mjml>")
    [remark] = findings_of(saved("mjml", source)).noticed
    assert (remark.slug, remark.lines) == ("css-position", ())


@translation.override("en")
def test_of_blocks_the_block_is_named():
    blocks = [
        {"id": "00000001", "kind": "text", "html": FINE},
        {"id": "00000002", "kind": "button", "text": "Купить", "url": ""},
        {"id": "00000003", "kind": "picture", "picture": "a" * 64, "alt": ""},
        {"id": "00000004", "kind": "social", "links": {"vk": "http://vk.com/a"}}]
    remarks = findings_of(saved("blocks", blocks=blocks)).remarks
    assert [(remark.slug, remark.places, remark.lines) for remark in remarks] == [
        ("link-nowhere", ("Block 2, “Button”",), ()),
        ("link-http", ("Block 4, “Social links”",), ()),
        ("picture-without-words", ("Block 3, “Picture”",), ())]


def test_a_source_of_which_no_letter_can_be_made_has_remarks_too():
    message = saved("mjml", '<a href="">x')
    assert message.html == ""
    assert "link-nowhere" in slugs(message)


def of_blocks(*blocks):
    words = new_block("text", html=FINE)
    return saved("blocks", blocks=[words, *blocks])


def test_a_button_that_nobody_has_filled_in_is_not_told_of():
    assert slugs(of_blocks(new_block("button"))) == []
    assert slugs(of_blocks(new_block("button", text="Купить"))) == ["link-nowhere"]


def test_a_link_that_a_design_came_with_is_told():
    button = new_block("button", text="Купить", url="https://example.com/sale")
    own = new_block("button", text="Купить", url="https://lavka.ru/sale")
    assert slugs(of_blocks(button)) == ["link-sample"]
    assert slugs(of_blocks(own)) == []
    assert slugs(saved(source=f'{FINE}<a href="https://example.com/sale">Купить</a>')) == []
