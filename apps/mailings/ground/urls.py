from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/grounds/", views.ground_list, name="ground_list"),
    path("recipients/grounds/create/", views.ground_create, name="ground_create"),
    path("recipients/grounds/<int:pk>/edit/", views.ground_edit, name="ground_edit"),
    path("recipients/grounds/<int:pk>/delete/", views.ground_delete, name="ground_delete"),
    path("recipients/grounds/<int:pk>/restore/", views.ground_restore, name="ground_restore"),
    path("recipients/<int:pk>/ground/", views.recipient_ground, name="recipient_ground"),
]
