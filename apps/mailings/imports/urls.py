from django.urls import path

from . import row_views, views

# They are a part of mailings' addresses: these have the namespace.
urlpatterns = [
    path("recipients/import/", views.import_list, name="import_list"),
    path("recipients/import/<int:pk>/", views.import_detail, name="import_detail"),
    path("recipients/import/<int:pk>/read/", views.import_read, name="import_read"),
    path("recipients/import/<int:pk>/map/", views.import_map, name="import_map"),
    path("recipients/import/<int:pk>/land/", views.import_land, name="import_land"),
    path("recipients/import/<int:pk>/drop/", views.import_drop, name="import_drop"),
    path("recipients/import/<int:pk>/undo/", views.import_undo, name="import_undo"),
    path("recipients/import/<int:pk>/rejected/", row_views.import_rejected,
         name="import_rejected"),
    path("recipients/import/<int:pk>/rows/<int:row_pk>/", row_views.import_row,
         name="import_row"),
]
