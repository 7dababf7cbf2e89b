from django.urls import path

from . import text_views, views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("messages/<int:pk>/blocks/add/", views.block_add, name="block_add"),
    path("messages/<int:pk>/blocks/undo/", views.block_undo, name="block_undo"),
    path("messages/<int:pk>/blocks/text/", text_views.block_text, name="block_text"),
    path("messages/<int:pk>/blocks/<str:block>/", views.block_edit, name="block_edit"),
    path("messages/<int:pk>/blocks/<str:block>/card/", views.block_card, name="block_card"),
    path("messages/<int:pk>/blocks/<str:block>/move/", views.block_move, name="block_move"),
    path("messages/<int:pk>/blocks/<str:block>/copy/", views.block_copy, name="block_copy"),
    path("messages/<int:pk>/blocks/<str:block>/delete/", views.block_delete, name="block_delete"),
]
