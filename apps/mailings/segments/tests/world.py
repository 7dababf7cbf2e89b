"""A book in which people differ in all that conditions ask, and conditions about it."""
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from apps.mailings.models import Bounce, Delivery, Field, Import, Recipient, Run, Tag, Tagging
from apps.mailings.segments.kinds import HOWS, LABELS, Takes, kind_of
from tests.factories import MailingFactory, RecipientFactory

NOW = datetime(2027, 2, 20, 9, 30, tzinfo=UTC)
CITIES = ["Казань", "казань", "Орёл", "ОРЕЛ", "100%_", None, "", "Новая Казань"]
NUMBERS = [0, 5, 5.5, -3, None, 1000000]
BIRTHDAYS = ["1990-02-20", "1988-02-29", "2001-03-02", "1975-12-31", None, "2027-02-19"]
PLANS = ["Опт", "Розница", None]
EMAILS = ["{}@mail.ru", "{}@Shop.example.com", "{}@xn--e1afmkfd.xn--p1ai", "{}@notmail.ru"]
STATES = ["sent", "unknown", "failed", "skipped", "pending", "cancelled"]
OUTCOMES = [None, "now", "complaint"]  # of what was sent


class World:
    """Whom a book holds; `people` are all recipients that a segment of its owner may find."""

    def __init__(self, owner, other):
        self.now = NOW
        self.today = date(2027, 2, 20)
        self.owner = owner
        self.make_nouns()
        self.make_people()
        RecipientFactory(owner=other, full_name="Чужая Анна")
        RecipientFactory(owner=owner, full_name="Удалённая Анна", deleted_at=NOW)
        self.people = list(Recipient.objects.filter(owner=owner))
        self.letters = list(Delivery.objects.select_related("run"))
        self.returned = set(Bounce.objects.exclude(outcome="complaint").values_list(
            "delivery", flat=True))
        self.tags_of = defaultdict(set)
        for tag, person in Tagging.objects.values_list("tag", "recipient"):
            self.tags_of[person].add(tag)

    def make_nouns(self):
        kinds = {"город": "text", "2024": "number", "день рождения": "date", "вид": "choice"}
        self.fields = {
            key: Field.objects.create(owner=self.owner, key=key, label=key.capitalize(), kind=kind,
                                      choices=["Опт", "Розница"] if kind == "choice" else [])
            for key, kind in kinds.items()}
        self.tags = [Tag.objects.create(owner=self.owner, name=name) for name in "абв"]
        self.imports = [Import.objects.create(
            owner=self.owner, name=f"{n}.csv", stage="landed", landed_at=NOW) for n in range(2)]
        self.mailings = [MailingFactory(owner=self.owner) for _ in range(2)]
        self.runs = [Run.objects.create(mailing=mailing, owner=self.owner, trigger="page")
                     for mailing in self.mailings]

    def make_people(self, number=48):
        for n in range(number):
            values = {"город": CITIES[n % 8], "2024": NUMBERS[n % 6],
                      "день рождения": BIRTHDAYS[n * 5 // 4 % 6], "вид": PLANS[n % 3]}
            person = RecipientFactory(
                owner=self.owner, email=EMAILS[n // 2 % 4].format(f"User{n}"),
                full_name="" if n % 9 == 0 else f"{'Анна' if n % 2 else 'Пётр'} {n}",
                comment="опт и розница" if n % 4 == 1 else "",
                fields={key: value for key, value in values.items() if value is not None},
                source="import" if n % 3 == 0 else "hand",
                added_by=self.imports[n % 2] if n % 3 == 0 else None,
                bounced_at=NOW if n % 11 == 5 else None,
                last_letter_at=NOW - timedelta(days=n * 3) if n % 5 else None)
            Recipient.objects.filter(pk=person.pk).update(
                created_at=NOW - timedelta(days=n, hours=13 * (n % 2)))
            for place, tag in enumerate(self.tags):
                if n >> place & 1:
                    Tagging.objects.create(tag=tag, recipient=person)
            self.make_letters(person, n)

    def make_letters(self, person, n):
        for place, run in enumerate(self.runs):
            if (n + place) % 3 == 2:
                continue
            # Some had been deleted and were added anew: their letters went to the address.
            letter = Delivery.objects.create(
                run=run, recipient=person if n % 4 else None, full_name="",
                email=person.email.upper() if n % 4 == 0 else person.email,
                state=STATES[n % 6])
            outcome = OUTCOMES[n // 6 % 3]
            if outcome and letter.state == "sent":
                Bounce.objects.create(
                    owner=self.owner, run=run, delivery=letter, recipient=letter.recipient,
                    email=letter.email, outcome=outcome)
            if n % 4:
                Recipient.objects.filter(pk=person.pk).update(last_fate=STATES[n % 6])

    def listed(self, what):
        """What a condition about `what` can choose from."""
        return {"tags": [tag.pk for tag in self.tags], "import": [i.pk for i in self.imports],
                "source": ["hand", "import"], "field:вид": ["Опт", "Розница"],
                "fate": ["sent", "failed", "unknown", "skipped", "none"],
                "mailing": [mailing.pk for mailing in self.mailings]}.get(what, [])

    def values(self, what, takes):
        """What may stand beside a condition about `what` that takes this."""
        listed = self.listed(what)
        days = st.dates(date(2027, 1, 1), date(2027, 3, 10)) | st.sampled_from(
            [date.fromisoformat(day) for day in BIRTHDAYS if day])
        numbers = st.sampled_from([number for number in NUMBERS if number is not None]) | st.floats(
            -10, 10)
        return {
            Takes.NOTHING: st.none(),
            Takes.TEXT: st.sampled_from(["казань", "Орел", "ОРЁЛ", "0%_", "анна", "опт роз", "а"]),
            Takes.NUMBER: numbers,
            Takes.NUMBERS: st.lists(numbers, min_size=2, max_size=2),
            Takes.DATE: days.map(date.isoformat),
            Takes.DAYS: st.integers(0, 400),
            Takes.DOMAINS: st.lists(st.sampled_from(
                ["mail.ru", "shop.example.com", "xn--e1afmkfd.xn--p1ai", "ail.ru"]),
                min_size=1, max_size=2),
            Takes.SOME: st.lists(st.sampled_from(listed or [""]), min_size=1, unique=True),
            Takes.ONE: st.sampled_from(listed or [""]),
        }[takes]

    def conditions(self):
        """Every condition that can be about this book."""
        whats = [*LABELS, *(f"field:{key}" for key in self.fields)]
        return st.one_of([
            st.fixed_dictionaries({"what": st.just(what), "how": st.just(how.key),
                                   "value": self.values(what, how.takes)})
            for what in whats for how in HOWS[kind_of(what, self.fields)].values()])

    def groups(self):
        match = st.sampled_from(["all", "any"])
        inner = st.fixed_dictionaries({"match": match, "of": st.lists(
            self.conditions(), min_size=1, max_size=3)})
        return st.fixed_dictionaries({"match": match, "of": st.lists(
            self.conditions() | inner, min_size=1, max_size=4)})
