"""A post that keeps letters in memory, and a mail backend that gives them to it."""
from dataclasses import replace

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from apps.core import letters
from apps.core.letters import Fate, Letter


class FakePost:
    """Keeps each letter with a fate that a test chooses."""

    def __init__(self):
        self.letters = {}

    def add(self, email):
        number = len(self.letters) + 1
        self.letters[number] = Letter(id=number, email=email, fate=Fate.WAITING)
        return number

    def find(self, letter_id):
        return self.letters.get(letter_id)

    def send_again(self, letter_id):
        old = self.find(letter_id)
        return self.add(old.email) if old else None

    def happens(self, fate, **fields):
        """Let the newest letter have this fate."""
        newest = max(self.letters)
        self.letters[newest] = replace(self.letters[newest], fate=fate, **fields)

    @property
    def addresses(self):
        return [letter.email for letter in self.letters.values()]


class FakeBackend(BaseEmailBackend):

    def send_messages(self, messages):
        for message in messages:
            message.letters = [letters.post.add(address) for address in message.recipients()]
            mail.outbox.append(message)
        return len(messages)


@pytest.fixture
def post(monkeypatch, settings):
    fake = FakePost()
    monkeypatch.setattr(letters, "post", fake)
    settings.EMAIL_BACKEND = f"{__name__}.FakeBackend"
    return fake
