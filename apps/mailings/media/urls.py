from django.urls import path

from . import attachment_views as attachments
from . import public, views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("i/<str:digest>", public.picture_public, name="picture_public"),
    path("messages/pictures/", views.picture_list, name="picture_list"),
    path("messages/pictures/create/", views.picture_create, name="picture_create"),
    path("messages/pictures/choices/", views.picture_choices, name="picture_choices"),
    path("messages/pictures/<int:pk>/", views.picture_detail, name="picture_detail"),
    path("messages/pictures/<int:pk>/edit/", views.picture_edit, name="picture_edit"),
    path("messages/pictures/<int:pk>/delete/", views.picture_delete, name="picture_delete"),
    path("messages/pictures/<int:pk>/restore/", views.picture_restore, name="picture_restore"),
    path("messages/<int:pk>/attachments/", attachments.message_attachments,
         name="message_attachments"),
    path("attachments/<int:pk>/", attachments.attachment_detail, name="attachment_detail"),
    path("attachments/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
]
