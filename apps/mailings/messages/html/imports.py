"""`@import` in CSS: letters fetch no styles."""
import re

import tinycss2

MAYBE = re.compile(r"@(?:import|\\)", re.IGNORECASE)
LINE_END = re.compile(r"\r\n|[\r\n\f]")


def imports_in(css: str) -> list[tuple[int, int]]:
    """Return where in `css` each `@import` begins and ends."""
    if not MAYBE.search(css):
        return []
    starts = [0, *(end.end() for end in LINE_END.finditer(css))]
    nodes = tinycss2.parse_component_value_list(css)
    offsets = [starts[node.source_line - 1] + node.source_column - 1 for node in nodes]
    offsets.append(len(css))
    found = []
    begin = None
    for at, node in enumerate(nodes):
        if node.type == "at-keyword" and node.lower_value == "import" and begin is None:
            begin = offsets[at]
        elif begin is not None and ends_rule(node):
            found.append((begin, offsets[at + 1]))
            begin = None
    if begin is not None:
        found.append((begin, len(css)))
    return found


def ends_rule(node: tinycss2.ast.Node) -> bool:
    return bool(node.type == "{} block" or (node.type == "literal" and node.value == ";"))
