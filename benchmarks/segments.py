#!/usr/bin/env python
"""Time segments over one long book; print one JSON line for each.

    python benchmarks/segments.py [--recipients 1000000] [--rounds 5] [--database postgres://…]

The book has tags, own fields and one mailing to all of it that went out once. Of each segment are
timed, in milliseconds and without Django's pages: the count that is shown while one edits (exact up
to 10,000), the exact count that a list brings when it is shown, and the first page of people; of an
audience the two counts.
Without --database a SQLite file is made and thrown away; on PostgreSQL a database of its own.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lists import BOOK, fill, insert, prepare  # noqa: E402 neighbours, run as scripts
from send import throwaway_database  # noqa: E402

PER_PAGE = 26
TAGS = {"half": 2, "tenth": 10, "hundredth": 100, "thousandth": 1000}  # one of so many has it
CITIES = ("Казань", "Москва", "Орёл", "Пермь", "Тверь", "Уфа", "Чита")
# The key of each field, and its value for the recipient number k in SQL.
VALUES = {
    "city": "CASE k %% 7 {} END".format(
        " ".join(f"WHEN {place} THEN '{city}'" for place, city in enumerate(CITIES))),
    "orders": "k %% 50",
    "birthday": "'19' || (50 + k %% 49) || '-0' || (1 + k / 7 %% 9) || '-' || (10 + k / 3 %% 19)",
    "kind": "CASE WHEN k %% 20 = 0 THEN 'company' ELSE 'person' END",
}
KINDS = {"city": "text", "orders": "number", "birthday": "date", "kind": "choice"}
OBJECT = {"sqlite": "json_object", "postgresql": "jsonb_build_object"}
LATELY = {  # a letter to each within the last sixty days
    "sqlite": "datetime('now', '-' || (k %% 60) || ' days')",
    "postgresql": "now() - (k %% 60) * INTERVAL '1 day'",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def fill_fields(owner, first):
    """Give each recipient of the book values of own fields, and the time of a last letter."""
    from django.db import connection

    from apps.mailings.models import Field
    for key, kind in KINDS.items():
        choices = ["company", "person"] if kind == "choice" else []
        Field.objects.create(owner=owner, key=key, label=key, kind=kind, choices=choices)
    pairs = ", ".join(f"'{key}', {value}" for key, value in VALUES.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE mailings_recipient SET fields = {OBJECT[connection.vendor]}({pairs}), "
            f"last_letter_at = {LATELY[connection.vendor]} "
            f"FROM {BOOK.format(first=first, owner=owner.pk)} "
            "WHERE mailings_recipient.id = book.id", [])


def fill_tags(owner, first):
    """Return the tags by their name; one of so many recipients as TAGS says has each."""
    from apps.mailings.models import Tag, Tagging
    book = BOOK.format(first=first, owner=owner.pk)
    tags = {}
    for name, share in TAGS.items():
        tags[name] = Tag.objects.create(owner=owner, name=name).pk
        insert(Tagging, f"{book} WHERE k %% {share} = 1", {
            "tag_id": str(tags[name]), "recipient_id": "id"})
    return tags


def spread_letters(mailing):
    """Have the letters of the mailing that went out have left within the last sixty days."""
    from django.db import connection

    from apps.mailings.models import Run
    runs = Run.objects.filter(mailing=mailing)
    with connection.cursor() as cursor:
        for run in runs:
            cursor.execute(
                "UPDATE mailings_delivery SET updated_at = "
                f"{LATELY[connection.vendor].replace('k %%', 'id %%')} WHERE run_id = %s", [run.pk])


def make_audience(owner, tags):
    """Return a mailing to everyone less two tags, less who got a letter in the last seven days."""
    from tests.factories import MailingFactory
    mailing = MailingFactory(owner=owner, everyone=True, quiet_days=7)
    mailing.excluded_tags.set([tags["tenth"], tags["hundredth"]])
    return mailing


def audience_sizes(mailing):
    """Return how many a run would take now: as a page counts them, and all."""
    from django.utils import timezone

    from apps.core.numbers import counted
    from apps.mailings.whom.audience import audience
    rows = audience(mailing, now=timezone.now())
    return (lambda: counted(rows)), (lambda: rows.count())


def tidy():
    """Have the database know what it has, as it does after a while."""
    from django.db import connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def about(what, how, value=None):
    return {"what": what, "how": how, "value": value}


def group(*conditions, match="all"):
    return {"match": match, "of": list(conditions)}


def segments(tags, mailing):
    city = about("field:city", "is", "казань")
    quiet = about("written", "not_for", 30)
    return {
        "tag, city, quiet: few": group(about("tags", "any", [tags["hundredth"]]), city, quiet),
        "tag, city, quiet: some": group(about("tags", "any", [tags["tenth"]]), city, quiet),
        "tag, city, quiet: many": group(
            about("tags", "any", [tags["half"], tags["tenth"]]), city, quiet),
        "no tag, no bounce, domain": group(
            about("tags", "none", [tags["half"], tags["hundredth"]]), about("bounced", "no"),
            about("domain", "any_of", ["shop3.example.com"])),
        "three fields": group(
            city, about("field:orders", "between", [10, 12]),
            about("field:kind", "any_of", ["company"])),
        "birthday, tag or nothing sent": group(
            about("field:birthday", "yearly", 7),
            group(about("tags", "any", [tags["thousandth"]]), quiet, match="any")),
        "words, city, orders: nobody": group(
            about("words", "has", "нет такого"), city, about("field:orders", "gt", 100)),
        "city contains, orders: nobody": group(
            about("field:city", "contains", "бург"), about("field:orders", "gt", 3), quiet),
        "did not get it, tag, city": group(
            about("mailing", "not_got", mailing), about("tags", "any", [tags["half"]]), city),
        "failed, city, tag": group(
            about("fate", "any_of", ["failed"]), city, about("tags", "any", [tags["tenth"]])),
        "any of three": group(
            about("tags", "any", [tags["thousandth"]]), about("bounced", "yes"),
            about("fate", "any_of", ["unknown"]), match="any"),
        "none of all": group(
            about("tags", "none", [tags["half"]]), about("field:city", "is_not", "Уфа"),
            about("fate", "none_of", ["failed", "unknown"])),
    }


def sifted(owner, conditions):
    from django.utils import timezone

    from apps.core.sieve import Sifted
    from apps.mailings.segments.conditions import sieve_of
    from apps.mailings.segments.finding import book_of
    rows = book_of(owner.pk)
    return Sifted(rows, sieve_of(conditions, owner_id=owner.pk, now=timezone.now())), rows


def first_page(owner, conditions):
    sieved, rows = sifted(owner, conditions)
    ordered = rows.order_by("sort_name", "pk")
    return len(sieved.first(ordered, PER_PAGE).order_by("sort_name", "pk")[:PER_PAGE])


def exact(owner, conditions):
    sieved, _rows = sifted(owner, conditions)
    return sieved.kept.count()


def live(owner, conditions):
    from apps.mailings.segments.finding import counted_people
    return counted_people(conditions, owner.pk).counted


def timed(call, rounds, *given):
    """Return what `call` returns, and the median of its times in milliseconds."""
    took = []
    for _ in range(rounds + 1):
        before = time.perf_counter()
        found = call(*given)
        took.append(1000 * (time.perf_counter() - before))
    return found, round(sorted(took[1:])[rounds // 2], 1)


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, throwaway_database(
            options.database, folder) as database:
        prepare(database, folder)
        from django.db import connection, connections

        from apps.users.models import User
        owner = User.objects.create_user("owner@example.com", "x")
        names = fill(owner, options.recipients)
        first = names["recipient"] - options.recipients // 3
        fill_fields(owner, first)
        tags = fill_tags(owner, first)
        spread_letters(names["mailing"])
        mailing = make_audience(owner, tags)
        tidy()
        capped, whole = audience_sizes(mailing)
        number, count_ms = timed(capped, options.rounds)
        all_of_them, exact_ms = timed(whole, 1)
        print(json.dumps({
            "audience": "everyone, less two tags, less seven days", "people": all_of_them,
            "counted": number, "count_ms": count_ms, "exact_ms": exact_ms}), flush=True)
        for name, conditions in segments(tags, names["mailing"]).items():
            number, count_ms = timed(live, options.rounds, owner, conditions)
            all_of_them, exact_ms = timed(exact, 1, owner, conditions)
            _rows, page_ms = timed(first_page, options.rounds, owner, conditions)
            print(json.dumps({
                "segment": name, "database": connection.vendor, "recipients": options.recipients,
                "people": all_of_them, "counted": number, "count_ms": count_ms,
                "exact_ms": exact_ms, "page_ms": page_ms}, ensure_ascii=False), flush=True)
        connections.close_all()


if __name__ == "__main__":
    main()
