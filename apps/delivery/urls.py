from django.urls import path

from . import views, waits, whom

app_name = "delivery"
urlpatterns = [
    path("mailings/progress/", views.bars, name="bars"),
    path("mailings/whom/", whom.whom, name="whom"),
    path("mailings/<int:pk>/whom/", whom.whom_of, name="whom_of"),
    path("mailings/<int:pk>/progress/", views.progress, name="progress"),
    path("mailings/<int:pk>/start/", views.start, name="start"),
    path("mailings/<int:pk>/pause/", views.pause, name="pause"),
    path("mailings/<int:pk>/resume/", views.resume, name="resume"),
    path("mailings/<int:pk>/count-unknown/", views.count_unknown, name="count_unknown"),
    path("mailings/<int:pk>/stop/", views.stop, name="stop"),
    path("senders/<int:pk>/waits/", waits.sender_waits, name="sender_waits"),
    path("mailings/<int:pk>/settle/", views.resolve, name="resolve"),
]
