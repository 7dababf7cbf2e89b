"""A workbook (XLSX) that is written as it is read: any size, little memory, no file in between.

Each cell is a text, in a format that says so: no cell runs, also when somebody edits it, and a
telephone number keeps its plus. A workbook is a ZIP archive of XML (ECMA-376); its cells have
their texts in place (`inlineStr`), so that no table of texts is kept to the end.
"""
import re
from collections.abc import Generator, Iterator
from html import escape
from zipfile import ZIP_DEFLATED, ZipFile

from .cells import plainly
from .writing import Batches

MOST_ROWS = 1_048_576  # of a sheet, the header's too
LARGEST_SHEET = 2 ** 30  # octets
QUICK = 1  # the level of compression: a higher one takes three times as long

TOP = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FORMATS = "http://schemas.openxmlformats.org"
MAIN = f"{FORMATS}/spreadsheetml/2006/main"
OFFICE = f"{FORMATS}/officeDocument/2006/relationships"
LINKS = f"{FORMATS}/package/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

CONTENT_TYPES = f"""{TOP}<Types xmlns="{FORMATS}/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="{KIND}.worksheet+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>"""
ROOT = f"""{TOP}<Relationships xmlns="{LINKS}">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
# Format 49 is text. Of the two, the second is the header's.
STYLES = f"""{TOP}<styleSheet xmlns="{MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>
</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""
# The header stays in sight.
SHEET = f"""{TOP}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">
<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>
<cols><col min="1" max="%d" width="26" customWidth="1"/></cols><sheetData>"""
SHEET_END = "</sheetData></worksheet>"

# What XML can not hold, and a text that looks like what stands for it.
UNSAID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def workbook_octets(name: str, header: list[str], batches: Batches) -> Iterator[bytes]:
    """Yield a workbook with one sheet called `name`, or more where one is full."""
    return Workbook(name, header).octets(
        [[plainly(text) for text in row] for row in batch] for batch in batches)


class Pipe:
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        """Return what was written since this was last asked."""
        data = b"".join(self.written)
        self.written.clear()
        return data


class Workbook:
    """A workbook on its way out: where a sheet is full, the rows go on in the next one."""

    def __init__(self, name: str, header: list[str]) -> None:
        self.name = name
        self.header = header
        self.sheets = 0
        self.pipe = Pipe()
        self.archive = ZipFile(self.pipe, "w", ZIP_DEFLATED, compresslevel=QUICK)  # type: ignore

    def octets(self, batches: Batches) -> Iterator[bytes]:
        """Yield the file."""
        self.write("[Content_Types].xml", CONTENT_TYPES)
        self.write("_rels/.rels", ROOT)
        self.write("xl/styles.xml", STYLES)
        left = iter(batches)
        while True:
            is_full = yield from self.sheet(left)
            if not is_full:
                break
        self.write_contents()
        self.archive.close()
        yield self.pipe.taken()

    def sheet(self, batches: Iterator[list[list[str]]]) -> Generator[bytes, None, bool]:
        """Yield the next sheet, and return whether it is full."""
        self.sheets += 1
        rows = size = 0
        is_full = False
        with self.archive.open(f"xl/worksheets/sheet{self.sheets}.xml", "w") as part:
            part.write((SHEET % len(self.header) + row_xml(self.header, style=2)).encode())
            yield self.pipe.taken()
            for batch in batches:
                size += part.write("".join(map(row_xml, batch)).encode())
                yield self.pipe.taken()
                rows += len(batch)
                if rows + len(batch) >= MOST_ROWS or size > LARGEST_SHEET:
                    is_full = True
                    break
            part.write(SHEET_END.encode())
        return is_full

    def write(self, name: str, text: str) -> None:
        """Write a part, without the time: the same rows give the same file."""
        with self.archive.open(name, "w") as part:
            part.write(text.encode())

    def write_contents(self) -> None:
        """Write which sheets there are."""
        sheets, links = "", ""
        for number in range(1, self.sheets + 1):
            name = self.name if number == 1 else f"{self.name} {number}"
            sheets += f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
            links += (f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" '
                      f'Target="worksheets/sheet{number}.xml"/>')
        links += f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/>'
        self.write("xl/workbook.xml", (
            f'{TOP}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            f"<sheets>{sheets}</sheets></workbook>"))
        self.write("xl/_rels/workbook.xml.rels", (
            f'{TOP}<Relationships xmlns="{LINKS}">{links}</Relationships>'))


def row_xml(cells: list[str], style: int = 1) -> str:
    return f"<row>{''.join([cell_xml(text, style) for text in cells])}</row>"


def cell_xml(text: str, style: int) -> str:
    if not text:
        return f'<c s="{style}"/>'
    text = escape(UNSAID.sub(coded, text), quote=False).replace("\r", "&#13;")
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def coded(found: re.Match[str]) -> str:
    """Return a character as workbooks write one that XML has no way to write."""
    return f"_x{ord(found[0]):04X}_"
