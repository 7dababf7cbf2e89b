"""One try to send a letter: where it ended, and with which answer."""
from dataclasses import dataclass

from apps.mailings.attempts import verdicts
from apps.mailings.attempts.verdicts import Phase, Verdict


@dataclass(slots=True)
class Outcome:
    """One try: where it ended, the reply's code (None without a reply) and its text."""

    phase: Phase
    code: int | None
    text: str

    @property
    def accepted(self):
        """Whether a 2yz answer to the dot was read (RFC 5321, 4.2.1)."""
        return self.phase is Phase.DOT and self.code is not None and 200 <= self.code < 300

    @property
    def unknown(self):
        """Whether the dot may have left and no answer to it was read."""
        return self.phase is Phase.DOT and self.code is None

    @property
    def reply(self):
        return f"{self.code} {self.text}".strip() if self.code else self.text

    def verdict(self, recipient: str) -> Verdict:
        """Return the Verdict on this try of a letter for `recipient`."""
        if self.accepted:
            return verdicts.ACCEPTED
        if self.unknown:
            return verdicts.UNKNOWN
        if self.code is None:
            return verdicts.UNREACHABLE
        return verdicts.verdict(self.reply, self.phase, recipient)
