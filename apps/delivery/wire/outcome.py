"""What came of one try to send a letter."""
import smtplib
import ssl
from dataclasses import dataclass

from apps.mailings.attempts import verdicts
from apps.mailings.attempts.verdicts import Phase, Verdict

from .faults import SettingsFault
from .reply_text import decoded


@dataclass(slots=True)
class Outcome:
    """Where a try ended, the reply's code (None without a reply) and its text."""

    phase: Phase
    code: int | None
    text: str

    @property
    def accepted(self) -> bool:
        """Whether a 2yz answer to the dot was read (RFC 5321, 4.2.1)."""
        return self.phase is Phase.DOT and self.code is not None and 200 <= self.code < 300

    @property
    def unknown(self) -> bool:
        """Whether the dot may have left and no answer to it was read."""
        return self.phase is Phase.DOT and self.code is None

    @property
    def reply(self) -> str:
        return f"{self.code or ''} {self.text}".strip()

    def verdict(self, recipient: str) -> Verdict:
        """Return the Verdict on this try of a letter for `recipient`."""
        if self.accepted:
            return verdicts.ACCEPTED
        if self.unknown:
            return verdicts.UNKNOWN
        if self.code is None:
            return verdicts.UNREACHABLE
        return verdicts.verdict(self.reply, self.phase, recipient)


def not_connected(error: Exception) -> Outcome:
    """Return the Outcome of an `error` of `Transport.open`."""
    if isinstance(error, smtplib.SMTPResponseException) and 200 <= error.smtp_code < 600:
        login = isinstance(error, smtplib.SMTPAuthenticationError)
        phase = Phase.LOGIN if login else Phase.CONNECT
        return Outcome(phase, error.smtp_code, decoded(error.smtp_error))
    if isinstance(error, (SettingsFault, smtplib.SMTPNotSupportedError)):
        fault = str(error)  # for example: the server does not offer STARTTLS
    elif isinstance(error, ssl.SSLCertVerificationError):
        fault = f"TLS: {error.verify_message}"
    elif isinstance(error, OSError):
        return lost(Phase.CONNECT, error)
    else:
        # The text of the error is left out: it may hold a part of the password.
        fault = f"The mail settings can not be used: {type(error).__name__}."
    return Outcome(Phase.LOGIN, 530, decoded(fault))


def lost(phase: Phase, error: Exception) -> Outcome:
    """Return the Outcome of a dialogue that ended without a reply."""
    if isinstance(error, BlockingIOError):  # the kernel's word for a time-out
        error = TimeoutError("timed out")
    return Outcome(phase, None, decoded(f"{type(error).__name__}: {error}"))
