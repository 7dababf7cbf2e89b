"""By what each feature of the table is known in a letter.

A sign is what a letter's HTML or CSS was seen to have, as `html_signs` and `css_signs` write it:
`<p>` an element, `[dir]` an attribute, `color:` a property, `display:none` one with a value,
`:hover`, `::before`, `@media`, `@media hover`, `calc()`, `1vw` a unit, `.webp` a picture.
"""
from functools import cache

# What no HTML of a letter can show.
NOT_IN_HTML = {
    "bimi": "a record in the DNS of the sender's domain",
}

FIRST_LETTERS = {  # of slugs whose rest is the name, in the order they are tried
    "css-pseudo-class-": ":{}",
    "css-pseudo-element-": "::{}",
    "css-selector-": "selector {}",
    "css-function-": "{}()",
    "css-unit-": "1{}",
    "css-at-media-": "@media {}",
    "css-at-": "@{}",
    "css-": "{}:",
    "html-aria-": "[aria-{}]",
    "html-": "<{}>",
    "image-": ".{}",
}

SIDES = ("top", "right", "bottom", "left")
PARTS = ("width", "style", "color")
CORNERS = ("top-left", "top-right", "bottom-right", "bottom-left")
LOGICAL = ("block", "inline")
ENDS = ("start", "end")

PLAIN_DISPLAYS = (
    "block", "inline", "inline-block", "list-item", "table", "inline-table", "table-row",
    "table-cell", "table-row-group", "table-header-group", "table-footer-group", "table-column",
    "table-column-group", "table-caption", "inherit")
RARE_DISPLAYS = ("flow-root", "contents", "flow", "run-in", "ruby", "initial", "revert", "unset")

