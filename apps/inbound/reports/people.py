"""What people write: their own words, without what they quote, and whether they ask to be let go.
"""
import re

from .letter import Part
from .pieces import Pieces, without_tags

LONGEST = 16 * 1024  # characters of one letter that are looked at
# Where a quotation begins in HTML: Gmail, Outlook, Apple, Yandex, Mail.ru, Yahoo, Thunderbird.
QUOTED_HTML = re.compile(
    r"<blockquote\b|<[^<>]{0,200}(?:gmail_quote|gmail_attr|divRplyFwdMsg|appendonsend|yahoo_quoted"
    r"|moz-cite-prefix|mail-quote|protonmail_quote|OutlookMessageHeader|mr_css_attr"
    r"|mailru-blockquote"
    r"|border-top: ?solid #(?:e1e1e1|b5c4df))", re.IGNORECASE)
# The line above a quotation: «On Monday, … wrote:», «… пишет:», «05.02.2026, 10:00, "A" <a@b.c>:».
ABOVE = re.compile(
    r"(?:\bwrote|\bpisze|napisał\w*|пишет|писал\w*|написал\w*(?:\(а\))?|пише"
    r"|schrieb\b.*|a écrit|escribió"
    r"|ha scritto|escreveu|schreef\b.*|skrev\b.*|kirjoitti|yazdı)\s*:\s*$"
    r"|\d{1,2}:\d\d.{0,120}[\w.+-]+@[\w.-]+[>\"')]*\s*:\s*$"
    r"|(?:\d{4}|\d{1,2}:\d\d)\D.{0,80}\b(?:от|from)\b.{0,160}:\s*$", re.IGNORECASE)
RULE = re.compile(
    r"^\s*(?:_{10,}|-{2,}\s*(?:original|исходное|пересылаемое|пересланное|forwarded|ursprüngliche"
    r"|message d'origine|mensaje original|messaggio originale|reply|quoted)\b.*"
    r"|\*?(?:from|от|от кого|von|de|da)\s*:\*?\s.{0,200}@.*)\s*$", re.IGNORECASE)
ASKS = re.compile(
    r"""(?<!не\s)(?<!never\s)(?<!not\s)(?<!n't\s)(?:
      \bunsubscribe\b(?!\s+(?:link|button|page|others?))
    | \bun-?sub(?:scribe)?\s+me\b | \bremove\s+(?:me|us|my|this\ (?:e-?mail|address))\b
    | \b(?:take|get)\s+(?:me|us|my\s\S{1,20})\s+(?:off|out\ of)\b
    | \bstop\s+(?:sending|e-?mailing|mailing|spamming|writing|contacting|these|this\s(?:spam|mail))
    | \bno\s+more\s+(?:e-?mails?|mails?|letters|messages|spam|newsletters?)\b
    | \bopt(?:[- ]|ing\s)?(?:me\s)?out\b | \bno\s+longer\s+(?:wish|want)\s+to\s+(?:receive|get)
    | \bdelete\s+(?:me\b|my\s(?:e-?mail|address|data|account))
    | \bотпи(?:ш\w*|сать(?:ся)?\b|сывай\w*|ска\b|сываюсь\b|сыва\w+ся\b)
    | \b(?:удал(?:ите|и|ить)|убер(?:ите|и)|убрать|исключ(?:ите|и|ить)|вычеркн\w+|сними(?:те)?)\s
      [^.!?\n]{0,60}\b(?:рассыл\w+|баз\w+|списк\w+|подписк\w+|подписчик\w+|контакт\w+)
    | \b(?:удал(?:ите|и|ить)|убер(?:ите|и)|исключ(?:ите|и))\s(?:пожалуйста,?\s|,\sпожалуйста,?\s)?
      (?:меня|нас|мой\s(?:адрес|e-?mail|имейл)|мою\sпочту|мои\sданные)
    | \b(?:прекрат(?:ите|и|ить)|перестан(?:ьте|ь)|хватит)[,\s]+(?:мне\s|нам\s|уже\s|меня\s)?
      (?:слать|присыл\w+|рассыл\w+|отправл\w+|писать|спам\w*|эт[ои]\w*\s)
    | \bотказ(?:ываюсь|ываемся)?\s+(?:от|получать)\s[^.\n]{0,30}
      (?:рассыл|подписк|писем|письма|получен)
    | \bотзыва(?:ю|ем)\s[^.\n]{0,20}согласи
    | \bвідпиш\w+ | \bвидаліть\s[^.\n]{0,40}розсилк
    | \babmelden\b | \baustragen\b | \bdésabonn\w+ | \bdésinscri\w+
    | \bdarme\s+de\s+baja | \bcancellami\b | \bdisiscriv\w+ | \bwypis(?:ać|z)\w*
    )
    | \b(?:don't|do\ not|dont|never|please\ not)\s+(?:ever\s|again\s)?
      (?:send|e-?mail|mail|write|contact|spam|bother)\b
    | \b(?:больше\s|пожалуйста,?\s|мне\s|нам\s|прошу\s|просьба\s)*не
      \s(?:надо\s|нужно\s|стоит\s|хочу\s|хотим\s
      |желаю\s|желаем\s|нужны?\s)?
      (?:мне\s|нам\s|больше\s|ваш\w{0,2}\s|мне\sбольше\s|больше\sмне\s|эти\s|эту\s)?
      (?:присыл\w+|шли(?:те)?\b|слать\b|отправля(?:й|йте|ть)\b|рассыл(?:ай|айте|ать|ка|ки|ку)\b
      |беспоко(?:й|йте|ить)|спам\w*|получать\b|пиши(?:те)?\b[^.\n]{0,12}(?:больше|мне|нам|сюда|$))
    """, re.IGNORECASE | re.VERBOSE | re.MULTILINE)


def own_words(pieces: Pieces) -> str:
    """Return what the person wrote, without the quotation."""
    if any(text.strip() for text in pieces.plain):
        text = pieces.prose
    elif pieces.html:
        html = pieces.html[0][:8 * LONGEST]
        found = QUOTED_HTML.search(html)
        text = without_tags(html[:found.start()] if found else html)
    else:
        text = ""
    return without_quotation(text[:LONGEST])


def without_quotation(text: str) -> str:
    """Return the lines of `text` above the first line that introduces a quotation."""
    lines: list[str] = []
    for line in text.splitlines():
        line = line[:1000].strip("\u200b\ufeff ")
        if RULE.match(line):
            break
        if line.endswith(":") and ABOVE.search(f"{lines[-1] if lines else ''} {line}"[-400:]):
            if lines and not any(map(str.isdigit, line.partition("@")[0])):
                del lines[-1]  # the line is broken after «On Monday, 2 November, Anna»
            break
        if not line.startswith((">", "|>")):
            lines.append(line)
    return "\n".join(lines).strip()


def asks_to_leave(letter: Part, words: str) -> bool:
    """Whether a person asks, in own words or as the whole subject, to get no letters any more."""
    subject = letter.get("subject")[:300].strip()
    is_own = not re.match(r"(?:re|fwd?|отв|ha|aw|sv)\s*(?:\[\d+\])?:", subject, re.IGNORECASE)
    text = f"{subject}.\n{words[:4000]}" if is_own else words[:4000]
    return bool(ASKS.search(" ".join(text.replace("ё", "е").replace("’", "'").split(" "))))
