"""Workbooks for tests, sound and hostile ones."""
import zipfile
from pathlib import Path

from openpyxl import Workbook

SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
OPEN_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
FOLDER_OF_SHEETS = "xl/worksheets/sheet1.xml"


def book(path: Path, **sheets: list[list[object]]) -> Path:
    """Write a workbook by the names of its sheets and their rows."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def raw_book(path: Path, cells: str, before: str = "") -> Path:
    """Write a workbook of one sheet out of its XML."""
    related = f'<Relationship Id="rId1" Type="{RELATIONS}/'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}officeDocument" '
                       'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {SPREADSHEET} xmlns:r="{RELATIONS}"><sheets>'
                           '<sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}'
                                      'worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        FOLDER_OF_SHEETS: f"{before}<worksheet {SPREADSHEET}><sheetData>{cells}"
                          "</sheetData></worksheet>"}
    return zipped(path, parts)


def open_book(path: Path, rows: str, manifest: str = "") -> Path:
    """Write an OpenDocument workbook of one sheet out of its XML."""
    spaces = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    parts = {
        "mimetype": OPEN_SPREADSHEET,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OPEN}:manifest:1.0">'
                                 f"{manifest}</manifest:manifest>",
        "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
                       f'<table:table table:name="One">{rows}</table:table></office:spreadsheet>'
                       "</office:body></office:document-content>"}
    return zipped(path, parts)


def open_row(text: str, columns: int = 1, rows: int = 1) -> str:
    return (f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell '
            f'office:value-type="string" table:number-columns-repeated="{columns}">'
            f"<text:p>{text}</text:p></table:table-cell></table:table-row>")


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path
