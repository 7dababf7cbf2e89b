"""The text part of a letter, made of its HTML: every visible word and every link, in order."""
import re
from collections.abc import Callable, Iterator

from lxml import etree
from lxml import html as lxml_html

BLOCKS = {
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "html", "legend",
    "li", "main", "nav", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr"}
APART = {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "ul"}
CELLS = {"td", "th"}
NOT_PLAIN = {"a", "area", "blockquote", "br", "hr", "img", "ol", "pre", "table", "ul"}
UNSHOWN = {"head", "style", "script", "title", "template", "noembed", "noframes", "map", "object"}
HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)
BLANKS = re.compile(r"[ \t\n\f\r]+")
NOTHING = re.compile(r"[\s\u034f\u200b-\u200d\u2007\u2060\ufeff\xad]*\Z")
LONGEST_ROW = 76
BESIDE = " · "  # between the cells of a row of data
PARSER = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)


def text_of(html: str) -> str:
    """Return `html` as plain text."""
    if not html.strip():
        return ""
    root = etree.fromstring(html.encode("utf-8", "replace"), PARSER)
    return Walk(root).text() if root is not None else ""


class Walk:
    """Goes through a letter's tree, and writes what a reader sees on lines."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.lines: list[str] = []
        self.line = ""
        self.prefixes: list[str] = []  # of quotes and lists
        self.bullet = ""
        self.numbers: list[int | None] = []  # of the lists around
        self.links: list[tuple[int, int, str]] = []  # lines, length of the line, address
        self.kept = 0  # of the elements `pre` around
        self.row: etree._Element | None = None  # of data, whose cells stand on one line

    def text(self) -> str:
        walk = etree.iterwalk(self.root, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event in ("comment", "pi"):
                self.write(element.tail)
            elif event == "end":
                self.end(element)
                if element is not self.root:
                    self.write(element.tail)
            elif is_hidden(element):
                walk.skip_subtree()
                element.clear(keep_tail=True)
                element.tag = "span"
            else:
                self.start(element)
                self.write(element.text)
        self.break_line()
        return joined(self.lines)

    def start(self, element: etree._Element) -> None:
        name = element.tag
        if name in CELLS:
            self.cell(element)
        elif name in APART and self.row is None:
            self.blank()
        elif name in BLOCKS and self.row is None:
            self.break_line()
        if begin := STARTS.get(name):
            begin(self, element)

    def end(self, element: etree._Element) -> None:
        name = element.tag
        if finish := ENDS.get(name):
            finish(self, element)
        if element is self.row:
            self.row = None
        if name in APART and self.row is None:
            self.blank()
        elif name in BLOCKS and self.row is None:
            self.break_line()

    def begin_row(self, element: etree._Element) -> None:
        if self.row is None and is_data(element):
            self.row = element

    def cell(self, element: etree._Element) -> None:
        """Begin a cell: of a row of data beside the one before, else on a line of its own."""
        if self.row is None:
            self.break_line()
        elif self.line.strip():
            self.line = self.line.rstrip(" ") + BESIDE

    def write(self, text: str | None) -> None:
        """Add text to the line; blanks run together, as browsers show them."""
        if not text:
            return
        if self.kept:
            first, *more = text.split("\n")
            self.line += first
            for line in more:
                self.break_line(always=True)
                self.line = line
            return
        text = BLANKS.sub(" ", text)
        if not self.line or self.line.endswith(" "):
            text = text.removeprefix(" ")
        self.line += text

    def break_line(self, always: bool = False) -> None:
        if NOTHING.match(self.line) and not always:
            self.line = ""
            return
        self.lines.append("".join(self.prefixes) + self.bullet + self.line.rstrip(" "))
        if self.bullet:
            self.bullet = " " * len(self.bullet)
        self.line = ""

    def blank(self) -> None:
        self.break_line()
        if self.lines and self.lines[-1]:
            self.lines.append("")

    # Elements that are more than blocks.

    def line_break(self, _element: etree._Element) -> None:
        self.break_line(always=True)

    def rule(self, _element: etree._Element) -> None:
        self.line = "---"

    def picture(self, element: etree._Element) -> None:
        alt = BLANKS.sub(" ", element.get("alt", "")).strip()
        if alt:
            self.apart(alt)

    def apart(self, words: str) -> None:
        """Write words with a blank before them, where others are."""
        if self.line and not self.line.endswith((" ", "(")):
            self.line += " "
        self.line += words

    def link(self, element: etree._Element) -> None:
        address = BLANKS.sub(" ", element.get("href", "")).strip()
        self.links.append((len(self.lines), len(self.line), address))

    def link_end(self, _element: etree._Element) -> None:
        lines, length, address = self.links.pop()
        if not address or address.startswith("#"):
            return
        if lines == len(self.lines):
            words = self.line[length:].strip()
        else:
            words = " ".join([*self.lines[lines:], self.line]).strip()
        if NOTHING.match(words):
            self.apart(address)
        elif bare(words) != bare(address):
            self.after(f"({address})")

    def after(self, words: str) -> None:
        """Write words after what stands on this line, or on the one before."""
        if NOTHING.match(self.line) and self.lines and self.lines[-1]:
            self.line = ""
            self.lines[-1] += f" {words}"
            return
        self.line = f"{self.line.rstrip(' ')} {words}"

    def list(self, element: etree._Element) -> None:
        self.numbers.append(number_of(element) if element.tag == "ol" else None)

    def list_end(self, _element: etree._Element) -> None:
        self.break_line()
        self.numbers.pop()

    def item(self, _element: etree._Element) -> None:
        number = self.numbers[-1] if self.numbers else None
        self.prefixes.append(self.bullet and " " * len(self.bullet))
        self.bullet = "- "
        if number is not None:
            self.bullet = f"{number}. "
            self.numbers[-1] = number + 1

    def item_end(self, _element: etree._Element) -> None:
        self.break_line()
        self.bullet = self.prefixes.pop()

    def quote(self, _element: etree._Element) -> None:
        self.prefixes.append(self.bullet + "> ")
        self.bullet = ""

    def quote_end(self, _element: etree._Element) -> None:
        self.break_line()
        self.bullet = " " * (len(self.prefixes.pop()) - 2)

    def keep(self, _element: etree._Element) -> None:
        self.kept += 1

    def keep_end(self, _element: etree._Element) -> None:
        self.kept -= 1


Step = Callable[[Walk, etree._Element], None]
STARTS: dict[str, Step] = {
    "tr": Walk.begin_row, "br": Walk.line_break, "hr": Walk.rule, "img": Walk.picture,
    "a": Walk.link, "area": Walk.link, "ul": Walk.list, "ol": Walk.list, "li": Walk.item,
    "blockquote": Walk.quote, "pre": Walk.keep}
ENDS: dict[str, Step] = {
    "a": Walk.link_end, "area": Walk.link_end, "ul": Walk.list_end, "ol": Walk.list_end,
    "li": Walk.item_end, "blockquote": Walk.quote_end, "pre": Walk.keep_end}


def is_hidden(element: etree._Element) -> bool:
    return (element.tag in UNSHOWN or element.get("hidden") is not None
            or bool(HIDDEN.search(element.get("style", ""))))


def is_data(row: etree._Element) -> bool:
    """Whether a row is a short one of words alone, at most a paragraph in each cell."""
    cells = [cell for cell in row if cell.tag in CELLS]
    if len(cells) < 2 or not all(is_plain(cell) for cell in cells):
        return False
    return len(BLANKS.sub(" ", "".join(row.itertext()))) <= LONGEST_ROW


def is_plain(cell: etree._Element) -> bool:
    blocks = 0
    for element in cell.iterdescendants():
        name = element.tag
        if name in NOT_PLAIN:
            return False
        if name in APART or name in BLOCKS:
            blocks += 1
    return blocks < 2


def number_of(ordered: etree._Element) -> int:
    start = ordered.get("start", "")
    return int(start) if re.fullmatch(r"-?[0-9]{1,6}", start) else 1


def bare(address: str) -> str:
    """Return an address without what does not tell it from another one."""
    return address.strip().removeprefix("mailto:").removeprefix("tel:").removesuffix("/")


def joined(lines: list[str]) -> str:
    """Return the lines as a text in which no two blank ones follow each other."""
    return "\n".join(without_doubled(lines)).strip("\n")


def without_doubled(lines: list[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if NOTHING.match(line):
            line = ""
        if line or before:
            yield line
        before = line
