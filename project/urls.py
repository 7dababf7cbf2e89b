"""Every address of the service, by app."""
from django.contrib import admin
from django.urls import include, path

from apps.reports import views as reports

urlpatterns = [
    path("", reports.home, name="home"),
    path("", include("apps.delivery.urls")),  # first: pages poll them
    path("", include("apps.inbound.urls")),
    path("", include("apps.mailings.urls")),
    path("", include("apps.users.urls")),
    path("", include("apps.core.urls")),
    path("", include("apps.audit.urls")),
    path("", include("apps.jobs.urls")),
    path("", include("apps.demo.urls")),
    path("reports/", include("apps.reports.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "apps.core.views.bad_request"
handler403 = "apps.core.views.forbidden"
handler404 = "apps.core.views.not_found"
handler429 = "apps.core.views.too_many"  # allauth asks for it
handler500 = "apps.core.views.server_error"
