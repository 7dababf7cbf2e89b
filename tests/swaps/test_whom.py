"""The count of whom a mailing's form is for."""
from apps.mailings.models import Tagging
from tests.factories import MailingFactory, RecipientFactory, TagFactory

from .inventory import swaps


@swaps("counted_at")
def test_the_count_is_what_the_form_without_a_script_shows(open_page, as_owner, owner):
    people = RecipientFactory.create_batch(3, owner=owner)
    mailing = MailingFactory(owner=owner, recipients=people[:1], everyone=True)
    group = TagFactory(owner=owner)
    Tagging.objects.create(tag=group, recipient=people[0])
    mailing.excluded_tags.add(group)
    page = open_page(f"/mailings/{mailing.pk}/edit/")
    page.send("#whom-count")
    assert "Получат 2 человека" in " ".join(page.one("#whom-count").get_text().split())
