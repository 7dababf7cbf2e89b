from django.urls import path

from . import views

# They are a part of inbound's addresses: these have the namespace.
urlpatterns = [
    path("inbound/", views.incoming_list, name="incoming_list"),
    path("inbound/<int:pk>/done/", views.incoming_done, name="incoming_done"),
    path("inbound/<int:pk>/back/", views.incoming_back, name="incoming_back"),
    path("inbound/<int:pk>/leave/", views.incoming_leave, name="incoming_leave"),
]
