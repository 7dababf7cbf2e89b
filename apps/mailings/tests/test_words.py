import inspect
import re

import pytest
from django.utils import translation

from apps.delivery import engine, holds, letter, transport, upkeep
from apps.mailings.words import in_words

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
WRITTEN = [
    upkeep.LOST, upkeep.SET_ASIDE, holds.POLICY_WORDS.format("554 5.7.1 Spam"),
    *re.findall(r'(?:NoReply|ValueError)\(f?"([^"{]+)', inspect.getsource(transport)),
    *re.findall(r'ValueError\("([^"]+)"', inspect.getsource(letter)),
    *re.findall(r'SKIPPED, [^\n]*reason="([^"]+)"', inspect.getsource(engine)),
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_the_sender_writes_itself_is_read_in_russian(text):
    with translation.override("ru"):
        assert CYRILLIC.search(in_words(text)), text


@pytest.mark.parametrize("stored, shown", [
    ("NoReply: The server closed the connection.", "Сервер закрыл соединение."),
    ("TimeoutError: timed out", "Сервер не ответил вовремя: timed out"),
    ("550 5.1.1 User unknown", "550 5.1.1 User unknown"),
    ("", ""), (None, ""),
])
def test_a_servers_own_words_stay_and_ours_are_translated(stored, shown):
    with translation.override("ru"):
        assert in_words(stored) == shown


def test_in_english_a_technical_name_becomes_a_sentence():
    with translation.override("en"):
        assert in_words("ConnectionRefusedError: [Errno 111] Connection refused") == (
            "The server does not take connections: [Errno 111] Connection refused")
