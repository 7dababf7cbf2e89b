"""Every page of the admin: no query breaks it, no secret is on it, its words are Russian."""
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import DateTimeField
from django.urls import reverse
from django.utils import timezone
from django_apscheduler.models import DjangoJob, DjangoJobExecution

from apps.core import admin as core_admin
from apps.mailings import admin as admin_of_nouns
from apps.mailings.attempts import finding
from apps.mailings.models import Attempt, Delivery, Mailing, Recipient, Run, Sender
from tests.conftest import client_of
from tests.factories import MailingFactory, RecipientFactory, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "5ecret"
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
QUERIES = [
    {"q": "x"}, {"q": "'"}, {"q": '";--'}, {"q": "%_\\"}, {"q": "a\x00b"}, {"q": "я" * 100_000},
    {"q": "x " * 50_000}, {"q": '"a b'}, {"q": "٣"}, {"p": "0"}, {"p": "-1"}, {"p": "9" * 5000},
    {"o": "1.-2.99.x"}, {"all": ""}, {"nonsense": "1"}, {"id": "9" * 30}, {"id": "\x00"},
    {"id__gt": "x"}, {"pk__in": "1,x"}, {"id": ["\x00", "1"]}, {"\x00": "1"},
]
bare = pytest.mark.usefixtures("bare_pages")
by_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def url_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def admins(superuser):
    return client_of(superuser)


@pytest.fixture
def one_of_each(pks, owner):
    """A row of each model that the admin shows, and something secret wherever there may be."""
    mailing, run = Mailing.objects.get(), Run.objects.get()
    Run.objects.update(seed=SECRET)
    Delivery.objects.update(lease_token=SECRET)
    Attempt.objects.create(mailing=mailing, owner=owner, run=run, email="a@example.com",
                           attempted_at=timezone.now(), status=Attempt.Status.SUCCESS)
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    UserSession.objects.create(user=owner, ip="127.0.0.1", session_key=SECRET, data={"a": SECRET})
    EmailAddress.objects.create(user=owner, email=owner.email)
    Group.objects.create(name="Люди")
    job = DjangoJob.objects.create(id="tick", job_state=SECRET.encode())
    DjangoJobExecution.objects.create(
        job=job, status=DjangoJobExecution.SUCCESS, run_time=timezone.now())
    owner.password = f"md5${SECRET}${SECRET}"
    owner.save()


def pages(client, model):
    """Yield an answer of each page that there is of the model."""
    yield client.get(url_of(model, "changelist"))
    yield client.get(url_of(model, "add"))
    for row in model._default_manager.all():
        for page in ("change", "history", "delete"):
            yield client.get(url_of(model, page, row.pk))


def dates_of(model):
    """Filters by each time of the model, for the first and the last moment that there is."""
    times = (field.name for field in model._meta.fields if isinstance(field, DateTimeField))
    for name in times:
        yield {f"{name}__gte": "0001-01-01 00:00"}
        yield {f"{name}__lt": "9999-12-31 23:59:59.999999-12:00"}


@by_model
@bare
def test_no_query_breaks_a_list(model, admins, one_of_each):
    for query in [*QUERIES, *dates_of(model)]:
        response = admins.get(url_of(model, "changelist"), query, follow=True)
        assert response.status_code in (200, 400), query


@by_model
@bare
def test_each_page_opens_and_shows_no_secret(model, admins, one_of_each):
    for response in pages(admins, model):
        assert response.status_code in (200, 302, 403)
        assert SECRET[:5] not in response.content.decode()


@by_model
@bare
def test_who_may_only_look_sees_each_page_too(model, one_of_each):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    for response in pages(client_of(user), model):
        assert response.status_code in (200, 403)


@pytest.mark.parametrize("model, lookup", [
    (UserSession, "session_key__startswith"), (Authenticator, "data__secret__startswith"),
    (Delivery, "lease_token__startswith"), (Run, "seed__startswith"),
    (Mailing, "owner__password__startswith"), (Sender, "password__startswith"),
    (Sender, "login__startswith"), (Sender, "host__startswith"), (Sender, "server_words__gt"),
])
def test_no_filter_tells_a_secret_letter_by_letter(model, lookup, admins, one_of_each):
    assert admins.get(url_of(model, "changelist"), {lookup: "5"}).status_code == 400


