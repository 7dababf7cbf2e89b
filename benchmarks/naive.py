#!/usr/bin/env python
"""The yardstick: what a plain Django project does for each letter, one after another.

    python benchmarks/naive.py --messages 500 --smtp 127.0.0.1:2525 [--database postgres://…]

`send_mail()` over a new connection, then `Attempt.objects.create()`; the same letters, tables and
output as `send.py`.
"""
import json
import tempfile
import time

from send import arguments, make_mailing, set_up, throwaway_database


def measure(number):
    """Return the figures of one loop over `number` recipients."""
    from django.core.mail import send_mail
    from django.utils import timezone

    from apps.mailings.models import Attempt, Run
    mailing = make_mailing(number)
    message = mailing.message
    run = Run.objects.create(mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED,
                             trigger=Run.Trigger.COMMAND)
    started = time.perf_counter()
    for recipient in mailing.recipients.all():
        body = message.body.replace("{full_name|dear client}", recipient.full_name)
        send_mail(message.subject, body, None, [recipient.email])
        Attempt.objects.create(
            mailing=mailing, owner=mailing.owner, run=run, recipient=recipient,
            email=recipient.email, attempted_at=timezone.now(), status=Attempt.Status.SUCCESS)
    seconds = time.perf_counter() - started
    return {"messages": number, "send_s": round(seconds, 3), "rate": round(number / seconds, 1)}


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, options.smtp, folder)
        from django.conf import settings
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        print(json.dumps(measure(options.messages)))
        from django.db import connections
        connections.close_all()


if __name__ == "__main__":
    main()
