"""What real servers say, and what it means: whose matter it is, and what comes of it."""
import time

import pytest

from apps.mailings.attempts.verdicts import Phase, meaning_of, verdict

from ..attempts.faults import FAULTS, OUTCOMES, Fault, Meaning

ANNA = "anna@client.example"
CALLOUT = """550-Verification failed for <info@shop.example>
550-Response: 550 5.1.1 <info@shop.example>: Recipient address rejected: User unknown in virtual \
mailbox table
550 Sender verify failed"""
GMAIL_NOBODY = """550-5.1.1 The email account that you tried to reach does not exist. Please try
550-5.1.1 double-checking the recipient's email address for typos or
550-5.1.1 unnecessary spaces. For more information, go to
550 5.1.1 https://support.example/mail/?p=NoSuchUser a1-2 - gsmtp"""
GMX_POLICY = """550-Requested action not taken: mailbox unavailable
550-Reject due to policy restrictions.
550 For explanation visit https://postmaster.example/error-messages?c=hi"""

AT_RCPT = [  # the reply to RCPT TO:<anna@client.example>, the outcome, the meaning
    # Gone: Postfix, Sendmail, Exim, Exchange, qmail, and those who say it with an odd code.
    ("550 5.1.1 <anna@client.example>: Recipient address rejected: User unknown in virtual "
     "mailbox table", "gone", "no_mailbox"),
    ("550 5.1.1 <ANNA@Client.example>... User unknown", "gone", "no_mailbox"),
    ("550 5.7.1 No such user!", "gone", "no_mailbox"),
    ("554 5.7.1 <anna@client.example>: Recipient address rejected: User unknown", "gone",
     "no_mailbox"),
    ("550 5.1.1 <anna@client.example>: Recipient address rejected: undeliverable address: host mx "
     "said: 550 5.1.1 <anna@client.example>: User unknown (in reply to RCPT TO)", "gone",
     "no_mailbox"),
    (GMAIL_NOBODY, "gone", "no_mailbox"),
    ("550 5.4.1 Recipient address rejected: Access denied. [AM7EUR03FT012.eop-EUR03.prod.example]",
     "gone", "no_mailbox"),
    ("511 sorry, no mailbox here by that name (#5.1.1 - chkuser)", "gone", "no_mailbox"),
    ("550 #5.1.0 Address rejected.", "gone", "no_mailbox"),
    ("550 Unrouteable address", "gone", "no_mailbox"),
    ("550 Message was not accepted -- invalid mailbox. Local mailbox anna@client.example is "
     "unavailable: user not found", "gone", "no_mailbox"),
    ("550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416", "gone",
     "no_mailbox"),
    ("550 Нет такого пользователя", "gone", "no_mailbox"),
    ("550 No such user here, ask abuse@client.example", "gone", "no_mailbox"),
    ("550 5.1.2 <anna@client.example>: Recipient address rejected: Domain not found", "gone",
     "no_domain"),
    ("556 5.1.10 Domain client.example does not accept mail (nullMX)", "gone", "no_mail"),
    ("551 5.1.6 User has moved; please try <anna@other.example>", "gone", "moved"),
    # The recipient, for now.
    ("450 4.1.1 <anna@client.example>: Recipient address rejected: User unknown", "now", "wait"),
    ("450 4.2.0 <anna@client.example>: Recipient address rejected: Greylisted", "now", "wait"),
    ("450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents "
     "additional messages", "now", "wait"),
    ("550 5.1.1 Mailbox full", "now", "full"),
    ("552 5.2.2 <anna@client.example>: user is over quota", "now", "full"),
    ("550 5.2.1 The email account that you tried to reach is disabled.", "now", "inactive"),
    ("550 5.7.1 Policy rejection on the target address", "now", "inactive"),
    ("550 5.4.312 Message expired, DNS query failed", "now", "route"),
    # The letter.
    ("550 spam message rejected. Please report details to abuse@corp.example", "letter", "spam"),
    ("550 5.7.1 [192.0.2.1 12] this message is likely unsolicited mail", "letter", "spam"),
    ("554 5.7.9 Message not accepted for policy reasons.", "letter", "policy"),
    (GMX_POLICY, "letter", "policy"),
    ("552 5.3.4 Message size exceeds fixed limit", "letter", "too_big"),
    ("554 Transaction failed: Duplicate header 'Subject'.", "letter", "malformed"),
    # Us: who we are, where we come from, what we may.
    (CALLOUT, "us", "sender"),
    ("550 Sender verify failed", "us", "sender"),
    ("550 5.1.1 <info@shop.example>: Recipient address rejected: User unknown", "us", "sender"),
    ("553 5.7.1 <info@shop.example>: Sender address rejected: not owned by user shop", "us",
     "sender"),
    ("550 5.1.8 Domain of address does not exist", "us", "sender"),
    ("550 relay not permitted", "us", "relay"),
    ("454 4.7.1 <anna@client.example>: Relay access denied", "us", "relay"),
    ("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname", "us", "helo"),
    ("550-5.7.26 This mail has been blocked because the sender is unauthenticated.", "us", "auth"),
    ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example", "us",
     "blocked"),
    ("554 Your access to this mail system has been rejected due to the sending MTA's poor "
     "reputation", "us", "blocked"),
    ("550 5.4.5 Daily user sending limit exceeded", "us", "quota"),
    ("454 Throttling failure: Maximum sending rate exceeded.", "us", "rate"),
    ("452 4.3.1 Insufficient system storage", "us", "disk"),
    ("421 4.7.0 Error: too many connections from 192.0.2.1", "us", "connections"),
    ("421 no such user", "us", "busy"),
]


