"""What headers of columns say, in Russian and English, folded as `key_of_header` does."""
import re

from apps.core.words import folded

NOT_LETTERS = re.compile(r"[^\w]+|_+")


def key_of_header(text: str) -> str:
    """Return what headers that people take for one have in common."""
    return " ".join(NOT_LETTERS.sub(" ", folded(text)).split())


def keys(text: str) -> frozenset[str]:
    return frozenset(key_of_header(line) for line in text.strip().split("\n"))


WORDS = {
    "email": keys("""
e-mail
email
e mail
mail
е-мейл
емейл
е-майл
емайл
имейл
имэйл
мейл
мыло
почта
эл. почта
эл почта
эл. адрес
эл адрес
электронная почта
электронный адрес
адрес электронной почты
адрес эл. почты
пошта
електронна пошта
почтовый адрес
адрес почты
адрес эл. почты
адрес e-mail
адрес email
email address
e-mail address
mail address
адрес подписчика
subscriber
e-mail value
"""),
    "full_name": keys("""
фио
ф.и.о.
ф. и. о.
фамилия имя отчество
фамилия, имя, отчество
фамилия имя
фамилия и имя
имя фамилия
имя и фамилия
имя отчество
имя и отчество
полное имя
имя полностью
клиент
клиенты
покупатель
получатель
подписчик
заказчик
контакт
контактное лицо
контрагент
наименование
name
full name
fullname
display name
client
customer
contact
recipient
person
first and last name
"""),
    "last_name": keys("""
фамилия
фам
фам.
прізвище
last name
lastname
last
surname
family name
family
second name
"""),
    "first_name": keys("""
имя
ім'я
first name
firstname
first
given name
given
forename
"""),
    "patronymic": keys("""
отчество
отч
отч.
по батькові
patronymic
middle name
middlename
middle
additional name
"""),
    "comment": keys("""
комментарий
комментарии
коммент
примечание
примечания
заметка
заметки
описание
пометка
доп. информация
дополнительная информация
дополнительно
comment
comments
note
notes
remark
remarks
description
memo
"""),
    "tags": keys("""
метка
метки
тег
теги
тэг
тэги
ярлык
ярлыки
группа
группы
категория
категории
сегмент
сегменты
список
списки
tag
tags
label
labels
group
groups
group membership
category
categories
segment
segments
list
lists
"""),
}
TARGET_OF = {key: target for target, words in WORDS.items() for key in words}

# Words that say whose it is or which of several, and nothing of what it is.
BESIDE = keys("""
ваш
ваша
ваше
вашего
ваши
введите
укажите
клиент
клиента
контакт
контакта
покупатель
покупателя
получатель
получателя
подписчик
подписчика
заказчик
заказчика
держателя
владельца
участника
гостя
контактный
контактная
контактное
рабочий
рабочая
частный
частная
личный
личная
домашний
домашняя
основной
основная
другой
другая
дополнительный
дополнительная
your
what
is
enter
client
customer
contact
buyer
recipient
subscriber
member
person
billing
shipping
primary
secondary
other
work
home
personal
""")
OF_ADDRESS_ALONE = keys("""
user
account
""")
NUMERAL = re.compile(r"(?<=[^\W\d])\d\b|\b\d\b")


def target_of(header: str) -> str:
    """Return what a column under `header` becomes; "" where its words do not say it.

    What stands in brackets, and words that only say whose it is, are tried without and alone.
    """
    outside, _bracket, inside = header.rstrip(" )*:").partition("(")
    for text in header, outside, inside:
        if target := of_words(text):
            return target
    return ""


def of_words(text: str) -> str:
    key = key_of_header(text)
    if key in TARGET_OF:
        return TARGET_OF[key]
    words = [word for word in NUMERAL.sub("", key).split() if word not in BESIDE]
    target = TARGET_OF.get(" ".join(words), "")
    if target:
        return target
    rest = " ".join(word for word in words if word not in OF_ADDRESS_ALONE)
    return "email" if TARGET_OF.get(rest) == "email" else ""
