"""What a style sheet or a style attribute has, sign by sign: see `signs.py`."""
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2

Sign = tuple[str, int]  # and the line in the CSS, from 1, where it stands
Node = Any  # a token or a rule of tinycss2, which has no types

OLD_PSEUDO_ELEMENTS = ("before", "after", "first-line", "first-letter")  # also with one colon
OF_SELECTORS = ("not", "is", "where", "has", "matches", "-webkit-any", "-moz-any")
COMBINATORS = {">": "child", "+": "adjacent-sibling", "~": "general-sibling"}
WITH_DESCRIPTORS = ("font-face", "page", "counter-style", "property", "font-palette-values")
KEYWORDS = ("initial", "fit-content", "min-content", "max-content")
FONTS = ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace")
# What people add to `display:none` for old programs; nothing is lost when it is not done.
MORE_HIDING = frozenset(("visibility", "opacity", "max-height", "overflow"))
# Properties whose values are signs by themselves, as `display:none`.
VALUES_MATTER = frozenset((
    "display", "flex-direction", "flex-wrap", "font-size", "font-weight", "letter-spacing",
    "position", "text-align", "text-decoration", "text-transform", "white-space"))


def signs_of_sheet(css: str) -> Iterator[Sign]:
    """Yield what the content of a `<style>` has."""
    yield from of_rules(tinycss2.parse_stylesheet(one_line_end(css)))


def signs_of_attribute(css: str) -> Iterator[Sign]:
    """Yield what a style attribute has; its references are resolved."""
    yield from of_block(tinycss2.parse_blocks_contents(one_line_end(css)))


def one_line_end(css: str) -> str:
    """Return `css` of as many characters, where a form feed ends no line: it does not in HTML."""
    return css.replace("\f", " ")


def of_rules(rules: Iterable[Node], nested: bool = False, within: bool = False) -> Iterator[Sign]:
    """Yield what rules have: `nested` ones in a rule, those `within` a media query."""
    for rule in rules:
        if rule.type == "comment":
            yield "/* */", rule.source_line
        elif rule.type == "at-rule":
            yield from of_at_rule(rule, nested, within)
        elif rule.type == "qualified-rule":
            if nested:
                yield "nested rule", rule.source_line
            yield from of_selectors(rule.prelude)
            yield from of_block(tinycss2.parse_blocks_contents(rule.content))


def of_block(nodes: list[Node]) -> Iterator[Sign]:
    """Yield what declarations, and the rules among them, have."""
    is_gone = any(node.type == "declaration" and node.lower_name == "display"
                  and "none" in words_of(node.value) for node in nodes)
    for node in nodes:
        if node.type != "declaration":
            yield from of_rules([node], nested=True)
        elif not (is_gone and node.lower_name in MORE_HIDING):
            yield from of_declaration(node)


def of_at_rule(rule: Node, nested: bool, within: bool) -> Iterator[Sign]:
    name = rule.lower_at_keyword
    yield f"@{name}", rule.source_line
    yield from comments_in(rule.prelude)
    if name == "import":
        yield from of_values("", rule.prelude)
    if name == "media":
        yield from of_media(rule.prelude)
        if within:
            yield "@media in @media", rule.source_line
    if rule.content is None:
        return
    if name.endswith("keyframes"):
        for frame in tinycss2.parse_stylesheet(rule.content):
            if frame.type == "qualified-rule":
                yield from of_block(tinycss2.parse_blocks_contents(frame.content))
    elif name in WITH_DESCRIPTORS:
        yield from comments_in(rule.content)
    elif nested:
        yield from of_block(tinycss2.parse_blocks_contents(rule.content))
    else:
        yield from of_rules(
            tinycss2.parse_stylesheet(rule.content), within=within or name == "media")


def of_media(prelude: list[Node]) -> Iterator[Sign]:
    """Yield the features that a media query asks for: the first name in each parenthesis."""
    for node in prelude:
        if node.type == "() block":
            named = next((part for part in node.content if part.type == "ident"), None)
            if named:
                yield f"@media {named.lower_value}", named.source_line
            yield from of_media(node.content)


def comments_in(nodes: Iterable[Node]) -> Iterator[Sign]:
    for node in nodes:
        if node.type == "comment":
            yield "/* */", node.source_line


def of_declaration(declaration: Node) -> Iterator[Sign]:
    name = declaration.lower_name
    line = declaration.source_line
    if name.startswith("--"):
        yield "--:", line
    else:
        yield f"{name}:", line
        yield from of_meaning(name, declaration.value, line)
    if declaration.important:
        yield "!important", line
    yield from of_values(name, declaration.value)