@pytest.mark.parametrize(("reply", "outcome", "meaning"), AT_RCPT)
def test_a_refusal_of_a_recipient_means_what_its_words_say(reply, outcome, meaning):
    said = verdict(reply, "rcpt", ANNA)
    assert (said.outcome, said.meaning) == (outcome, meaning)


@pytest.mark.parametrize(("reply", "outcome", "meaning"), AT_RCPT)
def test_plain_words_mean_the_same_when_the_letter_has_left(reply, outcome, meaning):
    if meaning != "malformed":
        assert verdict(reply, Phase.DOT, ANNA).outcome == outcome


@pytest.mark.parametrize(("phase", "reply", "fault", "meaning"), [
    ("connect", "450 too many messages", Fault.US_FOR_NOW, "rate"),
    ("connect", "451 4.3.0 not now", Fault.US_FOR_NOW, "busy"),
    ("connect", "554 No SMTP service here", Fault.US, "refused"),
    ("login", "535 5.7.8 authentication failed: invalid user or password", Fault.US, "login"),
    ("login", "454 4.7.0 Too many login attempts, please try again later.", Fault.US_FOR_NOW,
     "rate"),
    ("login", "530 TLS: certificate has expired", Fault.US, "tls"),
    ("mail", "452 4.3.1 Insufficient system storage", Fault.US_FOR_NOW, "disk"),
    ("mail", "550 5.1.1 User unknown", Fault.US, "sender"),
    ("mail", "552 5.3.4 Message size exceeds fixed limit", Fault.LETTER, "too_big"),
    ("mail", "530 5.7.0 Must issue a STARTTLS command first", Fault.US, "tls"),
    ("rcpt", "530 5.7.0 Authentication required", Fault.US, "login"),
    ("dot", "250 2.0.0 Ok", Fault.NOBODY, "accepted"),
    ("dot", "554 5.6.0 something", Fault.LETTER, "malformed"),
    ("dot", "451 4.3.0 later", Fault.RECIPIENT, "wait"),
])
def test_how_far_the_dialogue_had_come_tells_whom_the_server_means(phase, reply, fault, meaning):
    said = verdict(reply, phase, ANNA)
    assert (said.fault, said.meaning) == (fault, meaning)


@pytest.mark.parametrize("reply", [
    "554 5.4.4.4 is listed as a source of junk", "550 Blocked: version 5.1.1.7 of the list",
    "450 5.1.1 not yet", "550 see 5.1.1 in the manual", "550 to 192.5.1.1: no"])
