"""Words for what a browser says of itself."""
from django import template
from django.utils.translation import gettext as _

register = template.Library()
BROWSERS = (("YaBrowser", "Яндекс Браузер"), ("Edg", "Edge"), ("OPR", "Opera"),
            ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS X", "macOS"), ("Linux", "Linux"))


@register.filter
def browser(user_agent):
    """"Firefox, Windows" from a User-Agent; its first words where it is none we know."""
    names = [next((name for mark, name in known if mark in user_agent), "")
             for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or user_agent[:60] or _("Unknown browser")
