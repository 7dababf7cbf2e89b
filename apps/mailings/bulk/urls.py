from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/bulk/", views.bulk, name="bulk"),
    path("recipients/bulk/<int:pk>/undo/", views.bulk_undo, name="bulk_undo"),
]
