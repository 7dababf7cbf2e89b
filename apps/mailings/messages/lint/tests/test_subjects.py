import pytest

from ..subjects import remarks_on_preheader, remarks_on_sender, remarks_on_subject


def slugs(remarks):
    return [remark.slug for remark in remarks]


@pytest.mark.parametrize(("subject", "slug"), [
    ("Re: ваш заказ", "subject-reply"), ("FWD: заказ", "subject-reply"),
    ("Отв: заказ", "subject-reply"), ("Re[2]: заказ", "subject-reply"),
    ("(2) новых сообщения", "subject-count"), ("Ваш заказ (1)", "subject-count"),
    ("✅ Заказ принят", "subject-badge"), ("🔔 Новости", "subject-badge"),
    ("РАСПРОДАЖА ЧАЯ", "subject-capitals"), ("{имя}, СКИДКА ДЛЯ ВАС", "subject-capitals"),
    ("Скидки!!!", "subject-loud"), ("Чай! Кофе! Какао!", "subject-loud"),
    ("Новый чай " * 8, "subject-long"),
])
def test_it_names_what_is_wrong_with_a_subject(subject, slug):
    assert slugs(remarks_on_subject(subject)) == [slug]


@pytest.mark.parametrize("subject", [
    "Новый чай", "{имя|Друзья}, привезли чай", "Реклама: как не надо", "ООО «Чай»", "ЧАЙ",
    "Как дела?", "🍵 Новый чай", "Скидка 20 % (до 5 мая)", "Итоги 2026 (отчёт)",
    "{имя отчество|уважаемые и дорогие наши покупатели}, чай"])
def test_it_is_silent_of_a_subject_as_there_are_many(subject):
    assert slugs(remarks_on_subject(subject)) == []


def test_a_preheader_is_missing_or_says_the_same():
    assert slugs(remarks_on_preheader(" ", "Новый чай")) == ["preheader-missing"]
    assert slugs(remarks_on_preheader("новый чай!", "Новый чай")) == ["preheader-same"]
    assert slugs(remarks_on_preheader("И старый тоже", "Новый чай")) == []


@pytest.mark.parametrize("name", [
    "shop@gmail.com", "Лавка чая 🍵", "Лавка (2)", "Последний шанс", "Лавка: скидка 20 %",
    "{имя}, вам письмо", "Re: Лавка", "Лавка — новый чай из Китая", "Sale today"])
def test_a_sender_s_name_that_is_not_only_a_name_is_told(name):
    assert {*slugs(remarks_on_sender(name, "Новый чай из Китая"))} == {"sender-name"}


@pytest.mark.parametrize("name", [
    "Лавка чая", "Ольга из «Лавки чая»", "O'Neil & Co", "Кафе 24/7", "Акционерное общество «Чай»",
    "Freedom", "Подарочная лавка"])
def test_a_sender_s_name_alone_is_right(name):
    assert slugs(remarks_on_sender(name, "Чай")) == []
