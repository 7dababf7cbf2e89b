"""What those who watch over the service ask."""
from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

METHODS = ("GET", "HEAD")


def healthz(get_response: Callable[[HttpRequest], HttpResponse]
            ) -> Callable[[HttpRequest], HttpResponse]:
    """Answer /healthz before any rule about HTTPS or the host: probes ask by address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return get_response(request)
        response = health() if request.method in METHODS else HttpResponseNotAllowed(METHODS)
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return middleware


def health() -> HttpResponse:
    """200 while the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})
