from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="report_list"),
    path("export/", views.report_export, name="report_export"),
    path("letters/", views.letter_list, name="letter_list"),
    path("mailings/<int:pk>/", views.mailing_report, name="mailing_report"),
    path("mailings/<int:pk>/export/", views.mailing_export, name="mailing_export"),
]
