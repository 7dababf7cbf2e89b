"""The letters that a browser's session asked for, and what its pages tell of them.

Only the session knows which letters are its own, so nobody can ask for another's. A page tells the
same of an address with an account and of one without: in both cases a letter goes to it.
"""
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core.mail import EmailMessage
from django.db.models import TextChoices
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.core import letters
from apps.core.letters import Fate, Letter

KEY = "letters"  # in the session: what is noted of the newest letter of each kind
NEWS = timedelta(minutes=15)  # for so long a page tells of a letter that only informs
SOON = timedelta(minutes=1)  # a retry nearer than that is waited for closely
LATE = timedelta(seconds=30)  # a letter that nobody has tried for so long waits for a process
CLOSELY = 2  # seconds between two looks at a letter
SLOWLY = 15


class Kind(TextChoices):
    """What a letter is for; its value stands in the address of its fate."""

    CONFIRM = "confirm"  # the address of a sign-up, or of a login
    EMAIL = "email"  # the new address of somebody who is logged in
    RESET = "reset"
    NEWS = "news"  # of what was changed: a password, the second factor


PAGES = {  # where each kind is told of
    Kind.CONFIRM: "account_email_verification_sent",
    Kind.EMAIL: "account_email",
    Kind.RESET: "account_reset_password_done",
    Kind.NEWS: "users:profile",
}
FORMS = {  # where another address is given
    Kind.CONFIRM: "users:address_edit",
    Kind.EMAIL: "account_email",
    Kind.RESET: "account_reset_password",
}
KINDS = {  # by the template of the letter; all others tell news
    "account/email/email_confirmation_signup": Kind.CONFIRM,
    "account/email/account_already_exists": Kind.CONFIRM,
    "account/email/email_confirmation": Kind.CONFIRM,
    "account/email/password_reset_key": Kind.RESET,
    "account/email/unknown_account": Kind.RESET,
}


@dataclass(frozen=True)
class Told:
    """What a page tells of the newest letter of a kind."""

    kind: Kind
    email: str
    asked_at: datetime | None  # None: it was not sent, as another had been sent just before
    letter: Letter | None  # None where nothing is known of it, or no longer
    user_id: int | None  # who waits for it, where the password has proved that

    @property
    def fate(self) -> str:
        """Return the letter's fate; "soon" and "asked" where there is none."""
        if self.letter:
            return self.letter.fate
        return "asked" if self.asked_at else "soon"

    @property
    def every(self) -> int:
        """Return how many seconds pass between two looks; 0 when nothing more will change."""
        if self.fate == Fate.WAITING:
            return CLOSELY
        if self.letter is None or self.fate != Fate.RETRYING:
            return 0
        at = self.letter.next_try_at
        return SLOWLY if at and at - timezone.now() > SOON else CLOSELY

    @property
    def is_late(self) -> bool:
        """Whether nobody has tried to send it, so that a person may wait in vain."""
        waits = self.fate == Fate.WAITING and self.asked_at is not None
        return waits and timezone.now() - self.asked_at > LATE

    @property
    def is_sendable_again(self) -> bool:
        """Whether a person may have it sent once more, or tried at once where it waits."""
        return self.letter is not None and self.fate != Fate.WAITING

    @property
    def reason(self) -> str:
        """Return why it did not leave, as a sentence."""
        words = self.letter.reason if self.letter else ""
        return f"{words.rstrip('.')}." if words else ""

    @property
    def is_at_field(self) -> bool:
        """Whether the address itself was refused: said at the field where another one is given."""
        refused = bool(self.letter and self.letter.is_address_refused)
        return refused and self.kind in FORMS

    @property
    def is_fresh(self) -> bool:
        """Whether it is told of still; what asks for something is told of to the end."""
        if self.kind != Kind.NEWS:
            return True
        return bool(self.asked_at and timezone.now() - self.asked_at < NEWS)

    @property
    def is_signup(self) -> bool:
        """Whether the letter is that of a sign-up, so that another address is another sign-up."""
        return self.kind == Kind.CONFIRM and self.user_id is None

    @property
    def is_first_step(self) -> bool:
        """Whether nothing else can be done before the letter is read."""
        return self.kind in (Kind.CONFIRM, Kind.RESET)

    @property
    def form_url(self) -> str:
        """Return where another address for the letter is posted to."""
        if self.is_signup:
            return reverse("account_signup")
        return reverse(FORMS[self.kind])

    @property
    def change_url(self) -> str:
        """Return where another address is asked for; "" where it is nothing to be changed here."""
        if self.is_signup:
            return f"{self.form_url}?{urlencode({'email': self.email})}"
        if self.is_first_step:
            return self.form_url
        return ""

    @property
    def page(self) -> str:
        return reverse(PAGES[self.kind])


def kind_of(template: str, request: HttpRequest) -> Kind:
    """Return what the letter of this template is for."""
    kind = KINDS.get(template, Kind.NEWS)
    if kind == Kind.CONFIRM and request.user.is_authenticated:
        return Kind.EMAIL
    return kind


def remember(request: HttpRequest, kind: Kind, email: str, message: EmailMessage | None = None,
             user_id: int | None = None) -> None:
    """Note the newest letter of a kind in the session; without a message, that none was sent."""
    ids = getattr(message, "letters", None) or [None]
    noted = {"email": email, "id": ids[-1], "at": None, "user": user_id}
    if message:
        noted["at"] = timezone.now().isoformat()
    request.session[KEY] = {**request.session.get(KEY, {}), kind.value: noted}


def expect(request: HttpRequest, kind: Kind, email: str, user_id: int | None = None) -> None:
    """Note who waits for a letter, also when it was not sent anew: one is on its way to them."""
    noted = request.session.get(KEY, {}).get(kind.value)
    if not noted or noted["email"] != email:
        remember(request, kind, email, user_id=user_id)
    else:
        noted["user"] = user_id
        request.session.modified = True


def told(request: HttpRequest, kind: str) -> Told | None:
    """Return what is to be told of the session's newest letter of this kind."""
    noted = request.session.get(KEY, {}).get(kind)
    if not noted:
        return None
    return Told(
        kind=Kind(kind), email=noted["email"], letter=found(noted["id"]), user_id=noted["user"],
        asked_at=datetime.fromisoformat(noted["at"]) if noted["at"] else None)


def found(letter_id: int | None) -> Letter | None:
    if letter_id is None or letters.post is None:
        return None
    return letters.post.find(letter_id)


def send_again(request: HttpRequest, kind: str) -> bool:
    """Queue the session's newest letter of this kind anew; return whether that was possible."""
    noted = request.session.get(KEY, {}).get(kind)
    if not noted or noted["id"] is None or letters.post is None:
        return False
    anew = letters.post.send_again(noted["id"])
    if anew is None:
        return False
    noted["id"] = anew
    noted["at"] = timezone.now().isoformat()
    request.session.modified = True
    return True
