from django.urls import path

from . import views

# They are a part of inbound's addresses: these have the namespace.
urlpatterns = [
    path("senders/<int:pk>/mailbox/", views.mailbox_edit, name="mailbox_edit"),
    path("senders/<int:pk>/mailbox/delete/", views.mailbox_delete, name="mailbox_delete"),
    path("senders/<int:pk>/mailbox/read/", views.mailbox_read, name="mailbox_read"),
    path("senders/<int:pk>/mailbox/state/", views.mailbox_state, name="mailbox_state"),
]
