from django.urls import URLPattern, URLResolver, include, path

from .unsubscribing import public

app_name = "inbound"
urlpatterns: list[URLPattern | URLResolver] = [
    path("u/<str:token>/", public.leaving, name="leaving"),
    path("", include("apps.inbound.handling.urls")),
    path("", include("apps.inbound.mailbox.urls")),
]
