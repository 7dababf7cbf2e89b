"""What people and programs send to senders' pages, and nobody thought of."""
from urllib.parse import urlencode

import pytest

from apps.mailings.models import Sender

pytestmark = pytest.mark.django_db
LIST = "/senders/"
SENT = {"preset": "own", "name": "Лавка", "address": "olga@lavka.example", "host": "mx.example.com",
        "port": "587", "security": "starttls", "login": "olga", "new_password": "5ecret",
        "reply_to": "", "per_minute": "", "per_hour": "", "per_day": "", "connections": ""}
ODD = ["", "\x00", "a\r\nBcc: x@y.example", "\ud800", "😀", "x" * 2000, '"; <x@y>', "-1",
       "1" * 5000, "٣", "xn--a.example", "[", "é" * 300 + ".рф", "ß@ß.example"]
FORM = "application/x-www-form-urlencoded"


def octets(sent):
    """Return the body of a form, also of what is no text in UTF-8."""
    return urlencode({name: text.encode("utf-8", "surrogatepass") for name, text in sent.items()})


@pytest.mark.parametrize("text", ODD)
def test_odd_input_is_saved_or_explained(text, as_owner, checks):
    for field in SENT:
        sent = octets({**SENT, field: text})
        answer = as_owner.post(f"{LIST}create/", sent, content_type=FORM)
        assert answer.status_code in (302, 422), field
    assert as_owner.get(LIST).status_code == 200


@pytest.mark.parametrize("hidden", [
    {"port": ""}, {"port": "abc"}, {"host": "127.0.0.1", "login": "\x01", "per_day": "-4"},
    {"new_password": "a\nb", "reply_to": "nobody"}])
def test_what_the_services_own_server_hides_stops_nobody(hidden, as_owner, checks, settings):
    settings.SERVICE_SENDER = True
    sent = {**SENT, "preset": "service", **hidden}
    assert as_owner.post(f"{LIST}create/", sent).status_code == 302
    sender = Sender.objects.get()
    assert (sender.host, sender.login, sender.password, sender.per_day) == ("", "", "", None)
