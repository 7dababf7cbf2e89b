"""The editor of a letter of blocks: its page, and each act on a block."""
import re
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from apps.core.access import for_writing
from apps.core.htmx import FORM_METHODS, Request, is_partial, refused, toast
from apps.users.models import User

from ..branding.services import branding_of
from ..messages.preview.services import preview_of
from ..models import Message
from . import services
from .forms import BlockForm
from .head_forms import HeadForm
from .kinds import KINDS, MOST_BLOCKS, Block, cleaned
from .look import look_of
from .shown import UNDONE, card_of, cards_of, undo_words
from .starting import start_words

CHANGED = "letter:changed"  # the preview beside the blocks is made anew
PLACE = re.compile(r"up|down|[0-9]{1,3}")


def message_of(request: Request, pk: int) -> Message:
    """Return the person's letter of blocks; another kind has none to change."""
    found = for_writing(request.user, Message.objects.select_related("owner"), pk)
    if found.kind != Message.Kind.BLOCKS:
        raise Http404
    return cast(Message, found)


def edit_url(message: Message, block_id: str = "") -> str:
    """Return the address of the editor, at a block's card."""
    anchor = f"#block-{block_id}" if block_id else ""
    return reverse("mailings:message_edit", args=[message.pk]) + anchor


# The page

def block_editor(request: Request, message: Message) -> HttpResponse:
    """The editor; a POST saves the subject and the preheader."""
    form = HeadForm(request.POST or None, owner=cast(User, request.user), instance=message)
    if form.is_bound and form.is_valid():
        services.head_save(
            message=message, subject=form.cleaned_data["subject"],
            preheader=form.cleaned_data["preheader"], ad_mark=message.ad_mark)
        if is_partial(request):
            form = HeadForm(owner=message.owner, instance=message)
            return changed(toast(head(request, message, form), _("Saved.")))
        messages.success(request, _("Saved: %(name)s") % {"name": message.subject})
        return redirect(edit_url(message))
    form.seen = form.stored
    if is_partial(request):
        return head(request, message, form, status=422 if form.errors else 200)
    return render(request, "mailings/block_editor.html", {
        **list_context(message), "form": form, "starts": start_words(message),
        "preview": preview_of(message.owner, message), "back": message.get_absolute_url(),
    }, status=422 if form.errors else 200)


def head(request: Request, message: Message, form: HeadForm, status: int = 200) -> HttpResponse:
    return render(request, "mailings/_block_head.html", {"message": message, "form": form},
                  status=status)


def list_context(message: Message) -> dict[str, Any]:
    """Return what the list of blocks shows."""
    blocks = cleaned(message.blocks)
    branding = branding_of(message.owner)
    has_footer = any(block["kind"] == "footer" for block in blocks)
    return {"message": message, "cards": cards_of(blocks, branding),
            "requisites_below": branding.requisites.strip() and not has_footer,
            "kinds": KINDS, "most": MOST_BLOCKS, "undoable": undo_words(message.steps.first())}


# Answers

def changed(response: HttpResponse) -> HttpResponse:
    return trigger_client_event(response, CHANGED, {})


def list_answer(request: Request, message: Message, *, focus: str = "",
                opened: Block | None = None) -> HttpResponse:
    """Answer an act with the list, the focus on an element; else lead to the editor."""
    context = list_context(message)
    if opened:
        context |= {"opened": opened["id"], **form_context(request, message, opened)}
    response = changed(render(request, "mailings/_block_list.html", context))
    if focus:
        trigger_client_event(response, "focus:on", {"id": focus}, after="swap")
    return response


def gone(request: Request, message: Message) -> HttpResponse:
    return refused(request, _("This block is not there any more: it was deleted in another "
                              "window. Reload the page to see the letter as it is."),
                   to=edit_url(message))


def too_many(request: Request, message: Message) -> HttpResponse:
    return refused(request, _("A letter has at most %(most)s blocks.") % {"most": MOST_BLOCKS},
                   to=edit_url(message))


# A block's form

def block_with(message: Message, block_id: str) -> Block:
    """Return a block of the message. Raises BlockGone."""
    return services.block_in(cleaned(message.blocks), block_id)


def form_context(request: Request, message: Message, block: Block,
                 form: BlockForm | None = None) -> dict[str, Any]:
    form = form or BlockForm(owner=message.owner, block=block)
    return {"message": message, "edited": block, "form": form, "seen": services.version_of(block),
            "label": KINDS[block["kind"]].label, "icon": KINDS[block["kind"]].icon,
            "merge_fields": form.merge_fields, "back": edit_url(message, block["id"])}


@FORM_METHODS
def block_edit(request: Request, pk: int, block: str) -> HttpResponse:
    """Show a block's form, in its place in the list or as a page, or save it."""
    message = message_of(request, pk)
    try:
        found = block_with(message, block)
        if request.method != "POST":
            return form_answer(request, message, found)
        form = BlockForm(request.POST, request.FILES, owner=message.owner, block=found)
        if not form.is_valid():
            return form_answer(request, message, found, form)
        return saved(request, message, found, form)
    except services.BlockGone:
        return gone(request, message)


def form_answer(request: Request, message: Message, block: Block,
                form: BlockForm | None = None) -> HttpResponse:
    template = "mailings/block_edit.html"
    if is_partial(request):
        template = "mailings/_block_form.html"
    return render(request, template, form_context(request, message, block, form),
                  status=422 if form and form.errors else 200)


