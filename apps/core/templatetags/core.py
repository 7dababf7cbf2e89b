"""Small helpers of the layout."""
from datetime import datetime

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ..addresses import shown
from ..keyset import PLACE, KeysetPage

register = template.Library()
register.filter("address", shown)


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


@register.simple_tag(takes_context=True)
def sort_icon(context: Context, name: str) -> str:
    """The icon that shows which way a column is sorted; "" when it is not."""
    icons = {"ascending": "arrow-up-short", "descending": "arrow-down-short"}
    return icons.get(sort_state(context, name), "")


@register.simple_tag(takes_context=True)
def list_query(context: Context, **changes: object) -> str:
    """Return the query of a list as it is asked for now, from its beginning, with `changes`.

    None takes a parameter out.
    """
    asked = context["request"].GET.copy()
    for name, value in {**dict.fromkeys(PLACE), **changes}.items():
        asked.setlist(name, [] if value is None else [value])
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def count_after(context: Context, page: KeysetPage) -> str:
    """The attributes of a list's count that have the exact one fetched when the page is shown."""
    if not page.is_many:
        return ""
    asked = context["request"].GET.copy()
    asked["count"] = "1"
    return format_html(
        'hx-get="?{}" hx-trigger="load" hx-target="this" hx-swap="outerHTML"', asked.urlencode())


@register.simple_block_tag(takes_context=True, end_name="endfilters")
def filters(context: Context, content: str, target: str, search: str = "", button: str = "") -> str:
    """A list's filters, which are sent as they change and bring what `target` selects.

    The tag's content are the fields beside the search, whose placeholder is `search`.
    """
    form = template.Engine.get_default().get_template("ui/_filters.html")
    with context.push(fields=content, target=target, search=search, button=button or _("Find")):
        return form.render(context)


@register.simple_tag
def moment(value: datetime, form: str = "DATETIME_FORMAT") -> SafeString:
    """A `time` element that shows `value` in one of the language's forms; its title has all."""
    value = localtime(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', date_format(value, "c"),
                       date_format(value, "Y-m-d H:i:s T"), date_format(value, form))


@register.simple_tag
def moment_to_second(value: datetime) -> SafeString:
    """A `time` element with seconds, whose tooltip adds the time zone."""
    value = localtime(value)
    words = f"{date_format(value, 'SHORT_DATE_FORMAT')} {date_format(value, 'H:i:s')}"
    return format_html('<time datetime="{}" title="{}">{}</time>', date_format(value, "c"),
                       date_format(value, "Y-m-d H:i:s T"), words)


@register.filter
def share(part: int, whole: int) -> float:
    """Return `part` of `whole` in per cent, to one decimal; 0 of nothing."""
    if not whole:
        return 0
    return round(100 * part / whole, 1)
