"""What a browser sends of a parsed form."""
SILENT = {"submit", "button", "reset", "image", "file"}


def fields_of(tree, form, pressed=None):
    """Return (name, value) of each field of `form` that is sent, in the order of the page.

    `pressed` is the button that submits it. Fields elsewhere name the form by `form`.
    """
    fields = []
    for field in tree.select("input, select, textarea"):
        if owner_of(field, form) and is_field(field):
            fields += [(field["name"], value) for value in values_of(field)]
    if pressed is not None and pressed.get("name"):
        fields.append((pressed["name"], pressed.get("value", "")))
    return fields


def is_field(tag):
    """Whether `tag` is a field that can be sent."""
    return tag.name in ("input", "select", "textarea") and tag.get("name") \
        and "disabled" not in tag.attrs


def owner_of(field, form):
    """Whether `field` is one of the form's."""
    if "form" in field.attrs:
        return field["form"] == form.get("id")
    return field.find_parent("form") is form


def values_of(field):
    """Return the values that a field sends: none, one, or of a list all that are chosen."""
    if field.name == "textarea":
        return [field.get_text().removeprefix("\n")]  # HTML drops the first line break
    if field.name == "select":
        return values_of_select(field)
    kind = field.get("type", "text")
    if kind in SILENT:
        return []
    if kind in ("checkbox", "radio"):
        return [field.get("value", "on")] if "checked" in field.attrs else []
    return [field.get("value", "")]


def values_of_select(field):
    options = field.select("option")
    chosen = [option for option in options if "selected" in option.attrs]
    if not chosen and "multiple" not in field.attrs:
        chosen = options[:1]
    return [option.get("value", option.get_text().strip()) for option in chosen]
