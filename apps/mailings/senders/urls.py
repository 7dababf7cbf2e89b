from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("senders/", views.sender_list, name="sender_list"),
    path("senders/create/", views.sender_create, name="sender_create"),
    path("senders/server/", views.sender_server, name="sender_server"),
    path("senders/<int:pk>/", views.sender_detail, name="sender_detail"),
    path("senders/<int:pk>/edit/", views.sender_edit, name="sender_edit"),
    path("senders/<int:pk>/delete/", views.sender_delete, name="sender_delete"),
    path("senders/<int:pk>/restore/", views.sender_restore, name="sender_restore"),
    path("senders/<int:pk>/check/", views.sender_check, name="sender_check"),
    path("senders/<int:pk>/default/", views.sender_default, name="sender_default"),
    path("senders/<int:pk>/letter/", views.sender_letter, name="sender_letter"),
    path("senders/<int:pk>/confirm/<str:token>/", views.sender_confirm, name="sender_confirm"),
]
