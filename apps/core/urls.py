from django.urls import path

from . import trail_views, views

app_name = "core"
urlpatterns = [
    path("theme/", views.theme_set, name="theme_set"),
    path("help/", views.help_page, name="help"),
    path("help/<slug:name>/", views.help_page, name="help_page"),
    path("trail/", trail_views.trail_list, name="trail_list"),
]
