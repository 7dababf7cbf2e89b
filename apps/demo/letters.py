"""The bakery's look, and its letters with HTML: two of designs in its own words, one by hand."""
from pathlib import Path

from apps.mailings.branding.models import Branding
from apps.mailings.designs.services import message_from_design
from apps.mailings.messages.services import message_save
from apps.mailings.models import Message

BY_HAND = Path(__file__).with_name("letter.html")
LOOK = {
    "accent": "#a8481f", "text_colour": "#2b2320", "background": "#f5efe6", "paper": "#fffdfa",
    "company": "Пекарня «Тёплый хлеб»", "site": "https://example.com/",
    "requisites": "Пекарня «Тёплый хлеб»\nЛесная, 12 · ежедневно с 8 до 21 · +7 900 000-00-00",
    "social": {"telegram": "https://example.com/telegram", "vk": "https://example.com/vk"},
}
# By design: the subject, and what its texts say here, in order.
OF_DESIGNS = {
    "birthday": ("{имя|Здравствуйте}, для вас готов пирог", (
        "<p>{уважаемый|Здравствуйте,} {имя отчество|дорогой гость}!</p>"
        "<p>С праздником! Выберите пирог: с яблоком, вишней или капустой. "
        "Мы испечём его к часу, который назовёте вы.</p>",
        "<p>Назовите это слово на кассе. Действует неделю до праздника и неделю после.</p>")),
    "invitation": ("{имя|Друзья}, приходите в субботу печь хлеб", (
        "<p>{уважаемый|Здравствуйте,} {имя отчество|друзья}!</p>"
        "<p>Заведём закваску, разберём муку по полкам и испечём по два хлеба: один съедим "
        "вместе, второй вы унесёте домой.</p>",
        "<p>Не получится прийти? Просто ответьте на это письмо, и в следующий раз мы позовём "
        "вас первыми.</p>")),
}


def fill(owner):
    """Give a look, and letters with HTML, to an owner who has none."""
    Branding.objects.get_or_create(owner=owner, defaults=LOOK)
    for design, (subject, texts) in OF_DESIGNS.items():
        message = message_from_design(owner=owner, key=design, language="ru")
        message.subject = subject
        of_text = [block for block in message.blocks if block["kind"] == "text"]
        for block, html in zip(of_text, texts):
            block["html"] = html
        message_save(message=message)
    message_save(message=Message(
        owner=owner, kind=Message.Kind.HTML, subject="Как хранить хлеб: коротко",
        preheader="Пакет, полотенце или морозилка", source=BY_HAND.read_text("utf-8")))
