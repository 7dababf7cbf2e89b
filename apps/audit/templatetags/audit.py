"""Entries of the trail in words."""
from django import template

from apps.audit.words import details_in_words, object_in_words

register = template.Library()
register.filter("details_in_words", details_in_words)
register.filter("object_in_words", object_in_words)
