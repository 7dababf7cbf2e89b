"""What the templates of blocks ask."""
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.urls import reverse

register = template.Library()


@register.simple_tag
def rich_value(field: BoundField) -> tuple[str, str]:
    """Return a field's rich text as HTML, and as plain words."""
    rich: Any = field.field
    return rich.html_and_plain(field.value() or "")


@register.simple_tag
def block_url(name: str, message: int, block: str) -> str:
    return reverse(f"mailings:{name}", args=[message, block])
