from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("messages/<int:pk>/lint/", views.message_lint, name="message_lint"),
]
