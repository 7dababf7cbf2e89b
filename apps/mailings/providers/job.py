"""The job that looks up the domains which runs have met, and tells it to letters that wait.

It has no owner: whoever's run met a domain first, all runs know of it. What it was doing when it
was killed is simply done again.
"""
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.jobs.kinds import Kind, Later
from apps.jobs.models import Job

from .families import OTHER
from .letters import letters_tell, runs_to_tell
from .looking_up import Looked, NoAnswer, look_up
from .models import AGAIN, MailDomain

log = logging.getLogger("vestnik.mailings")
LOOK_UP = "mail_domains"  # the kind
BATCH = 32  # domains
AT_ONCE = 16
FEW = 8  # domains that nobody answers for may be at fault themselves
TELL_AFTER = 30  # batches, where there are more
Found = tuple[MailDomain, Looked | NoAnswer]


class LookUpKind(Kind):
    """Looks up domains while there are any to look up, and now and then tells letters of it."""

    key = LOOK_UP
    label = gettext_lazy("Mail servers of recipients' domains")
    private = True
    atomic = False

    def run_batch(self, job: Job) -> bool:
        if not settings.MX_LOOKUPS:
            return True
        if job.place.get("runs"):
            self.tell(job)
            return False
        domains = MailDomain.objects.due(timezone.now(), BATCH)
        if domains:
            self.ask(job, domains)
        if job.place.get("news") and (not domains or job.place["batches"] >= TELL_AFTER):
            job.place = {"runs": runs_to_tell(), "letter": 0}
            return False
        return not domains

    def ask(self, job: Job, domains: list[MailDomain]) -> None:
        """Look up `domains`. Raises Later where DNS does not answer at all."""
        found = ask_all(domains)
        if len(found) >= FEW and all(is_silent(answer) for _domain, answer in found):
            log.warning("DNS does not answer: %s", found[0][1])
            raise Later(timezone.now() + AGAIN[0])
        if domains_store(found):
            job.place["news"] = True
        job.place["batches"] = job.place.get("batches", 0) + 1
        job.done += len(found)

    def tell(self, job: Job) -> None:
        """Tell the next letters of the first run that is left."""
        started = time.monotonic()
        runs = job.place["runs"]
        last, changed = letters_tell(runs[0], job.place["letter"])
        job.place = {"runs": runs if last else runs[1:], "letter": last}
        if changed:
            log.info("run %s: the providers of %s letters are known", runs[0], changed,
                     extra={"run": runs[0]})
        time.sleep(self.rest(time.monotonic() - started))


def ask_all(domains: Iterable[MailDomain]) -> list[Found]:
    """Look up each of `domains`, AT_ONCE of them at a time."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dns") as pool:
        return list(pool.map(ask_one, domains))


def ask_one(domain: MailDomain) -> Found:
    try:
        return domain, look_up(domain.domain)
    except NoAnswer as why:
        return domain, why


def is_silent(answer: Looked | NoAnswer) -> bool:
    return isinstance(answer, NoAnswer) and answer.is_silent


@transaction.atomic
def domains_store(found: Iterable[Found]) -> bool:
    """Write down what was found. Returns whether some domain is of a family that it was not of.

    Without an answer the family stays what it was.
    """
    now = timezone.now()
    has_news = False
    for domain, answer in sorted(found, key=lambda one: one[0].domain):
        row = MailDomain.objects.filter(pk=domain.pk)
        if isinstance(answer, NoAnswer):
            # No more than says that it is not asked for by itself any more.
            failures = min(domain.failures, len(AGAIN)) + 1
            row.update(looked_at=now, failures=failures)
            continue
        row.update(looked_at=now, failures=0, provider=answer.provider, server=answer.server)
        has_news |= answer.provider not in (OTHER, domain.provider)
    return has_news


KIND = LookUpKind()
