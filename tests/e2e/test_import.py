"""A file is dropped, its columns chosen, its rows checked and added, and all is taken back."""
import re

import pytest
from playwright.sync_api import expect

from tests.demo_site import log_in

ROWS = ["Список клиентов;;;", "", "Фамилия;Имя;Эл. почта;Район",
        "Ли;Анна;anna.new@example.com;Центр", "Ким;Борис;boris.new@gmial.com;Север",
        "Ум;Вера;нет почты;Юг"]
FILE = {"name": "клиенты.csv", "mimeType": "text/csv",
        "buffer": "\r\n".join(ROWS).encode("cp1251")}
DETAIL = re.compile(r"/recipients/import/\d+/$")
WAIT = 15_000


def drop(page):
    """Drop the file on the page, as a person does with the mouse."""
    page.evaluate("""([name, octets]) => {
        const moved = new DataTransfer();
        moved.items.add(new File([new Uint8Array(octets)], name));
        const how = { dataTransfer: moved, bubbles: true, cancelable: true };
        document.querySelector("main h1").dispatchEvent(new DragEvent("drop", how));
    }""", [FILE["name"], list(FILE["buffer"])])


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_imported_and_taken_back(open_page, site, script):
    page = log_in(open_page(java_script_enabled=script), site, "other@example.com")
    page.goto(f"{site}/recipients/import/")
    if script:
        drop(page)
        expect(page.locator("[data-drop-told]")).to_contain_text("клиенты.csv")
    else:
        page.set_input_files("[name=file]", FILE)
    page.click("main form .btn-primary")
    page.wait_for_url(DETAIL)
    wait_for(page, "#mapping", script)
    expect(page.locator("#import-columns")).to_contain_text("CP1251, точка с запятой")
    page.select_option("[name=column-3]", "new:text")
    if script:
        page.fill("[name=label-3]", "Район города")
    page.click("#check-rows")
    wait_for(page, "#import-rows tbody tr", script)
    correct(page, script)
    page.click("form[action$='/land/'] .btn-primary")
    wait_for(page, "[href$='/undo/']", script)
    expect(page.locator(".app-tally")).to_contain_text("Добавлено")
    assert page.locator(".app-tally dd").all_inner_texts() == ["3", "0", "0", "0"]
    page.click("[href$='/undo/']")
    page.locator(".btn-danger").first.click()
    wait_for(page, "text=Отменена", script)
    page.goto(f"{site}/recipients/?q=anna.new")
    expect(page.locator("#recipient-table")).not_to_contain_text("anna.new@example.com")


def test_more_rows_than_a_field_holds_are_pasted(open_page, site):
    page = log_in(open_page(), site, "other@example.com")
    page.goto(f"{site}/recipients/import/")
    rows = "".join(f"Клиент {n} <client{n}@example.com>\n" for n in range(80_000))
    page.eval_on_selector("[name=text]", "(field, rows) => { field.value = rows; }", rows)
    page.click("main form .btn-primary")
    page.wait_for_url(DETAIL)
    wait_for(page, "#mapping", script=True)
    page.goto(f"{page.url}drop/")
    page.click("main .btn-danger")
    expect(page.locator("#toasts")).to_contain_text("Загрузка отменена")


def correct(page, script):
    """Correct the row that has no address."""
    page.locator("[id$=-edit]").first.click()
    page.fill("[name=cell-2]", "vera.new@example.com")
    page.locator("[data-inline] .btn-primary" if script else ".app-form .btn-primary").click()
    land = page.locator("form[action$='/land/'] .btn-primary")
    expect(land).to_have_text("Добавить 3 получателей")


def wait_for(page, selector, script):
    """Wait until the work behind the page is done; without a script it is loaded again."""
    if script:
        page.locator(selector).first.wait_for(timeout=WAIT)
        return
    for _ in range(30):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{selector} did not come")
