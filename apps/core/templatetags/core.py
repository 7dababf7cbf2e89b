"""Small helpers of the layout."""
from django import template
from django.template.context import Context
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def current(context: Context, url_name: str) -> str:
    """Return the value of `aria-current`: `page` when the page lies under `url_name`."""
    path = reverse(url_name)
    here = context["request"].path
    if here == path or (path != "/" and here.startswith(path)):
        return "page"
    return "false"


@register.simple_tag(takes_context=True)
def sort_link(context: Context, name: str) -> str:
    """Return the `sort` that a column's header asks for: `name`, or turned round when it is on."""
    if context.get("sort") == name:
        return f"-{name}"
    return name


@register.simple_tag(takes_context=True)
def sort_state(context: Context, name: str) -> str:
    """Return a column's `aria-sort`: ascending, descending or none."""
    states = {name: "ascending", f"-{name}": "descending"}
    return states.get(str(context.get("sort")), "none")


@register.filter
def share(part: int, whole: int) -> float:
    """Return `part` of `whole` in per cent, to one decimal; 0 of nothing."""
    if not whole:
        return 0
    return round(100 * part / whole, 1)
