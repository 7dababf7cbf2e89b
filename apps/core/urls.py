from django.urls import path

from . import views

app_name = "core"
urlpatterns = [
    path("theme/", views.theme_set, name="theme_set"),
    path("healthz", views.healthz, name="healthz"),
]
