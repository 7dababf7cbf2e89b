from django.urls import include, path

from .attempts import views as attempts
from .blocks import urls as blocks
from .branding import urls as branding
from .bulk import urls as bulk
from .deletion import restore
from .designs import urls as designs
from .dossier import urls as dossier
from .drafts import views as drafts
from .fields import urls as fields
from .exports import urls as exports
from .ground import urls as ground
from .imports import urls as imports
from .mailings import tabs
from .mailings import views as mailings
from .mailings.switch import mailing_toggle
from .media import urls as media
from .messages import views as messages
from .messages.raw import message_source
from .messages.lint import urls as lint
from .messages.preview import urls as preview
from .models import Mailing, Message, Recipient
from .recipients import views as recipients
from .segments import urls as segments
from .senders import urls as senders
from .suppression import urls as suppression
from .tags import urls as tags
from .wiping import urls as wiping

app_name = "mailings"
urlpatterns = [
    path("recipients/", recipients.recipient_list, name="recipient_list"),
    path("recipients/create/", recipients.recipient_create, name="recipient_create"),
    path("recipients/<int:pk>/", recipients.recipient_detail, name="recipient_detail"),
    path("recipients/<int:pk>/row/", recipients.recipient_row, name="recipient_row"),
    path("recipients/<int:pk>/edit/", recipients.recipient_edit, name="recipient_edit"),
    path("recipients/<int:pk>/delete/", recipients.recipient_delete, name="recipient_delete"),
    path("recipients/<int:pk>/clear/", recipients.recipient_clear, name="recipient_clear"),
    path("recipients/<int:pk>/clear/same/", recipients.recipient_clear_same,
         name="recipient_clear_same"),
    path("recipients/<int:pk>/restore/", restore, {"model": Recipient},
         name="recipient_restore"),
    path("", include(segments)),
    path("", include(suppression)),
    path("", include(fields)),
    path("", include(exports)),
    path("", include(imports)),
    path("", include(tags)),
    path("", include(ground)),
    path("", include(dossier)),
    path("", include(wiping)),
    path("", include(bulk)),
    path("", include(senders)),
    path("", include(blocks)),
    path("", include(branding)),
    path("", include(designs)),
    path("", include(media)),
    path("", include(lint)),
    path("", include(preview)),
    path("messages/", messages.message_list, name="message_list"),
    path("messages/create/", messages.message_create, name="message_create"),
    path("messages/preview/", messages.message_preview, name="message_preview"),
    path("messages/<int:pk>/", messages.message_detail, name="message_detail"),
    path("messages/<int:pk>/edit/", messages.message_edit, name="message_edit"),
    path("messages/<int:pk>/source/", message_source, name="message_source"),
    path("messages/<int:pk>/copy/", messages.message_copy, name="message_copy"),
    path("messages/<int:pk>/delete/", messages.message_delete, name="message_delete"),
    path("messages/<int:pk>/restore/", restore, {"model": Message}, name="message_restore"),
    path("mailings/", mailings.mailing_list, name="mailing_list"),
    path("mailings/create/", mailings.mailing_create, name="mailing_create"),
    path("mailings/recipients/", mailings.recipient_pick, name="recipient_pick"),
    path("mailings/<int:pk>/", tabs.mailing_detail, name="mailing_detail"),
    path("mailings/<int:pk>/recipients/<int:recipient_pk>/", tabs.mailing_recipient,
         name="mailing_recipient"),
    path("mailings/<int:pk>/edit/", mailings.mailing_edit, name="mailing_edit"),
    path("mailings/<int:pk>/copy/", mailings.mailing_copy, name="mailing_copy"),
    path("mailings/<int:pk>/delete/", mailings.mailing_delete, name="mailing_delete"),
    path("mailings/<int:pk>/restore/", restore, {"model": Mailing}, name="mailing_restore"),
    path("mailings/<int:pk>/toggle/", mailing_toggle, name="mailing_toggle"),
    path("drafts/", drafts.draft_keep, name="draft_keep"),
    path("drafts/<slug:key>/drop/", drafts.draft_drop, name="draft_drop"),
    path("attempts/", attempts.attempt_list, name="attempt_list"),
]
