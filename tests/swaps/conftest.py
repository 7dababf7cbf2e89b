"""Fixtures of the tests of swaps."""
import pytest

from apps.core import keyset
from tests.sending import mailing  # noqa: F401

from .page import Page


@pytest.fixture(autouse=True)
def quick_pages(monkeypatch, bare_pages, few_choices):
    """Two rows a page of each list, and pages that are made as in production."""
    monkeypatch.setattr(keyset, "PER_PAGE", 2)


@pytest.fixture
def open_page(request, as_owner):
    """Open a page as the owner or as `client`; at the end, what the test tells of was made."""
    pages = []

    def opened(address, client=as_owner):
        page = Page(client, address)
        pages.append(page)
        return page

    yield opened
    asked = set().union(*(page.asked for page in pages))
    told = {address.split("?")[0] for address in getattr(request.function, "swaps", ())
            if ":" in address}
    if hasattr(request.node, "callspec"):  # one of many tests, each of some of the swaps
        assert not told or told & asked
    else:
        assert told <= asked
