"""What is wrong with an account before a server is asked."""
from apps.mailings.senders.troubles import Trouble


class SettingsFault(ValueError):
    """The mail settings can not be used. `str()` says why, and holds no login and no password."""


class HostRefused(SettingsFault):
    """Nobody may name such a server, or use it so; `trouble` is what its sender's page says."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble = trouble
