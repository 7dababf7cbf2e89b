"""Each person's language and time zone."""
import zoneinfo

from django.conf import settings
from django.utils import timezone, translation

from apps.core import logs


def language_and_zone(get_response):
    """The profile's language, or the cookie's, or the service's: `Accept-Language` is not asked."""
    known = dict(settings.LANGUAGES)

    def middleware(request):
        logs.note(user=request.user.pk or "-")
        language = (getattr(request.user, "language", "")
                    or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        if language not in known:
            language = settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(zone_of(request.user)):
            request.LANGUAGE_CODE = language
            response = get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    return middleware


def zone_of(user):
    """Return the user's ZoneInfo; the service's for a visitor or a name no longer known."""
    name = getattr(user, "time_zone", "") or settings.TIME_ZONE
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
