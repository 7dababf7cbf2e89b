"""A page as lines, to compare it with another one: a tag or a text each."""
import difflib

from bs4 import NavigableString, Tag

# What the script fills or corrects when it is used, and what a fresh load does not have.
SCRIPTED = "#toasts, .app-look [name=next]"


def check_lines(before, after):
    """Fail, with the difference, if the lines of two pages are not the same."""
    if before == after:
        return
    changes = difflib.unified_diff(before, after, "after the swap", "fresh", lineterm="", n=4)
    raise AssertionError("The page is not as a fresh load:\n" + "\n".join(changes))


def lines_of(tree, but, only):
    """Return the selected parts as lines, one a tag or text, without what differs each time."""
    selected = tree.select(only)
    assert selected, f"{only} finds nothing"
    left_out = {id(tag) for tag in tree.select(SCRIPTED)}
    if but:
        left_out |= {id(tag) for tag in tree.select(but)}
    lines = []
    for part in selected:
        add_lines(part, left_out, 0, lines)
    return lines


def add_lines(node, left_out, depth, lines):
    indent = "  " * depth
    if isinstance(node, Tag):
        if id(node) in left_out:
            return
        lines.append(f"{indent}<{node.name}>{attributes_of(node)}")
        for child in node.children:
            add_lines(child, left_out, depth + 1, lines)
    elif type(node) is NavigableString:  # a comment is of another class
        text = " ".join(node.split())
        if text:
            lines.append(f"{indent}{text}")


def attributes_of(tag):
    """Return the attributes in the order of their names; the token of each answer is a word."""
    attributes = dict(tag.attrs)
    if attributes.get("name") == "csrfmiddlewaretoken":
        attributes["value"] = "token"
    return "".join(f" {name}={value!r}" for name, value in sorted(attributes.items()))
