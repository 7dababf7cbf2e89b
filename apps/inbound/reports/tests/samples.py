"""Letters that come back, written here in the forms of the RFCs and in the manner of programs."""

TO = "anna@shop.example"
FROM = "news@sender.example"
MAC = "0123456789abcdef0123456789abcdef"
LEAVING = f"1a-2b-{MAC}"
RETURN = f"2b-{MAC}"
ORIGINAL = f"""Return-Path: <{FROM}>
Received: from sender.example by mx.example; Mon, 2 Nov 2026 10:00:00 +0300
Message-ID: <2b-{MAC}@sender.example>
From: Sender <{FROM}>
To: Anna <{TO}>
Subject: News
List-Unsubscribe: <https://sender.example/u/{LEAVING}/>,
 <mailto:{FROM}?subject=unsubscribe-{LEAVING}>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Good day
"""


def letter(body, *, sender="Mail Delivery System <MAILER-DAEMON@mx.example>",
           subject="Undelivered Mail Returned to Sender", to=FROM, headers=""):
    return (f"Return-Path: <>\nFrom: {sender}\nTo: {to}\nSubject: {subject}\n"
            f"Message-ID: <report@mx.example>\nDate: Mon, 2 Nov 2026 10:05:00 +0300\n"
            f"{headers}\n{body}").encode()


def report(*recipients, text="Your message could not be delivered.", original=ORIGINAL,
           kind="message/delivery-status", **more):
    """Return a report of RFC 3464; each recipient is the lines of its fields."""
    fields = "\n\n".join(["Reporting-MTA: dns; mx.example", *recipients])
    body = (f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"
            f"--b\nContent-Type: {kind}\n\n{fields}\n\n"
            f"--b\nContent-Type: message/rfc822\n\n{original}\n--b--\n")
    headers = ("MIME-Version: 1.0\nContent-Type: multipart/report; "
               "report-type=delivery-status; boundary=b\n")
    return letter(body, headers=headers, **more)


def recipient(diagnostic="smtp; 550 5.1.1 User unknown", *, address=TO, action="failed",
              status="5.1.1"):
    lines = [f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}"]
    if diagnostic:
        lines.append(f"Diagnostic-Code: {diagnostic}")
    return "\n".join(lines)


def qmail(words, address=TO):
    return letter(
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver "
        "your message to the following addresses.\nThis is a permanent error; I've given up. "
        f"Sorry it didn't work out.\n\n<{address}>:\n{words}\n\n"
        f"--- Below this line is a copy of the message.\n\n{ORIGINAL}",
        subject="failure notice", sender="MAILER-DAEMON@mx.example")


def exim(words, address=TO):
    return letter(
        "This message was created automatically by mail delivery software.\n\nA message that you "
        "sent could not be delivered to one or more of its\nrecipients. This is a permanent "
        f"error. The following address(es) failed:\n\n  {address}\n    {words}\n\n------ This is "
        f"a copy of the message, including all the headers. ------\n\n{ORIGINAL}",
        subject="Mail delivery failed: returning message to sender",
        headers=f"X-Failed-Recipients: {address}\nAuto-Submitted: auto-replied\n")


def feedback(kind, extra=""):
    """Return a report of RFC 5965."""
    body = ("--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
            f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\n"
            f"User-Agent: Loop/1.0\nVersion: 1\n{extra}\n"
            f"--b\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--b--\n")
    return letter(
        body, sender="Loop <fbl@mx.example>", subject="FW: News",
        headers="MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; "
                "boundary=b\n")


def person(text, *, subject="Re: News", kind="text/plain", headers=""):
    return (f"Return-Path: <{TO}>\nFrom: Anna <{TO}>\nTo: {FROM}\nSubject: {subject}\n"
            f"In-Reply-To: <2b-{MAC}@sender.example>\nMIME-Version: 1.0\n"
            f"Content-Type: {kind}; charset=utf-8\n{headers}\n{text}\n").encode()


SEEDS = [
    report(recipient()), report(recipient("smtp; 552 5.2.2 Mailbox full", status="5.2.2")),
    report(recipient("smtp; 550 5.7.1 Message rejected as spam", status="5.7.1")),
    report(recipient("smtp; 451 4.7.1 Try again later", action="delayed", status="4.7.1")),
    qmail("Sorry, no mailbox here by that name. (#5.1.1)"), qmail("disk quota exceeded"),
    exim("Unrouteable address"), exim("retry timeout exceeded"), feedback("abuse"),
    person("Отпишите меня, пожалуйста"),
]
