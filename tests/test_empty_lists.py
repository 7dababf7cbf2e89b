"""A list in which nothing has ever been: one thing to do, and nothing to filter."""
import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.test_hygiene import ROOT

pytestmark = pytest.mark.django_db
LISTS = ["mailings:recipient_list", "mailings:suppression_list", "mailings:tag_list",
         "mailings:message_list", "mailings:mailing_list", "mailings:attempt_list",
         "reports:report_list", "mailings:segment_list", "mailings:sender_list"]


@pytest.mark.parametrize("name", LISTS)
def test_it_offers_one_thing_to_do(name, as_owner):
    main = BeautifulSoup(as_owner.get(reverse(name)).text, "html.parser").main
    empty, = main.select(".app-first")
    assert len(empty.select(".btn-primary")) == 1
    others = set(main.select(".btn-primary")) - set(empty.select(".btn-primary"))
    assert others == set(main.select(".app-title .btn-primary"))  # which the style sheet hides


@pytest.mark.parametrize("name", LISTS)
def test_filters_that_find_nothing_stay(name, as_owner, pks):
    page = as_owner.get(reverse(name), {"q": "nobody", "from": "2020-01-01", "to": "2020-01-02"})
    assert "app-empty" in page.text and "app-first" not in page.text and 'id="filters"' in page.text


def test_the_style_sheet_hides_filters_and_the_titles_button_beside_it():
    style = (ROOT / "static/css/app.css").read_text(encoding="utf-8")
    hidden = ":is(.app-filters, .app-period, .app-title .app-actions) { display: none; }"
    assert f".app-main:has(.app-first) {hidden}" in style
