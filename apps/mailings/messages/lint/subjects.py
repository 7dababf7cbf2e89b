"""What is wrong with a letter's subject, preheader and the sender's name."""
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .remarks import Remark, Weight

FIELD = re.compile(r"\{([^{}|]{1,80})(?:\|([^{}]*))?\}")
TYPICAL_VALUE = 8  # letters of a name
LONGEST_SUBJECT = 70
FEWEST_LETTERS = 8  # of which it can be told that they are capitals
REPLY = re.compile(r"\s*(?:re|fwd?|fw|отв|ответ|пер|перенапр)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
COUNT = re.compile(r"\s*[(\[]\s*\d{1,3}\s*[)\]]|.*[(\[]\s*\d{1,3}\s*[)\]]\s*\Z")
LOUD = re.compile(r"[!?]{3,}|!.*!.*!", re.DOTALL)
# What mail programs themselves put beside a subject: ticks, bells, envelopes, locks, warnings.
BADGES = re.compile(
    "[\u2705\u2714\u2611\u2709\u26a0\u2757\u2755\u203c\u26d4\u2b50\u2b55\u274c"
    "\U0001f514\U0001f515\U0001f4e7\U0001f4e8\U0001f4e9\U0001f4e5\U0001f4ec\U0001f4ed\U0001f4eb"
    "\U0001f512\U0001f513\U0001f510\U0001f6e1\U0001f534\U0001f7e2\U0001f195\U0001f6a8\U0001f4ce]")
EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
OFFER = re.compile(
    r"скидк|акци[яиюй]\b|распродаж|последний шанс|только сегодня|успей|бесплатн|подар(?:ок|ки)"
    r"|\bновост|\d\s*%|\bsale\b|\bdiscount|last chance|\bfree\b|\boffer|!", re.IGNORECASE)


def typical(text: str) -> str:
    """Return `text` with its merge fields as of a recipient as there are many."""
    return FIELD.sub(lambda field: field[2] or "х" * TYPICAL_VALUE, text)


def remarks_on_subject(subject: str) -> Iterator[Remark]:
    words = FIELD.sub("", subject)
    if REPLY.match(subject):
        yield Remark(
            "subject-reply", Weight.HINDERS, _("The subject looks like an answer: Re, Fwd"),
            _("Gmail takes that for deceit when nobody wrote before: leave it out."))
    if COUNT.match(subject):
        yield Remark(
            "subject-count", Weight.HINDERS,
            _("The subject has a number in brackets, as of unread letters"),
            _("Gmail takes that for deceit: leave it out."))
    if badges := BADGES.findall(subject):
        yield Remark(
            "subject-badge", Weight.HINDERS,
            _("Signs in the subject look like marks of the mail program: %(signs)s") % {
                "signs": " ".join(dict.fromkeys(badges))},
            _("Gmail's rules forbid such: leave them out."))
    if is_capitals(words):
        yield Remark(
            "subject-capitals", Weight.ADVICE, _("The subject is in capitals"),
            _("It reads as a shout, and filters count it against the letter."))
    if LOUD.search(words):
        yield Remark(
            "subject-loud", Weight.ADVICE, _("Many exclamation or question marks in the subject"),
            _("One is enough: filters count them against the letter."))
    length = len(typical(subject))
    if length > LONGEST_SUBJECT:
        yield Remark(
            "subject-long", Weight.ADVICE,
            _("The subject is long: %(length)d characters") % {"length": length},
            _("Phones show the first 35 to 45, other programs about %(longest)d: the main "
              "words come first.") % {"longest": LONGEST_SUBJECT})


def is_capitals(words: str) -> bool:
    letters = [letter for letter in words if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) >= FEWEST_LETTERS and capitals >= 0.7 * len(letters)


def remarks_on_preheader(preheader: str, subject: str) -> Iterator[Remark]:
    """Yield what is wrong with the words that mail programs show beside the subject."""
    if not preheader.strip():
        yield Remark(
            "preheader-missing", Weight.ADVICE, _("There is no preheader"),
            _("Mail programs show the letter's first words beside the subject instead, whatever "
              "they are. Write what adds to the subject."))
    elif folded(preheader) == folded(subject):
        yield Remark(
            "preheader-same", Weight.ADVICE, _("The preheader says the same as the subject"),
            _("People read it right after the subject: let it say more."))


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("ё", "е")))


def remarks_on_sender(name: str, subject: str) -> Iterator[Remark]:
    """Yield what is wrong with the name that letters come from, by Gmail's rules."""
    reasons = []
    if "@" in name:
        reasons.append(_("it has an address in it"))
    if EMOJI.search(name):
        reasons.append(_("it has emoji in it"))
    if COUNT.match(name):
        reasons.append(_("it has a number in brackets, as of unread letters"))
    if FIELD.search(name):
        reasons.append(_("it has a recipient's name in it"))
    if REPLY.match(name):
        reasons.append(_("it looks like an answer"))
    if OFFER.search(name) or is_of_subject(name, subject):
        reasons.append(_("it has words of the subject, or of an offer, in it"))
    for reason in reasons:
        yield Remark(
            "sender-name", Weight.HINDERS,
            _("The sender's name “%(name)s” is not only a name: %(reason)s") % {
                "name": name, "reason": reason},
            _("By Gmail's rules it says who writes, and nothing else: the shop's name is best."))


def is_of_subject(name: str, subject: str) -> bool:
    """Return whether the whole subject stands in the name."""
    words = folded(FIELD.sub("", subject))
    return len(words.split()) > 1 and words in folded(name)
