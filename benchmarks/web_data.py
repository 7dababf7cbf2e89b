"""The data of `web.py`: one owner's book, and runs to all of it, made by a few statements."""
from datetime import timedelta

from lists import CODE, REPLY, STATE, STATUS, BOOK, insert, make_book

TRIES = """
SELECT CAST(EXTRACT(EPOCH FROM attempted_at) AS BIGINT) / 60, status, outcome_unknown, code,
    MIN(server_response), MIN(email), COUNT(*)
FROM mailings_attempt WHERE run_id = %s GROUP BY 1, 2, 3, 4
"""
BODY = "Hello {full_name|dear client},\n\n" + "Fresh bread every morning, a cake on Fridays.\n" * 40
A_SECOND = 100  # letters


def make(recipients, attempts):
    """Return the owner of so many recipients, written to so many times in all."""
    from django.db import connection

    from apps.statistics import counting, tallies
    from apps.users.models import User
    owner = User.objects.create_user("owner@example.com", "x")
    first = make_book(owner, recipients)
    runs = attempts // recipients
    for number in range(runs):
        write_to_all(owner, first, recipients, days=(runs - number) * 30)
        counting.fold()
    tallies.refresh_domains()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return owner


def write_to_all(owner, first, recipients, days):
    """Make a run of so many days ago that went to the whole book."""
    from apps.mailings.models import Attempt, Delivery
    from apps.statistics import counting
    mailing, run = finished_run(owner, recipients, days)
    book = BOOK.format(first=first, owner=owner.pk)
    moment = (f"CAST('{mailing.starts_at:%Y-%m-%d %H:%M:%S}+00' AS TIMESTAMPTZ) "
              f"+ k / {A_SECOND} * INTERVAL '1 second'")
    insert(Delivery, book, {
        "run_id": str(run.pk), "recipient_id": "id", "email": "email", "full_name": "full_name",
        "state": STATE, "answer": REPLY, "tries": "1"})
    insert(Attempt, book, {
        "mailing_id": str(mailing.pk), "owner_id": str(owner.pk), "run_id": str(run.pk),
        "recipient_id": "id", "email": "email", "status": STATUS, "code": CODE,
        "outcome_unknown": f"{CODE} IS NULL", "server_response": REPLY, "attempted_at": moment})
    counting.add(run.pk, {}, tries_of(run))


def finished_run(owner, recipients, days):
    from django.utils import timezone

    from apps.mailings.models import Mailing, Message, Run
    start = timezone.now() - timedelta(days=days)
    message = Message.objects.create(owner=owner, subject=f"News, {days} days ago", body=BODY)
    mailing = Mailing.objects.create(
        owner=owner, message=message, status="Завершена", everyone=True, starts_at=start,
        ends_at=start + timedelta(days=2))
    failed = len(range(7, recipients, 50))
    unknown = len(range(9, recipients, 200))
    run = Run.objects.create(
        mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, subject=message.subject,
        body=message.body, state=Run.State.FINISHED, total=recipients, failed=failed,
        unknown=unknown, sent=recipients - failed - unknown, finished_at=start)
    Run.objects.filter(pk=run.pk).update(started_at=start)
    return mailing, run


def tries_of(run):
    """Return what the run's attempts add to the tallies; grouped by the database, not by us."""
    from django.db import connection

    from apps.mailings.attempts.verdicts import meaning_of
    tries = {}
    with connection.cursor() as cursor:
        cursor.execute(TRIES, [run.pk])
        for minute, status, unknown, code, reply, email, number in cursor.fetchall():
            meaning = meaning_of(accepted=status == "Успешно", unknown=unknown, code=code,
                                 reply=reply, recipient=email)
            before, _reply = tries.get((minute, meaning), (0, ""))
            tries[minute, meaning] = (before + number, reply)
    return tries


def next_mailing(owner, letters):
    """Return a mailing of `owner` to so many of the book."""
    from django.db import connection
    from django.utils import timezone

    from apps.mailings.models import Mailing, Message
    now = timezone.now()
    mailing = Mailing.objects.create(
        owner=owner, starts_at=now + timedelta(hours=9), ends_at=now + timedelta(days=1),
        message=Message.objects.create(owner=owner, subject="News of the week", body=BODY))
    through = Mailing.recipients.through._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {through} (mailing_id, recipient_id) SELECT %s, id "
            "FROM mailings_recipient WHERE owner_id = %s ORDER BY id LIMIT %s",
            [mailing.pk, owner.pk, letters])
    return mailing


def octets_of_rows():
    """Return what a row of the big tables takes on the disk, with its part of each index."""
    from django.db import connection

    from apps.mailings.models import Attempt, Delivery, Recipient
    found = {}
    with connection.cursor() as cursor:
        for model in Recipient, Delivery, Attempt:
            table = model._meta.db_table
            cursor.execute(
                "SELECT pg_table_size(%s), pg_indexes_size(%s), (SELECT COUNT(*) FROM "
                f"{table})", [table, table])
            heap, indexes, rows = cursor.fetchone()
            found[table] = {"row": round(heap / rows), "indexes": round(indexes / rows)}
    return found


def octets_of_log():
    """Return how many octets the write-ahead log has had."""
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int(cursor.fetchone()[0])
