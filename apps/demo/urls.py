from django.urls import path

from . import outbox

app_name = "demo"
urlpatterns = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.outbox_letter, name="outbox_letter"),
    path("outbox/<str:name>/html/", outbox.outbox_html, name="outbox_html"),
]
