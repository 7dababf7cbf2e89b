"""What is told of a source, with its lines."""
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .cleaning import Removal, What
from .markup import line_of

TOLD = 20  # faults of one letter
WORDS = {
    What.SCRIPT: gettext_lazy("a script is left out: mail programs run none"),
    What.HANDLER: gettext_lazy("%(name)s is left out: mail programs run no scripts"),
    What.FORM: gettext_lazy("<%(name)s> is left out: forms do not work in letters"),
    What.EMBEDDED: gettext_lazy("<%(name)s> is left out: mail programs embed nothing"),
    What.DRAWING: gettext_lazy("<%(name)s> is left out: mail programs do not draw it"),
    What.BASE: gettext_lazy("<base> is left out: write whole addresses"),
    What.REFRESH: gettext_lazy("the redirect is left out: letters do not lead elsewhere"),
    What.ADDRESS: gettext_lazy("an address that begins with %(name)s: is left out"),
    What.STYLE_ADDRESS: gettext_lazy("a style that runs a script is left out"),
    What.STYLESHEET: gettext_lazy("a style sheet from elsewhere is left out: letters load none"),
    What.INCLUDE: gettext_lazy("mj-include is left out: letters load no other files"),
    What.CUT: gettext_lazy("a tag or a comment that nothing closes is left out"),
}


def at_line(source: str, offset: int, words: object) -> str:
    return _("Line %(line)d: %(words)s.") % {"line": line_of(source, offset), "words": words}


def faults_of(source: str, removals: list[Removal]) -> tuple[str, ...]:
    """Return what was left out of a letter of `source`, of very much the first."""
    faults = [at_line(source, removal.at, words_of(removal)) for removal in removals[:TOLD]]
    if more := len(removals) - TOLD:
        if more > 0:
            faults.append(_("And as much again: %(number)d places more.") % {"number": more})
    return tuple(dict.fromkeys(faults))


def words_of(removal: Removal) -> str:
    name = removal.name[:40]
    return str(WORDS[removal.what]) % {"name": name}
