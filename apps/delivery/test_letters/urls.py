from django.urls import path

from . import views

# They are a part of sending's addresses: these have the namespace.
urlpatterns = [
    path("messages/<int:pk>/test/", views.test_letter, name="test_letter"),
    path("messages/<int:pk>/test/last/", views.test_letter_last, name="test_letter_last"),
    path("messages/<int:pk>/test/<int:run_pk>/", views.test_letter_run, name="test_letter_run"),
    path("test-addresses/", views.address_create, name="address_create"),
    path("test-addresses/<int:pk>/delete/", views.address_delete, name="address_delete"),
    path("test-addresses/<int:pk>/confirm/<str:token>/", views.address_confirm,
         name="address_confirm"),
]
