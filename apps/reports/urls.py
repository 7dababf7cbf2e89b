from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="report_list"),
    path("mailings/<int:pk>/", views.mailing_report, name="mailing_report"),
]
