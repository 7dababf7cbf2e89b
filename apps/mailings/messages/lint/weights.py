"""How much it matters when some mail programs do not do a feature."""
from .features import NO, Finding, Lack
from .remarks import Weight

# Platforms that few read letters in, or that are no longer made.
MINOR = {("gmail", "mobile-webmail"), ("outlook", "windows-mail")}
# Nobody sees that these are not done: the letter reads the same.
UNSEEN = frozenset("""
css-box-shadow css-box-sizing css-color-scheme css-comments css-cursor css-font-kerning
css-important css-outline css-outline-offset css-overflow-wrap css-pseudo-class-active
css-pseudo-class-focus css-pseudo-class-focus-visible css-pseudo-class-focus-within
css-pseudo-class-hover css-pseudo-class-link css-pseudo-class-visited css-rgba
css-text-decoration-skip-ink css-text-shadow css-transition css-user-select css-word-break
css-word-wrap html-abbr html-acronym html-aria-describedby html-aria-hidden html-aria-label
html-aria-labelledby html-aria-live html-bdi html-body html-comments html-dfn html-doctype
html-loading-attribute html-meta-color-scheme html-role html-target html-wbr
""".split())
# The rules of these selectors are written into the elements when a letter is made.
WRITTEN_IN = (
    "css-selector-", "css-pseudo-class-first-", "css-pseudo-class-last-", "css-pseudo-class-nth-",
    "css-pseudo-class-only-", "css-pseudo-class-not", "css-pseudo-class-lang")


def weight_of(finding: Finding) -> Weight:
    """Return whether readers of a mail program that many have notice what is missing."""
    if finding.slug in UNSEEN or finding.slug.startswith(WRITTEN_IN):
        return Weight.SLIGHT
    return Weight.NOTICED if any(map(is_noticed, finding.clients)) else Weight.SLIGHT


def is_noticed(lack: Lack) -> bool:
    return lack.level == NO and any(
        (lack.client, platform) not in MINOR for platform in lack.failing)
