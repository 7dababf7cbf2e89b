"""A page in a browser with htmx, without the browser: it asks and swaps as htmx would.

A `Page` holds the parsed page. `send` makes the request of one of its elements and puts the
answer where htmx would put it; `check_fresh` compares the result with a fresh load.
Attributes and headers that the project does not use are not known here: a new one fails.
"""
import json
import re
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup
from django.urls import resolve
from django.utils.encoding import iri_to_uri

from .fields import fields_of, is_field, values_of
from .lines import check_lines, lines_of

ORIGIN = "http://testserver"
KNOWN = {"hx-get", "hx-post", "hx-target", "hx-swap", "hx-trigger", "hx-push-url", "hx-sync",
         "hx-include", "hx-select", "hx-swap-oob", "hx-vals", "hx-encoding", "hx-disabled-elt"}
KNOWN_HEADERS = {"HX-Trigger", "HX-Trigger-After-Swap", "HX-Redirect"}


def parse(response):
    """Return the tree of an answer: of a page, or of a part (a bare <tr> too)."""
    html = response.content.decode()
    return BeautifulSoup(html, "html.parser", multi_valued_attributes=None)


class Page:
    """A page that `client` loaded from `address`, and what became of it."""

    def __init__(self, client, address):
        self.client = client
        self.toasts = []
        self.fields = {}  # what was sent last
        self.files = {}  # what is chosen in fields of files, by their names
        self.asked = set()  # the names of the addresses that htmx asked for
        self.load(address)

    def load(self, address):
        address = iri_to_uri(address)
        response = self.client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        self.address = address
        self.tree = parse(response)

    def one(self, selector):
        """Return the only element that `selector` finds."""
        found = self.tree.select(selector)
        assert len(found) == 1, f"{selector} finds {len(found)} elements"
        return found[0]

    def fill(self, selector, value):
        """Type `value` into a field, or choose it; what it had before is gone."""
        field = self.one(selector)
        if field.name == "textarea":
            field.string = value
        elif field.name == "select":
            for option in field.select("option[selected]"):
                del option["selected"]
            field.select_one(f'option[value="{value}"]')["selected"] = ""
        else:
            field["value"] = value

    def attach(self, selector, *files):
        """Choose files in a field; they are sent, as by a browser, only as multipart."""
        self.files[self.one(selector)["name"]] = list(files)

    def send(self, selector, button=None, status=200):
        """Do what htmx does when the element is clicked, submitted or due; return the answer.

        `button` is the selector of the button that submits a form.
        """
        pressed = button and self.one(button)
        return self.send_element(self.one(selector), pressed, status)

    def send_element(self, element, pressed=None, status=200):
        unknown = {name for name in element.attrs if name.startswith("hx-")} - KNOWN
        assert not unknown, f"This browser does not know {unknown}"
        response, asked = self.ask(element, pressed)
        self.asked.add(resolve(urlsplit(asked).path).view_name)
        assert response.status_code == status, f"{asked}: {response.status_code}"
        new = {name for name in response.headers if name.startswith("HX-")} - KNOWN_HEADERS
        assert not new, f"This browser does not know {new}"
        if "HX-Redirect" in response:
            self.load(response["HX-Redirect"])
            return response
        if self.is_swapped(response):
            self.swap(element, response)
        if element.get("hx-push-url") == "true" and status < 400:
            self.address = asked
        if "data-close-modal" in element.attrs and status < 400:
            self.close_modal()
        for header in ("HX-Trigger", "HX-Trigger-After-Swap"):
            for name, detail in json.loads(response.get(header, "{}")).items():
                self.fire(name, detail)
        return response

    def ask(self, element, pressed):
        """Make the element's request; return the answer and the address that was asked."""
        target = self.target_of(element)
        headers = {"HX-Request": "true", "HX-Current-URL": ORIGIN + self.address}
        if target is not None and target.get("id"):
            headers["HX-Target"] = target["id"]
        if element.get("id"):
            headers["HX-Trigger"] = element["id"]
        if element.get("name"):
            headers["HX-Trigger-Name"] = element["name"]
        fields = self.fields_for(element, pressed)
        self.fields = grouped(fields)
        if element.get("hx-encoding") == "multipart/form-data":
            self.fields |= self.files
            self.files = {}
        if "hx-post" in element.attrs:
            address = self.full(element["hx-post"])
            return self.client.post(address, self.fields, headers=headers), address
        address = self.full(element["hx-get"])
        if fields:
            joint = "&" if "?" in address else "?"
            address = f"{address}{joint}{urlencode(fields)}"
        return self.client.get(address, headers=headers), address

    def full(self, address):
        """Return an address that may be a query alone as one that can be asked."""
        if address.startswith("?"):
            return urlsplit(self.address).path + address
        return address

    def fields_for(self, element, pressed):
        """Return what goes along: of a form all; of a field itself; of a POST its form."""
        fields = self.own_fields(element, pressed)
        include = element.get("hx-include", "closest form")
        if include != "closest form":
            for part in self.found_from(element, include):
                fields += [(field["name"], value) for field in (part, *part.select("[name]"))
                           if is_field(field) for value in values_of(field)]
        return fields + list(json.loads(element.get("hx-vals", "{}")).items())

    def own_fields(self, element, pressed):
        if element.name == "form":
            return fields_of(self.tree, element, pressed)
        if element.get("hx-include") == "closest form" or "hx-post" in element.attrs:
            if element.name == "button":
                pressed = element
            return fields_of(self.tree, element.find_parent("form"), pressed)
        if element.get("name"):
            return [(element["name"], element.get("value", ""))]
        return []

    def found_from(self, element, selector):
        """Return what a selector finds; one that begins with `next`, first after the element."""
        how, _, rest = selector.partition(" ")
        if how != "next":
            return self.tree.select(selector)
        after = (tag for tag in element.find_all_next(True) if tag.css.match(rest))
        return [next(after)]

    def target_of(self, element):
        """Return what the answer replaces. Nothing is inherited: the configuration says so."""
        selector = element.get("hx-target", "this")
        if selector == "this":
            return element
        if selector.startswith("next "):
            return self.found_from(element, selector)[0]
        return self.one(selector)

    def is_swapped(self, response):
        """Whether the configuration in the page's head has an answer of this status swapped."""
        if response.status_code == 409:
            return bool(response.content)  # the script's own rule
        handling = json.loads(self.one('meta[name="htmx-config"]')["content"])["responseHandling"]
        for rule in handling:
            if re.search(rule["code"], str(response.status_code)):
                return rule["swap"]
        return False

    def swap(self, element, response):
        """Put the answer in its place, the parts out of band first."""
        answer = parse(response)
        for part in answer.select("[hx-swap-oob]"):
            self.swap_out_of_band(part.extract())
        if "hx-select" in element.attrs:
            chosen = answer.select_one(element["hx-select"])
            contents = [chosen.extract()]
        else:
            contents = [one.extract() for one in list(answer.contents)]
        how = element.get("hx-swap", "innerHTML").split()[0]
        place(self.target_of(element), contents, how)

    def swap_out_of_band(self, part):
        """Put `part` where its `hx-swap-oob` says: HOW:SELECTOR, HOW or true (by its id)."""
        how, _, selector = part["hx-swap-oob"].partition(":")
        del part["hx-swap-oob"]
        if how == "true":
            how = "outerHTML"
        contents = [part]
        if how != "outerHTML":
            contents = [one.extract() for one in list(part.contents)]
        place(self.one(selector or f"#{part['id']}"), contents, how)

    def fire(self, name, detail):
        """Do what the script and the listening elements do at an event."""
        if name == "toast":
            self.show_toast(detail)
        elif name == "modal:close":
            self.close_modal()
        elif name == "focus:on":
            self.one(f"#{detail['id']}")
        for element in self.tree.select("[hx-trigger]"):
            triggers = [one.strip() for one in element["hx-trigger"].split(",")]
            is_there = element.find_parent("html") is not None
            if f"{name} from:body" in triggers and is_there:
                self.send_element(element)

    def show_toast(self, detail):
        """Make the toast from the page's template, as the script does."""
        self.toasts.append(detail["text"])
        [template] = self.one("#toast-template").select(".toast")
        toast = parse_copy(template)
        if detail["undo"]:
            toast.form["action"] = detail["undo"]
            toast.form["hx-post"] = detail["undo"]
        else:
            toast.form.decompose()
        self.one("#toasts").append(toast)

    def close_modal(self):
        self.one("#modal-content").clear()

    def check_modal(self, response):
        """Fail if the modal has not the form of the full page in `response`."""
        full = parse(response)
        for in_modal, on_page in (("modal-body", "app-form-body"),
                                  ("modal-footer", "app-form-footer")):
            # The page's own link leads back, the modal's only closes it.
            shown = lines_of(self.tree, "a[data-bs-dismiss]", f"#modal .{in_modal} > *")
            expected = lines_of(full, f".{on_page} > a:first-child", f".{on_page} > *")
            check_lines(shown, expected)

    def check_fresh(self, but="", only="html"):
        """Fail, with the difference, if the page is not what a load of its address brings now.

        `only` selects the parts that are compared, `but` what is left out of them.
        """
        self.check_shows(self.client.get(self.address), but=but, only=only)

    def check_shows(self, response, but="", only="html"):
        """Fail, with the difference, if the page is not the one in `response`."""
        fresh = parse(response)
        check_lines(lines_of(self.tree, but, only), lines_of(fresh, but, only))


def grouped(fields):
    """Return (name, value) pairs as the test client takes them: lists by name."""
    data = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return data


def parse_copy(tag):
    return BeautifulSoup(str(tag), "html.parser", multi_valued_attributes=None).find(True)


def place(target, contents, how):
    """Put `contents` at `target` as htmx's `hx-swap` of that name does."""
    if how == "none":
        return
    if how == "innerHTML":
        target.clear()
        target.extend(contents)
    else:
        assert how == "outerHTML", f"This browser does not know hx-swap={how}"
        target.replace_with(*contents)
