from django.urls import path

from . import views

# A part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/export/", views.export, name="export"),
]
