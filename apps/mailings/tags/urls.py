from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/tags/", views.tag_list, name="tag_list"),
    path("recipients/tags/create/", views.tag_create, name="tag_create"),
    path("recipients/tags/<int:pk>/edit/", views.tag_edit, name="tag_edit"),
    path("recipients/tags/<int:pk>/merge/", views.tag_merge, name="tag_merge"),
    path("recipients/tags/<int:pk>/delete/", views.tag_delete, name="tag_delete"),
    path("recipients/<int:pk>/tags/", views.recipient_tag, name="recipient_tag"),
]
