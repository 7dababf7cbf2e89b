"""Letters that lie among those that came back, and from which no bounce may follow."""
import secrets
import smtplib

COPIES, FORGED, PEOPLE, MACHINES = 20, 10, 5, 5
ANSWERS = PEOPLE + MACHINES
FORGERY = """\
From: MAILER-DAEMON@mx.there.example
To: {to}
Subject: Forged {number}
Message-ID: <forged{number}@mx.there.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<{email}>: host mx.there.example said: 550 5.1.1 User unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.there.example

Final-Recipient: rfc822; {email}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{email}>: User unknown

--b
Content-Type: message/rfc822

From: {address}
To: {email}
Message-ID: <{token}@shop.example>
List-Unsubscribe: <https://shop.example/u/{recipient:x}-{token}/>
Subject: News of the week

--b--
"""
ANSWER = """\
From: {email}
To: {address}
Subject: {subject}
Message-ID: <{number}.{own}@there.example>
In-Reply-To: <{token}@shop.example>
References: <{token}@shop.example>
{more}Content-Type: text/plain; charset=utf-8

{text}
"""
MACHINE = "Auto-Submitted: auto-replied\n"
PERSON_SAYS = "Спасибо! Но Олегу письмо не дошло: «550 5.1.1 User unknown»."
MACHINE_SAYS = """I am away until Monday.
> Dear client, we could not deliver your parcel: the address does not exist."""


def stray_letters(run, report, server):
    """Put them into the mailbox of `run` by its mail server.

    `report` is one that came back; it comes anew, to where it came to.
    """
    letters = [*copies(report), *forgeries(run), *answers(run)]
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        for envelope_sender, to, octets in letters:
            client.sendmail(envelope_sender, [to], octets)


def copies(report):
    to = report.partition(b"\nDelivered-To: ")[2].partition(b"\n")[0].decode().strip()
    # Its envelope is gone with its first delivery; of a letter to itself a server says it loops.
    head, end, rest = report.partition(b"\n\n")
    lines = [line for line in head.split(b"\n")
             if not line.startswith((b"Delivered-To:", b"X-Original-To:", b"Return-Path:"))]
    octets = b"\n".join(lines) + end + rest
    return [("", to, octets.replace(b"\n", b"\r\n"))] * COPIES


def written_to(run, number):
    """Return deliveries of `run` whose letters stayed where they came."""
    return run.deliveries.filter(email__startswith="good").order_by("pk")[:number]


def forgeries(run):
    """Yield reports of letters that stayed there, with tokens that nobody has made."""
    local, _at, domain = run.from_address.partition("@")
    for number, delivery in enumerate(written_to(run, FORGED)):
        token = f"{delivery.pk:x}-{secrets.token_hex(16)}"
        to = f"{local}+{token}@{domain}" if run.has_return_path else run.from_address
        yield "", to, octets_of(
            FORGERY, number=number, to=to, email=delivery.email, token=token,
            address=run.from_address, recipient=delivery.recipient_id)


def answers(run):
    """Yield what people and machines answer to letters that they did get."""
    from apps.delivery.wire.tokens import message_token
    for number, delivery in enumerate(written_to(run, ANSWERS)):
        is_person = number < PEOPLE
        yield delivery.email if is_person else "", run.from_address, octets_of(
            ANSWER, email=delivery.email, address=run.from_address, number=number,
            own=secrets.token_hex(8), token=message_token(delivery.pk, run.seed),
            subject="Re: News of the week" if is_person else "Automatic reply: out of office",
            more="" if is_person else MACHINE, text=PERSON_SAYS if is_person else MACHINE_SAYS)


def octets_of(letter, **fields):
    return letter.format(**fields).replace("\n", "\r\n").encode()
