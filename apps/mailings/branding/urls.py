from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("messages/branding/", views.branding_edit, name="branding_edit"),
    path("messages/branding/letter/", views.branding_letter, name="branding_letter"),
]
