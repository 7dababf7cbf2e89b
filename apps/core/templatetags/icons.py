"""The tag `bs_icon`, which keeps each icon that it has made: a long list has hundreds of them."""
from functools import lru_cache

from bs_icon_templates.templatetags.bs_icons import bs_icon
from django import template

register = template.Library()
register.simple_tag(lru_cache(maxsize=None)(bs_icon), name="bs_icon")
