from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("messages/designs/", views.design_list, name="design_list"),
    path("messages/designs/<slug:key>/use/", views.design_use, name="design_use"),
    path("messages/designs/<slug:key>/letter/", views.design_letter, name="design_letter"),
]
