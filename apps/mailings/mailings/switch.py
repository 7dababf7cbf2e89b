"""The managers' switch of a mailing."""
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import trigger_client_event

from apps.core.access import for_reading
from apps.core.htmx import FORM_METHODS, done, refused, render_form
from apps.core.reasons import ReasonForm, switched

from ..models import Mailing
from ..owned_form import owned_done
from ..services import mailing_disable

DISABLE_REASONS = (
    gettext_lazy("Recipients complained that they did not ask for this letter"),
    gettext_lazy("There is a mistake in the letter"),
    gettext_lazy("The letter looks like spam or fraud"),
)


@FORM_METHODS
def mailing_toggle(request, pk):
    """Disable (`disabled=1`), for which a reason is asked, or enable a mailing, for managers."""
    mailing = for_reading(request.user, Mailing.objects.select_related("message"), pk)
    if not request.user.has_perm("mailings.disable_mailing"):
        raise PermissionDenied
    disabled = switched(request, "disabled")
    if disabled == "1":
        return disable(request, mailing)
    if disabled == "0" and request.method == "POST":
        mailing_disable(mailing=mailing, by=request.user, disabled=False)
        return told(owned_done(request, mailing, _("Enabled: %(name)s")))
    return refused(request, _("Reload the page and try again."), to=mailing)


def disable(request, mailing):
    """Ask why, then disable, and offer to undo it."""
    form = ReasonForm(request.POST or None, offers=DISABLE_REASONS)
    if form.is_valid():
        if not mailing_disable(mailing=mailing, by=request.user, disabled=True,
                               reason=form.cleaned_data["reason"]):
            return refused(request, _("This mailing is disabled already."), to=mailing)
        undo = mailing.url("toggle", mailing.pk)
        text = _("Disabled: %(name)s") % {"name": mailing.title}
        return told(done(request, text, to=mailing, changed=mailing.changed,
                         undo=f"{undo}?disabled=0"))
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("Disable this mailing?"), "submit_label": _("Disable"),
        "danger": True, "intro": f"{mailing.title} · {mailing.owner}",
        "back": mailing.get_absolute_url(), "crumb": mailing.title, "consequences": [
            _("If it is being sent, it pauses, and nobody can start it."),
            _("Its owner reads the reason and your address.")],
    })


def told(response):
    """Tell the mailing's own page too: its panel does not follow what lists follow."""
    return trigger_client_event(response, "mailing:switched", {})
