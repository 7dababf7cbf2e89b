"""A letter with one of everything, to see a branding by."""
from django.utils.translation import gettext as _

from ..blocks.kinds import Block, new_block
from ..blocks.mjml import mjml_of
from ..messages.html.build import built
from ..models import Message
from .models import Branding


def sample_html(branding: Branding) -> str:
    html = built(Message.Kind.MJML, mjml_of(sample(), branding)).html
    for word in ("{ссылка на письмо}", "{web_version}"):
        html = html.replace(word, "#")
    return html


def sample() -> list[Block]:
    return [
        new_block("heading", text=_("New in the shop")),
        new_block("text", html=_(
            "<p>Hello. This is how your letters look: the text, <a href=\"https://shop.example\">"
            "a link</a>, and below it a button.</p>")),
        new_block("button", text=_("Look at it"), url="https://shop.example"),
        new_block("divider"),
        new_block("product", name=_("A product"), price="890 ₽", old_price="1 090 ₽",
                  text=_("Two lines of what is good about it."), button=_("Buy"),
                  url="https://shop.example"),
        new_block("quote", text=_("The best shop in town."), author=_("A client")),
        new_block("social"), new_block("footer")]
