"""A sender's form: what it takes, what it refuses, what becomes of the password."""
import pytest
from django.core import mail

from apps.audit.models import Entry
from apps.mailings.models import Sender

pytestmark = pytest.mark.django_db
LIST = "/senders/"
YANDEX = {"preset": "yandex", "name": "Лавка чая", "address": "olga@lavka.example",
          "new_password": "app-password-1"}
OWN = {"preset": "own", "name": "Лавка", "address": "olga@lavka.example", "host": "mx.example.com",
       "port": "587", "security": "starttls", "login": "olga", "new_password": "5ecret"}


def post(client, address, sent, status=302):
    answer = client.post(address, sent)
    assert answer.status_code == status, getattr(answer, "context", None) and \
        answer.context["form"].errors
    return answer


def as_it_is(sender, **changes):
    names = ["preset", "name", "address", "reply_to", "host", "port", "security", "login"]
    return {name: getattr(sender, name) for name in names} | changes


def wrong(answer):
    assert answer.status_code == 422
    return set(answer.context["form"].errors)


def test_a_known_mail_service_needs_an_address_and_a_password(as_owner, owner, checks):
    post(as_owner, f"{LIST}create/", YANDEX)
    sender = Sender.objects.get()
    assert (sender.host, sender.port, sender.security) == ("smtp.yandex.ru", 465, "tls")
    assert (sender.login, sender.read_password()) == ("olga@lavka.example", "app-password-1")
    assert sender.is_default and sender.verified_at is None
    assert checks.get().place == {"sender": sender.pk}


def test_the_address_gets_a_link_unless_its_owner_logs_in_by_it(as_owner, owner, checks):
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    post(as_owner, f"{LIST}create/", YANDEX | {"address": owner.email})
    assert Sender.objects.get().confirmed_at and not mail.outbox
    post(as_owner, f"{LIST}create/", YANDEX)
    other = Sender.objects.get(address="olga@lavka.example")
    assert not other.confirmed_at and not other.is_default
    assert [letter.to for letter in mail.outbox] == [["olga@lavka.example"]]


def test_the_services_own_server_needs_a_name_and_where_answers_go(
        as_owner, owner, checks, settings):
    sent = {"preset": "service", "name": "Лавка", "address": "olga@lavka.example",
            "host": "mx.example.com", "new_password": "5ecret", "per_day": "7"}
    settings.SERVICE_SENDER = False
    assert wrong(as_owner.post(f"{LIST}create/", sent)) >= {"preset"}
    settings.SERVICE_SENDER = True
    post(as_owner, f"{LIST}create/", sent)
    sender = Sender.objects.get()
    assert (sender.host, sender.login, sender.password, sender.per_day) == ("", "", "", None)
    assert not checks.exists()


def test_the_server_of_another_preset_is_replaced_by_the_chosen_ones(as_owner, checks):
    post(as_owner, f"{LIST}create/", YANDEX | {"host": "smtp.gmail.com", "port": "587"})
    sender = Sender.objects.get()
    assert (sender.preset, sender.host, sender.port) == ("yandex", "smtp.yandex.ru", 465)


def test_a_known_service_with_another_host_is_another_server(as_owner, checks):
    post(as_owner, f"{LIST}create/", YANDEX | {"host": "mx.example.com"})
    assert Sender.objects.get().preset == "own"


@pytest.mark.parametrize(("sent", "fields"), [
    ({"preset": ""}, {"preset"}),
    ({"preset": "nonsense"}, {"preset"}),
    ({"name": ""}, {"name"}),
    ({"name": "a\nBcc: b@c.d"}, {"name"}),
    ({"name": "a\u2028b"}, {"name"}),
    ({"name": "x" * 101}, {"name"}),
    ({"address": "olga"}, {"address"}),
    ({"address": "a@b.org,c@d.org"}, {"address"}),
    ({"address": "olga@[127.0.0.1]"}, {"address"}),
    ({"reply_to": "x@localhost"}, {"reply_to"}),
    ({"host": ""}, {"host"}),
    ({"host": "http://mx.example.com/"}, {"host"}),
    ({"host": "127.0.0.1"}, {"host"}),
    ({"host": "2130706433"}, {"host"}),
    ({"port": "80"}, {"port"}),
    ({"port": "x"}, {"port"}),
    ({"login": "ol\x00ga"}, {"login"}),
    ({"login": "ol\nga"}, {"login"}),
    ({"new_password": "5\r\nRSET"}, {"new_password"}),
    ({"new_password": ""}, {"new_password"}),
    ({"security": "none"}, {"security"}),
    ({"security": "rot13"}, {"security"}),
    ({"per_minute": "0"}, {"per_minute"}),
    ({"per_day": "-1"}, {"per_day"}),
    ({"per_hour": "9" * 30}, {"per_hour"}),
    ({"connections": "1001"}, {"connections"}),
])
def test_what_can_not_be_a_sender_is_refused_beside_its_input(
        as_owner, checks, settings, sent, fields):
    settings.SMTP_ALLOW_PRIVATE = False
    answer = as_owner.post(f"{LIST}create/", OWN | sent)
    assert wrong(answer) - {"new_password"} == fields - {"new_password"}
    assert "new_password" in wrong(answer)  # it has to be typed again in any case
    assert not Sender.objects.exists() and not checks.exists()


