from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/fields/", views.field_list, name="field_list"),
    path("recipients/fields/create/", views.field_create, name="field_create"),
    path("recipients/fields/<int:pk>/edit/", views.field_edit, name="field_edit"),
    path("recipients/fields/<int:pk>/delete/", views.field_delete, name="field_delete"),
    path("recipients/fields/<int:pk>/restore/", views.field_restore, name="field_restore"),
]
