from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/suppressed/", views.suppression_list, name="suppression_list"),
    path("recipients/suppressed/create/", views.suppression_create, name="suppression_create"),
    path("recipients/suppressed/<int:pk>/lift/", views.suppression_lift, name="suppression_lift"),
    path("recipients/suppressed/<int:pk>/restore/", views.suppression_restore,
         name="suppression_restore"),
    path("recipients/<int:pk>/suppress/", views.recipient_suppress, name="recipient_suppress"),
]
