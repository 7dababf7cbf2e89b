"""How deep the elements of a letter are nested: programs in C fall over what browsers cut off."""
from .markup import Kind, tokens

DEEPEST = 400  # browsers take 512
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr"}
# Their end may be left out, so that none says how deep the next one is.
ENDLESS = {"p", "li", "td", "th", "tr", "dt", "dd", "tbody", "thead", "tfoot", "colgroup"}


def is_too_deep(html: str) -> bool:
    depth = 0
    for token in tokens(html):
        if token.name in VOID or token.name in ENDLESS:
            continue
        if token.kind == Kind.START and not html.endswith("/>", token.start, token.end):
            depth += 1
            if depth > DEEPEST:
                return True
        elif token.kind == Kind.END and depth:
            depth -= 1
    return False
