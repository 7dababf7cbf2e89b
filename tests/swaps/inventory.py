"""Which swaps the templates have, and which of them the tests make.

A swap is named by what stands in its `hx-get` or `hx-post`: the name of the address with its
query, or the expression that makes it.
"""
import re
from collections import Counter
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SWAP = re.compile(r'\bhx-(?:get|post)="([^"]*)"')
# Some partials are given their address: `{% url '…' as address %}`.
GIVEN = re.compile(r"({%\s*url\s[^%]*)\bas\s+address\s*%}")
URL = re.compile(r"{%\s*url\s+'([^']+)'[^%]*(?:%}|$)")
BRACES = re.compile(r"\s*({{|}}|{%|%})\s*")

made_by_tests = Counter()


def swaps(*names):
    """Tell which swaps of the templates a test makes. Each that there is wants its own test."""
    made_by_tests.update(names)

    def told(test):
        test.swaps = names
        return test

    return told


def name_of(address):
    """Return how a swap with this address, as a template writes it, is named."""
    return " ".join(BRACES.sub("", URL.sub(r"\1", address)).split())


def swaps_of(template):
    """Return the names of the swaps in a template's text, one for each place."""
    addresses = SWAP.findall(template) + GIVEN.findall(template)
    return [name_of(address) for address in addresses]


def swaps_there_are():
    """Return how often each swap stands in the templates."""
    found = Counter()
    for path in TEMPLATES.rglob("*.html"):
        found.update(swaps_of(path.read_text()))
    return found
