"""How a file was read: in words, and as a form by which it is corrected."""
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from ..sheets.reading import Reading

ENCODINGS = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "cp1251": "CP1251",
    "koi8-r": "KOI8-R", "cp866": "CP866", "mac-cyrillic": "MacCyrillic"}
DELIMITERS = {
    ";": gettext_lazy("semicolon"), ",": gettext_lazy("comma"),
    "\t": gettext_lazy("tab"), "|": gettext_lazy("vertical line"),
    " ": gettext_lazy("space"), "": gettext_lazy("one column")}
QUOTES = {
    '"': pgettext_lazy("quotes", "double"), "'": pgettext_lazy("quotes", "single"),
    "": pgettext_lazy("quotes", "none")}
MOST_SKIPPED = 10_000


def encoding_key(name: str) -> str:
    """Return an encoding's name as ours are written."""
    key = name.lower().replace("_", "-").removesuffix("-sig")
    return {"windows-1251": "cp1251", "ibm866": "cp866", "macintosh-cyrillic": "mac-cyrillic",
            "utf-16": "utf-16-le"}.get(key, key)


def in_words(reading: Reading) -> str:
    """Say how a file is read: “CP1251, semicolon, header in row 3”."""
    words = []
    if reading.kind == "text":
        key = encoding_key(reading.encoding)
        words = [ENCODINGS.get(key, key.upper()),
                 str(DELIMITERS.get(reading.delimiter, f"“{reading.delimiter}”"))]
    elif len(reading.sheets) > 1:
        words = [reading.kind.upper(), _("sheet “%(name)s”") % {"name": reading.sheet}]
    else:
        words = [reading.kind.upper()]
    if reading.header:
        words.append(_("header in row %(number)s") % {"number": reading.skip + 1})
    else:
        words.append(pgettext("how a file is read", "no header"))
    if not reading.header and reading.skip:
        words.append(_("rows from %(number)s on") % {"number": reading.skip + 1})
    return ", ".join(words)


class ReadingForm(forms.Form):
    """What can be corrected of a reading: of a workbook only the sheet and where its rows begin."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"))
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"))
    delimiter = forms.ChoiceField(label=gettext_lazy("Between columns"), required=False)
    quote = forms.ChoiceField(label=pgettext_lazy("of cells", "Quotes"), required=False)
    header = forms.ChoiceField(
        label=gettext_lazy("Header"), required=False,
        choices=[("1", gettext_lazy("There is one")), ("", gettext_lazy("There is none"))])
    skip = forms.IntegerField(
        label=gettext_lazy("Rows to skip"), min_value=0, max_value=MOST_SKIPPED, required=False)

    def __init__(self, data: Any = None, *, reading: Reading) -> None:
        self.reading = reading
        super().__init__(data, auto_id="id_%s", prefix="reading", initial={
            "encoding": encoding_key(reading.encoding), "delimiter": reading.delimiter,
            "quote": reading.quote, "header": "1" if reading.header else "",
            "skip": reading.skip, "sheet": reading.sheet})
        if reading.kind == "text":
            del self.fields["sheet"]
            self.offer("encoding", ENCODINGS, encoding_key(reading.encoding))
            self.offer("delimiter", DELIMITERS, reading.delimiter)
            self.offer("quote", QUOTES, reading.quote)
        else:
            del self.fields["encoding"], self.fields["delimiter"], self.fields["quote"]
            self.offer("sheet", {name: name for name in reading.sheets}, reading.sheet)
        for field in self.fields.values():
            kind = "form-control" if field is self.fields["skip"] else "form-select"
            field.widget.attrs["class"] = f"{kind} form-{kind.removeprefix('form-')}-sm"

    def offer(self, name: str, choices: dict[str, Any], now: str) -> None:
        """Let a field be one of `choices`, or stay what it is."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list({**choices, now: choices.get(now, now)}.items())

    def corrected(self) -> Reading:
        """Return the reading as the person has corrected it."""
        cleaned = self.cleaned_data
        changes: dict[str, Any] = {
            name: cleaned[name] for name in ("sheet", "delimiter", "quote") if name in cleaned}
        if "encoding" in self.changed_data:
            changes["encoding"] = cleaned["encoding"]
        return Reading(**{
            **self.reading.__dict__, **changes, "header": bool(cleaned["header"]),
            "skip": cleaned["skip"] or 0})
