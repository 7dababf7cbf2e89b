"""What the pages show in Russian is Russian, whoever wrote it: we, Django or a library."""
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.conftest import client_of
from tests.factories import MailingFactory, MessageFactory, RecipientFactory, UserFactory
from tests.matrix import addresses

# Names, addresses and abbreviations that are the same in every language.
ALIKE = re.compile(
    r"English|[\w.+-]+@[\w.-]+|https?://\S*|/\w+/|manage\.py \w+|\{\w+\|?|e-mail|CSV|PNG|JPEG|WEBP|"
    r"smtp\.[\w.]+|Mail\.ru|Unisender Go|Gmail|Google|Microsoft|API|user_id|project_id|go2|"
    r"IMAP|POP3?|SMTP|Authenticated|TLS|STARTTLS|HTTPS|Yahoo|erid|"
    r"GIF|TSV|XLSX|XLSM|XLS|ODS|Excel|HTML|MJML|Apple Mail|Outlook|Telegram|WhatsApp|YouTube|"
    r"TOTP|QR|CSRF|SQLite|PostgreSQL|JavaScript|README\.md|UTC[+-]?|GMT|MSK|Europe/Moscow|Esc|Tab|"
    r"Ok: queued as|User unknown|Greylisted", re.IGNORECASE)
NOT_SHOWN = re.compile(r"<(script|style|code|pre|select|kbd|textarea)\b.*?</\1>|<!--.*?-->", re.S)


def latin_words(page):
    """Return the Latin words that a reader of the HTML `page` sees or hears."""
    page = NOT_SHOWN.sub("", page)
    said = re.findall(r'\s(?:title|aria-label|alt|placeholder)="([^"]*)"', page)
    text = unescape(" ".join([*said, re.sub(r"<[^>]*>", " ", page)]))
    return sorted(set(re.findall(r"[A-Za-z]{3,}", ALIKE.sub(" ", text))))


def pages(pks):
    """Yield each address that takes no id, or the id of what is there."""
    for name in sorted(set(addresses())):
        pk = pks.get(name.rpartition(":")[2].split("_")[0], pks["mailing"])
        for args in ([], [pk], ["key"]):
            try:
                yield reverse(name, args=args)
                break
            except NoReverseMatch:
                continue


@pytest.mark.parametrize("who", ["visitor", "owner", "superuser"])
def test_every_page_speaks_russian_to_a_russian(who, owner):
    owner.first_name, owner.last_name = "Ольга", "Хлебникова"
    owner.save()
    message = MessageFactory(owner=owner, subject="Тема", body="Текст")
    recipient = RecipientFactory(owner=owner, full_name="Анна")
    mailing = MailingFactory(owner=owner, message=message, recipients=[recipient])
    pks = {"message": message.pk, "recipient": recipient.pk, "mailing": mailing.pk}
    browser = {"visitor": Client, "owner": lambda: client_of(owner), "superuser": lambda: client_of(
        UserFactory(is_superuser=True, is_staff=True, first_name="Андрей"))}[who]()
    wrong = {}
    for address in pages(pks):
        response = browser.get(address)
        html = response.get("Content-Type", "").startswith("text/html")
        if html and response.status_code in (200, 403, 404):
            if words := latin_words(response.content.decode()):
                wrong[address] = words
    assert wrong == {}
