"""What a letter looks like from outside: a program's report, an automatic reply, a person's."""
import re

from .letter import Part
from .pieces import Pieces

DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[_.-]?master|poostmaster|mdaemon|daemon"
    r"|mailsrv|mail[-_.]?(?:delivery|deliver|system|admin|server)\w*|mailgate\w*|bounces?|no-?reply"
    r"|noreply-?\w*|do-?not-?reply|system|exchange|smtp\w*|mailadmin"
    r"|autoresponder)(?:[+-][^@]*)?@?",
    re.IGNORECASE)
DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:deliver\w*|daemon)|system administrator|mail deliver|postmaster"
    r"|(?:delivery|mail) (?:sub)?system|notification", re.IGNORECASE)
BOUNCE_SUBJECT = re.compile(
    r"undeliver|un-?deliver|not delivered|returned (?:mail|to sender)|return(?:ed|ing) (?:e-?mail"
    r"|message|to sender)|failure notice|fail(?:ed|ure)?\b.{0,20}(?:deliver|notice|mail|message)"
    r"|deliver\w*\b.{0,30}(?:fail|status|error|problem|delay|report|notif|impossible|unsuccess)"
    r"|(?:mail|message|system|deliver\w*|sending)\b.{0,20}\b(?:error|failure)"
    r"|error\b.{0,20}mail|mail failed"
    r"|could not (?:be )?(?:send|sent|deliver)|cannot (?:be )?(?:send|sent|deliver)|bounced? "
    r"|warning: (?:message|could not)|non[- ]?deliver|nondeliverable|delayed mail"
    r"|недостав|не (?:было |может быть )?доставлен|ошибк\w* (?:доставк|отправк)|возвращ\w+ "
    r"|не удалось доставить|unzustellbar|zustell|nicht zugestellt|non remis|non distribu"
    r"|échec|no se (?:ha )?(?:pudo|podido) entregar|devuel|mancat[oa] (?:consegna|recapito)"
    r"|(?:recapito|consegna) non riuscit|falha na entrega|сбой доставки|配信に失敗|送信に失敗"
    r"|n[ãa]o entregue|devolvid|niedostarczon|onbestelbaar|退信|配信|送信エラー|メールエラー"
    r"|nedoruč|недоставен|olevererad|kézbesít")
FAILING = re.compile(
    r"(?:could ?n[o']t|cannot|can't|unable to|was ?n[o']t able to|not able to|were unable to"
    r"|failed to|did not|has not been|was not|trouble|problem\w*|error\w*)(?: \S{1,30}){0,5}? "
    r"(?:be )?(?:deliver\w*|reach|sen[dt]\b|sending|transmit\w*)"
    r"|deliver\w*(?: \S{1,40}){0,6}? (?:has |have )?(?:fail|been delayed|delayed|impossible"
    r"|aborted)"
    r"|undeliverable|permanent(?:ly)? (?:fatal )?(?:error|fail)|had delivery (?:errors|problems)"
    r"|fatal errors|error message below|following address(?:\(?es\)?)?(?: \S{1,20}){0,3} failed"
    r"|transcript of session"
    r"|failed addresses|failure reasons?|reason for failure"
    r"|final delivery|(?:mail|message|e-?mail)(?: \S{1,30}){0,4} (?:was|has been) (?:rejected"
    r"|returned|refused|bounced|blocked)|message (?:has been |was )?not (?:been )?delivered"
    r"|returned (?:mail|message|to sender)|delivery status|not delivered|non-?delivery"
    r"|rejected recipient|no valid recipients|does not exist|user unknown|unknown user"
    r"|не (?:может|могут|могло|было|был|удалось|удаётся|удается)(?: \S{1,30}){0,3}? доставл?"
    r"|не доставлен|недоставл|невозможно доставить|konnte nicht|nicht zugestellt|unzustellbar"
    r"|n'a (?:pas )?pu|pas pu être|non (?:è|e'?) stato possibile|no (?:se )?ha podido"
    r"|no se pudo|n[ãa]o (?:foi|p[ôo]de)|送信できません|配信できません|届きません|エラー|无法|投递"
    r"|nelze doručit|nie (?:można|udało)|(?:recapito|consegna) non riuscit|falha na entrega"
    r"|сбой доставки|配信に失敗|送信に失敗|fehler bei der nachrichtenzustellung|échec de la remise")
DELAY = re.compile(
    r"warning message only|has been delayed|is delayed|delivery (?:is )?delayed|delayed \d+ "
    r"|(?:will|is going to) (?:keep trying|be retried|continue to (?:be )?tr)|not yet been "
    r"delivered|still trying|temporary failure report|could not send message for past"
    r"|warning: (?:message \S{1,40} delayed|could not send)|\(delay(?:ed)?\)|delivery status "
    r"notification.{0,5}delay|delayed mail|notification: delayed|no action is required"
    r"|задерж\w+|отложен")
GIVEN_UP = re.compile(r"giv(?:en|ing) up|permanent|will not be retried|not going to try"
                      r"|(?<!temporary )fail(?:ed|ure)\b|returned to sender")