@by_model
@bare
def test_a_list_costs_few_queries(model, admins, one_of_each, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        admins.get(url_of(model, "changelist"))


def words(response):
    """What a page says, less the values of rows, and a misspelling of Django's own."""
    text = re.sub(r"<(script|style|td|option).*?</\1>", "", response.content.decode(), flags=re.S)
    return re.sub(r"<[^>]*>|\S+@\S+|OWNERSMARK( tag of the book)?|Single Sing-On", "|", text)


@by_model
@bare
def test_lists_and_forms_speak_russian(model, admins, one_of_each):
    shown = [response for response in pages(admins, model) if response.status_code == 200]
    for response in shown[:3]:
        text = words(response)
        assert re.findall("[A-Za-z]{3,} [A-Za-z]{2,}|Vestnik|Django", text) == []
        assert "Вестник" in text


@pytest.mark.parametrize("language, name", [("ru", "Вестник"), ("en", "Vestnik")])
def test_the_admin_bears_the_products_name(language, name, superuser):
    client = client_of(superuser)
    client.cookies.load({"django_language": language})
    page = client.get(reverse("admin:index")).content.decode()
    assert "Django" not in page and f"<h1>{name}</h1>" in page
    for app in admin.site.get_app_list(client.get("/admin/").wsgi_request):
        names = [app["name"], *(row["name"] for row in app["models"])]
        assert all(re.search("[а-я]", str(text)) for text in names) or language == "en", names


def test_what_tells_of_the_past_is_neither_written_nor_deleted(admins, one_of_each):
    for model in (Run, Delivery, Attempt, DjangoJob, DjangoJobExecution):
        row = model.objects.get()
        before = model.objects.values().get()
        assert admins.get(url_of(model, "add")).status_code == 403
        assert admins.post(url_of(model, "change", row.pk), {"state": "sent"}).status_code == 403
        assert admins.post(url_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        admins.post(url_of(model, "changelist"), {
            "action": "delete_selected", "post": "yes", "_selected_action": [row.pk]})
        assert model.objects.values().get() == before


@pytest.fixture
def few_are_many(monkeypatch):
    monkeypatch.setattr(core_admin, "MANY", 2)


def test_a_long_list_counts_no_further_than_its_first_pages(admins, owner, few_are_many):
    RecipientFactory.create_batch(4, owner=owner)
    page = admins.get(url_of(Recipient, "changelist"))
    assert page.context["cl"].result_count == 2


def test_an_action_on_all_rows_of_a_long_list_is_refused(admins, owner, few_are_many):
    people = RecipientFactory.create_batch(4, owner=owner)
    asked = {"action": "delete_selected", "post": "yes", "select_across": "1",
             "_selected_action": [people[0].pk]}
    page = admins.post(url_of(Recipient, "changelist"), asked, follow=True)
    assert "Слишком много" in page.content.decode()
    assert Recipient.objects.count() == 4


@pytest.mark.parametrize("many", [10_000, 1])
def test_recipients_letters_and_attempts_are_found_by_the_recipient(
        admins, one_of_each, monkeypatch, many):
    for module in (admin_of_nouns, finding):
        monkeypatch.setattr(module, "MANY", many)
    recipient = RecipientFactory(full_name="Анна Рояль", email="anna@example.com")
    RecipientFactory(full_name="Борис Рояль")
    Attempt.objects.update(recipient=recipient)
    Delivery.objects.update(recipient=recipient)
    for model in (Recipient, Attempt, Delivery):
        for text, number in (("рояль", model.objects.count()), ("anna@", 1), ("никто", 0)):
            found = admins.get(url_of(model, "changelist"), {"q": text}).context["cl"].queryset
            assert min(found.count(), 1) == min(number, 1), (model, text)


def test_a_mailing_tells_how_many_recipients_it_has(admins, owner):
    mailing = MailingFactory(owner=owner, recipients=RecipientFactory.create_batch(3, owner=owner))
    page = admins.get(url_of(Mailing, "change", mailing.pk))
    field = BeautifulSoup(page.content, "html.parser").select_one(".field-number .readonly")
    assert field.get_text() == "3"


def test_everybody_less_some_goes_to_all_but_these(admins, superuser):
    anna, boris, vera = RecipientFactory.create_batch(3, owner=superuser)
    mailing = MailingFactory(owner=superuser, recipients=[anna, boris], autostart=False)
    admins.post(url_of(Mailing, "change", mailing.pk), {
        "message": mailing.message_id, "when": "draft", "starts_at": "2030-01-01T10:00",
        "ends_at": "2030-01-02T10:00", "stays": "on", "everyone": "on", "without": anna.pk})
    assert set(mailing.recipients.all()) == {boris, vera}


def test_the_form_of_a_mailing_carries_none_of_its_recipients(admins, owner):
    people = RecipientFactory.create_batch(3, owner=owner)
    mailing = MailingFactory(owner=owner, recipients=people)
    page = BeautifulSoup(admins.get(url_of(Mailing, "change", mailing.pk)).text, "html.parser")
    assert not page.select_one("#id_recipients").get("value")
    assert page.select_one("#id_stays").has_attr("checked")
