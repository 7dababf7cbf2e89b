from django.urls import path

from . import views

app_name = "core"
urlpatterns = [
    path("theme/", views.theme_set, name="theme_set"),
    path("help/", views.help_page, name="help"),
    path("help/<slug:name>/", views.help_page, name="help_page"),
]