ARRIVED = re.compile(
    r"success(?:ful(?:ly)?)?\b.{0,40}(?:deliver|relay|mail)"
    r"|(?:successfully|(?<!yet )been) (?:delivered|relayed)"
    r"|\((?:success|relay(?:ed)?)\)|return receipt|relayed to the following"
    r"|your message (?:was|has been) (?:delivered|read|opened)|успешно доставлен"
    r"|delivered to the following")
AUTO_SUBJECT = re.compile(
    r"^(?:\W|re:|fwd?:|\s)*(?:auto(?:matic)?(?:[- ]?(?:repl(?:y|ies)|respon\w+|answer|generated))"
    r"|auto:|autosvar|out of (?:the )?office|out-of-office|ooo\b|vacation|on (?:holiday|leave)"
    r"|away from|i am (?:away|out)|i'm (?:away|out)|abwesen|automatische antwort|abwesend"
    r"|réponse automatique|absence|absent|respuesta autom|fuera de la oficina|risposta automatica"
    r"|fuori ufficio|resposta autom|ausência|automatisch antwoord|afwezig|odpowiedź automatyczna"
    r"|nieobecno|automaattinen|automatisk|automatická odpov|automatikus|автоответ|автоматическ"
    r"|автоматична|отпуск|в отпуске|(?:я )?(?:нахожусь )?вне офиса|отсутств|自动回复|自動返信|自動応答"
    r"|不在|otomatik)")


def is_daemon(letter: Part) -> bool:
    """Whether a program for mail says that it wrote the letter."""
    sender = letter.get("from")[:500]
    if letter.named.get("x-failed-recipients") or sender.strip() in ("<>", ""):
        return bool(sender.strip()) or "x-failed-recipients" in letter.named
    name, _, address = sender.rpartition("<")
    return bool(DAEMON.match(address.strip().strip('"')) or DAEMON_NAME.search(name or sender))


def has_no_return(letter: Part) -> bool:
    """Whether nobody may answer it, as RFC 5321 (4.5.5) and RFC 3834 want of reports."""
    path = letter.get("return-path").strip().lower()
    return path in ("<>", "<mailer-daemon>") or "mailer-daemon" in path


def looks_like_report(pieces: Pieces) -> bool:
    """Whether a letter without a machine's part is a report on delivery."""
    letter = pieces.letter
    if is_reply_of_a_person(letter):
        return False
    daemon = is_daemon(letter)
    if letter.named.get("x-failed-recipients"):
        return True
    if not daemon and is_reply_of_a_machine(letter):
        return False
    signs = [
        daemon,
        has_no_return(letter),
        bool(BOUNCE_SUBJECT.search(letter.get("subject")[:500].lower())),
        bool(FAILING.search(" ".join(pieces.prose[:3000].lower().split()))),
    ]
    return sum(signs) >= 2 and (daemon or signs[1])


def is_reply_of_a_person(letter: Part) -> bool:
    """Whether it answers a letter with the marks of somebody's mail program."""
    return bool(letter.named.get("in-reply-to") and letter.named.get("x-mailer")
                and not has_no_return(letter))


def is_reply_of_a_machine(letter: Part) -> bool:
    """Whether it answers a letter in somebody's absence; it has no return path either (RFC 5230,
    5.7), and may quote a letter of ours on a parcel that was «not delivered»."""
    return bool(letter.named.get("in-reply-to")) and is_automatic(letter)


def answers_by_itself(letter: Part) -> bool:
    """Whether a program answers a letter. What a mail program writes to have its person let go is
    automatic too, and no answer."""
    submitted = letter.get("auto-submitted").strip().lower()
    if submitted.startswith("auto-replied") and letter.named.get("in-reply-to"):
        return True
    return bool(AUTO_SUBJECT.match(letter.get("subject")[:300].lower()))


def is_automatic(letter: Part) -> bool:
    """Whether a program wrote it (RFC 3834, 5), in the many ways that programs say so."""
    submitted = letter.get("auto-submitted").strip().lower()
    if submitted and not submitted.startswith("no"):
        return True
    names = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from",
             "x-auto-response-from", "x-mail-autoreply", "x-autogenerated", "x-vacation")
    if any(letter.named.get(name) for name in names):
        return True
    precedence = (letter.get("precedence") + letter.get("x-precedence")).strip().lower()
    if precedence.startswith(("auto", "bulk", "junk", "list")):
        return True
    return bool(AUTO_SUBJECT.match(letter.get("subject")[:300].lower()))


def tells_of_failure(text: str) -> bool:
    text = " ".join(text.lower().split())
    return bool(FAILING.search(text) or BOUNCE_SUBJECT.search(text))


def is_delayed(text: str) -> bool:
    """Whether `text` says that a letter waits, and not that it was given up."""
    text = " ".join(text.lower().split())
    return bool(DELAY.search(text)) and not GIVEN_UP.search(text)


def has_arrived(text: str) -> bool:
    text = " ".join(text.lower().split())
    return bool(ARRIVED.search(text)) and not FAILING.search(text)
