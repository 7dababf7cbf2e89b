"""The rooms of the address book: each has a way to the others."""
import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

ROOMS = ["tag_list", "segment_list", "field_list", "import_list", "export", "ground_list",
         "suppression_list"]


def links(client, address):
    page = BeautifulSoup(client.get(address).content, "html.parser")
    return page.select(".app-rooms a")


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_leads_to_all_and_names_itself(as_owner, room):
    here = reverse(f"mailings:{room}")
    found = links(as_owner, here)
    assert [link["href"] for link in found] == [reverse(f"mailings:{name}") for name in ROOMS]
    assert [link["href"] for link in found if link["aria-current"] == "page"] == [here]


def test_a_first_visit_leads_to_an_import(as_owner):
    page = as_owner.get(reverse("mailings:recipient_list")).content.decode()
    empty = BeautifulSoup(page, "html.parser").select_one(".app-empty")
    assert empty.select_one(".btn-primary")["href"] == reverse("mailings:import_list")