def of_meaning(name: str, value: list[Node], line: int) -> Iterator[Sign]:
    """Yield values of a property that mail programs treat each in its own way."""
    if name.startswith("margin"):
        yield from ((f"margin:{word}", line) for word in words_of(value))
    elif name in VALUES_MATTER:
        yield from ((f"{name}:{word}", line) for word in words_of(value))
        if len(solid(value)) > 1:
            yield f"{name}:many", line
    elif name == "background" and is_more_than_colour(value):
        yield "background:more", line
    elif name == "list-style" and len(solid(value)) > 1:
        yield "list-style:many", line


def words_of(value: Iterable[Node]) -> Iterator[str]:
    """Yield keywords, whole numbers, units, and `<0` for what is below nothing."""
    for node in value:
        if node.type == "ident":
            yield node.lower_value
        elif node.type in ("number", "dimension", "percentage"):
            unit = {"dimension": "1" + getattr(node, "lower_unit", ""), "percentage": "1%"}
            yield unit.get(node.type) or str(node.int_value)
            if node.value < 0:
                yield "<0"


def solid(value: Iterable[Node]) -> list[Node]:
    return [node for node in value if node.type not in ("whitespace", "comment")]


def is_more_than_colour(value: list[Node]) -> bool:
    """Return whether a background has what `background-color` could not say."""
    parts = solid(value)
    if len(parts) != 1:
        return bool(parts)
    part = parts[0]
    if part.type == "function":
        return str(part.lower_name).endswith(("url", "gradient", "image-set"))
    return str(part.type) == "url"


def of_values(name: str, nodes: Iterable[Node]) -> Iterator[Sign]:
    """Yield units, functions, keywords and pictures in the value of the property `name`."""
    for node in nodes:
        kind = node.type
        if kind == "dimension":
            yield f"1{node.lower_unit}", node.source_line
        elif kind == "percentage":
            yield "1%", node.source_line
        elif kind == "ident":
            if node.lower_value in KEYWORDS or (
                    node.lower_value in FONTS and name in ("font", "font-family")):
                yield node.lower_value, node.source_line
        elif kind == "function":
            yield from of_function(name, node)
        elif kind == "url":
            yield f"url {node.value}", node.source_line
        elif kind == "comment":
            yield "/* */", node.source_line
        elif kind.endswith("block"):
            yield from of_values(name, node.content)


def of_function(name: str, node: Node) -> Iterator[Sign]:
    yield f"{node.lower_name}()", node.source_line
    for argument in node.arguments:
        if node.lower_name == "url" and argument.type == "string":
            yield f"url {argument.value}", argument.source_line
    yield from of_values(name, node.arguments)


def of_selectors(prelude: list[Node]) -> Iterator[Sign]:
    """Yield what a list of selectors has."""
    yield from comments_in(prelude)
    parts = split(node for node in prelude if node.type != "comment")
    if len(parts) > 1:
        yield "selector grouping", prelude[0].source_line
    for part in parts:
        yield from of_selector(part)


def split(nodes: Iterable[Node]) -> list[list[Node]]:
    """Return the selectors that commas part."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node.type == "literal" and node.value == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def of_selector(nodes: list[Node]) -> Iterator[Sign]:
    """Yield the simple selectors of one, and the combinators between them."""
    blank = False  # before this node
    names = 0  # classes and ids since the last combinator
    before = ""  # see `colons`
    for node in nodes:
        if node.type == "whitespace":
            blank = True
            continue
        combinator = combinator_of(node, before, blank)
        if combinator:
            yield f"selector {combinator}", node.source_line
            names = 0
        sign = of_simple(node, before)
        if sign:
            yield sign, node.source_line
        if sign in ("selector class", "selector id"):
            names += 1
            if names == 2:
                yield "selector chaining", node.source_line
        if node.type == "function" and node.lower_name in OF_SELECTORS:
            for part in split(node.arguments):
                yield from of_selector(part)
        blank = False
        before = colons(node, before)


def combinator_of(node: Node, before: str, blank: bool) -> str:
    """Return the combinator that stands at `node` or in the `blank` before it, if one does."""
    if node.type == "literal" and node.value in COMBINATORS:
        return COMBINATORS[node.value]
    return "descendant" if blank and before and before not in COMBINATORS else ""


def colons(node: Node, before: str) -> str:
    """Return what the next simple selector has to know of `node`, which stands before it."""
    if node.type != "literal":
        return "simple"
    return "::" if node.value == ":" and before == ":" else str(node.value)


def of_simple(node: Node, before: str) -> str:
    """Return the sign of a simple selector; `before` is the literal that makes a name of it."""
    if node.type == "hash":
        return "selector id"
    if node.type == "[] block":
        return "selector attribute"
    if node.type in ("ident", "function"):
        name = node.lower_value if node.type == "ident" else node.lower_name
        if before == ".":
            return "selector class"
        if before == "::" or (before == ":" and name in OLD_PSEUDO_ELEMENTS):
            return f"::{name}"
        return f":{name}" if before == ":" else "selector type"
    if node.type == "literal" and node.value in ("*", "&"):
        return "selector universal" if node.value == "*" else "selector &"
    return ""
