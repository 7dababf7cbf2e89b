"""What a letter that came into a bounce mailbox says, without a word on what comes of it."""
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.mailings.attempts.faults import Meaning


class Kind(StrEnum):
    """What kind of letter it is."""

    BOUNCE = "bounce"  # a letter of ours was not delivered, to one or more
    NEWS = "news"  # delayed, delivered, relayed: nothing follows
    COMPLAINT = "complaint"  # ARF (RFC 5965) of a person; never not-spam or auth-failure
    AUTO = "auto"  # an automatic reply (RFC 3834)
    LEAVING = "leaving"  # the letter that the mailto of List-Unsubscribe asks for (RFC 2369)
    PERSON = "person"  # somebody wrote; perhaps «отпишите меня»
    UNKNOWN = "unknown"  # not understood: left where it is, and shown


class Outcome(StrEnum):
    """What became of one letter, as a report tells it; the first five as `Bounce.Outcome`."""

    GONE = "gone"
    NOW = "now"
    LETTER = "letter"
    US = "us"
    COMPLAINT = "complaint"
    AUTO = "auto"
    DELIVERED = "delivered"
    DELAYED = "delayed"


@dataclass(frozen=True)
class Event:
    """What a report says of one recipient's letter."""

    outcome: Outcome
    address: str = ""  # whom it was for, as the report has it; "" where it does not say
    meaning: Meaning | None = None
    status: str = ""  # enhanced status code (RFC 3463)
    words: str = ""  # the server's, or the sentence that tells it
    sure: bool = True  # plain words or a plain code; of a guess, nobody is marked at once
    went_to: tuple[str, ...] = ()  # other addresses of the same letter: where it was forwarded


@dataclass(frozen=True)
class Report:
    """What one letter says. Nothing in it is to be trusted but the tokens, once they are checked.
    """

    kind: Kind
    events: tuple[Event, ...] = ()
    # What may tell whose letter came back, the best first: local parts with a return path's token
    # (of To, Delivered-To, X-Original-To …), Message-IDs, tokens of links to leave. As found.
    return_paths: tuple[str, ...] = ()  # "<delivery>-<mac>"
    message_ids: tuple[str, ...] = ()  # without brackets, of the original letter
    leaving_tokens: tuple[str, ...] = ()  # "<recipient>-<delivery>-<mac>"
    asking_tokens: tuple[str, ...] = ()  # those of them that the writer put there, not quoted
    original_to: tuple[str, ...] = ()  # addresses of the original letter's To
    message_id: str = ""  # of the report itself
    from_address: str = ""
    from_name: str = ""
    subject: str = ""
    date: datetime | None = None
    text: str = field(default="", repr=False)  # what a person would read, cut to some kilobytes
    asks_to_leave: bool = False  # a person writes «отпишите меня»
