"""Variables that every template may use."""
from django.http import HttpRequest

THEMES = ("auto", "light", "dark")


def look(request: HttpRequest) -> dict[str, str]:
    """Return the chosen theme."""
    theme = request.COOKIES.get("theme", "")
    if theme not in THEMES:
        theme = "auto"
    return {"theme": theme}
