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
почтовый адрес
адрес почты
адрес e-mail
адрес email
email address
e-mail address
mail address
your email
user email
контактный email
контактный e-mail
рабочий email
рабочий e-mail
личный email
основной email
почта клиента
email клиента
e-mail клиента
email подписчика
адрес подписчика
subscriber
subscriber email
client email
customer email
billing email
contact email
primary email
work email
home email
e-mail 1 - value
e-mail 2 - value
e-mail 1
e-mail 2
email 1
email 2
email1
email2
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
имя клиента
имя получателя
имя покупателя
имя подписчика
имя контакта
клиент
клиенты
покупатель
получатель
подписчик
заказчик
контакт
контактное лицо
фио клиента
фио покупателя
фио получателя
фио заказчика
фио контакта
наименование
наименование клиента
name
full name
fullname
display name
client
client name
customer
customer name
contact
contact name
recipient
recipient name
person
first and last name
"""),
    "last_name": keys("""
фамилия
фам
фам.
фамилия клиента
last name
lastname
last
surname
family name
family
second name
customer last name
billing last name
"""),
    "first_name": keys("""
имя
first name
firstname
first
given name
given
forename
customer first name
billing first name
"""),
    "patronymic": keys("""
отчество
отч
отч.
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
