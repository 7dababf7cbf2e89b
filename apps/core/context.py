"""What every template may use."""

THEMES = ("auto", "light", "dark")


def look(request):
    """The chosen theme."""
    theme = request.COOKIES.get("theme")
    return {"theme": theme if theme in THEMES else "auto"}