# Features whose slug does not name their sign.
SIGNS: dict[str, tuple[str, ...]] = {
    "amp": ("[⚡4email]", "[amp4email]"),
    "css-animation": tuple(f"animation{rest}:" for rest in (
        "", "-name", "-duration", "-timing-function", "-delay", "-iteration-count", "-direction",
        "-fill-mode", "-play-state")),
    "css-at-media-device-pixel-ratio": (
        "@media -webkit-device-pixel-ratio", "@media -webkit-min-device-pixel-ratio",
        "@media -webkit-max-device-pixel-ratio"),
    "css-at-media-hover": ("@media hover", "@media any-hover"),
    "css-background": ("background:more",),
    "css-block-inline-size": ("block-size:", "inline-size:"),
    "css-border": (
        "border:", *(f"border-{side}:" for side in SIDES), *(f"border-{part}:" for part in PARTS),
        *(f"border-{side}-{part}:" for side in SIDES for part in PARTS)),
    "css-border-image": tuple(f"border-image{rest}:" for rest in (
        "", "-source", "-slice", "-width", "-outset", "-repeat")),
    "css-border-inline-block": ("border-inline:", "border-block:"),
    "css-border-inline-block-individual": tuple(
        f"border-{axis}-{part}:" for axis in LOGICAL for part in (*ENDS, *PARTS)),
    "css-border-inline-block-longhand": tuple(
        f"border-{axis}-{end}-{part}:" for axis in LOGICAL for end in ENDS for part in PARTS),
    "css-border-radius": ("border-radius:", *(f"border-{corner}-radius:" for corner in CORNERS)),
    "css-border-radius-logical": tuple(
        f"border-{block}-{inline}-radius:" for block in ENDS for inline in ENDS),
    "css-column-layout-properties": tuple(f"column{rest}:" for rest in (
        "s", "-width", "-fill", "-span", "-rule", "-rule-width", "-rule-style", "-rule-color")),
    "css-comments": ("/* */",),
    "css-conic-gradient": ("conic-gradient()", "repeating-conic-gradient()"),
    "css-display": tuple(f"display:{value}" for value in (*PLAIN_DISPLAYS, *RARE_DISPLAYS)),
    "css-display-flex": ("display:flex", "display:inline-flex"),
    "css-display-grid": ("display:grid", "display:inline-grid"),
    "css-display-none": ("display:none",),
    "css-flex-direction": ("flex-direction:column", "flex-direction:column-reverse"),
    "css-flex-wrap": ("flex-wrap:wrap", "flex-wrap:wrap-reverse"),
    "css-gap": ("gap:", "column-gap:", "row-gap:"),
    "css-grid-template": tuple(f"grid-template{rest}:" for rest in (
        "", "-areas", "-columns", "-rows")),
    "css-important": ("!important",),
    "css-inert-attribute": ("[inert]",),
    "css-intrinsic-size": ("fit-content", "min-content", "max-content", "fit-content()"),
    "css-left-right-top-bottom": tuple(f"{side}:" for side in SIDES),
    "css-linear-gradient": ("linear-gradient()", "repeating-linear-gradient()"),
    "css-margin": ("margin:", *(f"margin-{side}:" for side in SIDES)),
    "css-margin-block-start-end": ("margin-block-start:", "margin-block-end:"),
    "css-margin-inline-block": ("margin-inline:", "margin-block:"),
    "css-margin-inline-start-end": ("margin-inline-start:", "margin-inline-end:"),
    "css-modern-color": ("lch()", "oklch()", "lab()", "oklab()"),
    "css-nesting": ("nested rule", "selector &"),
    "css-outline": ("outline:", *(f"outline-{part}:" for part in PARTS)),
    "css-overflow": tuple(f"overflow{rest}:" for rest in ("", "-x", "-y", "-block", "-inline")),
    "css-padding": ("padding:", *(f"padding-{side}:" for side in SIDES)),
    "css-padding-block-start-end": ("padding-block-start:", "padding-block-end:"),
    "css-padding-inline-block": ("padding-inline:", "padding-block:"),
    "css-padding-inline-start-end": ("padding-inline-start:", "padding-inline-end:"),
    "css-radial-gradient": ("radial-gradient()", "repeating-radial-gradient()"),
    "css-rgb": ("rgb()",),
    "css-rgba": ("rgba()",),
    "css-scroll-snap": ("scroll-snap-type:", "scroll-snap-align:", "scroll-snap-stop:"),
    "css-sytem-ui": (
        "system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace"),
    "css-text-emphasis": ("text-emphasis:", "text-emphasis-style:", "text-emphasis-color:"),
    "css-text-wrap": ("text-wrap:", "text-wrap-mode:", "text-wrap-style:"),
    "css-transition": tuple(f"transition{rest}:" for rest in (
        "", "-property", "-duration", "-timing-function", "-delay", "-behavior")),
    "css-unit-calc": ("calc()",),
    "css-unit-initial": ("initial",),
    "css-unit-percent": ("1%",),
    "css-variables": ("--:", "var()"),
    "html-align": ("[align]",),
    "html-anchor-links": ("href #",),
    "html-background": ("[background]",),
    "html-body": ("<body> with attributes",),
    "html-button-reset": ("<button type=reset>",),
    "html-button-submit": ("<button type=submit>",),
    "html-cellpadding": ("[cellpadding]",),
    "html-cellspacing": ("[cellspacing]",),
    "html-comments": ("<!-- -->",),
    "html-dir": ("[dir]",),
    "html-doctype": ("<!doctype html>",),
    "html-h1-h6": tuple(f"<h{level}>" for level in range(1, 7)),
    "html-height": ("[height]",),
    "html-hidden": ("[hidden]",),
    "html-image-maps": ("<map>", "[usemap]"),
    "html-input-checkbox": ("<input type=checkbox>",),
    "html-input-hidden": ("<input type=hidden>",),
    "html-input-radio": ("<input type=radio>",),
    "html-input-reset": ("<input type=reset>",),
    "html-input-submit": ("<input type=submit>",),
    "html-input-text": ("<input type=text>",),
    "html-lang": ("[lang]",),
    "html-lists": ("<ul>", "<ol>", "<dl>"),
    "html-loading-attribute": ("[loading]",),
    "html-mailto-links": ("href mailto:",),
    "html-meta-color-scheme": ("<meta name=color-scheme>",),
    "html-popover": ("[popover]", "[popovertarget]"),
    "html-required": ("[required]",),
    "html-role": ("[role]",),
    "html-semantics": tuple(f"<{name}>" for name in (
        "article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark",
        "nav", "section", "summary", "time")),
    "html-srcset": ("[srcset]", "[sizes]"),
    "html-target": ("[target]",),
    "html-valign": ("[valign]",),
    "html-width": ("[width]",),
    "image-base64": ("data: picture",),
    "image-heif": (".heif", ".heic"),
    "image-jpg": (".jpg", ".jpeg"),
    "image-tiff": (".tiff", ".tif"),
}


@cache
def signs_of(slug: str) -> tuple[str, ...]:
    """Return the signs of a feature; a letter that has one of them has the feature."""
    if slug in SIGNS:
        return SIGNS[slug]
    if slug in NOT_IN_HTML:
        return ()
    for first, sign in FIRST_LETTERS.items():
        if slug.startswith(first):
            return (sign.format(slug.removeprefix(first)),)
    return ()
