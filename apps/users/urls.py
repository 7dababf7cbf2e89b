from django.urls import path

from . import letter_views as letters
from . import views

app_name = "users"
urlpatterns = [
    path("language/", views.language_set, name="language_set"),
    path("profile/", views.profile, name="profile"),
    path("profile/edit/", views.profile_edit, name="profile_edit"),
    path("avatars/<str:name>", views.avatar, name="avatar"),
    path("accounts/letter/<str:kind>/", letters.letter, name="letter"),
    path("accounts/letter/<str:kind>/again/", letters.letter_again, name="letter_again"),
    path("accounts/address/", letters.address_edit, name="address_edit"),
    path("users/", views.user_list, name="user_list"),
    path("users/<int:pk>/toggle/", views.user_toggle, name="user_toggle"),
]