def saved(request: Request, message: Message, block: Block, form: BlockForm) -> HttpResponse:
    """Save a valid form; one of a block that another window changed is shown again."""
    try:
        services.block_save(message=message, block_id=block["id"], values=form.values,
                            seen=request.POST.get("_seen", ""))
    except services.BlockChanged:
        form.add_error(None, _("This block was changed in another window meanwhile. Save once "
                               "more to have it as it is here."))
        return form_answer(request, message, block_with(message, block["id"]), form)
    if is_partial(request):
        return changed(card(request, message, block["id"], is_swapped=True))
    messages.success(request, _("Saved."))
    return redirect(edit_url(message, block["id"]))


@require_safe
def block_card(request: Request, pk: int, block: str) -> HttpResponse:
    """A block as the list shows it, when its form is closed."""
    message = message_of(request, pk)
    try:
        if is_partial(request):
            return card(request, message, block)
        return redirect(edit_url(message, block_with(message, block)["id"]))
    except services.BlockGone:
        return gone(request, message)


def card(request: Request, message: Message, block_id: str, *,
         is_swapped: bool = False) -> HttpResponse:
    """Answer with a card; where it was saved, also with what can be undone now."""
    blocks = cleaned(message.blocks)
    place = services.place_of(blocks, block_id)
    look = look_of([blocks[place]], branding_of(message.owner))
    response = render(request, "mailings/_block_card.html", {
        "message": message, "card": card_of(blocks[place], look, place + 1, len(blocks)),
        "is_swapped": is_swapped, "undoable": undo_words(message.steps.first())})
    return trigger_client_event(
        response, "focus:on", {"id": f"block-{block_id}-edit"}, after="swap")


# Acts

@FORM_METHODS
def block_add(request: Request, pk: int) -> HttpResponse:
    """Show the kinds of blocks there are, or add one, and show its form."""
    message = message_of(request, pk)
    after = request.POST.get("after", request.GET.get("after"))
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        return kinds_answer(request, message, after)
    try:
        block = services.block_add(message=message, kind=kind, after=after)
    except services.TooManyBlocks:
        return too_many(request, message)
    has_form = bool(KINDS[kind].values)  # a divider has nothing to fill in
    if is_partial(request):
        return list_answer(request, message, focus="" if has_form else f"block-{block['id']}-edit",
                           opened=block if has_form else None)
    if has_form:
        return redirect("mailings:block_edit", message.pk, block["id"])
    return redirect(edit_url(message, block["id"]))


def kinds_answer(request: Request, message: Message, after: str | None) -> HttpResponse:
    """Show the kinds of blocks; in the list the focus is on the first of them then."""
    place = after or "top"
    context = {"message": message, "kinds": KINDS, "after": after, "place": place,
               "back": edit_url(message)}
    if not is_partial(request):
        return render(request, "mailings/block_add.html", context)
    response = render(request, "mailings/_block_kinds.html", context)
    return trigger_client_event(
        response, "focus:on", {"id": f"add-{place}-{next(iter(KINDS))}"}, after="swap")


@require_POST
def block_move(request: Request, pk: int, block: str) -> HttpResponse:
    message = message_of(request, pk)
    to = request.POST.get("to", "")
    try:
        if not PLACE.fullmatch(to):
            block_with(message, block)
            return refused(request, _("Say where the block is to stand."), to=edit_url(message))
        services.block_move(message=message, block_id=block, to=to)
    except services.BlockGone:
        return gone(request, message)
    if is_partial(request):
        return list_answer(request, message)
    return redirect(edit_url(message, block))


@require_POST
def block_copy(request: Request, pk: int, block: str) -> HttpResponse:
    message = message_of(request, pk)
    try:
        copy = services.block_copy(message=message, block_id=block)
    except services.BlockGone:
        return gone(request, message)
    except services.TooManyBlocks:
        return too_many(request, message)
    if is_partial(request):
        return list_answer(request, message, focus=f"block-{copy['id']}-edit")
    return redirect(edit_url(message, copy["id"]))


@require_POST
def block_delete(request: Request, pk: int, block: str) -> HttpResponse:
    """Delete a block without a question: it can be undone."""
    message = message_of(request, pk)
    try:
        nearest = services.block_delete(message=message, block_id=block)
    except services.BlockGone:
        return gone(request, message)
    near = nearest["id"] if nearest else ""
    if is_partial(request):
        return list_answer(request, message, focus=f"block-{near}-edit" if near else "blocks-add")
    messages.success(request, _("The block is deleted; “Undo” brings it back."))
    return redirect(edit_url(message, near))


@require_POST
def block_undo(request: Request, pk: int) -> HttpResponse:
    """Undo the last change of the blocks, and say what it was."""
    message = message_of(request, pk)
    what = services.blocks_undo(message=message)
    if not what:
        return refused(request, _("There is nothing to undo."), to=edit_url(message))
    text = _("Undone: %(what)s") % {"what": str(UNDONE.get(what, what)).lower()}
    if is_partial(request):
        focus = "blocks-undo" if message.steps.exists() else "blocks"
        return toast(list_answer(request, message, focus=focus), text)
    messages.success(request, text)
    return redirect(edit_url(message))
