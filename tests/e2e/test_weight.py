"""Pages are light, and nothing jumps when a part of one is swapped."""
from tests import weigh


def test_each_page_is_light_at_first_and_lighter_after(chromium, production):
    heavy = [row for row in weigh.weights(chromium, production)
             if row[1] > 150_000 or row[2] > 15_000]
    assert heavy == []


def test_no_swap_shifts_the_page(chromium, production):
    assert [(name, shift) for name, shift, _ in weigh.swaps(chromium, production) if shift] == []
