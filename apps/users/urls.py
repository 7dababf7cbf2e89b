from django.urls import path

from . import views

app_name = "users"
urlpatterns = [
    path("language/", views.language_set, name="language_set"),
    path("profile/", views.profile, name="profile"),
    path("profile/edit/", views.profile_edit, name="profile_edit"),
    path("avatars/<str:name>", views.avatar, name="avatar"),
    path("users/", views.user_list, name="user_list"),
    path("users/<int:pk>/toggle/", views.user_toggle, name="user_toggle"),
]
