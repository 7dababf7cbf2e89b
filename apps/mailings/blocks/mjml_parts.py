"""Each kind of block as sections of MJML; "" where nothing of it would be seen in a letter."""
from collections.abc import Callable, Mapping

from django.utils.html import escape, strip_tags
from django.utils.translation import gettext as _

from ..media.models import Picture
from ..media.services import address_of as picture_address
from .kinds import NETWORK_LABELS, Block
from .look import INNER, LETTER, SIDE, Look, lines, tag

GAP = 16  # between two columns
FEW_WORDS = 24  # characters
NARROW = 200  # a column in which words stand under the middle of the picture
WIDE = {"full": INNER, "half": INNER // 2, "small": 120}
SIZES = {"1": ("26px", "33px"), "2": ("20px", "27px")}


def section(content: str, padding: str = f"10px {SIDE}px", **attributes: str) -> str:
    return tag("mj-section", tag("mj-column", content), padding=padding, **attributes)


def text(content: str, **attributes: str) -> str:
    return tag("mj-text", content, **{"css_class": "v-text", **attributes})


def image(picture: Picture, alt: str, url: str, width: int, **attributes: str) -> str:
    """Return a picture, never wider than it is."""
    return tag("mj-image", src=picture_address(picture.digest), alt=alt, href=url,
               width=f"{min(width, picture.width)}px", **attributes)


def button(words: str, url: str, look: Look, align: str, padding: str = "0") -> str:
    return tag("mj-button", escape(words), href=url, align=align, padding=padding,
               background_color=look.branding.accent, color=look.on_accent, css_class="v-button")


def heading(block: Block, look: Look) -> str:
    if not block["text"]:
        return ""
    size, line = SIZES[block["level"]]
    element = f"h{block['level']}"
    return section(
        text(tag(element, escape(block["text"])), align=block["align"], font_size=size,
             line_height=line, font_weight="bold"),
        f"16px {SIDE}px 6px")


def rich(block: Block, look: Look) -> str:
    return section(text(block["html"], align=block["align"])) if block["html"] else ""


def button_block(block: Block, look: Look) -> str:
    if not (block["text"] and block["url"]):
        return ""
    return section(
        button(block["text"], block["url"], look, block["align"]), f"12px {SIDE}px")


def picture_block(block: Block, look: Look) -> str:
    picture = look.pictures.get(block["picture"])
    if not picture:
        return ""
    return section(image(picture, block["alt"], block["url"], WIDE[block["width"]],
                         fluid_on_mobile="true" if block["width"] == "full" else "",
                         border_radius="6px"))


def product(block: Block, look: Look) -> str:
    """A card: the picture left, on phones above, and all that is said of the product right."""
    said = product_words(block, look)
    picture = look.pictures.get(block["picture"])
    if not picture and block["name"] and block["price"] and not block["button"]:
        return product_row(block, look)
    if not picture:
        return section(said) if said else ""
    shown = image(picture, block["alt"] or block["name"], block["url"], INNER * 2 // 5,
                  border_radius="6px", fluid_on_mobile="true", padding="0 0 12px")
    left = tag("mj-column", shown, width="40%", vertical_align="middle")
    if not said:
        return tag("mj-section", left, padding=f"10px {SIDE}px")
    right = tag("mj-column", said, width="60%", vertical_align="middle",
                padding=f"0 0 0 {GAP}px", css_class="v-beside")
    return tag("mj-section", left + right, padding=f"12px {SIDE}px")


def product_row(block: Block, look: Look) -> str:
    """A line of an order or of a price list: what it is left, on phones too, the price right."""
    name = tag("strong", escape(block["name"]))
    if block["url"]:
        name = tag("a", name, href=block["url"], **{
            "class": "v-name", "style": f"color:{look.branding.text_colour};text-decoration:none"})
    said = text(name)
    if block["text"]:
        said += text(lines(block["text"]), color=look.muted, font_size="14px",
                     line_height="21px", css_class="v-muted")
    price = text(prices(block, look), align="right")
    return tag("mj-section", tag("mj-group", "".join([
        tag("mj-column", said, width="68%"), tag("mj-column", price, width="32%")])),
        padding=f"8px {SIDE}px")


def product_words(block: Block, look: Look) -> str:
    parts = []
    if block["name"]:
        parts.append(text(tag("h2", escape(block["name"])), font_size="18px", line_height="25px",
                          font_weight="bold", padding="0 0 4px"))
    if block["price"] or block["old_price"]:
        parts.append(text(prices(block, look), padding="0 0 8px"))
    if block["text"]:
        parts.append(text(lines(block["text"]), padding="0 0 12px"))
    if block["button"] and block["url"]:
        parts.append(button(block["button"], block["url"], look, "left"))
    return "".join(parts)


def prices(block: Block, look: Look) -> str:
    now = tag("strong", escape(block["price"]), style="font-size:18px") if block["price"] else ""
    if not block["old_price"]:
        return now
    before = tag("s", escape(block["old_price"]), **{
        "class": "v-muted", "style": f"color:{look.muted}"})
    return f"{now} {before}".strip()


def columns(block: Block, look: Look) -> str:
    """Columns of one width, one below the other on phones."""
    count = len(block["columns"])
    width = (INNER - GAP * (count - 1)) // count
    shown = [column(part, look, width) for part in block["columns"]]
    if not any(shown):
        return ""
    side = GAP // 2
    beside = "".join(
        tag("mj-column", content, padding=f"0 {side}px", width=f"{100 / count:.4f}%")
        for content in shown)
    if all(map(is_small, block["columns"])):
        beside = tag("mj-group", beside)  # on phones too
    return tag("mj-section", beside, padding=f"12px {SIDE - side}px")


def is_small(part: Mapping[str, str]) -> bool:
    """Whether a column is a picture with a word or two under it: an icon, a face."""
    return bool(part["picture"]) and len(strip_tags(part["html"])) <= FEW_WORDS


def column(part: Mapping[str, str], look: Look, width: int) -> str:
    picture = look.pictures.get(part["picture"])
    content = ""
    if picture:
        content += image(picture, part["alt"], part["url"], width, padding="0 0 10px",
                         fluid_on_mobile="true", border_radius="6px")
    if part["html"]:
        under = "center" if picture and width < NARROW else "left"
        content += text(part["html"], align=under, padding="0 0 14px")
    if part["url"] and not picture and part["html"]:
        content += text(link(part["url"], _("More"), look), padding="0 0 14px")
    return content


def divider(block: Block, look: Look) -> str:
    return section(tag("mj-divider", border_color=look.line, border_width="1px", padding="0",
                       css_class="v-line"), f"16px {SIDE}px")


def quote(block: Block, look: Look) -> str:
    if not block["text"]:
        return ""
    said = text(lines(block["text"]), font_size="18px", line_height="27px")
    if block["author"]:
        said += text("— " + escape(block["author"]), color=look.muted, css_class="v-muted",
                     font_size="14px", line_height="21px", padding="6px 0 0")
    inner = tag("mj-column", said, border_left=f"3px solid {look.branding.accent}",
                padding="0", inner_padding="", css_class="v-quote")
    return tag("mj-section", inner, padding=f"14px {SIDE}px")


def social(block: Block, look: Look) -> str:
    links = block["links"] or look.branding.social
    shown = [link(links[network], str(NETWORK_LABELS[network]), look)
             for network in NETWORK_LABELS if links.get(network)]
    if not shown:
        return ""
    return section(text(" &#160;·&#160; ".join(shown), align="center", font_size="15px"))


def link(url: str, words: str, look: Look) -> str:
    return tag("a", escape(words), href=url, style=f"color:{look.link}")


def footer(block: Block, look: Look) -> str:
    """Small grey words below the letter."""
    said = block["html"] or lines(look.branding.requisites.strip())
    if not said:
        return ""
    return section(
        text(said, align="center", font_size="13px", line_height="20px",
             color=look.muted, css_class="v-text v-footer"),
        f"6px {SIDE}px")


PARTS: Mapping[str, Callable[[Block, Look], str]] = {
    "heading": heading, "text": rich, "button": button_block, "picture": picture_block,
    "product": product, "columns": columns, "divider": divider, "quote": quote,
    "social": social, "footer": footer}


def part_of(block: Block, look: Look) -> str:
    """Return a block's sections; "" where it has nothing to show."""
    return PARTS[block["kind"]](block, look)


def logo(look: Look) -> str:
    """The logo at the top of a letter, or the shop's name; "" where there is neither."""
    branding = look.branding
    padding = f"28px {SIDE}px 8px"
    if branding.logo and branding.logo.deleted_at is None:
        return section(image(
            branding.logo, branding.company or branding.logo.alt, branding.site,
            min(180, LETTER), align="center"), padding, css_class="v-logo")
    if not branding.company:
        return ""
    name: str = escape(branding.company)
    if branding.site:
        name = tag("a", name, href=branding.site, **{
            "class": "v-name", "style": f"color:{branding.text_colour};text-decoration:none"})
    return section(text(name, align="center", font_size="20px", line_height="27px",
                        font_weight="bold"), padding)
