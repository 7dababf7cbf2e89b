"""What some readers of the demo's letters wrote back, and a report that nobody understands."""
from datetime import timedelta

from apps.inbound.models import InboundLetter
from apps.mailings.models import Delivery, Run

Kind = InboundLetter.Kind
QUESTION = "Здравствуйте! А можно пирог без орехов, к субботе, часам к двум? Спасибо, {name}."
STORY = (
    "Добрый день!\n\nБерём у вас хлеб третий год, и дети теперь другого не едят. Хочу спросить "
    "сразу о трёх вещах.\n\n1. Можно ли заказать два бородинских на каждую пятницу до Нового "
    "года?\n2. Привозите ли вы на Заречную?\n3. Будет ли в этом году рождественский штоллен, и "
    "сколько он хранится?\n\nМожно ответить на это письмо или позвонить вечером.\n\n{name}")
LETTERS = (  # of the readers of one mailing, hours after it
    (Kind.REPLY, 2, "Re: {subject}", QUESTION),
    (Kind.REPLY, 5, "Re: {subject}", STORY),
    (Kind.ASKS_TO_LEAVE, 7, "Отпишите меня", "Отпишите меня, пожалуйста, от рассылки."),
    (Kind.AUTO, 1, "Автоответ: {subject}", ""),
)
UNCLEAR = "Mail delivery: a message could not be processed. Please contact your administrator."


def make(owner):
    """Have people answer the owner's latest whole run."""
    whole = Run.objects.filter(owner=owner, state=Run.State.FINISHED, sent__gt=20)
    run = whole.latest("started_at")
    letters = run.deliveries.filter(state=Delivery.State.SENT, bounces=None).exclude(
        recipient=None).select_related("recipient").order_by("-pk")
    for letter, answer in zip(letters[:len(LETTERS)], LETTERS, strict=False):
        add_answer(run, letter, *answer)
    InboundLetter.objects.create(
        owner=owner, key="demo-unclear", kind=Kind.UNKNOWN, subject="Returned mail: see transcript",
        from_address="postmaster@example.net", text=UNCLEAR,
        received_at=run.started_at + timedelta(hours=3))


def add_answer(run, letter, kind, hours, subject, text):
    """Add what the reader of a `letter` wrote back."""
    came = run.started_at + timedelta(hours=hours)
    names = letter.full_name.split()
    InboundLetter.objects.create(
        owner=run.owner, key=f"demo-{letter.pk}", kind=kind, delivery=letter,
        recipient=letter.recipient, from_address=letter.email, from_name=letter.full_name,
        subject=subject.format(subject=run.subject), text=text.format(name=names[1]),
        received_at=came, done_at=came if kind == Kind.AUTO else None)
