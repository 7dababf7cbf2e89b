"""What the access matrix is made of: roles, methods, addresses, and how an answer is read."""
import contextlib
import copy

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import URLPattern, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from apps.delivery.models import TestAddress
from apps.inbound.models import InboundLetter
from apps.mailings.models import (
    Attachment,
    Attempt,
    BlockStep,
    Branding,
    Delivery,
    Field,
    Ground,
    Import,
    Mailing,
    Message,
    Picture,
    Recipient,
    Run,
    Segment,
    Sender,
    Suppression,
    Tag,
    Tagging,
)
from apps.users.models import User

ROLES = ("anonymous", "owner", "other", "manager", "blocked", "superuser")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
WITHOUT_TOKEN = {"inbound:leaving"}  # mail programs post there
LOGIN = "login"
DONE = frozenset({200, 204, 302, 409, 422})  # an empty form was taken, or refused kindly
NOT_ALLOWED = 405


def row(owner, other=None, manager=None, superuser=None, *, anonymous=LOGIN):
    """One method's answers by role; a blocked person is as a visitor."""
    other = owner if other is None else other
    manager = owner if manager is None else manager
    return {"anonymous": anonymous, "owner": owner, "other": other, "manager": manager,
            "blocked": anonymous, "superuser": manager if superuser is None else superuser}


def everybody(answer):
    return row(answer, anonymous=answer)


def expected_of(rows, method, role):
    """Return the set of answers that `rows` allow; a method they do not list is 405.

    A visitor to a private address is sent to login whatever the method is.
    """
    listed = rows.get("GET" if method == "HEAD" and "HEAD" not in rows else method)
    private = all(answers["anonymous"] == LOGIN for answers in rows.values())
    answer = listed[role] if listed else (
        LOGIN if private and role in ("anonymous", "blocked") else NOT_ALLOWED)
    return set(answer) if isinstance(answer, (set, frozenset)) else {answer}


def addresses(patterns=None, namespace=""):
    """Yield the name of each address that the resolver knows but Django's admin's, namespaced."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"
        elif entry.namespace != "admin":
            prefix = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, prefix)


def url_of(name, pks):
    """Return the address called `name` with an id of `pks`, by the noun in its name."""
    pk = pks.get(name.rpartition(":")[2].split("_")[0], pks["mailing"])
    for args in ([], [pk], ["x" * 8], ["x", "y"], [pk, pks["recipient"]]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address for {name}")


def admin_addresses(pks):
    """Return each address of Django's admin that takes at most one id, its doors left out."""
    doors = {"admin:login", "admin:logout"}
    admin = next(entry for entry in get_resolver().url_patterns
                 if getattr(entry, "namespace", None) == "admin")
    names = {f"admin:{name}" for name in addresses(admin.url_patterns) if name != "None"} - doors
    found = []
    for name in sorted(names):
        for args in ([], [pks["mailing"]]):
            try:
                found.append(reverse(name, args=args))
                break
            except NoReverseMatch:
                continue
    return found


def answer_of(response):
    """Return the status, or LOGIN for a redirect to the login page with the way back."""
    login = f"{reverse('account_login')}?"
    if response.status_code == 302 and response.url.startswith(login):
        return LOGIN
    return response.status_code


def read(response):
    """Return an answer's body as text."""
    return b"".join(response).decode(errors="replace") if response.streaming \
        else response.content.decode(errors="replace")


def rows_of(user):
    """Return every stored value of what is `user`'s: to be equal before and after."""
    mine = {model: Q(owner=user) for model in (
        Recipient, Suppression, Message, Mailing, Run, Attempt, Field, Tag, Segment, Ground,
        Import, Sender, Picture, Branding, InboundLetter)}
    mine |= {Delivery: Q(run__owner=user), Tagging: Q(tag__owner=user), User: Q(pk=user.pk),
             Attachment: Q(message__owner=user), BlockStep: Q(message__owner=user),
             TestAddress: Q(owner=user)}
    rows = {model.__name__: list(model._base_manager.filter(where).order_by("pk").values())
            for model, where in mine.items()}
    chosen = Mailing.recipients.through.objects.filter(mailing__owner=user)
    return {**rows, "chosen": list(chosen.order_by("pk").values())}


def names_read(monkeypatch, ask):
    """Return the names of fields or parameters that the view looks at while `ask` runs."""
    seen = set()

    def spy(plain):
        def look(self, name, *args, **kwargs):
            if not self._mutable:  # while it is, it is being filled
                seen.add(name)
            return plain(self, name, *args, **kwargs)
        return look

    with monkeypatch.context() as patch:
        for method in ("get", "getlist", "__getitem__", "__contains__"):
            patch.setattr(QueryDict, method, spy(getattr(QueryDict, method)))
        ask()
    return seen - {"csrfmiddlewaretoken"}


@contextlib.contextmanager
def undone(client):
    """Take back what is done within: the rows, the cache, and what `client` is logged in as."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies
    cache.clear()
