from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/<int:pk>/wipe/", views.recipient_wipe, name="recipient_wipe"),
]