def test_a_code_counts_only_at_the_start_and_of_the_replys_own_class(reply):
    assert verdict(reply, "rcpt", ANNA).outcome != "gone"


@pytest.mark.parametrize("reply", [
    "550 Sender's mailbox does not exist", "550 The address you used to send does not exist",
    "550 5.7.1 From address not found", "550 mail from <info@shop.example> user unknown",
    "550 Domain of your address not found", "550 Return address does not exist",
    "550 5.1.1 Not authorized: user not valid for SMTP AUTH", "550 Host unknown: check your HELO",
    "550 Too many invalid recipients", "550 User unknown, or spam", "550 PTR: domain not found",
    "550 5.7.1 Unknown sender domain", "550 EHLO domain does not exist", "550 User unknown or full",
    "550 No such user in SASL database, authentication failed", "501 5.1.7 Bad sender address",
    "550 5.6.0 Invalid address syntax in From header", "550 Mailbox temporarily does not exist",
    "550 Recipient address rejected: Message rejected by policy", "550 invalid user: no relaying",
    "550 Recipient address rejected: blocked using bl.example", "550 Bad recipient count",
    "554 5.7.1 <anna@client.example>: Recipient address rejected: Access denied"])
@pytest.mark.parametrize("recipient", [None, ANNA])
def test_nobody_is_gone_while_the_words_may_be_about_something_else(reply, recipient):
    assert verdict(reply, "rcpt", recipient).outcome != "gone"


@pytest.mark.parametrize(("recipient", "quoted"), [
    ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
    ("anna@xn--e1afmkfd.xn--p1ai", "anna@пример.рф"),
    ("Anna@Client.example", "anna@client.EXAMPLE"), ("o'brien@client.example",) * 2,
    ("a=b/c@client.example",) * 2])
def test_the_recipients_own_address_is_known_in_every_form(recipient, quoted):
    assert verdict(f"550 5.1.1 <{quoted}>: User unknown", "rcpt", recipient).marks


@pytest.mark.parametrize("reply", [
    "550 5.1.1 <box7@client.example>: User unknown", "550 <xanna@client.example> unknown user"])
def test_another_address_of_the_same_domain_marks_nobody(reply):
    said = verdict(reply, "rcpt", ANNA)
    assert said.fault is Fault.LETTER and not said.marks


def test_a_mailbox_that_is_only_unavailable_is_not_marked():
    said = verdict("550 Requested action not taken: mailbox unavailable", "rcpt", ANNA)
    assert said.outcome == "gone" and not said.marks


@pytest.mark.parametrize("reply", [None, "", "\x00\xff", "garbage", 7, b"550", "550", "5", [], {}])
@pytest.mark.parametrize("phase", [*Phase, "", None, "quit", 3])
def test_whatever_a_server_says_nothing_is_raised_and_nobody_marked(reply, phase):
    said = verdict(reply, phase, ANNA)
    assert not said.marks and said.outcome in OUTCOMES.values() and str(said.words)


@pytest.mark.parametrize("text", [
    "a@", "@ ", "user ", "5.1.1 ", ".", '"', "x", "unknown ", "\n550-"])
def test_64_kb_of_anything_are_judged_at_once(text):
    start = time.process_time()
    verdict("550 " + text * (65536 // len(text)), "rcpt", ANNA)
    assert time.process_time() - start < 1


def test_silence_means_what_it_can():
    assert verdict("", "dot").fault is Fault.NOT_KNOWN
    assert verdict("NoReply: The server answered: user unknown", "dot").fault is Fault.NOT_KNOWN
    assert verdict("TimeoutError: timed out", "rcpt").fault is Fault.WAY
    silence = {"accepted": False, "code": None, "reply": "TimeoutError: timed out"}
    assert meaning_of(unknown=False, **silence) == Meaning.UNREACHABLE
    assert meaning_of(unknown=True, **silence) == Meaning.UNKNOWN


def test_each_meaning_is_the_fault_of_somebody_and_fits_its_column():
    assert set(FAULTS) == set(Meaning)
    assert max(map(len, Meaning.values)) <= 12
