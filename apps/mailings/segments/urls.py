from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/segments/", views.segment_list, name="segment_list"),
    path("recipients/segments/create/", views.segment_create, name="segment_create"),
    path("recipients/segments/conditions/", views.segment_conditions, name="segment_conditions"),
    path("recipients/segments/fits/", views.segment_fits, name="segment_fits"),
    path("recipients/segments/<int:pk>/", views.segment_detail, name="segment_detail"),
    path("recipients/segments/<int:pk>/count/", views.segment_count, name="segment_count"),
    path("recipients/segments/<int:pk>/edit/", views.segment_edit, name="segment_edit"),
    path("recipients/segments/<int:pk>/copy/", views.segment_copy, name="segment_copy"),
    path("recipients/segments/<int:pk>/delete/", views.segment_delete, name="segment_delete"),
]
