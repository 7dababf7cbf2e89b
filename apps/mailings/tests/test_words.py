import inspect
import re

import pytest
from django.utils import translation

from apps.delivery.engine import admission, prefetch, recovery
from apps.delivery.wire import mime, transport

from ..attempts.explanations import SAME, advice, explained, in_words, said
from ..attempts.faults import ADVICE, Meaning

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
WRITTEN = [
    recovery.LOST, recovery.SET_ASIDE, f"{SAME}: {explained(Meaning.NO_MAILBOX, '550 no')}",
    f"{admission.FEWER.format(2)}: 421 no", "The server calls this spam: 554 5.7.1 Spam",
    *(explained(meaning, '550 no') for meaning in ADVICE),
    *re.findall(r'(?:NoReply|ValueError)\(f?"([^"{]+)', inspect.getsource(transport)),
    *re.findall(r'ValueError\(\s*"([^"]+)"', inspect.getsource(mime)),
    *prefetch.GONE.values(),
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


@pytest.mark.parametrize("meaning", ADVICE)
def test_what_pauses_a_run_comes_with_what_to_do_about_it(meaning):
    stored = explained(meaning, "550 no: it is so")
    with translation.override("ru"):
        assert CYRILLIC.search(advice(stored))
        assert said(stored) == (str(meaning.label), "550 no: it is so")


def test_who_chose_the_mail_server_is_not_sent_to_whoever_runs_the_service():
    stored = explained(Meaning.LOGIN, "535 no")
    with translation.override("ru"):
        assert "администратора" in advice(stored)
        assert advice(stored, own=True) == (
            "Введите логин и пароль отправителя заново, затем продолжите.")


def test_how_many_connections_a_server_takes_is_said_with_the_right_plural():
    with translation.override("ru"):
        assert in_words(f"{admission.FEWER.format(2)}: 421 4.7.0 no") == (
            "Сервер принимает не больше 2 соединений одновременно: 421 4.7.0 no")
        assert in_words(f"{admission.FEWER.format(1)}: 421 4.7.0 no") == (
            "Сервер принимает не больше 1 соединения одновременно: 421 4.7.0 no")
