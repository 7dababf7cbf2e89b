"""The bakery's tags, own fields, segments and grounds, as a shop would have them after a year."""
import random
from datetime import date, timedelta

from apps.mailings.fields.services import field_save
from apps.mailings.ground.services import ground_save, recipients_ground_set
from apps.mailings.models import Field, Ground, Recipient, Segment, Tag
from apps.mailings.tags.services import recipients_tag, tags_named

WHOLESALE, REGULAR, CAKES = "Опт", "Постоянные", "Торты на заказ"
TAGGED_BY = {  # the comments of those who have a tag
    WHOLESALE: ("Оптовый заказ раз в месяц", "Кофейня на Лесной"),
    REGULAR: ("Постоянный клиент с 2023 года", "Берёт ржаной по пятницам"),
    CAKES: ("Заказывает торты к праздникам",),
}
COLOURS = {WHOLESALE: Tag.Colour.BLUE, REGULAR: Tag.Colour.GREEN, CAKES: Tag.Colour.AMBER}
BREADS = ("Ржаной", "Пшеничный", "Бородинский")
WITHOUT_GROUND = 12  # clients, the first of the book
SHARE = .6  # of the clients whose birthday is known, or bread


def fill(owner):
    """Give the tags, fields, segments and grounds of a book that has none."""
    people = list(Recipient.objects.owned_by(owner).order_by("pk"))
    tags = make_tags(owner, people)
    birthday = field_save(field=Field(
        owner=owner, label="День рождения", kind=Field.Kind.DATE))
    bread = field_save(field=Field(
        owner=owner, label="Любимый хлеб", kind=Field.Kind.CHOICE, choices=list(BREADS)))
    chance = random.Random(9)
    for person in people:
        person.fields = known_of(chance, birthday, bread)
    Recipient.objects.bulk_update(people, ["fields"])
    Segment.objects.create(owner=owner, name="Опт, не писали 30 дней", conditions=all_of(
        condition("tags", "any", [tags[WHOLESALE].pk]), condition("written", "not_for", 30)))
    Segment.objects.create(owner=owner, name="День рождения в ближайший месяц", conditions=all_of(
        condition(f"field:{birthday.key}", "yearly", 30)))
    give_grounds(owner, people, tags[WHOLESALE])


def give_grounds(owner, people, wholesale):
    """Write down on what ground most of the people are written to."""
    form = ground_save(ground=Ground(
        owner=owner, text="Анкета у кассы: «Хочу получать новости пекарни»", version="2025",
        agreed_on=date(2025, 3, 1), proof="Папка «Анкеты» в кабинете"))
    contract = ground_save(ground=Ground(
        owner=owner, text="Договор поставки: прайсы и новости для оптовых покупателей",
        proof="Папка «Договоры»"))
    known = Recipient.objects.filter(pk__in=[person.pk for person in people[WITHOUT_GROUND:]])
    recipients_ground_set(recipients=known, ground=form)
    recipients_ground_set(recipients=known.filter(tags=wholesale), ground=contract)


def make_tags(owner, people):
    tags = {tag.name: tag for tag in tags_named(owner=owner, names=TAGGED_BY)}
    for name, tag in tags.items():
        tag.colour = COLOURS[name]
        tag.save()
        recipients_tag(tag=tag, recipients=[
            person.pk for person in people if person.comment in TAGGED_BY[name]])
    return tags


def known_of(chance, birthday, bread):
    """Return what is known of a client."""
    values = {}
    if chance.random() < SHARE:
        born = date(1955, 1, 1) + timedelta(days=chance.randrange(50 * 365))
        values[birthday.key] = born.isoformat()
    if chance.random() < SHARE:
        values[bread.key] = chance.choice(BREADS)
    return values


def all_of(*conditions):
    return {"match": "all", "of": list(conditions)}


def condition(what, how, value):
    return {"what": what, "how": how, "value": value}