def test_a_number_is_the_login_at_unisender(as_owner, checks):
    answer = as_owner.post(f"{LIST}create/", YANDEX | {"preset": "unisender"})
    assert wrong(answer) >= {"login"}
    post(as_owner, f"{LIST}create/", YANDEX | {"preset": "unisender", "login": "123456"})
    assert Sender.objects.get().login == "123456"


def test_an_own_server_may_want_no_login(as_owner, checks):
    post(as_owner, f"{LIST}create/", OWN | {"login": "", "new_password": "", "port": "25"})
    assert Sender.objects.get().login == ""


def test_a_form_that_is_refused_keeps_all_but_the_password(as_owner, checks):
    page = as_owner.post(f"{LIST}create/", OWN | {"port": "80"}).text
    assert "Лавка" in page and "mx.example.com" in page
    assert "5ecret" not in page and "ещё раз" in page


def test_a_preset_fills_in_its_server_and_keeps_what_was_typed(as_owner, htmx, checks):
    sent = {"preset": "microsoft", "name": "Лавка", "address": "olga@lavka.example",
            "new_password": "5ecret"}
    part = htmx.post(f"{LIST}server/", sent).text
    assert "smtp.office365.com" in part and "5ecret" not in part and 'value="30"' in part
    page = as_owner.post(f"{LIST}create/", sent | {"_preset": "1"}).text
    assert "smtp.office365.com" in page and 'value="olga@lavka.example"' in page
    assert not Sender.objects.exists()


def test_own_server_keeps_a_host_that_is_nobodys_preset(htmx, checks):
    assert "mx.example.com" in htmx.post(f"{LIST}server/", OWN).text
    gmail = OWN | {"host": "smtp.gmail.com"}
    assert "smtp.gmail.com" not in htmx.post(f"{LIST}server/", gmail).text


def test_the_password_stays_when_none_is_typed_and_is_never_shown(as_owner, lavka, checks):
    page = as_owner.get(f"{LIST}{lavka.pk}/edit/").text
    assert "5ecret" not in page and lavka.password not in page and "Пароль сохранён" in page
    post(as_owner, f"{LIST}{lavka.pk}/edit/", as_it_is(lavka, name="Лавка улуна"))
    lavka.refresh_from_db()
    assert (lavka.name, lavka.read_password()) == ("Лавка улуна", "5ecret")
    assert lavka.verified_at and lavka.confirmed_at and not checks.exists()


@pytest.mark.parametrize("changes", [
    {"host": "evil.example.net"}, {"port": 2525}, {"login": "other"}, {"security": "tls"},
    {"preset": "yandex", "host": ""}])
def test_a_stored_password_goes_to_no_other_server_or_login(as_owner, lavka, checks, changes):
    address = f"{LIST}{lavka.pk}/edit/"
    sent = as_it_is(lavka, **changes)
    assert wrong(as_owner.post(address, sent)) == {"new_password"}
    assert Sender.objects.get().host == "mx.example.com" and not checks.exists()
    post(as_owner, address, sent | {"new_password": "n3w"})
    lavka.refresh_from_db()
    assert lavka.read_password() == "n3w" and lavka.verified_at is None and checks.exists()


def test_a_new_address_is_to_be_confirmed_anew(as_owner, lavka, checks):
    post(as_owner, f"{LIST}{lavka.pk}/edit/", as_it_is(lavka, address="anna@lavka.example"))
    lavka.refresh_from_db()
    assert lavka.confirmed_at is None and lavka.verified_at is None and checks.exists()
    assert mail.outbox[0].to == ["anna@lavka.example"]


def test_changed_limits_are_dated_and_touch_nothing_else(as_owner, lavka, checks):
    before = lavka.limits_at
    post(as_owner, f"{LIST}{lavka.pk}/edit/", as_it_is(lavka, per_day=500))
    lavka.refresh_from_db()
    assert lavka.per_day == 500 and lavka.limits_at > before and not checks.exists()


def test_the_trail_names_columns_and_no_values(as_owner, lavka, checks):
    post(as_owner, f"{LIST}{lavka.pk}/edit/",
         as_it_is(lavka, login="other", new_password="n3w-5ecret"))
    entry = Entry.objects.get(action="account")
    assert entry.details == "login, password"


def test_a_password_of_another_key_is_asked_for_again(as_owner, lavka, checks):
    Sender.objects.update(password="nonsense")
    page = as_owner.get(f"{LIST}{lavka.pk}/").text
    assert "ещё раз" in page
    assert wrong(as_owner.post(f"{LIST}{lavka.pk}/edit/", as_it_is(lavka))) == {"new_password"}
    post(as_owner, f"{LIST}{lavka.pk}/edit/", as_it_is(lavka, new_password="n3w"))


def test_a_second_window_is_told_of_the_first(as_owner, lavka, checks):
    sent = as_it_is(lavka, name="Мой", _version="2020-01-01T00:00:00+00:00")
    page = as_owner.post(f"{LIST}{lavka.pk}/edit/", sent)
    assert page.status_code == 422 and "в другом окне" in page.text
