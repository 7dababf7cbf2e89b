"""The pages of background jobs: what was asked for, how far it is, and how it ended."""
from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import Request, refused, render_page
from apps.core.listing import newest_first
from apps.users.models import User

from . import services
from .models import Job


@require_safe
def job_list(request: Request) -> HttpResponse:
    """The person's jobs, to managers everybody's, newest first."""
    user = cast(User, request.user)
    jobs = Job.objects.visible_to(user).select_related("owner")
    return render_page(
        request, "jobs/job_list.html", newest_first(request, jobs, "created_at"))


@require_safe
def job_detail(request: Request, pk: int) -> HttpResponse:
    """One job; while it is active its progress asks for itself every two seconds."""
    job = for_reading(request.user, Job.objects.select_related("owner"), pk)
    return render_page(request, "jobs/job_detail.html", {"job": job}, partial="progress")


@require_POST
def job_cancel(request: Request, pk: int) -> HttpResponse:
    job = for_writing(request.user, Job.objects, pk)
    if not services.job_cancel(job=job, by=cast(User, request.user)):
        return refused(request, _("It can not be cancelled any more."), to=job)
    messages.success(request, _("Cancelled. What was done before stays."))
    return redirect(job)
