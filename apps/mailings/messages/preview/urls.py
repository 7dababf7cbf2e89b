from django.urls import path

from . import views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("messages/preview/letter/", views.letter_frame_unsaved, name="letter_frame_unsaved"),
    path("messages/preview/beside/", views.letter_beside, name="letter_beside_new"),
    path("messages/<int:pk>/preview/", views.message_preview_page, name="message_preview_page"),
    path("messages/<int:pk>/preview/letter/", views.letter_frame, name="letter_frame"),
    path("messages/<int:pk>/preview/beside/", views.letter_beside, name="letter_beside"),
    path("mailings/<int:pk>/letter/", views.mailing_letter, name="mailing_letter"),
]
