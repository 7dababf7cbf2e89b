from django.urls import include, path

from . import in_browser, views, waits, whom
from .by_provider import views as by_provider
from .sender_checks.views import sender_resume
from .test_letters import urls as test_letters

app_name = "delivery"
urlpatterns = [
    path("w/<str:token>/", in_browser.letter_in_browser, name="letter_in_browser"),
    path("mailings/progress/", views.bars, name="bars"),
    path("mailings/whom/", whom.whom, name="whom"),
    path("mailings/<int:pk>/whom/", whom.whom_of, name="whom_of"),
    path("mailings/<int:pk>/progress/", views.progress, name="progress"),
    path("mailings/<int:pk>/start/", views.start, name="start"),
    path("mailings/<int:pk>/pause/", views.pause, name="pause"),
    path("mailings/<int:pk>/resume/", views.resume, name="resume"),
    path("mailings/<int:pk>/count-unknown/", views.count_unknown, name="count_unknown"),
    path("mailings/<int:pk>/stop/", views.stop, name="stop"),
    path("mailings/<int:pk>/settle/", views.resolve, name="resolve"),
    path("", include(test_letters)),
    path("senders/<int:pk>/waits/", waits.sender_waits, name="sender_waits"),
    path("senders/<int:pk>/providers/", by_provider.sender_providers, name="sender_providers"),
    path("senders/<int:pk>/pace/", by_provider.sender_pace, name="sender_pace"),
    path("senders/<int:pk>/forget/", by_provider.sender_provider_forget,
         name="sender_provider_forget"),
    path("senders/<int:pk>/warm-up/", by_provider.sender_warm_up, name="sender_warm_up"),
    path("senders/<int:pk>/resume/", sender_resume, name="sender_resume"),
]
